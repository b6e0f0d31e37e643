// The message line. What is urgent is shown to all; the rest is told to screen readers.

import { make, makeButton } from "./controls.js";

export function makeMessage() {
  const element = make("div", "pg-messages");
  const quiet = make("p", "live-hidden-text");
  quiet.setAttribute("role", "status");
  const shown = make("div", "pg-message");
  const text = make("p");
  const close = makeButton({ label: "Close", press: hide });
  shown.append(text, close.element);
  shown.setAttribute("role", "alert");
  shown.hidden = true;
  element.append(quiet, shown);

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
