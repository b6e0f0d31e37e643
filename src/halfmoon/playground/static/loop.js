// From frame to frame: what visible panels want is asked for, one question at a time;
// what has come is drawn when the screen is. Asking for the next frame acknowledges the
// one before, so that a slow page is never flooded.

/** @import { Panel, PlaygroundFrame, Store, Transport } from "./playground.js" */

/** @typedef {Omit<Panel, "element">} Part */
/**
 * @typedef {Object} Arrived a frame that is not drawn yet
 * @property {PlaygroundFrame} frame
 * @property {Part[]} asked for whom it was asked
 * @property {boolean} isFull whether for all that are visible
 * @property {Record<string, string>} made
 */

const HEARTBEAT = 1000; // milliseconds between two looks at a resting state
// Milliseconds between two frames while it trains. The cores that make and draw a frame
// are training's too: one that takes twice as long comes a quarter as often.
const FRAMES_APART = { least: 30, most: 250 };
const UNHURRIED = 18; // milliseconds that a frame may take, to come that often
const AFTER_ERROR = 1000; // milliseconds until the next question
const SLOW_FRAME = 45; // milliseconds beyond which maps are made coarser
const COARSEST = 0.5;
// what stays as long as the data does; it is sent once
const LASTING = ["X", "y", "test", "rowNumbers", "gaps", "border", "inputPictures"];
const LASTING_WANTS = ["points", "plane", "units"]; // that bring it along

/**
 * @param {Store} store
 * @param {Transport} transport
 * @param {{panel: Part, isVisible: () => boolean}[]} places
 */
export function startLoop(store, transport, places) {
  let wanted = true; // something was changed: a frame with all that is visible
  let stale = false; // or only a new drawing
  let asking = false;
  let scheduled = false;
  let lastAsked = 0;
  /** @type {Arrived | null} */
  let fresh = null;
  /** @type {Record<string, string>} what the lasting arrays at hand were made for */
  let had = {};
  /** @type {Map<Part, number>} */
  const askedAt = new Map();
  let took = 0; // milliseconds, for asking and drawing the last frame

  function visible() {
    return places.filter((place) => place.isVisible()).map((place) => place.panel);
  }
  function wake() {
    if (scheduled) return;
    scheduled = true;
    requestAnimationFrame(onScreen);
  }
  function want() {
    wanted = true;
    wake();
  }

  function onScreen() {
    scheduled = false;
    const arrived = fresh ? take(fresh) : [];
    const begin = performance.now();
    draw(stale ? visible() : arrived);
    if (arrived.length > 0) took += performance.now() - begin;
    stale = false;
    if (wanted) ask();
    else askWhenDue();
  }

  function askWhenDue() {
    if (!store.state.playing) return;
    const { least, most } = FRAMES_APART;
    const apart = Math.min(most, Math.max(least, least * (took / UNHURRIED) ** 2));
    const left = lastAsked + apart - performance.now();
    if (left > 0) setTimeout(askWhenDue, left);
    else ask();
  }

  async function ask() {
    if (asking || fresh) return;
    const now = performance.now();
    const isFull = wanted || !store.state.playing;
    const asked = visible().filter((panel) => {
      return isFull || now - (askedAt.get(panel) ?? 0) >= (panel.every ?? 0);
    });
    for (const panel of asked) askedAt.set(panel, now);
    const want = Object.assign({}, ...asked.map((panel) => panel.wants?.() ?? {}));
    wanted = false;
    asking = true;
    lastAsked = now;
    const made = lastingOf(want);
    const hasAll = Object.entries(made).every(([name, text]) => had[name] === text);
    const data_version = hasAll ? (store.frame?.data_version ?? null) : null;
    const frame = await askFrame(store, transport, { want, data_version });
    if (frame !== null) fresh = { frame, asked, isFull, made };
    asking = false;
    took = performance.now() - now;
    store.detail = nextDetail(store.detail, took);
    wake();
  }

  /**
   * Takes a frame into the store; returns who is to draw it.
   * @param {Arrived} arrived
   * @returns {Part[]}
   */
  function take({ frame, asked, isFull, made }) {
    fresh = null;
    if (frame.version !== store.state.version) store.read();
    const isOther = store.frame !== null && frame.version !== store.frame.version;
    if (isOther && !isFull) {
      want(); // what it leaves out may no longer fit to it
      return [];
    }
    const isSameData = frame.data_version === store.frame?.data_version;
    had = isSameData ? { ...had, ...made } : made;
    store.frame = merge(store.frame, frame, isFull);
    return asked;
  }

  /** @param {Part[]} panels */
  function draw(panels) {
    const { frame } = store;
    if (frame === null) return;
    for (const panel of panels) panel.draw?.(frame, store.look, store);
  }

  store.want = want;
  store.redraw = () => {
    stale = true;
    wake();
  };
  setInterval(() => {
    if (!store.state.playing || document.hidden) store.read();
  }, HEARTBEAT);
  addEventListener("focus", () => store.read());
  want();
}

/**
 * A frame; null where there is none, after a while.
 * @param {Store} store
 * @param {Transport} transport
 * @param {object} message
 */
async function askFrame(store, transport, message) {
  try {
    return await transport.frame(message);
  } catch (error) {
    const { name, message: sentence } = /** @type {Error} */ (error);
    // a state that cannot be read tells that the server is gone
    if (name === "ServerGone") await store.read();
    else store.say(sentence, true);
    await new Promise((resolve) => setTimeout(resolve, AFTER_ERROR));
    return null;
  }
}

/** @param {Record<string, object>} want */
function lastingOf(want) {
  const names = LASTING_WANTS.filter((name) => want[name]);
  return Object.fromEntries(names.map((name) => [name, JSON.stringify(want[name])]));
}

/**
 * @param {PlaygroundFrame | null} before
 * @param {PlaygroundFrame} frame
 * @param {boolean} isFull
 */
function merge(before, frame, isFull) {
  if (before === null) return frame;
  if (!isFull) return { ...before, ...frame };
  const isSameData = before.data_version === frame.data_version;
  const lasting = LASTING.filter((name) => isSameData && !(name in frame));
  const kept = Object.fromEntries(lasting.map((name) => [name, before[name]]));
  return { ...kept, ...frame };
}

/**
 * @param {number} detail
 * @param {number} took milliseconds
 */
function nextDetail(detail, took) {
  if (took > SLOW_FRAME) return Math.max(COARSEST, detail - 0.25);
  if (took < SLOW_FRAME / 3) return Math.min(1, detail + 0.25);
  return detail;
}
