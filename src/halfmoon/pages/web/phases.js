// One update in slow motion, drawn upon the network: numbers go forward, the loss is
// found at the outputs, its gradient comes back (the larger, the larger the dots), and
// each weight takes its step.

import { css } from "./look.js";
import { onPath } from "./network-map.js";

/** @import { Frame, Look } from "./types.js" */
/** @import { Link, NetworkMap } from "./network-map.js" */
/** @typedef {{ frame: Frame, look: Look, map: NetworkMap }} Scene */
/**
 * @callback Draw
 * @param {CanvasRenderingContext2D} context
 * @param {Scene} scene
 * @param {number} share of the phase that has passed
 * @returns {void}
 */

const LENGTH = 900; // milliseconds of a phase's movement
const LARGEST_DOT = 5; // pixels, of a dot

/**
 * @param {() => void} redraw called for as long as something moves
 */
export function makePhaseOverlay(redraw) {
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let shown = "";
  let began = 0;
  return {
    /**
     * @param {CanvasRenderingContext2D} context
     * @param {Scene} scene
     */
    draw(context, scene) {
      const { phase, update } = scene.frame;
      const now = performance.now();
      const name = `${phase} ${update}`;
      if (name !== shown) began = now;
      shown = name;
      if (!phase) return;
      const share = still.matches ? 0.5 : Math.min(1, (now - began) / LENGTH);
      PHASES[phase](context, scene, share);
      if (share < 1 && !still.matches) redraw();
    },
  };
}

/** @type {Record<string, Draw>} */
const PHASES = {
  forward(context, scene, share) {
    drawDots(context, scene, share, () => 0.6);
  },
  loss(context, { map, look }, share) {
    context.strokeStyle = css(look.accent, 0.9);
    context.lineWidth = 2.5;
    for (const { x, y, wide, tall } of map.layers[map.layers.length - 1]) {
      const more = 4 + 4 * Math.sin(Math.PI * share);
      context.beginPath();
      const left = x - wide / 2 - more;
      context.roundRect(left, y - tall / 2 - more, wide + 2 * more, tall + 2 * more, 9);
      context.stroke();
    }
  },
  backward(context, scene, share) {
    drawDots(context, scene, 1 - share, sizeByGradient(scene));
  },
  step(context, { map, look, ...scene }, share) {
    const size = sizeByGradient({ map, look, ...scene });
    const glow = Math.sin(Math.PI * Math.max(share, 0.1));
    for (const link of map.links) {
      const [x0, y0, x1, y1, x2, y2, x3, y3] = link.path;
      context.beginPath();
      context.moveTo(x0, y0);
      context.bezierCurveTo(x1, y1, x2, y2, x3, y3);
      context.strokeStyle = css(look.accent, 0.75 * glow);
      context.lineWidth = 4 * size(link);
      context.stroke();
    }
  },
};

/**
 * A link's share of the largest gradient; half without gradients.
 * @param {Scene} scene
 * @returns {(link: Link) => number}
 */
function sizeByGradient({ frame: { gradient } }) {
  if (!gradient) return () => 0.5;
  let most = 0;
  for (const value of gradient) most = Math.max(most, Math.abs(value));
  return ({ index }) => Math.sqrt(Math.abs(gradient[index]) / (most || 1));
}

/**
 * A dot on each link of the layer that it is the turn of.
 * @param {CanvasRenderingContext2D} context
 * @param {Scene} scene
 * @param {number} share from the inputs to the outputs
 * @param {(link: Link) => number} size
 */
function drawDots(context, { map, look }, share, size) {
  const layers = map.layers.length - 1;
  const along = share * layers;
  context.fillStyle = css(look.accent);
  for (const link of map.links) {
    const part = along - (link.layer - 1);
    if (part < 0 || part > 1) continue;
    const [x, y] = onPath(link.path, part);
    context.beginPath();
    context.arc(x, y, Math.max(0.6, LARGEST_DOT * size(link)), 0, 2 * Math.PI);
    context.fill();
  }
}
