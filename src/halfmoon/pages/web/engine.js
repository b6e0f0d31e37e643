// The engine: halfmoon's own kernels in WebAssembly, with their arrays at hand.
// All that is computed about a network is computed there.

export async function startEngine(bytes, activations) {
  const { instance } = await WebAssembly.instantiate(bytes, {});
  const wasm = instance.exports;

  function doubles(address, count) {
    return new Float64Array(wasm.memory.buffer, address, count);
  }
  function integers(address, count) {
    return new Int32Array(wasm.memory.buffer, address, count);
  }

  let points = 0;
  let classes = 0;
  let units = 0;

  function theta() {
    return doubles(wasm.theta(), wasm.parameters());
  }

  function setPoints(X, y, count) {
    points = y.length;
    classes = count;
    doubles(wasm.points(), X.length).set(X);
    integers(wasm.labels(), y.length).set(y);
    wasm.set_points(points, classes);
  }

  function setNetwork(hidden, activation) {
    units = hidden;
    integers(wasm.sizes(), 3).set([2, hidden, classes]);
    wasm.set_network(3, activations.indexOf(activation));
  }

  // `box` is [x from, x to, y from, y to]; the first row of a map is its top
  function map(kernel, box, columns, rows, width) {
    const [x0, x1, y0, y1] = box;
    const address = kernel(x0, x1, y1, y0, columns, rows);
    return Float32Array.from(doubles(address, columns * rows * width));
  }

  return {
    setPoints,
    setNetwork,
    theta,
    setTheta: (values) => theta().set(values),
    randomWeights: (seed) => wasm.reset(seed),
    setPenalty: (l2) => wasm.set_training(0, l2),
    run: (count, rate) => wasm.run(count, rate),
    losses: (count) => doubles(wasm.losses(), count),
    setUpdates: (count) => wasm.set_updates(count),
    loss: () => wasm.loss(),
    accuracy: () => wasm.accuracy(),
    curvature: () => wasm.curvature(),
    planeMap: (box, columns, rows) =>
      map(wasm.predict_map, box, columns, rows, classes),
    unitMap: (box, columns, rows) => map(wasm.unit_map, box, columns, rows, units),
    predictions: () =>
      Float32Array.from(doubles(wasm.predict_points(), points * classes)),
    hiddenPoints: () =>
      Float32Array.from(doubles(wasm.hidden_points(), points * units)),
    noisyPoints(clean, y, noise, seed) {
      doubles(wasm.clean(), clean.length).set(clean);
      integers(wasm.labels(), y.length).set(y);
      wasm.make_points(y.length, noise, seed);
      return doubles(wasm.points(), clean.length).slice();
    },
  };
}
