// Formulas as one writes them by hand: z1 = x W1 + b1 becomes z₁ = x W₁ + b₁.

const LOW_DIGITS = "₀₁₂₃₄₅₆₇₈₉";
/** @type {[RegExp, string][]} */
const SIGNS = [
  [/\by_hat\b/g, "ŷ"],
  [/\bdelta(?=\d|\b)/g, "δ"],
  [/\bsum_[a-z]\b/g, "Σ"],
  [/\bpi\b/g, "π"],
  [/\bPhi\b/g, "Φ"],
  [/\bphi\b/g, "φ"],
  [/ \* /g, " · "],
  [/\^T\b/g, "ᵀ"],
  [/\^2(?![\d.])/g, "²"],
  [/-/g, "−"],
];

/** @param {string} formula */
export function mathText(formula) {
  let text = formula;
  for (const [sign, written] of SIGNS) text = text.replace(sign, written);
  return text.replace(/(?<![\p{L}_])(d?[\p{L}])(\d+)(?![\w.])/gu, (_, name, digits) => {
    const low = [...digits].map((digit) => LOW_DIGITS[Number(digit)]);
    return `${name}${low.join("")}`;
  });
}
