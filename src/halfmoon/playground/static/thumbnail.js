// A small picture of what a network predicts everywhere on the plane.

import { make } from "./controls.js";
import { paintPrediction } from "./maps.js";

/** @import { Frame, Look } from "./types.js" */

/**
 * A plane of predictions: of classes their probabilities, of values the value.
 * @typedef {object} Picture
 * @property {Float32Array} plane rows x columns x outputs
 * @property {number} columns
 * @property {number} rows
 * @property {Frame["task"]} task
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
    /** @param {Picture | null | undefined} picture @param {Look} look */
    draw(picture, look) {
      if (!picture?.plane) return;
      if (picture === shown && `${look.ink}` === ink) return;
      shown = picture;
      ink = `${look.ink}`;
      paintPrediction(element, { ...picture, sizes: [picture.outputs] }, look);
    },
  };
}
