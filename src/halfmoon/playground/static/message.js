// The message line. What is urgent is shown to all; the rest is told to screen readers.

import { make, makeButton } from "./controls.js";

export function makeMessage() {
  const quiet = make("p", "live-hidden-text");
  quiet.setAttribute("role", "status");
  const text = make("p");
  const close = makeButton({ label: "Close", press: hide });
  const shown = make("div", "pg-row pg-message", text, close.element);
  shown.setAttribute("role", "alert");
  shown.hidden = true;
  const element = make("div", "pg-messages", quiet, shown);

  function hide() {
    shown.hidden = true;
  }
  return {
    element,
    /**
     * @param {string} sentence
     * @param {boolean} [urgent]
     */
    say(sentence, urgent = false) {
      (urgent ? text : quiet).textContent = sentence;
      if (urgent) shown.hidden = sentence === "";
    },
  };
}
