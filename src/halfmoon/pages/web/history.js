// A quantity over the updates, reduced to what a curve on a logarithmic axis can show:
// its lowest and highest value in each narrow range of updates.

const PER_DECADE = 90;
const DECADES = 6;
const MOST = 10 ** 5; // updates

/**
 * Where an update stands on the axis: the 0th at 0, the 9th at 1, the 99th at 2.
 * @param {number} update
 */
export function place(update) {
  return Math.log10(update + 1);
}

/** @param {number} update */
function rangeOf(update) {
  return Math.floor(place(update) * PER_DECADE);
}

/**
 * The first two updates of each range, such as they come after `update`: a quantity that
 * takes long to measure is measured at these. (Two, as it may alternate.)
 * @param {number} update
 */
export function nextMeasured(update) {
  for (let i = rangeOf(update); ; i += 1) {
    const first = Math.max(0, Math.ceil(10 ** (i / PER_DECADE) - 1 - 1e-9));
    const found = [first, first + 1].find((each) => each > update);
    if (found !== undefined) return found;
  }
}

export class History {
  #low = new Float32Array(PER_DECADE * DECADES).fill(NaN);
  #high = new Float32Array(PER_DECADE * DECADES).fill(NaN);
  #values = new Float64Array(MOST).fill(NaN);
  #known = 0;

  /** @param {number} update */
  at(update) {
    return this.#values[update];
  }

  /**
   * @param {number} from
   * @param {ArrayLike<number>} list
   */
  add(from, list) {
    for (let i = 0; i < list.length; i += 1) {
      this.#values[from + i] = list[i];
      this.#see(from + i);
    }
    this.#known = Math.max(this.#known, from + list.length);
  }

  /**
   * Forget this update and all that follow.
   * @param {number} update
   */
  clear(update) {
    const first = rangeOf(update);
    this.#low.fill(NaN, first);
    this.#high.fill(NaN, first);
    this.#values.fill(NaN, update, this.#known);
    for (let i = update - 1; i >= 0 && rangeOf(i) === first; i -= 1) this.#see(i);
    this.#known = Math.min(this.#known, update);
  }

  /** [place, lowest, highest] of each range that has values, one after the other. */
  curve() {
    /** @type {number[]} */
    const points = [];
    this.#low.forEach((low, i) => {
      if (!Number.isNaN(low)) points.push((i + 0.5) / PER_DECADE, low, this.#high[i]);
    });
    return Float32Array.from(points);
  }

  /** @param {number} update */
  #see(update) {
    const value = this.#values[update];
    if (Number.isNaN(value)) return;
    const i = rangeOf(update);
    this.#low[i] = this.#low[i] <= value ? this.#low[i] : value;
    this.#high[i] = this.#high[i] >= value ? this.#high[i] : value;
  }
}
