// What a screen reader is told of training: that it begins, and where it stands when it
// rests. Nothing while it runs.

import { sentenceFor } from "./play-bar.js";

/** @import { Panel, Store } from "./playground.js" */

/**
 * @param {Store} store
 * @returns {Omit<Panel, "element">}
 */
export function makeAnnouncer(store) {
  let was = store.state;
  let owed = "";
  return {
    draw(frame) {
      if (!owed || store.state.playing || frame.version !== store.state.version) return;
      store.say(`${owed.replace(/\.$/, "")}: ${sentenceFor(frame, store.state)}.`);
      owed = "";
    },
    show(state) {
      if (state.version === was.version) return; // what is expected is not told
      const { playing, stopped, message } = state;
      if (playing && !was.playing) store.say("Training.");
      if (!playing && was.playing) owed = message || "Paused";
      else if (!playing && state.update !== was.update) owed = "Moved";
      if (stopped === "diverged" && was.stopped !== stopped) store.say(message, true);
      was = state;
    },
  };
}
