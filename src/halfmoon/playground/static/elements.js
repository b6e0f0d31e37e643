// Small parts that many panels are made of.

import { make } from "./controls.js";

/**
 * A cell that names a row or a column of a table.
 * @param {string} text
 * @param {"row" | "col"} scope
 */
export function makeHeadCell(text, scope) {
  const cell = make("th", "", text);
  cell.scope = scope;
  return cell;
}

/**
 * Scrolled by the keyboard too, and announced by its name.
 * @param {HTMLElement} element
 * @param {string} label
 */
export function makeScrollable(element, label) {
  element.tabIndex = 0;
  element.setAttribute("role", "region");
  element.setAttribute("aria-label", label);
}

/**
 * Written only when it changes, so that a selection and a screen reader rest.
 * @param {HTMLElement} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * The options of a list, as pairs of value and text.
 * @param {HTMLSelectElement} select
 * @param {[string, string][]} options
 */
export function setOptions(select, options) {
  select.replaceChildren(...options.map(([value, text]) => new Option(text, value)));
}

/**
 * A few numbers with their names.
 * @param {HTMLElement} list a description list
 * @param {[string, string][]} rows name and value
 */
export function setNumbers(list, rows) {
  const text = JSON.stringify(rows);
  if (list.dataset.known === text) return;
  list.dataset.known = text;
  const made = rows.map(([name, value]) => {
    const pair = make("div");
    pair.append(make("dt", "", name), make("dd", "", value));
    return pair;
  });
  list.replaceChildren(...made);
}
