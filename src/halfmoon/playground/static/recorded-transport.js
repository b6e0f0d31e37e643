// The end of the transport that plays a run which the page itself holds: some moments
// of it, packed by Python as frames. What would need Python is refused.

import { unpackFrame } from "./unpack-frame.js";

/** @import { Transport } from "./playground.js" */

const STILL = 2; // messages that hold what stays, with curves on either axis
/** @type {Record<string, number>} seconds for the whole run */
const SECONDS = { slow: 40, normal: 15, fast: 6, full: 2 };
const REFUSED =
  "This page plays what was recorded. To change something, start halfmoon playground.";

/**
 * @param {any} run what Python has written into the page
 * @returns {Promise<Transport>}
 */
export async function makeRecordedTransport(run) {
  const messages = await unpackMessages(run);
  const still = messages.slice(0, STILL);
  const moments = messages.slice(STILL);
  const { updates, menu } = run;
  const end = updates.length - 1;
  const last = updates[end];
  const state = { ...run.state, playing: false, end: last, last, stopped: null };
  let at = end; // the moment that is shown
  let since = 0; // when it began to play, as though from the first moment

  /** @param {number} index */
  function go(index) {
    at = Math.min(Math.max(0, index), end);
    state.update = updates[at];
    state.playing = false;
    state.version += 1;
  }

  /** @param {string} speed */
  function play(speed) {
    state.speed = speed;
    state.playing = true;
    state.version += 1;
    const from = at === end ? 0 : at;
    since = performance.now() - (from / Math.max(1, end)) * 1000 * SECONDS[speed];
  }

  function advance() {
    const seconds = (performance.now() - since) / 1000;
    const index = Math.floor((seconds / SECONDS[state.speed]) * end);
    if (index >= end) go(end);
    else at = index;
    state.update = updates[at];
  }

  /** @type {Record<string, (message: any) => void>} */
  const operations = {
    train({ do: what, speed = state.speed }) {
      if (what === "play" || (!what && state.playing)) play(speed);
      else if (what === "update") go(at + 1);
      else if (what === "end") go(end);
      else go(at);
      state.speed = speed;
    },
    seek({ update }) {
      const later = updates.findIndex((/** @type {number} */ each) => each > update);
      go(later < 0 ? end : later - 1);
    },
  };

  return {
    async ask(name, message = {}) {
      if (name === "menu") return menu;
      if (name === "state") return { ...state };
      if (!(name in operations)) throw new Error(REFUSED);
      operations[name](message);
      return { version: state.version };
    },
    async frame(message) {
      const { want = {} } = /** @type {any} */ (message);
      if (state.playing) advance();
      const { playing, version } = state;
      const kept = still[want.curves?.log === false ? 1 : 0];
      const hiddenLayer = want.hidden?.layer ?? 1;
      const moment = moments[at];
      const hidden = moment[`hidden.${hiddenLayer}`];
      const now = { hidden, hiddenLayer, playing, version, end: last, last };
      return { ...kept, ...moment, ...now };
    },
  };
}

/** @param {{messages: string, lengths: number[]}} run */
async function unpackMessages({ messages, lengths }) {
  const packed = Uint8Array.from(atob(messages), (letter) => letter.charCodeAt(0));
  const unpacking = new DecompressionStream("gzip");
  const bytes = await new Response(
    new Blob([packed]).stream().pipeThrough(unpacking),
  ).arrayBuffer();
  let begin = 0;
  return lengths.map((length) => {
    begin += length;
    return unpackFrame(bytes.slice(begin - length, begin));
  });
}
