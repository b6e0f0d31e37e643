// What is wrong with the fit, as it arises, with the remedy as a button: below the
// network, the first thing that was found; while it trains, twice in a row.

import { make } from "./controls.js";
import { capital } from "./elements.js";
import { makeSmallButton } from "./toggles.js";

/** @import { Panel, Store } from "./playground.js" */
/**
 * @typedef {object} FindingInfo
 * @property {string} name
 * @property {string} plain what it means, in everyday words
 * @property {string} message
 * @property {string} rule
 * @property {string} remedy
 * @property {object} change
 * @property {string} label
 * @property {boolean} reset
 */

const LOOKS_APART = 2500; // milliseconds between two looks while it trains, at least
const SHARE = 0.02; // of the time that looks may take

/**
 * @param {Store} store
 * @returns {Panel}
 */
export function makeFindingsPanel(store) {
  const element = make("div", "pg-findings");
  element.setAttribute("role", "status");
  /** @type {Set<string>} */
  const closed = new Set();
  let lookedAt = -Infinity;
  let apart = LOOKS_APART;
  let known = "";
  let isAsking = false;
  /** @type {Set<string>} */
  let found = new Set(); // in the latest look
  let shown = "null";

  async function look() {
    lookedAt = performance.now();
    isAsking = true;
    const answer = await store.ask("findings");
    isAsking = false;
    apart = Math.max(LOOKS_APART, (performance.now() - lookedAt) / SHARE);
    if (answer !== null) show(answer.findings);
  }

  /** @param {FindingInfo[]} findings */
  function show(findings) {
    const before = found;
    found = new Set(findings.map(({ name }) => name));
    const first = findings.find(({ name }) => {
      const lasts = before.has(name) || !store.state.playing;
      return lasts && !closed.has(name);
    });
    const text = JSON.stringify(first ?? null);
    if (text === shown) return;
    shown = text;
    element.replaceChildren(...(first ? [makeFinding(store, first, close)] : []));
  }

  /** @param {string} name */
  function close(name) {
    closed.add(name);
    known = "";
    store.redraw();
  }

  return {
    element,
    draw(frame) {
      const key = `${frame.version} ${frame.update}`;
      const isDue = !frame.playing || performance.now() - lookedAt > apart;
      if (isAsking || key === known || !isDue) return;
      known = key;
      look();
    },
  };
}

/**
 * @param {Store} store
 * @param {FindingInfo} finding
 * @param {(name: string) => void} close
 */
function makeFinding(
  store,
  { name, plain, message, rule, remedy, change, label, reset },
  close,
) {
  const title = make("strong", "", `${capital(name)}.`);
  const exactly = make("span", "pg-note pg-exactly", `${message} ${remedy}`);
  exactly.title = rule;
  const text = make("p", "", title, ` ${plain}`, exactly);
  const element = make("div", "pg-wrap pg-frame pg-finding", text);
  if (label) {
    const button = makeSmallButton(label, async () => {
      await store.ask("change", change);
      if (reset) await store.ask("reset");
      await store.read();
    });
    element.append(button);
  }
  const away = makeSmallButton("×", () => close(name));
  away.setAttribute("aria-label", `Close: ${name}`);
  element.append(away);
  return element;
}
