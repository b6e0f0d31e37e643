// The worker of one figure. It trains and measures, and only when it is asked: the page
// asks for the next frame after it has shown the last one. A frame takes a few
// milliseconds at most, so pause and rewind are answered at once.

import { startEngine } from "./engine.js";
import { Timeline } from "./timeline.js";
import { unitLines } from "./unit-lines.js";

/** @import { Engine } from "./engine.js" */
/** @import { FigureSettings, LessonData, LessonStart, LessonViews } from "./lesson.js" */
/** @import { Edit } from "./timeline.js" */
/**
 * What the page asks for with a frame.
 * @typedef {object} Next
 * @property {number} count updates
 * @property {LessonViews} views
 * @property {number} columns
 * @property {number} rows
 */

const SLICE = 7; // milliseconds of training in one frame
const UNIT_COLUMNS = 32;
const UNIT_ROWS = 24;
const INPUTS = ["x1", "x2"];
const MOONS_NOISE = 0.2; // at which the moons are the points of seed 0

/** @param {Window & typeof globalThis} scope */
export function serve(scope) {
  /** @type {any} */
  let work = null;
  scope.onmessage = async (/** @type {MessageEvent} */ event) => {
    const { ask, number, message } = event.data;
    try {
      if (ask === "start") work = await start(message);
      const answer = ask === "start" ? {} : (work[ask](message) ?? {});
      scope.postMessage({ number, answer }, { transfer: buffersOf(answer) });
    } catch (error) {
      scope.postMessage({ number, error: `${error}` });
    }
  };
}

/** @param {LessonStart} first */
async function start({ wasm, activations, data, settings }) {
  return new Work(await startEngine(wasm, activations), data, settings);
}

/** @param {object} frame */
function buffersOf(frame) {
  const arrays = Object.values(frame).filter((each) => ArrayBuffer.isView(each));
  return arrays.map((each) => /** @type {ArrayBuffer} */ (each.buffer));
}

// What the page may ask for: each public method answers the message of its name.
class Work {
  #engine;
  #data; // what figures start from: shapes of points, Britz's weights
  #setup; // the figure's settings, as they are now
  #timeline;
  /** @type {number | null} */
  #goal = null; // the update that the slider asked for
  #pace = 1; // updates that take about a millisecond

  /**
   * @param {Engine} engine
   * @param {LessonData} data
   * @param {FigureSettings} settings
   */
  constructor(engine, data, settings) {
    this.#engine = engine;
    this.#data = data;
    const { noise } = data.shapes[settings.classes];
    this.#setup = { ...settings, noise: settings.noise ?? noise, seed: 0 };
    this.#timeline = new Timeline(engine);
    this.#beginAnew();
    if (settings.start === "end") this.#goal = settings.updates;
  }

  /**
   * Train up to `count` updates, and tell what the page draws next.
   * @param {Next} wanted
   */
  next({ count, views, columns, rows }) {
    const { now } = this.#timeline;
    const wanted = this.#goal ?? Math.min(now + count, this.#setup.updates);
    const finite = this.#train(wanted - now);
    if (!finite || this.#timeline.now === this.#goal) this.#goal = null;
    return { ...this.#look(views, columns, rows), finite };
  }

  /** @param {{ update: number }} message */
  seek({ update }) {
    this.#goal = Math.min(update, this.#setup.updates);
    this.#timeline.jump(this.#goal);
  }

  /** @param {{ value: number }} message */
  rate({ value }) {
    this.#setup.rate = value;
    this.#change({ rate: value });
  }

  /** @param {{ index: number, value: number }} message */
  weight({ index, value }) {
    this.#engine.theta()[index] = value;
    this.#change({});
  }

  /** @param {{ index: number, x: number, y: number }} message */
  move({ index, x, y }) {
    const X = this.#timeline.edit.X.slice();
    if (2 * index >= X.length) return; // it has been removed meanwhile
    X.set([x, y], 2 * index);
    this.#change({ X });
  }

  /** @param {{ x: number, y: number, label: number }} message */
  add({ x, y, label }) {
    const old = this.#timeline.edit;
    const X = Float64Array.of(...old.X, x, y);
    this.#change({ X, y: Int32Array.of(...old.y, label) });
  }

  /** @param {{ index: number }} message */
  remove({ index }) {
    const old = this.#timeline.edit;
    const X = old.X.filter((_, i) => i >> 1 !== index);
    this.#change({ X, y: old.y.filter((_, i) => i !== index) });
  }

  /** @param {{ value: number }} message */
  noise({ value }) {
    this.#setup.noise = value;
    this.#change(this.#drawPoints());
  }

  /** @param {{ units: number, activation: string }} message */
  network({ units, activation }) {
    Object.assign(this.#setup, { units, activation });
    this.#begin(this.#timeline.edit);
  }

  /** @param {{ value: number }} message */
  classes({ value }) {
    this.#setup.classes = value;
    this.restore();
  }

  reset() {
    this.#begin(this.#timeline.edit);
  }

  newWeights() {
    this.#setup.seed += 1;
    this.reset();
  }

  /** The points as they were at first, and the first weights for them. */
  restore() {
    this.#setup.noise = this.#shape().noise;
    this.#beginAnew();
  }

  /** @param {Partial<Edit>} what */
  #change(what) {
    this.#goal = null;
    this.#timeline.change(what);
  }

  #shape() {
    return this.#data.shapes[this.#setup.classes];
  }

  /**
   * The moons keep the noise of seed 0, larger or smaller; other shapes have their own.
   * @returns {Omit<Edit, "rate">}
   */
  #drawPoints() {
    const { clean, labels, points } = this.#shape();
    const { noise, classes } = this.#setup;
    const y = Int32Array.from(labels);
    if (!points) return { X: this.#engine.noisyPoints(clean, y, noise, 0), y, classes };
    const share = noise / MOONS_NOISE;
    const X = Float64Array.from(points, (x, i) =>
      noise === MOONS_NOISE ? x : clean[i] + share * (x - clean[i]),
    );
    return { X, y, classes };
  }

  #beginAnew() {
    this.#begin(this.#drawPoints());
  }

