// The timeline of one training: it can go back to any update, and on from there.
// It keeps theta at some updates (fewer, the more there are) and each edit: a rate, a
// point or a weight that was changed. An update between two of them is run again from
// the one before, with the same points and rate, so it is the same to the last bit.

import { History, nextMeasured } from "./history.js";

/** @import { Engine } from "./engine.js" */
/** @typedef {{ rate: number, X: Float64Array, y: Int32Array, classes: number }} Edit */
/** @typedef {{ at: number, theta: Float64Array, edit: Edit | null }} Kept */

const MOST_KEPT = 400;
const LONGEST_RUN = 4096; // the engine keeps so many losses of one call

export class Timeline {
  losses = new History();
  products = new History(); // the learning rate times the curvature
  now = 0; // updates done
  end = 0; // updates known
  edit = /** @type {Edit} */ ({}); // what the updates are run with
  #engine;
  /** @type {Kept[]} */
  #kept = []; // in order; edit is null where nothing was changed
  #every = 1;
  #measures = false; // whether the curvature is wanted

  /** @param {Engine} engine */
  constructor(engine) {
    this.#engine = engine;
  }

  /**
   * The first state of a new network.
   * @param {Edit} first
   */
  begin(first) {
    this.#kept = [];
    this.#every = 1;
    this.now = 0;
    this.change(first);
  }

  /**
   * From here on, something is otherwise: what was known of later updates is dropped.
   * @param {Partial<Edit>} what
   */
  change(what) {
    this.edit = { ...this.edit, ...what };
    this.#use(this.edit);
    this.#kept = this.#kept.filter((each) => each.at < this.now);
    this.#keep(this.edit);
    this.end = this.now;
    this.losses.clear(this.now);
    this.products.clear(this.now);
  }

  /**
   * Run up to `count` updates. Returns whether all numbers stayed finite.
   * @param {number} count
   */
  advance(count) {
    const goal = this.now + count;
    while (this.now < goal) {
      const next = this.#kept.find((each) => each.edit && each.at > this.now);
      const asked = Math.min(...this.#stops(goal, next)) - this.now;
      const done = this.#engine.run(asked, this.edit.rate);
      this.losses.add(this.now, this.#engine.losses(done));
      this.now += done;
      this.end = Math.max(this.end, this.now);
      if (next && this.now === next.at) this.#enter(next);
      else if (this.#isTimeToKeep()) this.#keepAnother();
      if (this.#measures && this.now === nextMeasured(this.now - 1)) this.#measure();
      if (done < asked) return false;
    }
    return true;
  }

  /**
   * Go to the state that is kept nearest before an update; `advance` does the rest.
   * @param {number} update
   */
  jump(update) {
    const state = this.#kept.findLast((each) => each.at <= update) ?? this.#kept[0];
    if (update < this.now || state.at > this.now) this.#enter(state);
  }

  /** The learning rate times the curvature; from here on it is measured on the way. */
  productNow() {
    this.#measures = true;
    if (Number.isNaN(this.products.at(this.now))) this.#measure();
    return this.products.at(this.now);
  }

  /**
   * Where a run must pause at the latest.
   * @param {number} goal
   * @param {Kept | undefined} next
   */
  #stops(goal, next) {
    const keeping = this.now - (this.now % this.#every) + this.#every;
    const stops = [goal, keeping, this.now + LONGEST_RUN];
    if (next) stops.push(next.at);
    if (this.#measures) stops.push(nextMeasured(this.now));
    return stops;
  }

  /** @param {Edit} edit */
  #use({ X, y, classes }) {
    this.#engine.setPoints(X, y, classes);
    this.#engine.setUpdates(this.now);
  }

  /** @param {Kept} state */
  #enter(state) {
    this.now = state.at;
    const last = this.#kept.findLast((each) => each.edit && each.at <= this.now);
    this.edit = last?.edit ?? this.edit;
    this.#use(this.edit);
    this.#engine.setTheta(state.theta);
  }

  /** @param {Edit | null} edit */
  #keep(edit) {
    this.#kept.push({ at: this.now, theta: this.#engine.theta().slice(), edit });
  }

  #isTimeToKeep() {
    return (
      this.now % this.#every === 0 && this.now > this.#kept[this.#kept.length - 1].at
    );
  }

  #keepAnother() {
    this.#keep(null);
    if (this.#kept.filter((each) => !each.edit).length <= MOST_KEPT) return;
    this.#every *= 2;
    this.#kept = this.#kept.filter((each) => each.edit || each.at % this.#every === 0);
  }

  #measure() {
    this.products.add(this.now, [this.edit.rate * this.#engine.curvature()]);
  }
}
