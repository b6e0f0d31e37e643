// What the page knows, and the only way to change it. Panels read a store and call its
// functions; Python answers, and the next state and frame show what came of it.

import { makeAct } from "./act.js";
import { readLook } from "./look.js";

/** @import { Marks, State, Store, Transport } from "./playground.js" */

const GONE =
  "The playground's server has stopped. Start halfmoon playground again and open the " +
  "address that it shows; this page's settings stand in its address.";
const BACK = "The server answers again.";

/** @returns {Marks} */
function noMarks() {
  return {
    peek: null,
    pinned: null,
    chosen: null,
    picked: null,
    adding: null,
    tool: null,
  };
}

/**
 * A store that knows the state and the menu.
 * @param {Transport} transport
 * @returns {Promise<Store>}
 */
export async function openStore(transport) {
  const menu = await transport.ask("menu");
  const state = await transport.ask("state");
  return makeStore(transport, menu, state);
}

/**
 * @param {Transport} transport
 * @param {any} menu
 * @param {State} state
 * @returns {Store}
 */
function makeStore(transport, menu, state) {
  /** @type {((state: State) => void)[]} */
  const listeners = [];
  let gone = false;
  let reading = false;

  function hear() {
    for (const listener of listeners) listener(store.state);
  }
  /** @param {any} error */
  function fail(error) {
    if (error.name !== "ServerGone") {
      store.say(error.message, true);
      hear(); // controls go back to what holds
    } else if (!gone) {
      gone = true;
      store.say(GONE, true);
    }
  }
  /** @param {State} answer */
  function take(answer) {
    if (gone) store.say(BACK, true);
    const isNew = gone || answer.version !== store.state.version;
    const hasMoved = store.frame !== null && answer.update !== store.frame.update;
    gone = false;
    store.state = answer;
    if (isNew) hear();
    if (isNew || hasMoved) store.want();
  }

  const teller = makeTeller(
    (name, message) => store.ask(name, message),
    () => store.read(),
  );
  /** @type {Store} */
  const store = {
    state,
    menu,
    frame: null,
    look: readLook(),
    marks: noMarks(),
    act: /** @type {any} */ (null),
    hiddenRuns: new Set(),
    hides: new Set(),
    lesson: null,
    detail: 1,
    async ask(name, message = {}, body = null) {
      try {
        const answer = await transport.ask(name, message, body);
        if (name === "state") return answer;
        if (answer.started_over) store.say("Training starts over.");
        if (answer.version !== store.state.version) store.read();
        if (answer.version !== undefined) store.say("", true); // it has had its time
        store.want();
        return answer;
      } catch (error) {
        fail(error);
        return null;
      }
    },
    async read() {
      // a state from before the last change would set a control back under one's hand
      if (reading || teller.isBusy()) return;
      reading = true;
      const before = teller.count();
      const answer = await store.ask("state");
      reading = false;
      const isLate = teller.count() !== before;
      if (answer !== null && !isLate) take(answer);
      if (answer !== null && isLate) store.read();
    },
    expect(changes) {
      store.state = { ...store.state, ...changes };
      hear();
    },
    tell: teller.tell,
    change: (settings) => teller.tell("change", settings),
    listen: (listener) => listeners.push(listener),
    // the shell takes these over
    say: () => {},
    redraw: () => {},
    want: () => {},
    open: () => {},
  };
  store.act = makeAct(store);
  return store;
}

/**
 * Of messages with the same key one is on its way; those that wait become one.
 * @param {(name: string, message: object) => Promise<any>} ask
 * @param {() => void} rest called when all have been told
 */
function makeTeller(ask, rest) {
  /** @type {Map<string, object | null>} */
  const waiting = new Map();
  let count = 0;

  /**
   * @param {string} name
   * @param {object} message
   * @param {string} key
   */
  async function tell(name, message, key = name) {
    count += 1;
    if (waiting.has(key)) {
      waiting.set(key, { ...waiting.get(key), ...message });
      return;
    }
    waiting.set(key, null);
    await ask(name, message);
    const next = waiting.get(key);
    waiting.delete(key);
    if (next) tell(name, next, key);
    else if (waiting.size === 0) rest();
  }
  return { tell, isBusy: () => waiting.size > 0, count: () => count };
}
