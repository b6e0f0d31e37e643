// The big map: what the network predicts over the plane, or what the unit answers that
// the pointer rests on; with axes, the rows, and what the colours mean.

import { make, makeChoice } from "./controls.js";
import { setText } from "./elements.js";
import { showKeys } from "./keys.js";
import {
  firstUnit,
  hiddenUnits,
  outputOfUnit,
  outputsOf,
  placeOfUnit,
  readable,
  unitName,
} from "./layers.js";
import { makeLegend } from "./legend.js";
import { unitGrid } from "./network-panel.js";
import { makeSurface, pictureOf } from "./surface.js";
import { makeTicks } from "./ticks.js";

/** @import { Look } from "./types.js" */
/** @import { Panel, PlaygroundFrame, State, Store } from "./playground.js" */

const MAP_COLUMNS = 112; // columns of the map
const PIXELS_A_TICK = 56;
const KEYS =
  "Arrow keys move a cursor, Page Up and Page Down go from row to row. Enter takes a " +
  "point or puts it down, or adds one. Delete removes it.";

/**
 * @param {Store} store
 * @returns {Panel}
 */
export function makeSurfacePanel(store) {
  const surface = makeSurface({ bare: false, act: store.act, names: false });
  const stage = surface.element;
  stage.classList.add("pg-surface-stage");
  showKeys(stage, KEYS);
  const legend = makeLegend(() => store.redraw());
  const axes = makeAxes();
  const choice = makeShownChoice(store);
  const plot = make("div", "pg-plot");
  plot.append(
    axes.up.element,
    axes.upName,
    stage,
    axes.across.element,
    axes.acrossName,
  );
  const element = make("div", "pg-column pg-surface-panel");
  element.append(choice.element, plot, legend.element);

  return {
    element,
    wants() {
      const columns = Math.round(MAP_COLUMNS * store.detail);
      const { clientWidth: width, clientHeight: height } = stage;
      // in steps, so that rows are not sent anew for each pixel of another size
      const tall = width > 0 ? Math.round((8 * height) / width) / 8 : 1;
      const rows = Math.round(columns * Math.min(1.4, Math.max(0.5, tall)));
      const wanted = { plane: { columns, rows }, points: true };
      const { peek, pinned } = store.marks;
      if (peek === null && pinned === null) return wanted;
      return { ...wanted, units: unitGrid(store.state.network) };
    },
    draw(frame, look) {
      const { marks } = store;
      choice.show(frame);
      const shown = marks.peek ?? marks.pinned;
      const units = hiddenUnits(frame) + outputsOf(frame);
      const isThere = shown !== null && shown < units;
      const fixed = !canBeMoved(store.state);
      surface.draw(frame, look, {
        ...marks,
        ...(isThere ? {} : { peek: null, pinned: null }),
        fixed,
      });
      legend.draw(frame, look, isThere ? scaleOf(frame, look, shown) : null);
      axes.show(frame, stage, store.state);
      const title = shown === null || !isThere ? "Prediction" : unitName(frame, shown);
      stage.setAttribute("aria-label", `${title} over ${axes.words(frame)}. ${KEYS}`);
    },
  };
}

/**
 * The colour scale of what a unit answers; null for what is on the prediction's own.
 * @param {PlaygroundFrame} frame
 * @param {Look} look
 * @param {number} unit
 */
function scaleOf(frame, look, unit) {
  const output = outputOfUnit(frame, unit);
  if (output !== null && frame.task === "regression") return null;
  if (output !== null) {
    const { classes } = look.shades;
    return { shades: classes[output % classes.length], low: "0%", high: "100%" };
  }
  const picture = frame.pictures ? pictureOf(frame, unit) : null;
  if (!picture) return null;
  const end = `${Number(picture.span.toPrecision(2))}`;
  return { shades: look.shades.signed, low: `−${end}`, high: `+${end}` };
}

/** @param {State} state */
function canBeMoved({ data }) {
  return data.kind !== "table";
}

/**
 * @param {State["data"]} data
 * @param {string} axis
 */
