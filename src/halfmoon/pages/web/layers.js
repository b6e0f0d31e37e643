// A network's units and weights: their numbers, and what they are called.

/** @import { Frame } from "./types.js" */
/** @typedef {Pick<Frame, "sizes">} Sizes */
/** @typedef {Pick<Frame, "sizes" | "inputNames" | "classNames">} Named */

const BELOW = "₀₁₂₃₄₅₆₇₈₉";

/** @param {Sizes} frame */
export function outputsOf({ sizes }) {
  return sizes[sizes.length - 1];
}

/** @param {Sizes} frame */
export function hiddenUnits({ sizes }) {
  return sizes.slice(1, -1).reduce((sum, count) => sum + count, 0);
}

/**
 * The number of the first unit of a hidden layer, which is counted from 1.
 * @param {Sizes} frame
 * @param {number} layer
 */
export function firstUnit({ sizes }, layer) {
  return sizes.slice(1, layer).reduce((sum, count) => sum + count, 0);
}

/**
 * In which hidden layer a unit is, and which of that layer's it is.
 * @param {Sizes} frame
 * @param {number} unit
 */
export function placeOfUnit({ sizes }, unit) {
  let layer = 1;
  let index = unit;
  while (layer < sizes.length - 2 && index >= sizes[layer]) {
    index -= sizes[layer];
    layer += 1;
  }
  return { layer, index };
}

/**
 * For each layer of weights, from one layer of units to the next: theta holds W (from x
 * to) from `start` on, row after row, and then b (to).
 * @param {Sizes} frame
 */
export function weightLayers({ sizes }) {
  let start = 0;
  return sizes.slice(1).map((to, i) => {
    const layer = { start, from: sizes[i], to };
    start += (sizes[i] + 1) * to;
    return layer;
  });
}

/**
 * Which layer of weights (from 1) one belongs to, and the units that it joins; `from` is
 * the layer's count of inputs for a bias.
 * @param {Sizes} frame
 * @param {number} index
 */
export function placeOfWeight(frame, index) {
  const layers = weightLayers(frame);
  const layer = layers.findLastIndex(({ start }) => start <= index);
  const { start, from, to } = layers[layer];
  return {
    layer: layer + 1,
    from: Math.floor((index - start) / to),
    to: (index - start) % to,
    isBias: index - start >= from * to,
  };
}

/**
 * A name as one writes it: x1^2 as x₁², sin(pi age) as sin(π age).
 * @param {string} name
 */
export function readable(name) {
  const written = name
    .replace(/^sin\(pi (.*)\)$/, "sin(π $1)")
    .replace(/\^2$/, "²")
    .replace(" * ", " · ");
  if (!/^(sin\(pi )?x\d/.test(name)) return written;
  const below = (/** @type {string} */ digit) => BELOW[Number(digit)];
  return written.replace(/x(\d+)/g, (_, number) => `x${number.replace(/\d/g, below)}`);
}

/**
 * Which output a unit is, as outputs are counted after the hidden units; null for others.
 * @param {Sizes} frame
 * @param {number} unit
 */
export function outputOfUnit(frame, unit) {
  const output = unit - hiddenUnits(frame);
  return output >= 0 && output < outputsOf(frame) ? output : null;
}

/**
 * Unit 3; of several hidden layers, unit 3 of layer 2; of inputs, the input's name.
 * @param {Named} frame
 * @param {number} unit
 */
export function unitName(frame, unit) {
  if (unit < 0) return readable(frame.inputNames[-1 - unit]);
  const output = outputOfUnit(frame, unit);
  if (output !== null) return outputName(frame, output);
  const { layer, index } = placeOfUnit(frame, unit);
  const name = `unit ${index + 1}`;
  return frame.sizes.length > 3 ? `${name} of layer ${layer}` : name;
}

/**
 * @param {Named} frame
 * @param {number} output
 */
export function outputName({ classNames }, output) {
  return classNames.length > 0 ? `output ${classNames[output]}` : "the output";
}

/**
 * What a weight leads from, and what it leads to.
 * @param {Named} frame
 * @param {number} index
 * @returns {[string, string]}
 */
export function weightEnds(frame, index) {
  const { layer, from, to, isBias } = placeOfWeight(frame, index);
  const target =
    layer === frame.sizes.length - 1
      ? outputName(frame, to)
      : unitName(frame, firstUnit(frame, layer) + to);
  if (isBias) return ["bias", target];
  const source =
    layer === 1
      ? readable(frame.inputNames[from])
      : unitName(frame, firstUnit(frame, layer - 1) + from);
  return [source, target];
}

/**
 * A number as one reads it, with a true minus sign.
 * @param {number} value
 * @param {number} digits
 */
export function signedNumber(value, digits) {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(digits)}`;
}
