// A frame as Python packs it: a header, and arrays that are read where they lie.

/** @import { PlaygroundFrame } from "./playground.js" */

/** @typedef {new (buffer: ArrayBuffer, at: number, count: number) => any} TypedArray */
/** @type {Record<string, TypedArray>} */
const ARRAYS = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint8: Uint8Array,
};

/**
 * @param {ArrayBuffer} buffer the header's length, the header, the arrays
 * @returns {PlaygroundFrame} the header's values, and the arrays by name
 */
export function unpackFrame(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const text = new TextDecoder().decode(new Uint8Array(buffer, 4, length));
  const { arrays, ...frame } = JSON.parse(text);
  for (const { name, type, shape, offset } of arrays) {
    const count = shape.reduce((/** @type {number} */ a, /** @type {number} */ b) => {
      return a * b;
    }, 1);
    frame[name] = new ARRAYS[type](buffer, 4 + length + offset, count);
  }
  return frame;
}
