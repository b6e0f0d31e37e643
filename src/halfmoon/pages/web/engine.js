// The engine: halfmoon's own kernels in WebAssembly, with their arrays at hand.
// All that is computed about a network is computed there.

/**
 * The kernels by name; each returns a number: an address, a count, a quantity.
 * @typedef {Record<string, (...numbers: number[]) => number>} Kernels
 */
/** @typedef {[number, number, number, number]} MapBox x from, x to, y from, y to */
/** @typedef {Awaited<ReturnType<typeof startEngine>>} Engine */
/**
 * @typedef {object} Arrays views of the engine's memory, each at an address
 * @property {(address: number, count: number) => Float64Array} doubles
 * @property {(address: number, count: number) => Int32Array} integers
 *
 * @typedef {{ points: number, classes: number, units: number }} Sizes
 */

/**
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {string[]} activations
 */
export async function startEngine(bytes, activations) {
  const { instance } = await WebAssembly.instantiate(bytes, {});
  const wasm = /** @type {Kernels} */ (instance.exports);
  const memory = /** @type {WebAssembly.Memory} */ (instance.exports.memory);
  /** @type {Arrays} */
  const arrays = {
    doubles: (address, count) => new Float64Array(memory.buffer, address, count),
    integers: (address, count) => new Int32Array(memory.buffer, address, count),
  };
  const sizes = { points: 0, classes: 0, units: 0 };
  return {
    ...makeSetters(wasm, arrays, sizes, activations),
    ...makeTraining(wasm, arrays),
    ...makeAnswers(wasm, arrays, sizes),
  };
}

/**
 * The points, and the network for them.
 * @param {Kernels} wasm
 * @param {Arrays} arrays
 * @param {Sizes} sizes
 * @param {string[]} activations
 */
function makeSetters(wasm, { doubles, integers }, sizes, activations) {
  return {
    /**
     * @param {Float64Array} X
     * @param {Int32Array} y
     * @param {number} count of classes
     */
    setPoints(X, y, count) {
      sizes.points = y.length;
      sizes.classes = count;
      doubles(wasm.points(), X.length).set(X);
      integers(wasm.labels(), y.length).set(y);
      wasm.set_points(y.length, count);
    },
    /** @param {number} hidden @param {string} activation */
    setNetwork(hidden, activation) {
      sizes.units = hidden;
      integers(wasm.sizes(), 3).set([2, hidden, sizes.classes]);
      wasm.set_network(3, activations.indexOf(activation));
    },
    /**
     * @param {number[]} clean
     * @param {Int32Array} y
     * @param {number} noise
     * @param {number} seed
     */
    noisyPoints(clean, y, noise, seed) {
      doubles(wasm.clean(), clean.length).set(clean);
      integers(wasm.labels(), y.length).set(y);
      wasm.make_points(y.length, noise, seed);
      return doubles(wasm.points(), clean.length).slice();
    },
  };
}

/**
 * The parameters, and updates of them.
 * @param {Kernels} wasm
 * @param {Arrays} arrays
 */
function makeTraining(wasm, { doubles }) {
  const theta = () => doubles(wasm.theta(), wasm.parameters());
  return {
    theta,
    setTheta: (/** @type {ArrayLike<number>} */ values) => theta().set(values),
    randomWeights: (/** @type {number} */ seed) => wasm.reset(seed),
    setPenalty: (/** @type {number} */ l2) => wasm.set_training(0, l2),
    run: (/** @type {number} */ count, /** @type {number} */ rate) =>
      wasm.run(count, rate),
    losses: (/** @type {number} */ count) => doubles(wasm.losses(), count),
    setUpdates: (/** @type {number} */ count) => wasm.set_updates(count),
  };
}

/**
 * What the network says: how good it is, maps, and each point's answers.
 * @param {Kernels} wasm
 * @param {Arrays} arrays
 * @param {Sizes} sizes
 */
function makeAnswers(wasm, { doubles }, sizes) {
  /**
   * The first row of a map is its top.
   * @param {(...numbers: number[]) => number} kernel
   * @param {MapBox} box
   * @param {number} columns
   * @param {number} rows
   * @param {number} width
   */
  function map(kernel, [x0, x1, y0, y1], columns, rows, width) {
    const address = kernel(x0, x1, y1, y0, columns, rows);
    return Float32Array.from(doubles(address, columns * rows * width));
  }
  return {
    loss: () => wasm.loss(),
    accuracy: () => wasm.accuracy(),
    curvature: () => wasm.curvature(),
    /** @param {MapBox} box @param {number} columns @param {number} rows */
    planeMap: (box, columns, rows) =>
      map(wasm.predict_map, box, columns, rows, sizes.classes),
    /** @param {MapBox} box @param {number} columns @param {number} rows */
    unitMap: (box, columns, rows) =>
      map(wasm.unit_map, box, columns, rows, sizes.units),
    predictions: () =>
      Float32Array.from(doubles(wasm.predict_points(), sizes.points * sizes.classes)),
    hiddenPoints: () =>
      Float32Array.from(doubles(wasm.hidden_points(), sizes.points * sizes.units)),
  };
}
