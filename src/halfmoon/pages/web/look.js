// How everything looks: the page's colours, the classes' markers, and canvases that are
// as sharp as the screen.

// As in halfmoon's figures (Okabe and Ito 2008): the colour-blind tell them apart.
const CLASS_COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00"];
// What is positive is amber, what is negative violet: lines, and here their areas.
const AREAS = { light: ["#a58fc4", "#f3c06b"], dark: ["#8465b8", "#c98d2c"] };
const PAGE_COLOURS = [
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
];
export const FONT = "system-ui, sans-serif";

export const CLASS_SHAPES = ["circle", "square", "triangle", "diamond", "tip"];

function parse(colour) {
  const context = document.createElement("canvas").getContext("2d");
  context.fillStyle = colour;
  const value = Number.parseInt(context.fillStyle.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

export function mix(from, to, share) {
  return from.map((value, i) => value + (to[i] - value) * share);
}

export function css(rgb, alpha = 1) {
  return `rgb(${rgb.map(Math.round).join(" ")} / ${alpha})`;
}

export function readLook() {
  const style = getComputedStyle(document.documentElement);
  const look = {};
  for (const name of PAGE_COLOURS) {
    look[name] = parse(style.getPropertyValue(`--${name}`).trim());
  }
  look.dark = look.paper[0] < 128;
  look.areas = (look.dark ? AREAS.dark : AREAS.light).map(parse);
  look.classes = CLASS_COLOURS.map(parse);
  return look;
}

// A canvas that fills its box. `redraw` is called whenever that changes its size.
export function makeCanvas(className, redraw) {
  const element = document.createElement("canvas");
  element.className = className;
  element.setAttribute("aria-hidden", "true");
  const context = element.getContext("2d");
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

export function tracePoint(context, label, x, y, radius) {
  const shape = CLASS_SHAPES[label];
  const r = radius;
  context.beginPath();
  if (shape === "circle") context.arc(x, y, r, 0, 2 * Math.PI);
  if (shape === "square") context.rect(x - 0.88 * r, y - 0.88 * r, 1.76 * r, 1.76 * r);
  if (shape === "triangle") traceCorners(context, x, y, 1.25 * r, 3, -0.5);
  if (shape === "tip") traceCorners(context, x, y, 1.25 * r, 3, 0.5);
  if (shape === "diamond") traceCorners(context, x, y, 1.25 * r, 4, -0.5);
}

function traceCorners(context, x, y, radius, corners, turn) {
  for (let i = 0; i < corners; i += 1) {
    const angle = Math.PI * (turn + (2 * i) / corners);
    context.lineTo(x + radius * Math.cos(angle), y + radius * Math.sin(angle));
  }
  context.closePath();
}

// An image of values on a grid, one colour each; `paint(i)` gives [red, green, blue].
export function paintGrid(image, columns, rows, paint) {
  if (image.width !== columns || image.height !== rows) {
    image.width = columns;
    image.height = rows;
  }
  const context = image.getContext("2d");
  const pixels = context.createImageData(columns, rows);
  for (let i = 0; i < columns * rows; i += 1) {
    const colour = paint(i);
    pixels.data[4 * i] = colour[0];
    pixels.data[4 * i + 1] = colour[1];
    pixels.data[4 * i + 2] = colour[2];
    pixels.data[4 * i + 3] = 255;
  }
  context.putImageData(pixels, 0, 0);
}

// Draw it so that the outermost values lie on the edges of the area.
export function drawGrid(context, image, left, top, width, height) {
  const stepX = width / (image.width - 1);
  const stepY = height / (image.height - 1);
  context.save();
  context.beginPath();
  context.rect(left, top, width, height);
  context.clip();
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = "high";
  const w = width + stepX;
  context.drawImage(image, left - stepX / 2, top - stepY / 2, w, height + stepY);
  context.restore();
}

// The colour of what a unit answers: violet below zero, amber above, of `span` at most.
export function signedColour(look, value, span) {
  const share = Math.min(1, Math.abs(value) / span);
  const base = look.dark ? mix(look.paper, look.ink, 0.08) : [255, 255, 255];
  return mix(base, look.areas[value < 0 ? 0 : 1], share);
}
