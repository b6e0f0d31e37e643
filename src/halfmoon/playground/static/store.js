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
  function hear() {
    for (const listener of listeners) listener(store.state);
  }
  const teller = makeTeller(
    (name, message) => store.ask(name, message),
    () => store.read(),
  );
  const health = makeHealth((sentence) => store.say(sentence, true));
  /** @param {State} answer */
  function take(answer) {
    const wasGone = health.isBack();
    const isNew = wasGone || answer.version !== store.state.version;
    const hasMoved = store.frame !== null && answer.update !== store.frame.update;
    store.state = answer;
    if (isNew) hear();
    if (isNew || hasMoved) store.want();
  }
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
      const answer = await transport.ask(name, message, body).catch(health.fail);
      if (answer === null && !health.isGone()) hear(); // controls go back to what holds
      if (answer !== null && name !== "state") follow(store, answer);
      return answer;
    },
    read: makeReader(teller, () => store.ask("state"), take),
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
 * What an answer leads to: the state is read where it is another.
 * @param {Store} store
 * @param {any} answer
 */
function follow(store, answer) {
  if (answer.started_over) store.say("Training starts over.");
  if (answer.version !== store.state.version) store.read();
  if (answer.version !== undefined) store.say("", true); // it has had its time
  store.want();
}

/**
 * Whether the server answers; what is wrong is said.
 * @param {(sentence: string) => void} say
 */
function makeHealth(say) {
  let gone = false;
  return {
    isGone: () => gone,
    /** The server answers: whether it did not before. */
    isBack() {
      const wasGone = gone;
      if (gone) say(BACK);
      gone = false;
      return wasGone;
    },
    /** @param {Error} error */
    fail(error) {
      const isGone = error.name === "ServerGone";
      if (!isGone) say(error.message);
      else if (!gone) say(GONE);
      gone ||= isGone;
      return null;
    },
  };
}

/**
 * A state from before the last change would set a control back under one's hand: it is
 * read when all has been told.
 * @param {ReturnType<typeof makeTeller>} teller
 * @param {() => Promise<State | null>} ask
 * @param {(state: State) => void} take
 */
function makeReader(teller, ask, take) {
  let reading = false;
  return async function read() {
    if (reading || teller.isBusy()) return;
    reading = true;
    const before = teller.count();
    const answer = await ask();
    reading = false;
    const isLate = teller.count() !== before;
    if (answer !== null && !isLate) take(answer);
    if (answer !== null && isLate) read();
  };
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
