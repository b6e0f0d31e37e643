// Small switches for a panel's head: a few choices side by side, and what is on or off.

import { make } from "./controls.js";
import { makePlainButton } from "./elements.js";

/**
 * A few choices, of which one is pressed.
 * @param {object} settings
 * @param {string} settings.label what is chosen, for a screen reader
 * @param {[string, string][]} settings.options value and text of each
 * @param {(value: string) => void} settings.change
 */
export function makePick({ label, options, change }) {
  const element = make("div", "pg-frame pg-pick");
  element.setAttribute("role", "group");
  element.setAttribute("aria-label", label);
  let current = "";
  let known = "";

  /** @param {string} value */
  function set(value) {
    current = value;
    for (const button of element.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", `${button.value === value}`);
    }
  }

  /** @param {[string, string][]} list */
  function offer(list) {
    if (JSON.stringify(list) === known) return;
    known = JSON.stringify(list);
    const buttons = list.map(([value, text]) => {
      function press() {
        set(value);
        change(value);
      }
      const button = makePlainButton("", press, text);
      button.value = value;
      return button;
    });
    element.replaceChildren(...buttons);
    const isThere = list.some(([value]) => value === current);
    set(isThere ? current : (list[0]?.[0] ?? ""));
  }
  offer(options);
  return { element, offer, set };
}

/**
 * What is on or off.
 * @param {object} settings
 * @param {string} settings.label
 * @param {boolean} settings.on
 * @param {(on: boolean) => void} settings.change
 */
export function makePress({ label, on, change }) {
  const element = makeSmallButton(label, () => {
    const next = element.getAttribute("aria-pressed") !== "true";
    element.setAttribute("aria-pressed", `${next}`);
    change(next);
  });
  element.setAttribute("aria-pressed", `${on}`);
  return { element };
}

/**
 * A small button.
 * @param {string} label
 * @param {() => void} press
 */
export function makeSmallButton(label, press) {
  return makePlainButton("pg-small", press, label);
}
