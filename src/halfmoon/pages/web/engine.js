// The engine: halfmoon's own kernels in WebAssembly, with their arrays at hand.
// All that is computed about a network is computed there.

/**
 * The kernels by name; each returns a number: an address, a count, a quantity.
 * @typedef {Record<string, (...numbers: number[]) => number>} Kernels
 */
/** @typedef {[number, number, number, number]} MapBox x from, x to, y from, y to */
/** @typedef {Awaited<ReturnType<typeof startEngine>>} Engine */

/**
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {string[]} activations
 */
export async function startEngine(bytes, activations) {
  const { instance } = await WebAssembly.instantiate(bytes, {});
  const wasm = /** @type {Kernels} */ (instance.exports);
  const memory = /** @type {WebAssembly.Memory} */ (instance.exports.memory);

  /** @param {number} address @param {number} count */
  function doubles(address, count) {
    return new Float64Array(memory.buffer, address, count);
  }
  /** @param {number} address @param {number} count */
  function integers(address, count) {
    return new Int32Array(memory.buffer, address, count);
  }

  let points = 0;
  let classes = 0;
  let units = 0;

  function theta() {
    return doubles(wasm.theta(), wasm.parameters());
  }

  /**
   * @param {Float64Array} X
   * @param {Int32Array} y
   * @param {number} count of classes
   */
  function setPoints(X, y, count) {
    points = y.length;
    classes = count;
    doubles(wasm.points(), X.length).set(X);
    integers(wasm.labels(), y.length).set(y);
    wasm.set_points(points, classes);
  }

  /** @param {number} hidden @param {string} activation */
  function setNetwork(hidden, activation) {
    units = hidden;
    integers(wasm.sizes(), 3).set([2, hidden, classes]);
    wasm.set_network(3, activations.indexOf(activation));
  }

  /**
   * The first row of a map is its top.
   * @param {(...numbers: number[]) => number} kernel
   * @param {MapBox} box
   * @param {number} columns
   * @param {number} rows
   * @param {number} width
   */
  function map(kernel, box, columns, rows, width) {
    const [x0, x1, y0, y1] = box;
    const address = kernel(x0, x1, y1, y0, columns, rows);
    return Float32Array.from(doubles(address, columns * rows * width));
  }

  return {
    setPoints,
    setNetwork,
    theta,
    setTheta: (/** @type {ArrayLike<number>} */ values) => theta().set(values),
    randomWeights: (/** @type {number} */ seed) => wasm.reset(seed),
    setPenalty: (/** @type {number} */ l2) => wasm.set_training(0, l2),
    run: (/** @type {number} */ count, /** @type {number} */ rate) =>
      wasm.run(count, rate),
    losses: (/** @type {number} */ count) => doubles(wasm.losses(), count),
    setUpdates: (/** @type {number} */ count) => wasm.set_updates(count),
    loss: () => wasm.loss(),
    accuracy: () => wasm.accuracy(),
    curvature: () => wasm.curvature(),
    /** @param {MapBox} box @param {number} columns @param {number} rows */
    planeMap: (box, columns, rows) =>
      map(wasm.predict_map, box, columns, rows, classes),
    /** @param {MapBox} box @param {number} columns @param {number} rows */
    unitMap: (box, columns, rows) => map(wasm.unit_map, box, columns, rows, units),
    predictions: () =>
      Float32Array.from(doubles(wasm.predict_points(), points * classes)),
    hiddenPoints: () =>
      Float32Array.from(doubles(wasm.hidden_points(), points * units)),
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
