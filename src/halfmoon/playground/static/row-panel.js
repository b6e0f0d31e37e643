// A form for one row: what is predicted for it, and what each column does to that. A
// column's curve is the prediction along its values, while the others stay as they are.

import { make } from "./controls.js";
import { makeHeadCell } from "./elements.js";
import { short } from "./numbers.js";
import { makeSmallButton } from "./toggles.js";

/** @import { Panel, Store } from "./playground.js" */
/**
 * @typedef {object} Effect
 * @property {string} column
 * @property {string} usual
 * @property {number} effect
 * @property {number | null} at where the cell stands among the values, from 0 to 1
 * @property {[string, number][]} along cells, and the prediction with each
 */

const SVG_SPACE = "http://www.w3.org/2000/svg";
const ALONG_WIDTH = 120;
const ALONG_HEIGHT = 26;
const HEADS = ["Column", "Value", "Prediction", "What it does"];

/**
 * @param {Store} store
 * @returns {Panel}
 */
export function makeRowPanel(store) {
  const outputs = make("div", "pg-wrap pg-outputs");
  outputs.setAttribute("role", "status");
  const next = makeSmallButton("Next row", () =>
    load((row + 1) % store.state.data.rows),
  );
  const title = make("p", "pg-note");
  const head = make("div", "pg-wrap pg-head", title, next);
  const form = make("table", "pg-row-form");
  const element = make("div", "pg-row-panel", head, outputs, form);
  /** @type {Map<string, ReturnType<typeof makeCellField>>} */
  const fields = new Map();
  let version = -1; // of the rows that the form is for
  let row = -1;
  /** @type {number | null} */
  let followed = null; // the marked row that was loaded
  let isAsking = false;
  let isRefused = false; // a message says why
  let known = ""; // what the prediction at hand was made for

  /** @param {number | null} wanted a row; null: the first test row */
  async function load(wanted) {
    version = store.state.data.version;
    const answer = await store.ask("example_row", { row: wanted });
    if (answer === null) return;
    row = answer.row;
    title.textContent = `Begun as row ${row + 1}; write any other value.`;
    fields.clear();
    // a map, as a column may be called "constructor"
    const choices = new Map(Object.entries(answer.choices));
    for (const [name, cell] of Object.entries(answer.cells)) {
      fields.set(name, makeCellField(name, `${cell}`, choices.get(name), predict));
    }
    fillForm(form, [...fields.values()]);
    predict();
  }

  function cells() {
    return Object.fromEntries([...fields].map(([name, { read }]) => [name, read()]));
  }
  function key() {
    return JSON.stringify([store.state.version, store.frame?.update, cells()]);
  }

  async function predict() {
    if (isAsking || fields.size === 0) return;
    known = key();
    isAsking = true;
    const answer = await store.ask("predict", { values: cells() });
    isAsking = false;
    if (isRefused && answer !== null) store.say("", true);
    isRefused = answer === null;
    if (answer === null) return;
    showOutputs(outputs, answer, store);
    showEffects(fields, answer.effects);
    const isClass = store.state.task === "classification";
    const what = isClass ? `Chance of ${answer.outputs[answer.chosen].name}` : HEADS[2];
    const along = form.querySelectorAll("th[scope=col]")[2];
    along.textContent = `${what} along its values`;
  }

  return {
    element,
    every: 800,
    draw() {
      if (isAsking) return;
      const { picked } = store.marks;
      const isOther = picked !== null && picked !== followed;
      followed = picked;
      if (version !== store.state.data.version || isOther) load(picked);
      else if (key() !== known) predict();
    },
  };
}

/**
 * A column's line in the form.
 * @param {string} name
 * @param {string} cell
 * @param {string[] | undefined} choices
 * @param {() => void} change
 */
