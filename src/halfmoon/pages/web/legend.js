// What colours and marks of the surface mean.

import { make } from "./controls.js";
import {
  classColour,
  contextOf,
  css,
  makeCanvas,
  shadeOf,
  tracePoint,
} from "./look.js";
import { drawGrid, paintGrid } from "./maps.js";
import { strokeDotted } from "./surface.js";

/** @import { Frame, Look } from "./types.js" */
/**
 * @typedef {object} Entry
 * @property {string} text
 * @property {number} label
 * @property {boolean} [isHollow]
 * @property {boolean} [isWrong]
 * @property {boolean} [isBorder]
 */
/** @typedef {{ shades: Uint32Array, low: string, high: string }} Scale colours, ends */

const MARK = 18; // pixels
const MOST_NAMED = 8; // that are named

/**
 * @param {() => void} redraw
 */
export function makeLegend(redraw) {
  const element = make("div", "pg-wrap pg-note pg-legend");
  const bar = makeCanvas("pg-legend-bar", redraw);
  const low = make("span", "pg-legend-end");
  const high = make("span", "pg-legend-end");
  const scale = make("div", "pg-row", low, bar.element, high);
  let shown = "";

  /**
   * @param {Scale} shown
   */
  function drawScale({ shades, low: from, high: to }) {
    if (!bar.width) return;
    const image = document.createElement("canvas");
    paintGrid(image, 64, 2, (i) => shadeOf(shades, (i % 64) / 63));
    drawGrid(bar.context, image, 0, 0, bar.width, bar.height);
    low.textContent = from;
    high.textContent = to;
  }

  /**
   * @param {Frame} frame
   * @param {Look} look
   * @param {Scale | null} unit the scale of what is shown of a unit, if one is
   */
  function draw(frame, look, unit) {
    const isScale = unit !== null || frame.task === "regression";
    const hasTest = Boolean(frame.test?.some((each) => each === 1));
    const hasBorder = Boolean(frame.border?.length);
    const key = JSON.stringify([
      isScale,
      frame.classNames,
      hasTest,
      hasBorder,
      look.ink,
    ]);
    if (key !== shown) {
      const entries = entriesOf(frame, isScale, hasTest);
      const marks = entries.map((entry) => makeEntry(entry, look));
      element.replaceChildren(...(isScale ? [scale] : []), ...marks);
    }
    shown = key;
    if (isScale) drawScale(unit ?? valuesScale(frame, look));
  }
  return { element, draw };
}

/**
 * The colour scale of values that are predicted.
 * @param {Frame} frame
 * @param {Look} look
 * @returns {Scale}
 */
function valuesScale({ range }, look) {
  const [from, to] = range ?? [-1, 1];
  const { values: shades } = look.shades;
  return { shades, low: endText(from, to, from), high: endText(from, to, to) };
}

/**
 * An end of a scale, with as many digits as its length needs.
 * @param {number} from
 * @param {number} to
 * @param {number} value
 */
function endText(from, to, value) {
  const digits = Math.max(0, 2 - Math.floor(Math.log10(to - from)));
  const text = value.toLocaleString("en", {
    maximumFractionDigits: Math.min(8, digits),
  });
  return text.replace("-", "−");
}

/**
 * @param {Frame} frame
 * @param {boolean} isScale
 * @param {boolean} hasTest
 * @returns {Entry[]}
 */
function entriesOf({ classNames, task, border }, isScale, hasTest) {
  /** @type {Entry[]} */
  const entries = [];
  if (!isScale) {
    classNames.slice(0, MOST_NAMED).forEach((text, label) => {
      entries.push({ text, label });
    });
    const more = classNames.length - MOST_NAMED;
    if (more > 0) entries.push({ text: `and ${more} more`, label: -1 });
  }
  if (hasTest) entries.push({ text: "test row", label: 0, isHollow: true });
  if (task === "classification")
    entries.push({ text: "wrong", label: 0, isWrong: true });
  if (border?.length) entries.push({ text: "true border", label: 0, isBorder: true });
  return entries;
}

/**
 * @param {Entry} entry
 * @param {Look} look
 */
function makeEntry(entry, look) {
  const element = make("span", "pg-row pg-legend-entry");
  if (entry.label >= 0) {
    const canvas = make("canvas", "pg-legend-mark");
    canvas.setAttribute("aria-hidden", "true");
    const density = Math.min(window.devicePixelRatio || 1, 3);
    canvas.width = MARK * density;
    canvas.height = MARK * density;
    const context = contextOf(canvas);
    context.scale(density, density);
    drawMark(context, entry, look);
    element.append(canvas);
  }
  const name = make("span", "pg-cut", entry.text);
  name.title = entry.text;
  element.append(name);
  return element;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Entry} entry
 * @param {Look} look
 */
function drawMark(context, { label, isHollow, isWrong, isBorder }, look) {
  const middle = MARK / 2;
  if (isBorder) {
    context.moveTo(1, middle);
    context.lineTo(MARK - 4, middle);
    strokeDotted(context, look);
    return;
  }
  tracePoint(context, label, middle, middle, 5.5);
  const isOfNoClass = isHollow || isWrong;
  context.fillStyle = css(isOfNoClass ? look.faint : classColour(look, label));
  context.fill();
  if (isWrong) {
    context.strokeStyle = css(look.ink);
    context.lineWidth = 1.8;
    context.stroke();
  }
  if (isHollow) {
    tracePoint(context, label, middle, middle, 2.75);
    context.fillStyle = "#ffffff";
    context.fill();
  }
}
