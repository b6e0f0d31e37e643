// A small picture of what a network predicts everywhere on the plane.

import { make } from "./controls.js";
import { leader } from "./leader.js";
import { mix, paintGrid, signedColour } from "./look.js";

/**
 * A plane of predictions: of classes their probabilities, of values the value.
 * @typedef {object} Picture
 * @property {Float32Array} plane rows x columns x outputs
 * @property {number} columns
 * @property {number} rows
 * @property {string} task
 * @property {number} outputs
 * @property {[number, number]} [range] of values: the colour scale's ends
 */

/** @param {string} className */
export function makeThumbnail(className) {
  const element = /** @type {HTMLCanvasElement} */ (make("canvas", className));
  element.setAttribute("aria-hidden", "true");
  /** @type {Picture | null} */
  let shown = null;
  let ink = "";
  return {
    element,
    /** @param {Picture | null | undefined} picture @param {any} look */
    draw(picture, look) {
      if (!picture?.plane) return;
      if (picture === shown && `${look.ink}` === ink) return;
      shown = picture;
      ink = `${look.ink}`;
      paintGrid(element, picture.columns, picture.rows, painter(picture, look));
    },
  };
}

/** @param {Picture} picture @param {any} look */
function painter({ plane, task, outputs, range }, look) {
  if (task === "regression") {
    const [low, high] = range ?? [-1, 1];
    const middle = (low + high) / 2;
    return (/** @type {number} */ i) => {
      return signedColour(look, plane[i] - middle, (high - low) / 2 || 1);
    };
  }
  const base = look.dark ? look.paper : [255, 255, 255];
  return (/** @type {number} */ i) => {
    const [label, lead] = leader(plane, i, outputs);
    return mix(base, look.classes[label % look.classes.length], 0.7 * lead);
  };
}
