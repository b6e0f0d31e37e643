// The controls below the views: what the figure's author chose of the rate, the units,
// the activation, the classes, the noise, the points and the weights.

import { make, makeButton, makeChoice, makeSegments, makeSlider } from "./controls.js";
import {
  hiddenUnits,
  outputsOf,
  signedNumber,
  unitName,
  weightEnds,
} from "./layers.js";
import { shapeOf } from "./look.js";

/** @import { FigureAct, FigureSettings, LessonData, ShownState } from "./lesson.js" */
/** @import { LessonFrame } from "./lesson.js" */
/** @typedef {{ elements: HTMLElement[], show: (state: ShownState) => void }} Control */

const RATES = [
  0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 0.85, 1, 1.2, 1.5,
  1.75, 2, 2.3, 2.6, 3, 3.5, 4,
];
const MOST_UNITS = 50;
const MOST_CLASSES = 5;
const NOISES = Array.from({ length: 51 }, (_, i) => i / 100);
const WEIGHTS = Array.from({ length: 201 }, (_, i) => Math.round(i - 100) / 10);
/** @type {Record<string, string>} */
const ACTIVATION_NAMES = { relu: "ReLU", leaky_relu: "leaky ReLU" };

/** @param {number} first @param {number} last */
function upTo(first, last) {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/**
 * `elements` stand below the views; the choice of what the plane shows stands above it.
 * @param {FigureSettings} settings
 * @param {LessonData} data
 * @param {FigureAct} act
 * @param {HTMLElement} views
 */
export function makeSettings(settings, data, act, views) {
  const shown = settings.controls.map((name) => CONTROLS[name](act, data));
  const box = make("div", "live-controls");
  for (const control of shown) box.append(...control.elements);
  const title = views.querySelector(".live-view-plane .live-title");
  if (title) {
    const choice = makePlaneChoice(act);
    title.after(...choice.elements);
    shown.push(choice);
  }
  return {
    elements: box.childElementCount > 0 ? [box] : [],
    /** @param {ShownState} state */
    show(state) {
      for (const control of shown) control.show(state);
    },
  };
}

/** @type {Record<string, (act: FigureAct, data: LessonData) => Control>} */
const CONTROLS = {
  rate(act) {
    const slider = makeSlider({
      label: "Learning rate",
      values: RATES,
      text: (value) => (Number.isInteger(value) ? value.toFixed(1) : `${value}`),
      change: (value) => act.tell("rate", { value }),
    });
    return { elements: [slider.element], show: ({ frame }) => slider.set(frame.rate) };
  },

  units(act) {
    const slider = makeSlider({
      label: "Hidden units",
      values: upTo(1, MOST_UNITS),
      text: (value) => `${value}`,
      change: (units) => tellNetwork(act, { units }),
    });
    return {
      elements: [slider.element],
      show: ({ frame }) => slider.set(frame.sizes[1]),
    };
  },

  activation(act, data) {
    const choice = makeChoice({
      label: "Activation",
      options: data.activations.map((name) => [name, ACTIVATION_NAMES[name] ?? name]),
      change: (activation) => tellNetwork(act, { activation }),
    });
    return {
      elements: [choice.element],
      show: ({ frame }) => choice.set(frame.activation),
    };
  },

  classes(act) {
    const slider = makeSlider({
      label: "Classes",
      values: upTo(2, MOST_CLASSES),
      text: (value) => `${value}`,
      change: (value) => act.tell("classes", { value }),
    });
    return {
      elements: [slider.element],
      show: ({ frame }) => slider.set(outputsOf(frame)),
    };
  },

  noise(act) {
    const slider = makeSlider({
      label: "Noise",
      values: NOISES,
      text: (value) => value.toFixed(2),
      change: (value) => act.tell("noise", { value }),
    });
    return { elements: [slider.element], show: ({ frame }) => slider.set(frame.noise) };
  },

  points(act) {
    const segments = makeSegments({
      label: "A click on the plane",
      options: [],
      change(value) {
        act.state.adding = value;
      },
    });
    const restore = makeButton({
      label: "Restore the points",
      className: "live-button live-quiet",
      press: () => act.restore(),
    });
    const row = make("div", "live-field live-restore");
    row.append(restore.element);
    return {
      elements: [segments.element, row],
      show({ frame }) {
        const classes = upTo(0, outputsOf(frame) - 1);
        const adding = classes.map((c) => [c, `adds class ${c}`, makeMark(c)]);
        segments.offer([[null, "adds nothing"], ...adding]);
      },
    };
  },

  weights: makeWeightControl,
};

/**
 * A network is told whole, so that two changes between frames are not lost.
 * @param {FigureAct} act
 * @param {{ units?: number, activation?: string }} change
 */
function tellNetwork(act, change) {
  if (!act.state.frame) return;
  const { sizes, activation } = act.state.frame;
  act.state.asked = { units: sizes[1], activation, ...act.state.asked, ...change };
  act.tell("network", act.state.asked);
}

/** @param {number} label */
function makeMark(label) {
  return make("span", `live-mark live-mark-${shapeOf(label)}`);
}

/**
 * Which weight, and its value: what dragging a line does, for the keyboard.
 * @param {FigureAct} act
 * @returns {Control}
 */
function makeWeightControl(act) {
  const choice = makeChoice({
    label: "Weight",
    options: [],
    change: (value) => act.choose(value === "" ? null : Number(value)),
  });
  const slider = makeSlider({
    label: "Its value",
    values: WEIGHTS,
    text: (value) => signedNumber(value, 2),
    change(value) {
      if (act.state.chosen !== null) act.weight(act.state.chosen, value);
    },
  });
  return {
    elements: [choice.element, slider.element],
    show({ frame, chosen }) {
      choice.offer([["", "none"], ...weightNames(frame)]);
      choice.set(chosen ?? "");
      slider.input.disabled = chosen === null;
      slider.set(chosen === null ? null : frame.theta[chosen]);
    },
  };
}

/**
 * Each weight by its index, in groups by the unit that it leads into.
 * @param {LessonFrame} frame
 * @returns {[number, string, string][]}
 */
function weightNames(frame) {
  return Array.from(frame.theta, (_, index) => {
    const [from, to] = weightEnds(frame, index);
    return [index, `${from} → ${to}`, `into ${to}`];
  });
}

/**
 * What the plane shows: the prediction, or the answer of one unit or output.
 * @param {FigureAct} act
 * @returns {Control}
 */
function makePlaneChoice(act) {
  const choice = makeChoice({
    label: "shows",
    options: [["", "the prediction"]],
    change(value) {
      act.state.pinned = value === "" ? null : Number(value);
      act.redraw();
    },
  });
  choice.element.classList.add("live-inline");
  return {
    elements: [choice.element],
    show({ frame, pinned }) {
      const last = hiddenUnits(frame) + frame.classNames.length - 1;
      const units = upTo(0, last).map((unit) => [unit, unitName(frame, unit)]);
      choice.offer([["", "the prediction"], ...units]);
      choice.set(pinned ?? "");
    },
  };
}
