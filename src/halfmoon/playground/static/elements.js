// Small parts that many panels are made of.

/** @typedef {string | [string, string]} Option a value, and its text if that differs */

import { make } from "./controls.js";

/**
 * A cell that names a row or a column of a table.
 * @param {Node | string} content
 * @param {"row" | "col"} scope
 * @param {string} className
 */
export function makeHeadCell(content, scope, className = "") {
  const cell = make("th", className, content);
  cell.scope = scope;
  return cell;
}

/**
 * A button with any parts, and the look of its class.
 * @param {string} className
 * @param {() => void} press
 * @param {(Node | string)[]} parts
 */
export function makePlainButton(className, press, ...parts) {
  const element = make("button", `pg-button ${className}`, ...parts);
  element.type = "button";
  element.addEventListener("click", press);
  return element;
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
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** @param {string} text whose first letter becomes a capital */
export function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * @param {HTMLSelectElement} select
 * @param {Option[]} options
 */
export function setOptions(select, options) {
  const pairs = options.map((each) => (typeof each === "string" ? [each, each] : each));
  select.replaceChildren(...pairs.map(([value, text]) => new Option(text, value)));
}

/** @param {string} label for a screen reader */
export function makeSelect(label) {
  const select = make("select", "pg-select");
  select.setAttribute("aria-label", label);
  return select;
}

/**
 * Fill a table.
 * @param {HTMLElement} table
 * @param {Node[]} head cells
 * @param {Node[]} rows
 * @param {Node[]} caption
 */
export function fillTable(table, head, rows, ...caption) {
  const top = make("thead", "", make("tr", "", ...head));
  table.replaceChildren(...caption, top, make("tbody", "", ...rows));
}

/**
 * A few numbers with their names.
 * @param {HTMLElement} list a description list
 * @param {string[][]} rows name and value
 */
export function setNumbers(list, rows) {
  while (list.childElementCount < rows.length) {
    list.append(make("div", "", make("dt", "pg-label"), make("dd")));
  }
  while (list.childElementCount > rows.length) list.lastElementChild?.remove();
  [...list.children].forEach((pair, i) => {
    [...pair.children].forEach((part, k) => setText(part, rows[i][k]));
  });
}

/**
 * Parts by their ids, in this order: what is missing is made, and the others go.
 * @template {{element: HTMLElement}} Part
 * @param {HTMLElement} parent
 * @param {Map<string, Part>} parts
 * @param {string[]} ids
 * @param {(id: string) => Part} makePart
 */
export function keepInOrder(parent, parts, ids, makePart) {
  for (const [id, { element }] of parts) {
    if (ids.includes(id)) continue;
    element.remove();
    parts.delete(id);
  }
  return ids.map((id, i) => {
    const part = parts.get(id) ?? makePart(id);
    parts.set(id, part);
    const there = parent.children[i] ?? null;
    if (there !== part.element) parent.insertBefore(part.element, there);
    return part;
  });
}
