// One row's way through the network and back: every equation, and below it the equation
// with this row's numbers, entry by entry.

import { make } from "./controls.js";
import { makeHeadCell } from "./elements.js";
import { mathText } from "./math-text.js";
import { countText, lossText, short } from "./numbers.js";

/** @import { Panel, PlaygroundFrame, Store } from "./playground.js" */
/**
 * @typedef {object} TraceLine
 * @property {string} tag
 * @property {string} name
 * @property {string} formula
 * @property {string} shape
 * @property {{index: string, written: string, value: number | null}[]} entries
 * @property {number} more
 */

const NO_ROW = "Click a point of the map, or take a row by its number.";

/**
 * @param {Store} store
 * @returns {Panel}
 */
export function makeTracePanel(store) {
  const chooser = makeRowChooser(store);
  const summary = make("p", "pg-note pg-trace-summary", NO_ROW);
  const forward = makeWay("Forward: from x to the loss");
  const backward = makeWay("Backward: from the loss to every weight");
  const ways = make("div", "pg-trace-ways", forward.element, backward.element);
  const head = make("div", "pg-wrap pg-head", chooser.element, summary);
  const element = make("div", "pg-trace", head, ways);

  return {
    element,
    every: 300,
    wants() {
      const row = store.marks.picked;
      return row === null ? null : { trace: { row } };
    },
    draw(frame) {
      const row = store.marks.picked;
      chooser.show(row);
      const trace = row === null ? null : frame.trace;
      ways.hidden = !trace;
      if (!trace) summary.textContent = NO_ROW;
      if (!trace || trace.row !== row) return;
      summary.textContent = summaryOf(trace, frame);
      forward.show(trace.forward);
      backward.show(trace.backward);
    },
  };
}

/** @param {Store} store */
function makeRowChooser(store) {
  const input = make("input");
  input.type = "number";
  input.min = "1";
  input.addEventListener("change", () => {
    const row = Math.round(Number(input.value)) - 1;
    const isRow = input.value !== "" && row >= 0 && row < store.state.data.rows;
    store.act.pick?.(isRow ? row : null);
  });
  const element = make("label", "pg-row pg-row-chooser", "Row ", input);
  return {
    element,
    /** @param {number | null} row */
    show(row) {
      input.max = `${store.state.data.rows}`;
      if (document.activeElement !== input)
        input.value = row === null ? "" : `${row + 1}`;
    },
  };
}

/**
 * @param {any} trace
 * @param {PlaygroundFrame} frame
 */
function summaryOf({ title, truth, outputs, loss, update }, frame) {
  const isClass = frame.task === "classification";
  const values = outputs.map((/** @type {any} */ { name, value }) => {
    return isClass ? `${name}: ${short(value)}` : short(value);
  });
  const known = isClass ? `class ${truth}` : short(truth);
  const predicted = `${values.join(", ")} after update ${countText(update)}`;
  return `${title}. Truth ${known}, predicted ${predicted}; loss ${lossText(loss)}.`;
}

/** @param {string} title */
function makeWay(title) {
  const list = make("div", "pg-equations");
  const element = make("section", "", make("h3", "", title), list);
  let known = "";
  /** @type {{update: (line: TraceLine) => void}[]} */
  let equations = [];
  return {
    element,
    /** @param {TraceLine[]} lines */
    show(lines) {
      const form = lines
        .map(({ name, shape, formula }) => name + shape + formula)
        .join();
      if (form !== known) {
        known = form;
        const made = lines.map(makeEquation);
        list.replaceChildren(...made.map(({ element: each }) => each));
        equations = made;
      }
      lines.forEach((line, i) => equations[i].update(line));
    },
  };
}

/**
 * An equation with room for its numbers, which change while it trains.
 * @param {TraceLine} line
 */
function makeEquation({ tag, name, formula, shape, entries, more }) {
  const math = make("span", "pg-math", mathText(`${name} = ${formula}`));
  if (formula === "the row") math.textContent = `${name}, the row`;
  const caption = make("caption");
  caption.append(math, make("span", "pg-label pg-tag", `${tag} ${shape}`));
  const body = make("tbody");
  const cells = entries.map(({ index }) => {
    const written = make("td", "pg-math");
    const value = make("td", "pg-result");
    const line = make("tr", "", makeHeadCell(index, "row", "pg-label"), written, value);
    body.append(line);
    return { written, value };
  });
  const element = make("table", "pg-equation", caption, body);
  if (more > 0) {
    const rest = make("td", "pg-note", `and ${countText(more)} more`);
    rest.colSpan = 3;
    const foot = make("tr", "", rest);
    body.append(foot);
  }
  return {
    element,
    /** @param {TraceLine} line */
    update(line) {
      line.entries.forEach(({ written, value }, i) => {
        cells[i].written.textContent = mathText(written);
        cells[i].value.textContent = short(value);
      });
    },
  };
}
