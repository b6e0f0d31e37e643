// How everything looks: the page's colours, the classes' markers, and canvases that are
// as sharp as the screen.

/** @import { Colour, Look, Shades } from "./types.js" */
/** @typedef {HTMLCanvasElement | OffscreenCanvas} Image */
/**
 * @typedef {"ink" | "paper" | "faint" | "line" | "tint" | "accent" | "amber" | "violet" |
 *   "right" | "wrong"} PageColour
 */

// As in halfmoon's figures (Okabe and Ito 2008): the colour-blind tell them apart.
const CLASS_COLOURS = [
  "#0072b2",
  "#d55e00",
  "#009e73",
  "#cc79a7",
  "#e69f00",
  "#56b4e9",
  "#b8a800",
  "#767676",
];
const CLASS_SHAPES = [
  "circle",
  "square",
  "triangle",
  "diamond",
  "tip",
  "plus",
  "cross",
  "star",
];
// What is positive is amber, what is negative violet: lines, and here their areas.
const AREAS = { light: ["#a58fc4", "#f3c06b"], dark: ["#8465b8", "#c98d2c"] };
// from the lowest value to the highest (viridis)
const VALUE_COLOURS = [
  "#440154",
  "#472d7b",
  "#3b528b",
  "#2c728e",
  "#21918c",
  "#28ae80",
  "#5ec962",
  "#addc30",
  "#fde725",
];
const PAGE_COLOURS = /** @type {PageColour[]} */ ([
  "ink",
  "paper",
  "faint",
  "line",
  "tint",
  "accent",
  "amber",
  "violet",
  "right",
  "wrong",
]);
const SHADES = 128; // in a table of colours
export const FONT = "system-ui, sans-serif";
const WHITE = /** @type {Colour} */ ([255, 255, 255]);

/** @param {HTMLCanvasElement | OffscreenCanvas} element */
export function contextOf(element) {
  return /** @type {CanvasRenderingContext2D} */ (element.getContext("2d"));
}

/**
 * @param {string} colour
 * @returns {Colour}
 */