  /**
   * A network as it is before training: with seed 0, if Britz trained one of its size,
   * with his weights.
   * @param {Omit<Edit, "rate">} points
   */
  #begin({ X, y, classes }) {
    const { units, activation, rate, seed } = this.#setup;
    this.#engine.setPoints(X, y, classes);
    this.#engine.setNetwork(units, activation);
    this.#engine.setPenalty(this.#data.l2);
    this.#engine.randomWeights(seed);
    const original = this.#data.weights[units];
    if (seed === 0 && classes === 2 && original) this.#engine.setTheta(original);
    this.#goal = null;
    this.#timeline.begin({ X, y, classes, rate });
  }

  /**
   * Run updates for as long as a frame allows. Returns whether all numbers are finite.
   * @param {number} count
   */
  #train(count) {
    const started = performance.now();
    let left = count;
    while (left > 0) {
      const chunk = Math.min(left, Math.max(1, Math.round(this.#pace)));
      const before = performance.now();
      if (!this.#timeline.advance(chunk)) return false;
      left -= chunk;
      const after = performance.now();
      this.#pace = 0.5 * this.#pace + (0.5 * chunk) / Math.max(after - before, 0.05);
      if (after - started > SLICE) break;
    }
    return true;
  }

  /**
   * A frame holds what the views need; what is not shown is not computed.
   * @param {LessonViews} views
   * @param {number} columns
   * @param {number} rows
   */
  #look(views, columns, rows) {
    const engine = this.#engine;
    const { losses, products } = this.#timeline;
    const { box } = this.#shape();
    /** @type {any} */
    const frame = { ...this.#state(), box };
    if (views.plane || views.network) {
      frame.plane = engine.planeMap(box, columns, rows);
      frame.pictures = engine.unitMap(box, UNIT_COLUMNS, UNIT_ROWS);
      Object.assign(frame, { columns, rows });
      Object.assign(frame, { unitColumns: UNIT_COLUMNS, unitRows: UNIT_ROWS });
    }
    if (views.hidden) frame.hidden = engine.hiddenPoints();
    if (views.loss) frame.losses = losses.curve();
    if (views.curvature) {
      frame.product = this.#timeline.productNow();
      frame.products = products.curve();
    }
    return frame;
  }

  #state() {
    const { now, end, edit } = this.#timeline;
    const { units, activation, noise } = this.#setup;
    const theta = this.#engine.theta().slice();
    return {
      update: now,
      end,
      seeking: this.#goal !== null,
      loss: this.#engine.loss(),
      accuracy: this.#engine.accuracy(),
      rate: edit.rate,
      task: "classification",
      sizes: [2, units, edit.classes],
      inputNames: INPUTS,
      classNames: Array.from({ length: edit.classes }, (_, c) => `${c}`),
      axes: INPUTS,
      hiddenLayer: 1,
      lines: unitLines(theta, units, this.#shape().box),
      activation,
      noise,
      X: edit.X.slice(),
      y: edit.y.slice(),
      theta,
      predictions: this.#engine.predictions(),
    };
  }
}
