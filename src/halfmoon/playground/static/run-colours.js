// The runs' order and colours, alike in all panels: the current run has the page's
// accent, and the others keep their colours for as long as they are there.

import { css } from "./look.js";

/** @import { RunInfo } from "./playground.js" */
/** @import { Look } from "./types.js" */

const OTHERS = /** @type {const} */ (["wrong", "right", "violet", "amber"]);

/**
 * A colour for each run, by its id.
 * @param {RunInfo[]} runs
 * @param {Look} look
 * @returns {Map<string, string>}
 */
export function runColours(runs, look) {
  const colours = new Map();
  /** @type {Set<number>} */
  const taken = new Set();
  for (const { id, current } of runs) {
    if (current) {
      colours.set(id, css(look.accent));
      continue;
    }
    if (taken.size === OTHERS.length) taken.clear();
    let choice = Number(id) % OTHERS.length;
    while (taken.has(choice)) choice = (choice + 1) % OTHERS.length;
    taken.add(choice);
    colours.set(id, css(look[OTHERS[choice]]));
  }
  return colours;
}

/**
 * The current run, and then the newest first.
 * @param {RunInfo[]} runs
 */
export function inOrder(runs) {
  const others = runs.filter(({ current }) => !current).reverse();
  return [...runs.filter(({ current }) => current), ...others];
}