function makeCellField(name, cell, choices, change) {
  const input = make(choices ? "select" : "input");
  if (!choices) input.setAttribute("type", "text");
  for (const choice of new Set(choices && [...choices, cell])) {
    input.append(new Option(choice || "(empty)", choice));
  }
  input.value = cell;
  input.setAttribute("aria-label", name);
  input.addEventListener(choices ? "change" : "input", change);
  const value = make("td", "", input);
  const along = make("td");
  const effect = make("td", "pg-note pg-effect");
  const line = make("tr", "", makeHeadCell(name, "row"), value, along, effect);
  return { line, along, effect, read: () => input.value };
}

/**
 * @param {HTMLElement} form
 * @param {{line: HTMLElement}[]} lines
 */
function fillForm(form, lines) {
  const head = make("tr");
  head.append(...HEADS.map((text) => makeHeadCell(text, "col", "pg-label")));
  const body = make("tbody", "", head, ...lines.map(({ line }) => line));
  form.replaceChildren(body);
}

/**
 * @param {HTMLElement} element
 * @param {{outputs: {name: string, value: number}[], chosen: number}} answer
 * @param {Store} store
 */
function showOutputs(element, { outputs, chosen }, store) {
  const isClass = store.state.task === "classification";
  const made = outputs.map(({ name, value }, i) => {
    const share = make("span", "pg-share");
    share.hidden = !isClass;
    share.style.width = `${100 * Math.min(1, Math.max(0, value))}%`;
    share.style.backgroundColor = colourOfClass(store, i);
    const text = isClass ? `${(100 * value).toFixed(1)}%` : short(value);
    const bar = make("div", "pg-row pg-frame pg-output");
    bar.append(share, make("span", "", name), make("strong", "", text));
    bar.classList.toggle("chosen", i === chosen && isClass);
    return bar;
  });
  element.replaceChildren(...made);
}

/**
 * @param {Store} store
 * @param {number} index
 */
function colourOfClass({ look }, index) {
  const [red, green, blue] = look.classes[index % look.classes.length];
  return `rgb(${red} ${green} ${blue} / 0.3)`;
}

/**
 * @param {Map<string, {along: HTMLElement, effect: HTMLElement}>} fields
 * @param {Effect[]} effects
 */
function showEffects(fields, effects) {
  const all = effects.flatMap(({ along }) => along.map(([, output]) => output));
  const low = Math.min(...all);
  const high = Math.max(...all);
  for (const { column, usual, effect, at, along } of effects) {
    const field = fields.get(column);
    if (!field) continue;
    field.along.replaceChildren(drawAlong(along, at, low, high));
    const sign = effect === 0 ? "" : effect > 0 ? "raised" : "lowered";
    const text = `${effect > 0 ? "+" : ""}${short(effect)}`;
    field.effect.replaceChildren(make("span", `pg-sign ${sign}`, text));
    const isNumber = usual !== "" && Number.isFinite(Number(usual));
    field.effect.append(`against ${isNumber ? short(Number(usual)) : usual}`);
  }
}

/**
 * @param {[string, number][]} along
 * @param {number | null} at
 * @param {number} low
 * @param {number} high
 */
function drawAlong(along, at, low, high) {
  const said = along.map(([cell, output]) => `${cell}: ${short(output)}`).join(", ");
  const svg = makeSvg("svg", { class: "pg-along", role: "img", "aria-label": said });
  svg.setAttribute("viewBox", `0 0 ${ALONG_WIDTH} ${ALONG_HEIGHT}`);
  const places = along.map(([, output], i) => {
    const x = 2 + ((ALONG_WIDTH - 4) * i) / Math.max(1, along.length - 1);
    const share = high > low ? (output - low) / (high - low) : 0.5;
    const y = ALONG_HEIGHT - 3 - (ALONG_HEIGHT - 6) * share;
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  if (at !== null) {
    const x = 2 + (ALONG_WIDTH - 4) * at;
    svg.append(makeSvg("line", { x1: x, x2: x, y1: 0, y2: ALONG_HEIGHT }));
  }
  const title = makeSvg("title", {});
  title.textContent = said;
  svg.append(title, makeSvg("polyline", { points: places.join(" ") }));
  return svg;
}

/**
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 */
function makeSvg(tag, attributes) {
  const element = document.createElementNS(SVG_SPACE, tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, `${value}`);
  }
  return element;
}
