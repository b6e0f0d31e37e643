// Lines over the updates of a run, drawn by uPlot. The update below the pointer is
// told, and a press goes there.

import { make } from "./controls.js";
import { place } from "./history.js";
import { FONT, css } from "./look.js";
import { countText, short } from "./numbers.js";
import { multiplesOf, roundAbove, roundNumbers } from "./round-numbers.js";
import { uPlot } from "./uplot.js";

/** @import { Look } from "./types.js" */
/**
 * @typedef {object} Line
 * @property {ArrayLike<number>} x updates, ascending
 * @property {ArrayLike<number>} y its value at each
 * @property {string} colour
 * @property {number[]} [dash]
 *
 * @typedef {object} Band between which values a quantity went up and down
 * @property {ArrayLike<number>} x
 * @property {ArrayLike<number>} low
 * @property {ArrayLike<number>} high
 * @property {string} colour
 *
 * @typedef {object} Content
 * @property {Line[]} lines
 * @property {Band | null} [band]
 * @property {number} last the end of the axis, in updates
 * @property {[number, number]} range the axis of the values
 * @property {boolean} log whether the axis of updates is logarithmic
 * @property {boolean} logValues
 * @property {number} update where the run stands
 * @property {number} [limit] a value that is marked by a line
 *
 * @typedef {{content: Content, look: Look}} Drawn
 *
 * @typedef {object} Act
 * @property {(update: number) => void} seek
 * @property {(update: number | null) => void} hover
 */

const X_APART = 52; // pixels between two numbers of the axis of updates

/** @param {Act} act */
export function makeChart(act) {
  const element = make("div", "pg-chart");
  element.setAttribute("aria-hidden", "true"); // its values stand beside it as text
  /** @type {uPlot | null} */
  let plot = null;
  /** @type {Drawn | null} */
  let drawn = null;
  let form = ""; // what the plot was made for

  /**
   * @param {Content} content
   * @param {Look} look
   */
  function draw(content, look) {
    drawn = Object.assign(drawn ?? {}, { content, look });
    const size = sizeOf(element);
    if (!size.width || !size.height) return;
    const data = tableOf(content.lines);
    const newForm = JSON.stringify([
      content.lines.map(({ colour, dash }) => [colour, dash]),
      [content.log, content.logValues, look.ink],
    ]);
    if (plot && newForm === form) {
      plot.setData(data);
      return;
    }
    plot?.destroy();
    form = newForm;
    plot = new uPlot(optionsOf(drawn, size, act), data, element);
    listenToPresses(plot, act);
  }

  new ResizeObserver(() => {
    const size = sizeOf(element);
    if (!size.width || !size.height) return;
    if (plot) plot.setSize(size);
    else if (drawn) draw(drawn.content, drawn.look);
  }).observe(element);

  return { element, draw };
}

/** @param {HTMLElement} element */
function sizeOf(element) {
  return { width: element.clientWidth, height: element.clientHeight };
}

/**
 * One column of updates for all lines; a line has no value where it was not measured.
 * @param {Line[]} lines
 * @returns {uPlot.AlignedData}
 */
function tableOf(lines) {
  const tables = lines.map(({ x, y }) => [Array.from(x), Array.from(y, finiteOrNull)]);
  if (tables.length === 0) return [[]];
  return uPlot.join(/** @type {uPlot.AlignedData[]} */ (tables));
}

/**
 * Whether a line has one value only.
 * @param {uPlot} plot
 * @param {number} series
 */
function isPoint(plot, series) {
  const values = Array.from(plot.data[series], (value) => value ?? NaN);
  return values.filter(Number.isFinite).length < 2;
}

/** @param {number} value */
function finiteOrNull(value) {
  return Number.isFinite(value) ? value : null;
}

/**
 * @param {Drawn} state
 * @param {{width: number, height: number}} size
 * @param {Act} act
 * @returns {uPlot.Options}
 */
function optionsOf(state, size, act) {
  const { lines } = state.content;
  return {
    ...size,
    padding: [8, 18, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: false, y: false, setScale: false },
      points: { size: 7, width: 1.5 },
      dataIdx: (plot, series, index) => nextKnown(plot.data[series], index) ?? index,
    },
    scales: scalesOf(state),
    axes: axesOf(state),
    series: [
      {},
      ...lines.map(({ colour, dash }) => ({
        stroke: colour,
        width: 1.6,
        dash,
        points: { size: 5, show: isPoint },
      })),
    ],
    hooks: {
      drawAxes: [(plot) => drawBehind(plot, state)],
      draw: [(plot) => drawNow(plot, state)],
      setCursor: [
        (plot) => {
          const { left } = plot.cursor;
          act.hover(left === undefined || left < 0 ? null : plot.posToVal(left, "x"));
        },
      ],
    },
  };
}

/**
 * The index of the value next to `index` that was measured.
 * @param {ArrayLike<number | null | undefined>} values
 * @param {number} index
 */
function nextKnown(values, index) {
  for (let away = 0; away < values.length; away += 1) {
    if (typeof values[index - away] === "number") return index - away;
    if (typeof values[index + away] === "number") return index + away;
  }
  return null;
}

