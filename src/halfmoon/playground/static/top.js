// The line at the very top: what this is, what is on the screen in words, and help.

import { make, makeButton } from "./controls.js";
import { countText } from "./numbers.js";

/** @import { State, Store } from "./playground.js" */

const LINK =
  "M10.6 13.4a1 1 0 0 0 1.4 0l4.2-4.2a2.4 2.4 0 0 0-3.4-3.4l-1.5 1.5-1.4-1.4 1.5-1.5" +
  "a4.4 4.4 0 0 1 6.2 6.2L13.4 14.8a3 3 0 0 1-4.2 0zM13.4 10.6a1 1 0 0 0-1.4 0l-4.2 " +
  "4.2a2.4 2.4 0 0 0 3.4 3.4l1.5-1.5 1.4 1.4-1.5 1.5a4.4 4.4 0 0 1-6.2-6.2l4.2-4.2a3 " +
  "3 0 0 1 4.2 0z";
const KEYBOARD =
  "M3 6h18v12H3zm2 2v2h2V8zm4 0v2h2V8zm4 0v2h2V8zm4 0v2h2V8zM5 12v2h2v-2zm12 0v2h2v-2" +
  "zm-8 0v2h6v-2z";

// settings that say nothing of rows that are not in a table
const OF_ROWS = /^(data=drawn|target=|groups=|axes=)/;

/**
 * @param {Store} store
 * @param {() => void} openKeys
 * @param {Location | null} place the address that shows the state, if there is one
 */
export function makeTop(store, openKeys, place) {
  const words = make("p", "pg-cut pg-words");
  const share = makeButton({ label: "Share", picture: LINK, press: copyCommand });
  const keys = makeButton({ label: "Keyboard", picture: KEYBOARD, press: openKeys });
  share.element.hidden = place === null;
  share.element.title = "Copy a command that shows this screen on any machine";
  const element = make("header", "pg-row pg-top");
  element.append(makeName(), words, share.element, keys.element);

  // an address with this machine's port is of use to nobody else
  async function copyCommand() {
    const command = commandFor(store.state, place?.hash ?? "");
    const file = fileOf(store.state);
    const where = file ? `With ${file}, it` : "It";
    const words = `${where} shows this screen on any machine: ${command}`;
    try {
      await navigator.clipboard.writeText(command);
      store.say(`Copied. ${words}`, true);
    } catch {
      store.say(words, true);
    }
  }
  return {
    element,
    /** @param {State} state */
    show(state) {
      words.textContent = wordsFor(state);
    },
  };
}

/**
 * @param {State} state
 * @param {string} fragment
 */
function commandFor(state, fragment) {
  const { kind, target } = state.data;
  const file = fileOf(state);
  const words = file ? [quoted(file)] : [];
  if (kind === "drawn") words.push(`--target ${quoted(target)}`);
  const settings = fragment
    .slice(1)
    .split("&")
    .filter((pair) => pair && !(kind === "table" ? /^data=/ : OF_ROWS).test(pair))
    .map((pair) => `--set ${quoted(pair)}`);
  return ["halfmoon playground", ...words, ...settings].join(" ");
}

/**
 * The file that the rows are in: points that were drawn can be saved as one.
 * @param {State} state
 */
function fileOf({ data }) {
  if (data.kind === "table") return data.name;
  return data.kind === "drawn" ? "rows.csv" : "";
}

/** @param {string} text for a shell */
function quoted(text) {
  const isPlain = /^[\w.,:=+/%-]+$/.test(text);
  return isPlain ? text : `'${text.replaceAll("'", `'"'"'`)}'`;
}

function makeName() {
  const moon = make("span", "pg-moon");
  moon.setAttribute("aria-hidden", "true");
  const name = make("h1", "pg-row pg-name");
  name.append(
    moon,
    make("span", "", "halfmoon"),
    make("span", "pg-faint", "playground"),
  );
  return name;
}

/** @param {State} state */
function wordsFor({ data, network }) {
  const [train, test] = [data.train, data.test].map(countText);
  const rows = `${train} rows to learn from, ${test} to test`;
  const parameters = `${countText(network.parameters)} parameters`;
  return `${data.name}: ${rows} · network ${network.sizes.join("–")}, ${parameters}`;
}
