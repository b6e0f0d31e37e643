// The worker of one figure. It trains and measures, and only when it is asked: the page
// asks for the next frame after it has shown the last one. A frame takes a few
// milliseconds at most, so pause and rewind are answered at once.

import { startEngine } from "./engine.js";
import { makeTimeline } from "./timeline.js";

const SLICE = 7; // milliseconds of training in one frame
const UNIT_COLUMNS = 32;
const UNIT_ROWS = 24;
const CALM = 0.2; // the moons' noise, at which they are the points of seed 0

export function serve(scope) {
  let work = null;
  scope.onmessage = async ({ data }) => {
    if (data.ask === "start") {
      work = await startWork(data);
      scope.postMessage({ ready: true });
      return;
    }
    const frame = work[data.ask](data);
    if (frame) scope.postMessage(frame, buffersOf(frame));
  };
}

function buffersOf(frame) {
  const arrays = Object.values(frame).filter((each) => ArrayBuffer.isView(each));
  return arrays.map((each) => each.buffer);
}

async function startWork({ wasm, activations, data, settings }) {
  const engine = await startEngine(wasm, activations);
  const timeline = makeTimeline(engine);
  const setup = { ...settings, seed: 0 };
  let goal = null; // the update that the slider asked for
  let pace = 1; // updates that take about a millisecond

  function shape() {
    return data.shapes[setup.classes];
  }

  // The moons keep the noise of seed 0, larger or smaller; other shapes have their own.
  function drawnPoints() {
    const { clean, labels, points } = shape();
    if (!points) return engine.noisyPoints(clean, labels, setup.noise, 0);
    if (setup.noise === CALM) return Float64Array.from(points);
    const share = setup.noise / CALM;
    return Float64Array.from(clean, (x, i) => x + share * (points[i] - x));
  }

  function allAnew() {
    const points = { X: drawnPoints(), y: Int32Array.from(shape().labels) };
    firstWeights({ ...points, classes: setup.classes });
  }

  // A network as it is before training: with seed 0, if Britz trained one of its size,
  // with his weights.
  function firstWeights(points) {
    const first = { ...points, rate: setup.rate };
    engine.setPoints(first.X, first.y, first.classes);
    engine.setNetwork(setup.units, setup.activation);
    engine.setPenalty(data.l2);
    engine.randomWeights(setup.seed);
    const original = data.weights[setup.units];
    if (setup.seed === 0 && setup.classes === 2 && original) engine.setTheta(original);
    goal = null;
    timeline.begin(first);
  }

  function pointsNow() {
    const { X, y, classes } = timeline.edit();
    return { X, y, classes };
  }

  function edited(what) {
    goal = null;
    timeline.change(what);
  }

  function train(count) {
    const started = performance.now();
    let left = count;
    while (left > 0) {
      const chunk = Math.min(left, Math.max(1, Math.round(pace)));
      const before = performance.now();
      if (!timeline.advance(chunk)) return false;
      left -= chunk;
      const after = performance.now();
      pace = 0.5 * pace + (0.5 * chunk) / Math.max(after - before, 0.05);
      if (after - started > SLICE) break;
    }
    return true;
  }

  function next({ count, views, columns, rows }) {
    let finite = true;
    if (goal === null) {
      finite = train(Math.min(count, setup.updates - timeline.now()));
    } else {
      finite = train(goal - timeline.now());
      if (timeline.now() === goal) goal = null;
    }
    return { ...look(views, columns, rows), finite };
  }

  // What the page draws next; what it does not show is not computed.
  function look(views, columns, rows) {
    const { X, y, rate, classes } = timeline.edit();
    const { box } = shape();
    const frame = {
      update: timeline.now(),
      end: timeline.end(),
      seeking: goal !== null,
      loss: engine.loss(),
      accuracy: engine.accuracy(),
      rate,
      classes,
      units: setup.units,
      activation: setup.activation,
      noise: setup.noise,
      box,
      X: X.slice(),
      y: y.slice(),
      theta: engine.theta().slice(),
      predictions: engine.predictions(),
    };
    if (views.plane || views.network) {
      Object.assign(frame, { columns, rows, plane: engine.planeMap(box, columns, rows) });
      const pictures = engine.unitMap(box, UNIT_COLUMNS, UNIT_ROWS);
      Object.assign(frame, { pictures, unitColumns: UNIT_COLUMNS, unitRows: UNIT_ROWS });
    }
    if (views.hidden) frame.hidden = engine.hiddenPoints();
    if (views.loss) frame.losses = timeline.losses.curve();
    if (views.curvature) {
      frame.sharp = timeline.sharpnessNow();
      frame.sharpness = timeline.sharpness.curve();
    }
    return frame;
  }

  setup.noise ??= shape().noise;
  allAnew();
  if (setup.start === "end") goal = setup.updates;
  return {
    next,
    seek({ update }) {
      goal = Math.min(update, setup.updates);
      timeline.jump(goal);
    },
    rate({ value }) {
      setup.rate = value;
      edited({ rate: value });
    },
    weight({ index, value }) {
      engine.theta()[index] = value;
      edited({});
    },
    move({ index, x, y }) {
      const X = timeline.edit().X.slice();
      X.set([x, y], 2 * index);
      edited({ X });
    },
    add({ x, y, label }) {
      const old = timeline.edit();
      const X = Float64Array.of(...old.X, x, y);
      edited({ X, y: Int32Array.of(...old.y, label) });
    },
    remove({ index }) {
      const old = timeline.edit();
      const isOther = (_, i) => i !== index;
      const X = old.X.filter((_, i) => i >> 1 !== index);
      edited({ X, y: old.y.filter(isOther) });
    },
    noise({ value }) {
      setup.noise = value;
      edited({ X: drawnPoints(), y: Int32Array.from(shape().labels) });
    },
    network({ units, activation }) {
      Object.assign(setup, { units, activation });
      firstWeights(pointsNow());
    },
    classes({ value }) {
      setup.classes = value;
      setup.noise = shape().noise;
      allAnew();
    },
    reset: () => firstWeights(pointsNow()),
    newWeights() {
      setup.seed += 1;
      firstWeights(pointsNow());
    },
    restore() {
      setup.seed = 0;
      setup.noise = shape().noise;
      allAnew();
    },
  };
}
