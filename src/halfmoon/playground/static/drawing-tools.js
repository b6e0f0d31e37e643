// Points are drawn on the big map: a brush of a class, an eraser, and back again.

import { make } from "./controls.js";
import { makePlainButton } from "./elements.js";
import { css, targetColour } from "./look.js";
import { offerFile } from "./save-file.js";
import { makePick, makeSmallButton } from "./toggles.js";

/** @import { State, Store } from "./playground.js" */
/** @import { Frame, Look } from "./types.js" */

const DRAWN_CLASSES = 6;
const VALUES = [-1, -0.5, 0, 0.5, 1];
const HINT = "Draw on the map: the first stroke takes the place of all points.";
const PAUSE = 35; // milliseconds between two points of a stroke

/** @param {Store} store */
export function makeTools(store) {
  const legend = make("legend", "", "Draw points");
  const tools = makePick({
    label: "What the pointer does on the map",
    options: [
      ["", "Move"],
      ["brush", "Draw"],
      ["erase", "Erase"],
    ],
    change: (tool) => take(tool),
  });
  const swatches = make("div", "pg-wrap pg-swatches");
  swatches.setAttribute("role", "group");
  let label = 0;
  let isEmpty = false; // the next stroke takes the place of all points
  let task = "";

  /** @param {string} tool */
  function take(tool) {
    tools.set(tool);
    store.marks.tool = /** @type {"brush" | "erase" | null} */ (tool || null);
    store.marks.adding = tool === "brush" ? label : null;
    store.redraw();
  }
  /** @param {number} value */
  function choose(value) {
    label = value;
    for (const button of swatches.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", `${Number(button.value) === value}`);
    }
  }

  /** @param {number} value */
  function makeSwatch(value) {
    function press() {
      choose(value);
      take("brush");
    }
    const button = makePlainButton("pg-swatch", press, `${value}`);
    button.value = `${value}`;
    return button;
  }

  const strokes = makeStrokes(store);
  store.act.stroke = (x, y, first) => {
    if (store.marks.tool === "brush") {
      strokes.add("add", [x, y, label], first, isEmpty);
      isEmpty = false;
      hint.hidden = true;
    } else {
      strokes.add("erase", [x, y], first, false);
    }
  };

  const hint = make("p", "pg-note", HINT);
  hint.hidden = true;
  const undo = makeSmallButton("Undo", strokes.undo);
  const empty = makeSmallButton("Start empty", () => {
    isEmpty = true;
    hint.hidden = false;
    take("brush");
    store.say(HINT);
  });
  const save = makeSmallButton("Save CSV", async () => {
    offerFile(await store.ask("save", { kind: "csv" }));
  });
  const below = make("div", "pg-wrap pg-tools-row", undo, empty, save);
  const element = make("fieldset", "pg-tools");
  element.append(legend, tools.element, swatches, hint, below);

  return {
    element,
    /** @param {State} state */
    show({ data, task: now }) {
      const isTable = data.kind === "table";
      if (isTable && store.marks.tool) take("");
      legend.textContent = isTable ? "Rows" : "Draw points";
      tools.element.hidden = isTable;
      empty.hidden = isTable;
      store.marks.fixed = isTable;
      swatches.hidden = isTable || data.axes[1] === data.target;
      if (now === task) return;
      task = now;
      const values = task === "regression" ? VALUES : classNumbers();
      swatches.setAttribute("aria-label", task === "regression" ? "Value" : "Class");
      swatches.replaceChildren(...values.map(makeSwatch));
      choose(values[0]);
      paintSwatches(swatches, task, store.look);
    },
    /**
     * @param {Frame} _
     * @param {Look} look
     */
    draw: (_, look) => paintSwatches(swatches, task, look),
  };
}

function classNumbers() {
  return Array.from({ length: DRAWN_CLASSES }, (_, i) => i);
}

/**
 * @param {HTMLElement} swatches
 * @param {string} task
 * @param {Look} look
 */
function paintSwatches(swatches, task, look) {
  for (const button of swatches.querySelectorAll("button")) {
    const value = Number(button.value);
    const share = task === "regression" ? 0.5 + 0.5 * value : value;
    button.style.setProperty("--swatch", css(targetColour(look, task, share)));
  }
}

/**
 * What is drawn while a message is on its way goes with the next one. A stroke is one
 * change, that is undone as one.
 * @param {Store} store
 */
function makeStrokes(store) {
  /** @type {[string, Record<string, any>][]} */
  const waiting = [];
  let isBusy = false;
  let last = 0;

  async function send() {
    isBusy = true;
    for (;;) {
      const next = waiting.shift();
      if (next === undefined) break;
      await store.ask(...next);
    }
    isBusy = false;
  }
  /**
   * @param {string} name
   * @param {Record<string, any>} message
   */
  function tell(name, message) {
    waiting.push([name, message]);
    if (!isBusy) send();
  }
  return {
    /**
     * @param {"add" | "erase"} what
     * @param {number[]} place
     * @param {boolean} first
     * @param {boolean} anew
     */
    add(what, place, first, anew) {
      const now = performance.now();
      if (!first && now - last < PAUSE) return;
      last = now;
      const latest = waiting.at(-1)?.[1];
      if (latest?.[what] && !first) latest[what].push(place);
      else tell("points", { [what]: [place], anew, again: !first });
    },
    /** After all that has been drawn. */
    undo: () => tell("undo", {}),
  };
}
