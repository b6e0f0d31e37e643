// How weights, answers and gradients are spread, layer by layer.

import { make } from "./controls.js";
import { fillTable, makeHeadCell, makeScrollable, setText } from "./elements.js";
import { css, makeCanvas } from "./look.js";
import { short } from "./numbers.js";

/** @import { Panel, PlaygroundFrame, Store } from "./playground.js" */
/** @import { Look } from "./types.js" */
/**
 * @typedef {object} Spread a histogram
 * @property {number} low its first bin's beginning
 * @property {number} high its last bin's end
 * @property {number[]} counts
 * @property {number} mean
 * @property {number} sd
 *
 * @typedef {{name: string, [kind: string]: any}} Layer
 */

const SPREADS = [
  ["weights", "Weights"],
  ["activations", "Activations"],
  ["gradients", "Gradients"],
];

/**
 * @param {Store} store
 * @returns {Panel}
 */
export function makeHistogramsPanel(store) {
  const element = make("div", "pg-histograms-panel pg-scroll");
  makeScrollable(element, "Histograms");
  const table = make("table", "pg-spread");
  element.append(table);
  let known = "";
  /** @type {ReturnType<typeof makeHistogram>[][]} */
  let cells = [];

  /**
   * @param {Layer[]} layers
   * @param {string[][]} kinds
   */
  function build(layers, kinds) {
    const heads = kinds.map(([, text]) => makeHeadCell(text, "col"));
    cells = layers.map(() => kinds.map(() => makeHistogram(() => store.redraw())));
    const rows = layers.map(({ name }, i) => {
      const inRow = cells[i].map((each) => each.element);
      return make("tr", "", makeHeadCell(name, "row"), ...inRow);
    });
    fillTable(table, [make("td"), ...heads], rows);
  }

  return {
    element,
    every: 330,
    wants() {
      return { histograms: true };
    },
    draw(frame, look) {
      if (!frame?.histograms) return;
      /** @type {{layers: Layer[]}} */
      const { layers } = frame.histograms;
      const kinds = SPREADS.filter(([kind]) => layers.some((layer) => layer[kind]));
      const form = JSON.stringify([kinds, layers.map(({ name }) => name)]);
      if (form !== known) build(layers, kinds);
      known = form;
      layers.forEach((layer, i) => {
        kinds.forEach(([kind], k) => {
          const dead = kind === "activations" ? layer.dead : 0;
          cells[i][k].draw(layer[kind], look, dead);
        });
      });
    },
  };
}

/** @param {() => void} redraw */
function makeHistogram(redraw) {
  const canvas = makeCanvas("live-canvas", redraw);
  const text = make("div", "pg-spread-text");
  const stage = make("div", "pg-bars", canvas.element);
  const element = make("td", "", stage, text);
  return {
    element,
    /**
     * @param {Spread | null | undefined} spread
     * @param {Look} look
     * @param {number} dead
     */
    draw(spread, look, dead) {
      stage.hidden = !spread;
      const words = spread ? wordsOf(spread, dead) : "–";
      setText(text, words);
      if (spread && canvas.width) drawBars(canvas, spread, look);
    },
  };
}

/**
 * @param {Spread} spread
 * @param {number} dead units that are flat for all rows
 */
function wordsOf({ mean, sd }, dead) {
  const middle = Math.abs(mean) < 1e-6 * sd ? 0 : mean; // but for rounding
  const spread = `${short(middle)} ± ${short(sd)}`;
  if (!dead) return spread;
  return `${spread}; ${dead} ${dead === 1 ? "unit is" : "units are"} dead`;
}

/**
 * Below zero violet, above it amber, as everywhere.
 * @param {ReturnType<typeof makeCanvas>} canvas
 * @param {Spread} spread
 * @param {Look} look
 */
function drawBars({ context, width, height }, { low, high, counts }, look) {
  const most = Math.max(1, ...counts);
  const base = height - 12;
  const step = width / counts.length;
  context.clearRect(0, 0, width, height);
  counts.forEach((count, i) => {
    const middle = low + ((i + 0.5) / counts.length) * (high - low);
    const tall = count ? Math.max(1, (count / most) * (base - 2)) : 0;
    context.fillStyle = css(middle < 0 ? look.violet : look.amber);
    context.fillRect(i * step, base - tall, Math.max(1, step - 1), tall);
  });
  context.fillStyle = css(look.line);
  context.fillRect(0, base, width, 1);
  context.font = "10px system-ui, sans-serif";
  context.fillStyle = css(look.faint);
  context.textBaseline = "alphabetic";
  context.textAlign = "left";
  context.fillText(short(low), 0, height - 1);
  context.textAlign = "right";
  context.fillText(short(high), width, height - 1);
  if (low >= 0 || high <= 0) return;
  const zero = (-low / (high - low)) * width;
  if (zero < 48 || zero > width - 48) return;
  context.textAlign = "center";
  context.fillText("0", zero, height - 1);
}
