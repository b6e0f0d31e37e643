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

/** @import { Frame, Look } from "./types.js" */
/**
 * @typedef {object} Entry
 * @property {string} text
 * @property {number} label
 * @property {boolean} [isHollow]
 * @property {boolean} [isWrong]
 */

const MARK = 18; // pixels
const MOST_CLASSES = 8; // that are named

/**
 * @param {() => void} redraw
 */
export function makeLegend(redraw) {
  const element = make("div", "pg-legend");
  const bar = makeCanvas("pg-legend-bar", redraw);
  const scale = make("div", "pg-legend-scale");
  const low = make("span", "pg-legend-end");
  const high = make("span", "pg-legend-end");
  scale.append(low, bar.element, high);
  let shown = "";

  /**
   * The colour scale from `from` to `to`, of what values or of what units answer.
   * @param {Uint32Array} shades
   * @param {string} from
   * @param {string} to
   */
  function drawScale(shades, from, to) {
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
   * @param {number | null} span of a unit that is shown, or null for the prediction
   */
  function draw(frame, look, span) {
    const isScale = span !== null || frame.task === "regression";
    const hasTest = Boolean(frame.test?.some((each) => each === 1));
    const key = JSON.stringify([isScale, frame.classNames, hasTest, look.ink]);
    if (key !== shown) {
      const entries = entriesOf(frame, isScale, hasTest);
      const marks = entries.map((entry) => makeEntry(entry, look));
      element.replaceChildren(...(isScale ? [scale] : []), ...marks);
    }
    shown = key;
    if (span !== null) {
      const end = `${Number(span.toPrecision(2))}`;
      drawScale(look.shades.signed, `−${end}`, `+${end}`);
    } else if (isScale) {
      const [from, to] = frame.range ?? [-1, 1];
      drawScale(look.shades.values, endText(from, to, from), endText(from, to, to));
    }
  }
  return { element, draw };
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
function entriesOf({ classNames, task }, isScale, hasTest) {
  /** @type {Entry[]} */
  const entries = [];
  if (!isScale) {
    classNames.slice(0, MOST_CLASSES).forEach((text, label) => {
      entries.push({ text, label });
    });
    const more = classNames.length - MOST_CLASSES;
    if (more > 0) entries.push({ text: `and ${more} more`, label: -1 });
  }
  if (hasTest) entries.push({ text: "test row", label: 0, isHollow: true });
  if (task === "classification")
    entries.push({ text: "wrong", label: 0, isWrong: true });
  return entries;
}

/**
 * @param {Entry} entry
 * @param {Look} look
 */
function makeEntry({ text, label, isHollow, isWrong }, look) {
  const entry = make("span", "pg-legend-entry");
  if (label >= 0) {
    const canvas = make("canvas", "pg-legend-mark");
    canvas.setAttribute("aria-hidden", "true");
    const density = Math.min(window.devicePixelRatio || 1, 3);
    canvas.width = MARK * density;
    canvas.height = MARK * density;
    const context = contextOf(canvas);
    context.scale(density, density);
    tracePoint(context, label, MARK / 2, MARK / 2, 5.5);
    const isOfNoClass = isHollow || isWrong;
    context.fillStyle = css(isOfNoClass ? look.faint : classColour(look, label));
    context.fill();
    if (isWrong) {
      context.strokeStyle = css(look.ink);
      context.lineWidth = 1.8;
      context.stroke();
    }
    if (isHollow) {
      tracePoint(context, label, MARK / 2, MARK / 2, 2.75);
      context.fillStyle = "#ffffff";
      context.fill();
    }
    entry.append(canvas);
  }
  const name = make("span", "", text);
  name.title = text;
  entry.append(name);
  return entry;
}
