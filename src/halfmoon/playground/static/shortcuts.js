// Single keys for what is done most often, and the list of them. They can be switched
// off, since speech input types letters.

import { make, makeButton } from "./controls.js";
import { playOrPause } from "./play-bar.js";

/** @import { Store } from "./playground.js" */

const STORED = "halfmoon-single-keys";
const OWN_KEYS = "input, select, textarea, [contenteditable], dialog, .live-stage";
const PRESSED_BY_SPACE = "button, summary, a, [role=tab]";

/**
 * @typedef {Object} Shortcut
 * @property {string} key
 * @property {string} shown
 * @property {string} text
 * @property {(store: Store) => void} act
 */

/** @param {string} what */
function training(what) {
  return (/** @type {Store} */ store) => store.ask("train", { do: what });
}

/** @type {Shortcut[]} */
const SHORTCUTS = [
  {
    key: " ",
    shown: "Space",
    text: "play or pause",
    act: playOrPause,
  },
  { key: "u", shown: "U", text: "one update", act: training("update") },
  { key: "e", shown: "E", text: "one epoch", act: training("epoch") },
  {
    key: "m",
    shown: "M",
    text: "slow motion: the next phase of an update",
    act: training("phase"),
  },
  { key: ",", shown: ",", text: "back by one update", act: (store) => goBy(store, -1) },
  {
    key: ".",
    shown: ".",
    text: "forward by one recorded update",
    act: (store) => goBy(store, 1),
  },
  {
    key: "r",
    shown: "R",
    text: "reset, to the same initial weights",
    act: (store) => store.ask("reset"),
  },
  {
    key: "w",
    shown: "W",
    text: "new weights",
    act: (store) => store.ask("new_weights"),
  },
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
  const dialog = make("dialog", "pg-help");
  const isOn = makeKeysSwitch();
  const close = makeButton({ label: "Close", press: () => dialog.close() });
  const title = make("h2", "", "Keyboard");
  dialog.append(title, makeKeysTable(), isOn.element, close.element);
  dialog.setAttribute("aria-label", "Keyboard");

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = /** @type {Element} */ (event.target);
    if (target.closest(OWN_KEYS)) return;
    if (event.key === " " && target.closest(PRESSED_BY_SPACE)) return;
    const found = SHORTCUTS.find(({ key }) => key === event.key.toLowerCase());
    if (event.key === "?") dialog.showModal();
    else if (found && isOn.get()) found.act(store);
    else return;
    event.preventDefault();
  });
  return { element: dialog, open: () => dialog.showModal() };
}

function makeKeysTable() {
  const list = make("dl", "pg-keys");
  const more = [
    ["?", "this list"],
    ["Tab", "to the next control; arrow keys within tabs, sliders and the plane"],
  ];
  const rows = [...SHORTCUTS.map(({ shown, text }) => [shown, text]), ...more];
  for (const [shown, text] of rows) {
    const name = make("dt");
    name.append(make("kbd", "", shown));
    list.append(name, make("dd", "", text));
  }
  return list;
}

function makeKeysSwitch() {
  const element = make("label", "pg-keys-switch");
  const box = make("input", "pg-check");
  box.type = "checkbox";
  box.checked = readStored() !== "off";
  box.addEventListener("change", () => store(box.checked ? "on" : "off"));
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
