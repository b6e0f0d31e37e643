// Two runs side by side: the settings in which they differ, and what came of it.

import { make } from "./controls.js";
import { fillTable, makeHeadCell } from "./elements.js";
import { countText, lossText, scoreText } from "./numbers.js";

/** @import { RunInfo } from "./playground.js" */

export function makeComparison() {
  const note = make("p", "pg-note");
  const table = make("table", "pg-differences");
  const element = make("div", "pg-comparison", note, table);

  /**
   * @param {RunInfo[]} runs those that are chosen
   * @param {string} score
   */
  function show(runs, score) {
    table.hidden = runs.length !== 2;
    note.hidden = runs.length !== 1;
    note.textContent = "Choose a second run to compare it with.";
    if (runs.length !== 2) return;
    const caption = make("caption", "", "What differs");
    const heads = ["", ...runs.map(({ name }) => name)].map((text) => {
      return text === "" ? make("td") : makeHeadCell(text, "col");
    });
    const differing = settingsThatDiffer(runs[0].setup, runs[1].setup);
    const rows = [...differing, ...results(runs, score)];
    fillTable(table, heads, rows.map(comparedRow), caption);
  }
  return { element, show };
}

/** @param {string[]} texts the name, and both values */
function comparedRow([name, ...values]) {
  const cells = values.map((text) => make("td", "", text));
  return make("tr", "", makeHeadCell(name, "row"), ...cells);
}

/**
 * @param {Record<string, any>} first
 * @param {Record<string, any>} second
 * @returns {string[][]} name and both values
 */
function settingsThatDiffer(first = {}, second = {}) {
  const names = Object.keys(first).filter((name) => {
    return JSON.stringify(first[name]) !== JSON.stringify(second[name]);
  });
  return names.map((name) => [
    name.replaceAll("_", " "),
    valueText(first[name]),
    valueText(second[name]),
  ]);
}

/** @param {any} value a setting's */
function valueText(value) {
  if (value === null) return "none";
  if (value === true) return "yes";
  if (value === false) return "no";
  return Array.isArray(value) ? value.join(", ") || "none" : `${value}`;
}

/**
 * @param {RunInfo[]} runs
 * @param {string} score
 * @returns {string[][]}
 */
function results(runs, score) {
  return [
    ["updates", ...runs.map(({ update }) => countText(update))],
    ["training loss", ...runs.map((run) => lossText(run.train_loss))],
    ["test loss", ...runs.map((run) => lossText(run.test_loss))],
    [
      score === "accuracy" ? "accuracy" : "R²",
      ...runs.map((run) => scoreText(run.score, score)),
    ],
  ];
}
