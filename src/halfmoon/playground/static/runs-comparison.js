// Two runs side by side: the settings in which they differ, and what came of it.

import { make } from "./controls.js";
import { makeHeadCell } from "./elements.js";
import { countText, lossText, scoreText } from "./numbers.js";

/** @import { RunInfo } from "./playground.js" */

export function makeComparison() {
  const element = make("div", "pg-comparison");
  const note = make("p", "pg-note");
  const table = make("table", "pg-differences");
  element.append(note, table);

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
    const head = comparedRow("th", ["", ...runs.map(({ name }) => name)], "col");
    const differing = settingsThatDiffer(runs[0].setup, runs[1].setup);
    const rows = [...differing, ...results(runs, score)];
    const body = make("tbody");
    body.append(...rows.map((cells) => comparedRow("td", cells, "row")));
    const top = make("thead");
    top.append(head);
    table.replaceChildren(caption, top, body);
  }
  return { element, show };
}

/**
 * @param {"th" | "td"} tag of all cells but the first
 * @param {string[]} texts
 * @param {"row" | "col"} scope
 */
function comparedRow(tag, texts, scope) {
  const row = make("tr");
  texts.forEach((text, i) => {
    const isHead = text !== "" && (i === 0 || tag === "th");
    const side = i === 0 ? "row" : scope;
    row.append(isHead ? makeHeadCell(text, side) : make("td", "", text));
  });
  return row;
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
