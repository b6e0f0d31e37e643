// What is taken for what: the rows of each class by the class that is predicted. Of
// values, which have no classes: what is predicted over what is true, and how far off.

import { make } from "./controls.js";
import { fillTable, makeHeadCell, makeScrollable, setNumbers } from "./elements.js";
import { FONT, css, makeCanvas, mix } from "./look.js";
import { countText, scoreText, short } from "./numbers.js";
import { makePick } from "./toggles.js";

/** @import { Panel, PlaygroundFrame, Store } from "./playground.js" */
/** @import { Look } from "./types.js" */

const FEW = 6; // classes whose names have room side by side
const STRENGTH = 0.45; // of a cell that holds all rows of its class

/**
 * @param {Store} store
 * @returns {Panel}
 */
export function makeConfusionPanel(store) {
  let part = "test";
  const pick = makePick({
    label: "Rows that are counted",
    options: [
      ["test", "Test rows"],
      ["train", "Training rows"],
    ],
    change(value) {
      part = value;
      store.redraw();
    },
  });
  const note = make("p", "pg-note");
  const head = make("div", "pg-wrap pg-head", pick.element, note);
  const counts = makeCounts();
  const values = makeValues(() => store.redraw());
  const element = make("div", "pg-confusion-panel");
  element.append(head, counts.element, values.element);

  return {
    element,
    every: 330,
    wants() {
      return { confusion: true, points: true };
    },
    draw(frame, look) {
      if (!frame.confusion) return;
      pick.element.hidden = !frame.confusion.test;
      const rows = frame.confusion.test ? part : "train";
      const isOfClasses = frame.task === "classification";
      counts.element.hidden = !isOfClasses;
      note.hidden = !isOfClasses;
      values.element.hidden = isOfClasses;
      if (!isOfClasses) {
        values.draw(frame, rows, look);
        return;
      }
      counts.draw(frame.confusion[rows], frame.classNames, look);
      note.textContent = summary(frame.confusion[rows]);
    },
  };
}

/** @param {number[][]} counts true class x predicted class */
function summary(counts) {
  const all = counts.flat().reduce((sum, count) => sum + count, 0);
  const right = counts.reduce((sum, row, i) => sum + row[i], 0);
  return `${countText(all - right)} of ${countText(all)} rows are predicted wrongly.`;
}

/** A table of counts; a cell is the darker, the larger its share of its true class. */
function makeCounts() {
  const table = make("table", "pg-counts");
  const caption = make("caption", "", "Rows by true class, columns by predicted class");
  const element = make("div", "pg-scroll", table);
  makeScrollable(element, "Confusion matrix");
  let known = "";
  /** @type {HTMLElement[][]} */
  let cells = [];

  /** @param {string[]} names */
  function build(names) {
    const corner = make("td", "pg-label", "true ↓ predicted →");
    const heads = names.map((name) => headerOf(name, "col"));
    cells = names.map(() => names.map(() => make("td")));
    const rows = names.map((name, i) => {
      return make("tr", "", headerOf(name, "row"), ...cells[i]);
    });
    fillTable(table, [corner, ...heads], rows, caption);
    table.classList.toggle("many", names.length > FEW);
  }

  return {
    element,
    /**
     * @param {number[][]} counts true class x predicted class
     * @param {string[]} names
     * @param {Look} look
     */
    draw(counts, names, look) {
      if (JSON.stringify(names) !== known) build(names);
      known = JSON.stringify(names);
      counts.forEach((row, i) => {
        const total = row.reduce((sum, count) => sum + count, 0);
        row.forEach((count, k) => {
          const share = total ? count / total : 0;
          const colour = i === k ? look.right : look.wrong;
          const cell = cells[i][k];
          cell.textContent = countText(count);
          cell.classList.toggle("pg-faint", count === 0);
          cell.title = `${(100 * share).toFixed(1)}% of ${names[i]}`;
          cell.style.background = css(mix(look.paper, colour, STRENGTH * share));
        });
      });
    },
  };
}

/**
 * @param {string} text
 * @param {"row" | "col"} scope
 */
function headerOf(text, scope) {
  const cell = makeHeadCell(text, scope, "pg-cut pg-faint");
  cell.title = text;
  return cell;
}

/**
 * Each shown row as a point: true value to the right, predicted value up.
 * @param {() => void} redraw
 */
function makeValues(redraw) {
  const list = make("dl", "pg-wrap pg-numbers");
  const canvas = makeCanvas("live-canvas", redraw);
  const stage = make("div", "pg-frame pg-stage", canvas.element);
  const element = make("div", "pg-wrap pg-values", stage, list);

  return {
    element,
    /**
     * @param {PlaygroundFrame} frame
     * @param {string} part
     * @param {Look} look
     */
    draw(frame, part, look) {
      const scores = frame.confusion[part];
      setNumbers(list, [
        ["R²", scoreText(scores.R2, "R2")],
        ["Root mean squared error", short(scores.rmse)],
        ["Mean absolute error", short(scores.mae)],
      ]);
      if (canvas.width && frame.y) drawPairs(canvas, frame, part, look);
    },
  };
}

/**
 * @param {ReturnType<typeof makeCanvas>} canvas
 * @param {PlaygroundFrame} frame
 * @param {string} part
 * @param {Look} look
 */
function drawPairs({ context, width, height }, frame, part, look) {
  const { y, predictions, test } = frame;
  let low = Infinity;
  let high = -Infinity;
  for (const value of y) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const margin = 0.06 * (high - low || 1);
  const share = (/** @type {number} */ value) => {
    return Math.min(1, Math.max(0, (value - low + margin) / (high - low + 2 * margin)));
  };
  context.clearRect(0, 0, width, height);
  context.strokeStyle = css(look.faint);
  context.beginPath();
  context.moveTo(0, height);
  context.lineTo(width, 0);
  context.stroke();
  context.fillStyle = css(look.accent, 0.6);
  for (let i = 0; i < y.length; i += 1) {
    if ((test?.[i] === 1) !== (part === "test")) continue;
    const up = height - share(predictions[i]) * height;
    context.beginPath();
    context.arc(share(y[i]) * width, up, 2.6, 0, 2 * Math.PI);
    context.fill();
  }
  context.font = `11px ${FONT}`;
  context.fillStyle = css(look.faint);
  context.textAlign = "left";
  context.fillText("predicted ↑", 6, 14);
  context.textAlign = "right";
  context.fillText("true →", width - 6, height - 6);
}
