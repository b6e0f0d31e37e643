// Training and test loss, or score, over the updates: of the run that is on, and of the
// kept ones beside it, so that both futures of a branch are seen.

import { makeChart } from "./chart.js";
import { makeReadout } from "./curves-readout.js";
import { make } from "./controls.js";
import { css } from "./look.js";
import { axisRange } from "./round-numbers.js";
import { inOrder, runColours } from "./run-colours.js";
import { makePick, makePress } from "./toggles.js";

const MOST_RUNS = 4;
const DASH = [5, 4];

/** @import { Panel, PlaygroundFrame, State, Store } from "./playground.js" */
/** @import { Band, Content, Line } from "./chart.js" */
/** @import { Look } from "./types.js" */
/**
 * @typedef {object} View what the reader has chosen
 * @property {string} shows "loss" or "score"
 * @property {boolean} log
 * @property {boolean} logValues
 * @property {number | null} hovered the update below the pointer
 *
 * @typedef {object} Curves one run's
 * @property {string} id
 * @property {string} colour
 * @property {ArrayLike<number>} updates those at which it was measured
 * @property {Record<string, ArrayLike<number>>} values train_loss, test_loss, ...
 */

/**
 * @param {Store} store
 * @returns {Panel}
 */
export function makeCurvesPanel(store) {
  /** @type {View} */
  const view = { shows: "loss", log: true, logValues: false, hovered: null };
  const hidden = store.hiddenRuns;
  const chart = makeChart({
    seek: (update) => store.tell("seek", { update }),
    hover(update) {
      view.hovered = update;
      fill();
    },
  });
  const readout = makeReadout((id) => {
    if (!hidden.delete(id)) hidden.add(id);
    store.redraw();
  });
  const head = makeHead(view, () => {
    store.redraw();
    store.want();
  });
  const element = make("div", "pg-column pg-curves-panel");
  element.append(head.element, chart.element, readout.element);

  /**
   * @param {PlaygroundFrame} frame
   * @param {Look} look
   */
  function draw(frame, look) {
    if (!frame.curves) return;
    const runs = curvesOf(frame, store);
    const shown = runs.filter(({ id }) => !hidden.has(id));
    const isOfBatches = store.state.setup.batch_size !== null;
    chart.draw(contentOf(frame, shown, view, isOfBatches), look);
    fill();
  }

  function fill() {
    const { frame } = store;
    if (!frame?.curves) return;
    readout.show(store.state, curvesOf(frame, store), frame, { ...view, hidden });
  }

  return {
    element,
    every: 150,
    wants() {
      const width = Math.max(100, chart.element.clientWidth);
      return { curves: { width, log: view.log, runs: shownRuns(store) } };
    },
    draw,
    show(state) {
      head.show(state);
      fill();
    },
  };
}

/**
 * @param {View} view
 * @param {() => void} change
 */
function makeHead(view, change) {
  const pick = makePick({
    label: "What the curves show",
    options: [["loss", "Loss"]],
    change(value) {
      view.shows = value;
      change();
    },
  });
  const element = make("div", "pg-wrap pg-head");
  element.append(
    pick.element,
    makeLogSwitch("x", "log"),
    makeLogSwitch("y", "logValues"),
  );

  /**
   * @param {string} axis
   * @param {"log" | "logValues"} name
   */
  function makeLogSwitch(axis, name) {
    const press = makePress({
      label: `log ${axis}`,
      on: view[name],
      change(on) {
        view[name] = on;
        change();
      },
    });
    return press.element;
  }
  return {
    element,
    /** @param {State} state */
    show({ score_name: score }) {
      pick.offer([
        ["loss", "Loss"],
        ["score", score === "accuracy" ? "Accuracy" : "R²"],
      ]);
    },
  };
}

/**
 * Those that have curves: two that are compared, or else the current run and then the
 * newest of the others.
 * @param {Store} store
 * @returns {string[]}
 */
function shownRuns({ state: { runs }, marks }) {
  if (marks.compared?.length === 2) return marks.compared;
  return inOrder(runs)
    .slice(0, MOST_RUNS)
    .map(({ id }) => id);
}

/**
 * @param {PlaygroundFrame} frame
 * @param {Store} store
 * @returns {Curves[]}
 */
function curvesOf(frame, { state, look }) {
  const colours = runColours(state.runs, look);
  /** @type {{id: string}[]} */
  const told = frame.curves;
  return told.map(({ id }, i) => {
    const read = (/** @type {string} */ name) => frame[`curves.${i}.${name}`] ?? [];
    return {
      id,
      colour: colours.get(id) ?? css(look.faint),
      updates: read("updates"),
      values: {
        train_loss: read("train_loss"),
        test_loss: read("test_loss"),
        train_score: read("train_score"),
        test_score: read("test_score"),
      },
    };
  });
}

/**
 * @param {PlaygroundFrame} frame
 * @param {Curves[]} runs
 * @param {View} view
 * @param {boolean} isOfBatches
 * @returns {Content}
 */
function contentOf(frame, runs, { shows, log, logValues }, isOfBatches) {
  const isLog = logValues && shows === "loss";
  const lines = runs.toReversed().flatMap(({ updates, values, colour }) => [
    { x: updates, y: values[`train_${shows}`], colour },
    { x: updates, y: values[`test_${shows}`], colour, dash: DASH },
  ]);
  const drawn = lines.filter(({ x, y }) => y.length === x.length && x.length > 0);
  const end = Math.max(10, frame.update, ...drawn.map(({ x }) => x[x.length - 1]));
  const values = drawn.map(({ y }) => y);
  return {
    lines: drawn,
    last: log ? end : axisRange([[end]], false)[1],
    range: shows === "loss" ? axisRange(values, isLog) : scoreAxis(drawn),
    log,
    logValues: isLog,
    update: frame.update,
    band: shows === "loss" && isOfBatches ? bandOf(frame, runs[0]) : null,
  };
}

/**
 * How far the losses of single batches are apart.
 * @param {PlaygroundFrame} frame
 * @param {Curves | undefined} run
 * @returns {Band | null}
 */
function bandOf(frame, run) {
  const x = frame["curves.0.at"];
  if (!x?.length || run === undefined || run.id !== frame.curves[0].id) return null;
  return {
    x,
    low: frame["curves.0.low"],
    high: frame["curves.0.high"],
    colour: run.colour,
  };
}

/**
 * From the lowest score, in tenths, to the best that there is. R² has no lowest.
 * @param {Line[]} lines
 * @returns {[number, number]}
 */
function scoreAxis(lines) {
  const lows = lines.map(({ y }) => Math.min(0.9, ...Array.from(y)));
  return [Math.max(-1, Math.floor(10 * Math.min(0.9, ...lows)) / 10), 1];
}
