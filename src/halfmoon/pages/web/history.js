// A quantity over the updates, reduced to what a curve on a logarithmic axis can show:
// its lowest and highest value in each narrow range of updates.

const PER_DECADE = 90;
const DECADES = 6;

// Where an update stands on the axis: the 0th at 0, the 9th at 1, the 99th at 2.
export function place(update) {
  return Math.log10(update + 1);
}

function bin(update) {
  return Math.floor(place(update) * PER_DECADE);
}

// The first two updates of each range, such as they come after `update`: a quantity that
// takes long to measure is measured at these. (Two, as it may alternate.)
export function nextMeasured(update) {
  for (let i = bin(update); ; i += 1) {
    const first = Math.max(0, Math.ceil(10 ** (i / PER_DECADE) - 1 - 1e-9));
    const found = [first, first + 1].find((each) => each > update);
    if (found !== undefined) return found;
  }
}

export function makeHistory() {
  const size = PER_DECADE * DECADES;
  const low = new Float32Array(size).fill(NaN);
  const high = new Float32Array(size).fill(NaN);
  const values = new Float64Array(10 ** 5).fill(NaN);
  let known = 0;

  function see(update) {
    const value = values[update];
    if (Number.isNaN(value)) return;
    const i = bin(update);
    low[i] = low[i] <= value ? low[i] : value;
    high[i] = high[i] >= value ? high[i] : value;
  }

  function add(from, list) {
    for (let i = 0; i < list.length; i += 1) {
      values[from + i] = list[i];
      see(from + i);
    }
    known = Math.max(known, from + list.length);
  }

  // Forget this update and all that follow.
  function clear(update) {
    const first = bin(update);
    low.fill(NaN, first);
    high.fill(NaN, first);
    values.fill(NaN, update, known);
    for (let i = update - 1; i >= 0 && bin(i) === first; i -= 1) see(i);
    known = Math.min(known, update);
  }

  // [place, lowest, highest] of each range that has values, one after the other
  function curve() {
    const points = [];
    for (let i = 0; i < size; i += 1) {
      if (!Number.isNaN(low[i])) points.push((i + 0.5) / PER_DECADE, low[i], high[i]);
    }
    return Float32Array.from(points);
  }

  return { add, clear, curve, at: (update) => values[update] };
}
