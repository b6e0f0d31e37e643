// How far updates may go: the learning rate times the largest curvature against the
// limit above which descent is unstable, the gradient's norm, and the learning rate.

import { makeChart } from "./chart.js";
import { make } from "./controls.js";
import { setNumbers, setText } from "./elements.js";
import { css } from "./look.js";
import { short } from "./numbers.js";
import { axisRange } from "./round-numbers.js";
import { makePick } from "./toggles.js";

/** @import { Content } from "./chart.js" */
/** @import { Panel, PlaygroundFrame, Store } from "./playground.js" */
/** @import { Look } from "./types.js" */

const USUAL = 2; // of gradient descent
const HIGHEST = 6; // times the limit; beyond it the curve leaves the chart

/**
 * @param {Store} store
 * @returns {Panel}
 */
export function makeStabilityPanel(store) {
  let shows = "product";
  let known = 0; // updates whose curvature has come
  const pick = makePick({
    label: "What is drawn",
    options: [
      ["product", "Rate × curvature"],
      ["gradient_norm", "Gradient norm"],
      ["rate", "Learning rate"],
    ],
    change(value) {
      shows = value;
      store.redraw();
    },
  });
  const numbers = make("dl", "pg-wrap pg-numbers");
  const head = make("div", "pg-wrap pg-head", pick.element, numbers);
  const chart = makeChart({
    seek: (update) => store.tell("seek", { update }),
    hover() {},
  });
  const note = make("p", "pg-note");
  const element = make("div", "pg-column pg-stability-panel");
  element.append(head, chart.element, note);

  return {
    element,
    every: 150,
    wants: () => ({ stability: true }),
    draw(frame, look) {
      if (!frame.stability) return;
      const now = frame.stability;
      setNumbers(numbers, [
        ["Learning rate", short(now.rate)],
        ["Gradient norm", short(now.gradient_norm)],
        ["Largest curvature", short(now.curvature)],
        ["Rate × curvature", short(now.product)],
      ]);
      const text = now.why || noteOf(now);
      setText(note, text);
      chart.draw(contentOfStability(frame, shows, look), look);
      // each frame brings the curvature at a few more updates
      const count = frame["stability.product_updates"]?.length ?? 0;
      const isWhole = count === frame["stability.updates"].length;
      if (!isWhole && count !== known) store.want();
      known = count;
    },
  };
}

/** @param {{product: number | null, limit: number | null}} now */
function noteOf({ product, limit }) {
  if (product === null) return "";
  if (limit === null) return "There is no such limit for this optimizer.";
  const text = short(limit);
  return product > limit
    ? `Above ${text}: in the direction of the largest curvature, updates overshoot.`
    : `Not above ${text}: in each direction, updates come nearer to the minimum.`;
}

/**
 * @param {PlaygroundFrame} frame
 * @param {string} shows
 * @param {Look} look
 * @returns {Content}
 */
function contentOfStability(frame, shows, look) {
  const isProduct = shows === "product";
  const updates = isProduct ? "product_updates" : "updates";
  const x = frame[`stability.${updates}`] ?? [];
  const y = frame[`stability.${shows}`] ?? [];
  const logValues = shows === "gradient_norm";
  const { limit, why } = frame.stability;
  const usual = limit ?? USUAL;
  const [low, high] = axisRange([y], logValues);
  return {
    lines: x.length > 0 ? [{ x, y, colour: css(look.accent) }] : [],
    last: Math.max(10, frame.update, ...Array.from(x).slice(-1)),
    range: isProduct
      ? [0, Math.min(HIGHEST * usual, Math.max(1.5 * usual, high))]
      : [low, high],
    log: true,
    logValues,
    update: frame.update,
    limit: isProduct && !why ? (limit ?? undefined) : undefined,
  };
}
