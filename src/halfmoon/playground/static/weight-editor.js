// One weight or bias, by the units that it joins, and its value: to be read and set.

import { make } from "./controls.js";
import { makeSelect, setOptions } from "./elements.js";
import {
  firstUnit,
  outputName,
  placeOfWeight,
  readable,
  unitName,
  weightLayers,
} from "./layers.js";

/** @import { PlaygroundFrame, Store } from "./playground.js" */

const STEP = "0.1";

/** @param {Store} store */
export function makeWeightEditor(store) {
  const source = makeSelect("The weight leads from");
  const target = makeSelect("The weight leads to");
  const value = make("input", "pg-number");
  value.type = "number";
  value.step = STEP;
  value.setAttribute("aria-label", "Its value");
  const more = make("span", "pg-row");
  more.append(make("span", "", "from"), source, make("span", "", "to"), value);
  const element = make("div", "pg-wrap pg-note pg-weight");
  element.append(make("span", "", "Set a weight"), target, more);
  element.hidden = store.hides.has("weights");
  let shape = "";
  let intoShown = "";
  /** @type {number | null} */
  let shown = null; // the weight whose value stands in the field

  // each choice into a unit or an output: "layer of weights, its number there"
  target.addEventListener("change", () => {
    if (target.value === "") store.act.choose(null);
    else choose(target.value, "0");
  });
  source.addEventListener("change", () => choose(target.value, source.value));
  value.addEventListener("change", () => {
    const number = value.valueAsNumber;
    if (shown !== null && !Number.isNaN(number)) store.act.weight(shown, number);
  });

  /**
   * @param {string} into
   * @param {string} from
   */
  function choose(into, from) {
    const frame = /** @type {PlaygroundFrame} */ (store.frame);
    const [layer, to] = into.split(",").map(Number);
    const { start, to: count } = weightLayers(frame)[layer - 1];
    store.act.choose(start + Number(from) * count + to);
  }

  /** @param {PlaygroundFrame} frame */
  function draw(frame) {
    const now = JSON.stringify([frame.sizes, frame.inputNames, frame.classNames]);
    if (now !== shape) {
      setOptions(target, [["", "into …"], ...targetsOf(frame)]);
      if (shape !== "") store.marks.chosen = null;
      shape = now;
      intoShown = "";
    }
    const { chosen } = store.marks;
    more.hidden = chosen === null;
    if (chosen === null) {
      target.value = "";
      intoShown = "";
      shown = null;
      return;
    }
    const { layer, from, to } = placeOfWeight(frame, chosen);
    const into = `${layer},${to}`;
    if (into !== intoShown) setOptions(source, sourcesOf(frame, layer));
    intoShown = into;
    target.value = into;
    source.value = `${from}`;
    if (document.activeElement === value && chosen === shown) return;
    shown = chosen;
    const text = frame.theta[chosen].toPrecision(4);
    if (value.value !== text) value.value = text;
  }

  return {
    element,
    draw,
    /** Take the keyboard to the value of the weight that is chosen. */
    type() {
      draw(/** @type {PlaygroundFrame} */ (store.frame));
      value.focus();
      value.select();
    },
  };
}

/**
 * All units and outputs that weights lead to.
 * @param {PlaygroundFrame} frame
 */
function targetsOf(frame) {
  const last = frame.sizes.length - 1;
  return weightLayers(frame).flatMap(({ to }, i) =>
    Array.from({ length: to }, (_, j) => {
      const unit = firstUnit(frame, i + 1) + j;
      const name = i + 1 === last ? outputName(frame, j) : unitName(frame, unit);
      return /** @type {[string, string]} */ ([`${i + 1},${j}`, `into ${name}`]);
    }),
  );
}

/**
 * What weights of a layer lead from: the units below it, and the bias.
 * @param {PlaygroundFrame} frame
 * @param {number} layer
 * @returns {[string, string][]}
 */
function sourcesOf(frame, layer) {
  const below = frame.sizes[layer - 1];
  const units = Array.from({ length: below }, (_, i) => {
    const name =
      layer === 1
        ? readable(frame.inputNames[i])
        : unitName(frame, firstUnit(frame, layer - 1) + i);
    return /** @type {[string, string]} */ ([`${i}`, name]);
  });
  return [...units, [`${below}`, "1 (bias)"]];
}
