// Single keys for what is done most often, and the list of them. They can be switched
// off, since speech input types letters.

import { make } from "./controls.js";
import { capital, makePlainButton } from "./elements.js";
import { playOrPause } from "./play-bar.js";

/** @import { Store } from "./playground.js" */

const STORED = "halfmoon-single-keys";
const OWN_KEYS = "input, select, textarea, [contenteditable], dialog, .live-stage";
const PRESSED_BY_SPACE = "button, summary, a, [role=tab]";

/** @param {string} what */
function training(what) {
  return (/** @type {Store} */ store) => store.ask("train", { do: what });
}

/** @type {[string, string, (store: Store) => void][]} key, what it does, how */
const SHORTCUTS = [
  [" ", "play or pause", playOrPause],
  ["u", "one update", training("update")],
  ["e", "one epoch", training("epoch")],
  ["m", "slow motion: the next phase of an update", training("phase")],
  [",", "back by one update", (store) => goBy(store, -1)],
  [".", "forward by one recorded update", (store) => goBy(store, 1)],
  ["r", "reset, to the same initial weights", (store) => store.ask("reset")],
  ["w", "new weights", (store) => store.ask("new_weights")],
];
const OTHER_KEYS = [
  ["?", "this list"],
  ["Tab", "to the next control; arrow keys within tabs, sliders and the plane"],
];

/**
 * @param {Store} store
 * @param {number} count
 */
function goBy(store, count) {
  const { update, last } = store.frame ?? store.state;
  store.tell("seek", { update: Math.min(last, Math.max(0, update + count)) });
}

/** @param {Store} store */
export function makeShortcuts(store) {
  const dialog = make("dialog", "pg-leaf pg-help");
  const isOn = makeKeysSwitch();
  const close = makePlainButton("pg-small", () => dialog.close(), "Close");
  const title = make("h2", "", "Keyboard");
  dialog.append(title, makeKeysTable(), isOn.element, close);
  dialog.setAttribute("aria-label", "Keyboard");

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = /** @type {Element} */ (event.target);
    if (target.closest(OWN_KEYS)) return;
    if (event.key === " " && target.closest(PRESSED_BY_SPACE)) return;
    const found = SHORTCUTS.find(([key]) => key === event.key.toLowerCase());
    if (event.key === "?") dialog.showModal();
    else if (found && isOn.get()) found[2](store);
    else return;
    event.preventDefault();
  });
  return { element: dialog, open: () => dialog.showModal() };
}

function makeKeysTable() {
  const list = make("dl", "pg-keys");
  for (const [key, text] of [...SHORTCUTS, ...OTHER_KEYS]) {
    const shown = key === " " ? "Space" : capital(key);
    const name = make("dt", "", make("kbd", "pg-frame", shown));
    list.append(name, make("dd", "", text));
  }
  return list;
}

function makeKeysSwitch() {
  const box = make("input", "pg-check");
  box.type = "checkbox";
  box.checked = readStored() !== "off";
  box.addEventListener("change", () => store(box.checked ? "on" : "off"));
  const element = make("label", "pg-row pg-keys-switch");
  element.append(box, make("span", "", "Single keys work"));

  function readStored() {
    try {
      return localStorage.getItem(STORED);
    } catch {
      return null; // storage is switched off in this browser
    }
  }
  /** @param {string} value */
  function store(value) {
    try {
      localStorage.setItem(STORED, value);
    } catch {
      // it holds until the page is closed
    }
  }
  return { element, get: () => box.checked };
}