function isOfDates({ columns }, axis) {
  return columns.some(
    (/** @type {any} */ { name, kind }) => name === axis && kind === "date",
  );
}

function makeAxes() {
  const across = makeTicks("across");
  const up = makeTicks("up");
  const acrossName = make("div", "pg-cut pg-axis-name");
  const upName = make("div", "pg-cut pg-axis-name pg-axis-name-up");
  const texts = (/** @type {PlaygroundFrame} */ { axes }) => axes.map(readable);
  return {
    across,
    up,
    acrossName,
    upName,
    /**
     * @param {PlaygroundFrame} frame
     * @param {HTMLElement} stage
     * @param {State} state
     */
    show(frame, stage, { data }) {
      const [x0, x1, y0, y1] = frame.box;
      const [isDate, isDateUp] = data.axes.map((/** @type {string} */ name) =>
        isOfDates(data, name),
      );
      across.show(x0, x1, Math.floor(stage.clientWidth / PIXELS_A_TICK), isDate);
      up.show(y0, y1, Math.floor(stage.clientHeight / PIXELS_A_TICK), isDateUp);
      const names = texts(frame);
      if (isDate) names[0] = data.axes[0];
      if (isDateUp) names[1] = data.axes[1];
      [acrossName, upName].forEach((name, i) => {
        setText(name, names[i]);
        name.title = names[i];
      });
    },
    words: (/** @type {PlaygroundFrame} */ frame) => texts(frame).join(" and "),
  };
}

/**
 * What the plane shows, for the keyboard, and to let go what was pinned.
 * @param {Store} store
 */
function makeShownChoice(store) {
  const choice = makeChoice({
    label: "shows",
    options: [["", "the prediction"]],
    change(value) {
      store.marks.pinned = value === "" ? null : Number(value);
      store.want();
      store.redraw();
    },
  });
  choice.element.classList.add("live-inline", "pg-shown");
  let shape = "";
  /** @type {PlaygroundFrame | null} */
  let before = null;
  return {
    element: choice.element,
    /** @param {PlaygroundFrame} frame */
    show(frame) {
      const now = JSON.stringify([frame.sizes, frame.inputNames]);
      if (now !== shape) {
        const { marks } = store;
        marks.pinned = sameUnit(before ?? frame, frame, marks.pinned);
        choice.offer(choicesOf(frame));
      }
      shape = now;
      before = frame;
      choice.set(store.marks.pinned ?? "");
    },
  };
}

/**
 * The number of a unit in another network: of the same place in it; null if there is no
 * such place.
 * @param {PlaygroundFrame} before
 * @param {PlaygroundFrame} frame
 * @param {number | null} unit
 */
function sameUnit(before, frame, unit) {
  if (unit === null) return null;
  const { sizes, classNames } = frame;
  if (unit < 0) return -1 - unit < sizes[0] ? unit : null;
  const output = outputOfUnit(before, unit);
  if (output !== null) {
    return output < classNames.length ? hiddenUnits(frame) + output : null;
  }
  const { layer, index } = placeOfUnit(before, unit);
  const isThere = layer < sizes.length - 1 && index < sizes[layer];
  return isThere ? firstUnit(frame, layer) + index : null;
}

/**
 * @param {PlaygroundFrame} frame
 * @returns {any[][]} value, text, group
 */
function choicesOf(frame) {
  const units = Array.from({ length: hiddenUnits(frame) }, (_, unit) => unit);
  const inputs = frame.inputNames.map((_, i) => -1 - i);
  const pictured = inputs.filter((unit) => frame.pictures && pictureOf(frame, unit));
  const outputs = frame.classNames.map((_, output) => units.length + output);
  const named = (/** @type {number[]} */ list, /** @type {string} */ group) => {
    return list.map((unit) => [unit, unitName(frame, unit), group]);
  };
  return [
    ["", "the prediction"],
    ...named(pictured, "inputs"),
    ...named(units, "hidden units"),
    ...named(outputs, "outputs"),
  ];
}