function parse(colour) {
  const context = contextOf(document.createElement("canvas"));
  context.fillStyle = colour;
  const value = Number.parseInt(context.fillStyle.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/**
 * @param {Colour} from
 * @param {Colour} to
 * @param {number} share
 * @returns {Colour}
 */
export function mix(from, to, share) {
  const part = (/** @type {0 | 1 | 2} */ i) => from[i] + (to[i] - from[i]) * share;
  return [part(0), part(1), part(2)];
}

/**
 * @param {Colour} rgb
 * @param {number} alpha
 */
export function css(rgb, alpha = 1) {
  return `rgb(${rgb.map(Math.round).join(" ")} / ${alpha})`;
}

/** @returns {Look} */
export function readLook() {
  const style = getComputedStyle(document.documentElement);
  const colours = /** @type {Record<PageColour, Colour>} */ ({});
  for (const name of PAGE_COLOURS) {
    colours[name] = parse(style.getPropertyValue(`--${name}`).trim());
  }
  const dark = colours.paper[0] < 128;
  const classes = CLASS_COLOURS.map(parse);
  return { ...colours, dark, classes, shades: makeShades(colours, dark, classes) };
}

/**
 * @param {Record<PageColour, Colour>} colours
 * @param {boolean} dark
 * @param {Colour[]} classes
 * @returns {Shades}
 */
function makeShades({ paper, ink }, dark, classes) {
  const base = dark ? paper : WHITE;
  const nothing = dark ? mix(paper, ink, 0.08) : WHITE;
  const [low, high] = (dark ? AREAS.dark : AREAS.light).map(parse);
  const values = VALUE_COLOURS.map((colour) => mix(parse(colour), base, 0.14));
  const last = values.length - 1;
  return {
    signed: shadeTable((share) =>
      share < 0.5 ? mix(low, nothing, 2 * share) : mix(nothing, high, 2 * share - 1),
    ),
    classes: classes.map((own) => shadeTable((share) => mix(base, own, 0.75 * share))),
    leads: classes.map((own) => shadeTable((share) => mix(base, own, 0.48 * share))),
    values: shadeTable((share) => {
      const i = Math.min(Math.floor(share * last), last - 1);
      return mix(values[i], values[i + 1], share * last - i);
    }),
  };
}

/**
 * Colours from a share of 0 to a share of 1, as pixels hold them.
 * @param {(share: number) => Colour} colourOf
 */
function shadeTable(colourOf) {
  return Uint32Array.from({ length: SHADES + 1 }, (_, i) => {
    const [red, green, blue] = colourOf(i / SHADES).map(Math.round);
    return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  });
}

/**
 * The colour in a table for a share from 0 to 1, and for what lies beyond its ends.
 * @param {Uint32Array} shades
 * @param {number} share
 */
export function shadeOf(shades, share) {
  return shades[Math.round(SHADES * Math.min(1, Math.max(0, share)))];
}

/**
 * Such a pixel's colour.
 * @param {number} shade
 * @returns {Colour}
 */
export function colourOf(shade) {
  return [shade & 255, (shade >> 8) & 255, (shade >> 16) & 255];
}

/**
 * A class's colour; beyond the last they come again.
 * @param {Look} look
 * @param {number} label
 */
export function classColour({ classes }, label) {
  return classes[label % classes.length];
}

/**
 * The colour of a row's target: of its class, or on the scale of values from 0 to 1.
 * @param {Look} look
 * @param {string} task
 * @param {number} y
 */
export function targetColour(look, task, y) {
  if (task !== "regression") return classColour(look, y);
  return colourOf(shadeOf(look.shades.values, y));
}

/**
 * A class's marker; where colours come again, with other markers.
 * @param {number} label
 */
export function shapeOf(label) {
  const count = CLASS_SHAPES.length;
  return CLASS_SHAPES[(label + Math.floor(label / count)) % count];
}

/**
 * A text that has so many pixels of room, in the context's font: its middle is left out
 * where it is longer.
 * @param {CanvasRenderingContext2D} context
 * @param {string} text
 * @param {number} room
 */
export function fitText(context, text, room) {
  let fitting = text;
  for (let kept = text.length - 1; kept > 1; kept -= 1) {
    if (context.measureText(fitting).width <= room) break;
    const end = Math.floor(kept / 2);
    fitting = `${text.slice(0, kept - end)}…${text.slice(text.length - end)}`;
  }
  return fitting;
}

/**
 * A short text with a rim, to be read upon anything.
 * @param {CanvasRenderingContext2D} context
 * @param {Look} look
 * @param {string} text
 * @param {number} x
 * @param {number} y
 * @param {string} font
 * @param {CanvasTextAlign} align
 */
export function drawBadge(
  context,
  look,
  text,
  x,
  y,
  font = `600 11px ${FONT}`,
  align = "center",
) {
  context.font = font;
  context.textAlign = align;
  context.textBaseline = "middle";
  context.lineWidth = 3;
  context.lineJoin = "round";
  context.strokeStyle = css(look.paper, 0.85);
  context.strokeText(text, x, y);
  context.fillStyle = css(look.ink);
  context.fillText(text, x, y);
}

/**
 * A canvas that fills its box. `redraw` is called whenever that changes its size.
 * @param {string} className
 * @param {() => void} redraw
 */
export function makeCanvas(className, redraw) {
  const element = document.createElement("canvas");
  element.className = className;
  element.setAttribute("aria-hidden", "true");
  const context = contextOf(element);
  const canvas = { element, context, width: 0, height: 0 };
  new ResizeObserver(() => {
    const density = Math.min(window.devicePixelRatio || 1, 3);
    canvas.width = element.clientWidth;
    canvas.height = element.clientHeight;
    element.width = Math.round(canvas.width * density);
    element.height = Math.round(canvas.height * density);
    context.setTransform(density, 0, 0, density, 0, 0);
    redraw();
  }).observe(element);
  return canvas;
}

/** @typedef {ReturnType<typeof makeCanvas>} Canvas */

/**
 * The outline of a class's marker.
 * @param {CanvasRenderingContext2D} context
 * @param {number} label
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 */
export function tracePoint(context, label, x, y, radius) {
  const shape = shapeOf(label);
  const r = radius;
  context.beginPath();
  if (shape === "circle") context.arc(x, y, r, 0, 2 * Math.PI);
  if (shape === "square") context.rect(x - 0.88 * r, y - 0.88 * r, 1.76 * r, 1.76 * r);
  if (shape === "triangle") traceCorners(context, x, y, [1.25 * r], 3, -0.5);
  if (shape === "tip") traceCorners(context, x, y, [1.25 * r], 3, 0.5);
  if (shape === "diamond") traceCorners(context, x, y, [1.25 * r], 4, -0.5);
  if (shape === "plus") traceCross(context, x, y, r, 0);
  if (shape === "cross") traceCross(context, x, y, r, 0.25);
  if (shape === "star") traceCorners(context, x, y, [1.4 * r, 0.65 * r], 10, -0.5);
}

/**
 * Corners at one distance from the middle, or at two in turns.
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {number[]} radii
 * @param {number} corners
 * @param {number} turn
 */
function traceCorners(context, x, y, radii, corners, turn) {
  for (let i = 0; i < corners; i += 1) {
    const angle = Math.PI * (turn + (2 * i) / corners);
    const radius = radii[i % radii.length];
    context.lineTo(x + radius * Math.cos(angle), y + radius * Math.sin(angle));
  }
  context.closePath();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 * @param {number} turn
 */
function traceCross(context, x, y, radius, turn) {
  const long = 1.2 * radius;
  const half = 0.42 * radius;
  const cosine = Math.cos(Math.PI * turn);
  const sine = Math.sin(Math.PI * turn);
  for (let arm = 0; arm < 4; arm += 1) {
    const angle = (Math.PI * arm) / 2;
    for (const [a, b] of [
      [half, -half],
      [long, -half],
      [long, half],
    ]) {
      const u = a * Math.cos(angle) - b * Math.sin(angle);
      const v = a * Math.sin(angle) + b * Math.cos(angle);
      context.lineTo(x + u * cosine - v * sine, y + u * sine + v * cosine);
    }
  }
  context.closePath();
}
