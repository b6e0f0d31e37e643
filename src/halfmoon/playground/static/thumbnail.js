// A small picture of what a network predicts everywhere on the plane.

import { make } from "./controls.js";
import { paintPrediction } from "./maps.js";

/** @import { Look } from "./types.js" */
/** @import { Prediction } from "./maps.js" */

/** @param {string} className */
export function makeThumbnail(className) {
  const element = make("canvas", className);
  element.setAttribute("aria-hidden", "true");
  /** @type {Prediction | null} */
  let shown = null;
  /** @type {Look | null} */
  let painted = null; // the colours that it was painted in
  return {
    element,
    /**
     * @param {Prediction | null | undefined} prediction
     * @param {Look} look
     */
    draw(prediction, look) {
      if (!prediction?.plane) return;
      if (prediction === shown && look === painted) return;
      shown = prediction;
      painted = look;
      paintPrediction(element, prediction, look);
    },
  };
}