/**
 * @param {Drawn} state
 * @returns {uPlot.Scales}
 */
function scalesOf(state) {
  const { log, logValues } = state.content;
  /** @type {uPlot.Scale} */
  const x = { time: false, range: () => [0, Math.max(1, state.content.last)] };
  /** @type {uPlot.Scale} */
  const y = { range: () => state.content.range };
  if (log) Object.assign(x, { distr: 100, fwd: place, bwd: updateAt });
  if (logValues) Object.assign(y, { distr: 100, fwd: Math.log10, bwd: powerOfTen });
  return { x, y };
}

/** @param {number} placed where it stands on the logarithmic axis */
function updateAt(placed) {
  return powerOfTen(placed) - 1;
}

/** @param {number} exponent */
function powerOfTen(exponent) {
  return 10 ** exponent;
}

/**
 * @param {Drawn} state
 * @returns {uPlot.Axis[]}
 */
function axesOf(state) {
  const { log, logValues } = state.content;
  /** @type {uPlot.Axis} */
  const common = {
    stroke: () => css(state.look.faint),
    font: `11px ${FONT}`,
    grid: { stroke: () => css(state.look.line), width: 1 },
    ticks: { show: false },
    filter: (_, splits) => splits,
  };
  /** @type {uPlot.Axis} */
  const x = {
    ...common,
    size: 24,
    gap: 4,
    grid: { show: false },
    values: (_, splits) => splits.map(countText),
  };
  /** @type {uPlot.Axis} */
  const y = {
    ...common,
    size: 46,
    gap: 6,
    space: 26,
    values: (_, splits) => splits.map(short),
  };
  x.splits = (plot, _, low, high) => {
    if (log) return powersTo(high, plot.width);
    const step = roundAbove((X_APART * high) / plot.width);
    return multiplesOf(Math.max(1, step), low, high);
  };
  if (logValues) y.splits = (plot, _, low, high) => roundNumbers(low, high);
  return [x, y];
}

/**
 * 0, 1, 10, 100, ... as far as there is room for them.
 * @param {number} most
 * @param {number} width
 */
function powersTo(most, width) {
  const found = [0];
  for (let power = 1; power <= most; power *= 10) found.push(power);
  const each = Math.ceil((found.length * X_APART) / width);
  return found.filter((_, i) => i % each === 0);
}

/**
 * @param {uPlot} plot
 * @param {Drawn} state
 */
function drawBehind(plot, { content, look }) {
  const { ctx: context, bbox } = plot;
  const density = window.devicePixelRatio;
  context.save();
  if (content.band) drawBand(plot, content.band);
  if (content.limit !== undefined) {
    const y = plot.valToPos(content.limit, "y", true);
    context.setLineDash([6 * density, 4 * density]);
    context.strokeStyle = css(look.ink);
    context.lineWidth = 1.4 * density;
    drawLine(context, bbox.left, y, bbox.left + bbox.width, y);
  }
  context.restore();
}

/**
 * @param {uPlot} plot
 * @param {Band} band
 */
function drawBand(plot, { x, low, high, colour }) {
  const { ctx: context, bbox } = plot;
  context.beginPath();
  context.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  context.clip();
  context.beginPath();
  for (let i = 0; i < x.length; i += 1) {
    context.lineTo(plot.valToPos(x[i], "x", true), plot.valToPos(high[i], "y", true));
  }
  for (let i = x.length - 1; i >= 0; i -= 1) {
    context.lineTo(plot.valToPos(x[i], "x", true), plot.valToPos(low[i], "y", true));
  }
  context.fillStyle = colour;
  context.globalAlpha = 0.18;
  context.fill();
}

/**
 * Where the run stands.
 * @param {uPlot} plot
 * @param {Drawn} state
 */
function drawNow(plot, { content, look }) {
  const { ctx: context, bbox } = plot;
  const density = window.devicePixelRatio;
  const x = Math.round(plot.valToPos(content.update, "x", true));
  context.save();
  context.setLineDash([]);
  context.strokeStyle = css(look.ink, 0.55);
  context.lineWidth = density;
  drawLine(context, x + 0.5, bbox.top, x + 0.5, bbox.top + bbox.height);
  context.restore();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} x0
 * @param {number} y0
 * @param {number} x1
 * @param {number} y1
 */
function drawLine(context, x0, y0, x1, y1) {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}

/**
 * A press on the chart, and a drag over it, go to the update below the pointer.
 * @param {uPlot} plot
 * @param {Act} act
 */
function listenToPresses(plot, act) {
  const { over } = plot;
  over.title = "Press to go to an update";
  let pressed = false;

  /** @param {PointerEvent} event */
  function seek(event) {
    const left = event.clientX - over.getBoundingClientRect().left;
    act.seek(Math.max(0, Math.round(plot.posToVal(left, "x"))));
  }
  over.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    pressed = true;
    over.setPointerCapture(event.pointerId);
    seek(event);
  });
  over.addEventListener("pointermove", (event) => {
    if (pressed) seek(event);
  });
  for (const name of ["pointerup", "pointercancel"]) {
    over.addEventListener(name, () => {
      pressed = false;
    });
  }
}
