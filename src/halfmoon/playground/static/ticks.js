// Round numbers along an axis, and where they stand.

import { make } from "./controls.js";
import { multiplesOf, roundAbove } from "./round-numbers.js";

const A_DAY = 86_400_000; // milliseconds
const A_MONTH = 28; // days, at least

/**
 * Round numbers from `low` to `high`, at most about so many, as texts.
 * @param {number} low
 * @param {number} high
 * @param {number} most
 * @param {boolean} isDate numbers are days since 1970
 * @returns {[number, string][]}
 */
function roundTicks(low, high, most, isDate) {
  const least = (high - low) / Math.max(1, most);
  if (!(least > 0) || !Number.isFinite(least)) return [];
  const step = roundAbove(least);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  /** @param {number} value */
  const write = (value) =>
    isDate ? dateText(value, step >= A_MONTH) : tickText(value, digits);
  return multiplesOf(step, low, high).map((value) => [value, write(value)]);
}

/**
 * @param {number} days since 1970
 * @param {boolean} isMonth whether the day is left out
 */
function dateText(days, isMonth) {
  const date = new Date(days * A_DAY);
  if (Number.isNaN(date.getTime())) return "";
  return date.toISOString().slice(0, isMonth ? 7 : 10);
}

/**
 * @param {number} value
 * @param {number} digits
 */
function tickText(value, digits) {
  const size = Math.abs(value);
  if (size >= 1e6 || digits > 4) return value.toExponential(1).replace("e+", "e");
  const text = size >= 1e4 ? value.toLocaleString("en") : value.toFixed(digits);
  return text.replace("-", "−").replace(/^−(0\.?0*)$/, "$1");
}

/**
 * Ticks beside a plot: along its side, from its start.
 * @param {"across" | "up"} direction
 */
export function makeTicks(direction) {
  const element = make("div", `pg-label pg-ticks pg-ticks-${direction}`);
  element.setAttribute("aria-hidden", "true");
  let shown = "";
  return {
    element,
    /**
     * @param {number} low
     * @param {number} high
     * @param {number} most
     * @param {boolean} isDate
     */
    show(low, high, most, isDate) {
      const key = `${low} ${high} ${most} ${isDate}`;
      if (key === shown) return;
      shown = key;
      const ticks = roundTicks(low, high, most, isDate);
      const longest = Math.max(0, ...ticks.map(([, text]) => text.length));
      if (direction === "up") element.style.width = `${longest}ch`;
      const marks = ticks.map(([value, text]) => {
        const mark = make("span", "", text);
        const share = `${(100 * (value - low)) / (high - low)}%`;
        if (direction === "across") mark.style.left = share;
        else mark.style.bottom = share;
        return mark;
      });
      element.replaceChildren(...marks);
    },
  };
}
