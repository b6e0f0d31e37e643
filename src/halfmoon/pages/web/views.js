// The views of a figure, side by side, or one below the other where there is no room.

import { make } from "./controls.js";
import { makeCurve } from "./curves.js";
import { makeHiddenSpace } from "./hidden-space.js";
import { showKeys } from "./keys.js";
import { makeNetwork } from "./network.js";
import { makeSurface } from "./surface.js";

/** @import { FigureSettings } from "./lesson.js" */
/** @import { Act, Frame, Look, Marks, View } from "./types.js" */

/** @type {Record<string, (act: Act, updates: number) => any>} */
const VIEWS = {
  points: (act) => makeSurface({ bare: true, act }),
  plane: (act) => makeSurface({ bare: false, act }),
  network: (act) => makeNetwork({ act }),
  hidden: (act) => makeHiddenSpace({ act }),
  loss: (act, updates) => makeCurve({ kind: "loss", updates, act }),
  curvature: (act, updates) => makeCurve({ kind: "curvature", updates, act }),
};
/** @type {Record<string, string>} */
const TITLES = {
  points: "The points",
  plane: "The plane",
  network: "The network",
  hidden: "The hidden space",
  loss: "The loss over the updates",
  curvature: "Rate × curvature: unstable above 2",
};
const PLANE_KEYS =
  "Arrow keys move a cursor, Page Up and Page Down go from point to point. Enter takes a " +
  "point or puts it down, or adds one. Delete removes it.";
/** @type {Record<string, string>} */
const KEYS = {
  points: PLANE_KEYS,
  plane: PLANE_KEYS,
  hidden: "The points as the hidden units place them. Arrow keys turn the space.",
};

/**
 * @param {FigureSettings} settings
 * @param {Act} act
 */
export function makeViews({ show, updates }, act) {
  const element = make("div", "live-views");
  const views = show.map((name) => {
    /** @type {View} */
    const view = VIEWS[name](act, updates);
    const box = make("div", `live-view live-view-${name}`);
    box.append(make("p", "live-title", TITLES[name]), view.element);
    const label = `${TITLES[name]}. ${KEYS[name] ?? ""}`.trim();
    view.element.setAttribute("aria-label", label);
    if (name in KEYS) showKeys(view.element, KEYS[name]);
    if (!view.element.hasAttribute("role")) view.element.setAttribute("role", "img");
    element.append(box);
    return view;
  });
  return {
    element,
    /**
     * @param {Frame} frame
     * @param {Look} look
     * @param {Marks} marks
     */
    draw(frame, look, marks) {
      for (const view of views) view.draw(frame, look, marks);
    },
    /** @param {number} seconds */
    drift(seconds) {
      for (const view of views) view.drift?.(seconds);
    },
  };
}
