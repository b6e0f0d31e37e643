// How far a step may go: learning rate, length of the gradient, and the learning rate
// times the curvature, which plain gradient descent keeps near or below 2.

import { makeChart, axisRange } from "./chart.js";
import { make } from "./controls.js";
import { css } from "./look.js";
import { fillNumbers, short } from "./numbers.js";

/** @import { Content } from "./chart.js" */
/** @import { Panel, PlaygroundFrame, Store } from "./playground.js" */

const STABLE = 2;

/**
 * @param {Store} store
 * @returns {Panel}
 */
export function makeStabilityPanel(store) {
  const element = make("div", "pg-stability-panel");
  const figures = make("dl", "pg-numbers");
  const chart = makeChart({
    seek: (update) => store.tell("seek", { update }),
    hover() {},
  });
  const why = make("p", "pg-note");
  element.append(figures, chart.element, why);

  return {
    element,
    every: 150,
    wants() {
      return { stability: true };
    },
    draw(frame, look) {
      if (!frame?.stability) return;
      const now = frame.stability;
      fillNumbers(figures, [
        ["Learning rate", short(now.rate)],
        ["Length of the gradient", short(now.gradient_norm)],
        ["Largest curvature", short(now.curvature)],
        ["Rate × curvature", short(now.product)],
      ]);
      const note = now.why || noteOf(now.product);
      if (why.textContent !== note) why.textContent = note;
      chart.draw(contentOfStability(frame, look), look);
    },
  };
}

/** @param {number | null} product */
function noteOf(product) {
  if (product === null || !Number.isFinite(product)) return "";
  if (product > STABLE) {
    return "Above 2, steps of gradient descent overshoot along the steepest direction.";
  }
  return "Below 2, steps of gradient descent are stable.";
}

/**
 * @param {PlaygroundFrame} frame
 * @param {any} look
 * @returns {Content}
 */
function contentOfStability(frame, look) {
  const x = frame["stability.updates"] ?? [];
  const y = frame["stability.product"] ?? [];
  return {
    lines: x.length ? [{ x, y, colour: css(look.accent) }] : [],
    last: Math.max(10, frame.update, ...Array.from(x).slice(-1)),
    range: [0, Math.min(12, Math.max(3, axisRange([y], false)[1]))],
    log: true,
    logValues: false,
    update: frame.update,
    limit: STABLE,
  };
}
