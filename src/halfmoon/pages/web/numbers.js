// Numbers as texts: alike in all panels.

const NONE = "–";
const COUNT = new Intl.NumberFormat("en");
const DIGITS = { maximumFractionDigits: 5 };

/**
 * A quantity with three figures that count: 0.0123, 1.23, 12,300, 1.2e-7.
 * @param {number | null | undefined} value
 */
export function short(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return NONE;
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 1e6)) {
    return signed(value.toExponential(1));
  }
  return signed(Number(value.toPrecision(3)).toLocaleString("en", DIGITS));
}

/**
 * A loss, of the same width while it changes: 0.0684, 12.30, 6.8e-5.
 * @param {number | null | undefined} value
 */
export function lossText(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) {
    return short(value);
  }
  if (value !== 0 && value < 0.001) return value.toExponential(2);
  return value < 10 ? value.toFixed(4) : value.toFixed(value < 1000 ? 2 : 0);
}

/**
 * An accuracy in per cent, or R² as it is.
 * @param {number | null | undefined} value
 * @param {string} name "accuracy" or "R2"
 */
export function scoreText(value, name) {
  if (value === null || value === undefined || !Number.isFinite(value)) {
    return short(value);
  }
  if (name === "accuracy") return `${(100 * value).toFixed(1)}%`;
  return signed(value.toFixed(3));
}

/** @param {number} value a whole number: 12,000 */
export function countText(value) {
  return COUNT.format(value);
}

/** @param {string} text a number's, whose minus becomes as wide as a plus */
function signed(text) {
  return text.replace("-", text.includes("e-") && !text.startsWith("-") ? "-" : "−");
}
