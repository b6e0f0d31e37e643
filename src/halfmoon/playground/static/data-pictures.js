// Pictures of all data sets, to choose one; and of one's own rows, if there are some.

import { make } from "./controls.js";
import { makePlainButton } from "./elements.js";
import { readComponent } from "./fields.js";
import { contextOf, css, targetColour } from "./look.js";

/** @import { PlaygroundFrame, State, Store } from "./playground.js" */
/** @import { Look } from "./types.js" */
/**
 * @typedef {object} Picture
 * @property {string} name
 * @property {"classification" | "regression"} task
 * @property {[number, number][]} points in a square of side 1
 * @property {number[]} y class numbers, or values from 0 to 1
 */

const PICTURE_SIDE = 104; // pixels, shown half as large
const DOT = 3.4;
const PICTURED = 150;
const OWN = [
  ["drawn", "drawn", "Points drawn by hand"],
  ["table", "table", "Your own table"],
];

/** @param {Store} store */
export function makePictures(store) {
  const element = make("div", "pg-pictures");
  element.setAttribute("role", "group");
  element.setAttribute("aria-label", "Data sets");
  element.dataset.setting = "data";
  /** @type {Picture[]} */
  let pictures = [];
  /** @type {Map<string, HTMLButtonElement>} */
  const buttons = new Map();
  let ink = "";
  let chosen = "";
  let own = ""; // what the picture of one's own rows was made of

  const sets = store.menu["data sets"].map((/** @type {any} */ { name, help }) => {
    return [name, name, help];
  });
  for (const [name, text, help] of [...sets, ...OWN]) {
    const button = makePicture(text, help, () => store.change({ data: name }));
    buttons.set(name, button);
    element.append(button);
  }

  async function load() {
    const answer = await store.ask("thumbnails");
    if (answer === null) return;
    pictures = answer["data sets"];
    store.redraw();
    show(store.state);
  }
  load();

  /**
   * @param {string} name
   * @param {Picture} picture
   * @param {Look} look
   */
  function paint(name, picture, look) {
    const canvas = buttons.get(name)?.querySelector("canvas");
    if (canvas) paintPicture(canvas, picture, look);
  }

  /** @param {State} state */
  function show({ setup, data }) {
    const { name } = readComponent(setup.data);
    const isOther = chosen !== "" && chosen !== name && name !== "drawn";
    if (isOther) store.marks.picked = null; // a row of other data
    chosen = name;
    for (const [each, button] of buttons) {
      button.setAttribute("aria-pressed", `${each === name}`);
    }
    for (const [kind] of OWN) {
      const button = /** @type {HTMLButtonElement} */ (buttons.get(kind));
      button.hidden = data.given !== kind;
    }
  }
  return {
    element,
    show,
    /**
     * @param {PlaygroundFrame} frame
     * @param {Look} look
     */
    draw(frame, look) {
      // the rows of one's own are those that are shown
      const { kind } = store.state.data;
      const key = `${kind} ${frame.data_version} ${look.ink}`;
      if (frame.X && key !== own) {
        own = key;
        const isOwn = OWN.some(([name]) => name === kind);
        if (isOwn) paint(kind, pictureOfRows(frame), look);
      }
      if (pictures.length === 0 || `${look.ink}` === ink) return;
      ink = `${look.ink}`;
      for (const picture of pictures) paint(picture.name, picture, look);
    },
  };
}

/**
 * @param {string} text
 * @param {string} help
 * @param {() => void} choose
 */
function makePicture(text, help, choose) {
  const canvas = make("canvas");
  canvas.width = PICTURE_SIDE;
  canvas.height = PICTURE_SIDE;
  canvas.setAttribute("aria-hidden", "true");
  const name = make("span", "", text);
  const button = makePlainButton("pg-picture", choose, canvas, name);
  button.title = help;
  return button;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Picture} picture
 * @param {Look} look
 */
function paintPicture(canvas, { task, points, y }, look) {
  const context = contextOf(canvas);
  context.clearRect(0, 0, PICTURE_SIDE, PICTURE_SIDE);
  const inside = PICTURE_SIDE - 4 * DOT;
  points.forEach(([across, up], i) => {
    context.fillStyle = css(targetColour(look, task, y[i]));
    context.beginPath();
    const left = 2 * DOT + inside * across;
    const top = 2 * DOT + inside * (1 - up);
    context.arc(left, top, DOT, 0, 2 * Math.PI);
    context.fill();
  });
}

/**
 * Some of a frame's points as a picture.
 * @param {PlaygroundFrame} frame
 * @returns {Picture}
 */
function pictureOfRows({ task, X, y, box: [x0, x1, y0, y1], range }) {
  const [low, high] = range ?? [0, 1];
  const chosen = Array.from({ length: Math.min(PICTURED, y.length) }, (_, i) => i);
  return {
    name: "",
    task,
    points: chosen.map((i) => {
      return [(X[2 * i] - x0) / (x1 - x0), (X[2 * i + 1] - y0) / (y1 - y0)];
    }),
    y: chosen.map((i) => (task === "regression" ? (y[i] - low) / (high - low) : y[i])),
  };
}
