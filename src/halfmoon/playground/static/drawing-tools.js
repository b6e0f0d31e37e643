// Points are drawn on the big map: a brush of a class, an eraser, and back again.

import { make } from "./controls.js";
import { makePlainButton } from "./elements.js";
import { css, targetColour } from "./look.js";
import { offerFile } from "./save-file.js";
import { makePick, makeSmallButton } from "./toggles.js";

/** @import { State, Store } from "./playground.js" */
/** @import { Frame, Look } from "./types.js" */

const CLASSES = [0, 1, 2, 3, 4, 5];
const VALUES = [-1, -0.5, 0, 0.5, 1];
/** @type {[string, string][]} */
const TOOLS = [
  ["", "Move"],
  ["brush", "Draw"],
  ["erase", "Erase"],
];
const HINT = "Draw on the map: the first stroke takes the place of all points.";
const PAUSE = 35; // milliseconds between two points of a stroke

/** @param {Store} store */
export function makeTools(store) {
  const legend = make("legend", "", "Draw points");
  const hint = make("p", "pg-note", HINT);
  hint.hidden = true; // shown while the next stroke takes the place of all points
  const swatches = makeSwatches(() => take("brush"));
  const tools = makePick({
    label: "What the pointer does on the map",
    options: TOOLS,
    change: take,
  });
  const strokes = makeStrokes(store);
  const empty = makeSmallButton("Start empty", () => {
    hint.hidden = false;
    take("brush");
    store.say(HINT);
  });
  const below = makeToolsRow(store, strokes, empty);
  const element = make("fieldset", "pg-tools");
  element.append(legend, tools.element, swatches.element, hint, below);

  /** @param {string} tool */
  function take(tool) {
    tools.set(tool);
    store.marks.tool = /** @type {"brush" | "erase" | null} */ (tool || null);
    store.marks.adding = tool === "brush" ? swatches.chosen() : null;
    store.redraw();
  }
  store.act.stroke = (x, y, first) => {
    const isBrush = store.marks.tool === "brush";
    if (!isBrush) strokes.add("erase", [x, y], first, false);
    if (!isBrush) return;
    strokes.add("add", [x, y, swatches.chosen()], first, !hint.hidden);
    hint.hidden = true;
  };

  return {
    element,
    /** @param {State} state */
    show({ data, task }) {
      const isTable = data.kind === "table";
      if (isTable && store.marks.tool) take("");
      legend.textContent = isTable ? "Rows" : "Draw points";
      tools.element.hidden = isTable;
      empty.hidden = isTable;
      store.marks.fixed = isTable;
      swatches.element.hidden = isTable || data.axes[1] === data.target;
      swatches.show(task, store.look);
    },
    /**
     * @param {Frame} _
     * @param {Look} look
     */
    draw: (_, look) => swatches.paint(look),
  };
}

/**
 * @param {Store} store
 * @param {ReturnType<typeof makeStrokes>} strokes
 * @param {HTMLElement} empty
 */
function makeToolsRow(store, strokes, empty) {
  const undo = makeSmallButton("Undo", strokes.undo);
  const save = makeSmallButton("Save CSV", async () => {
    offerFile(await store.ask("save", { kind: "csv" }));
  });
  return make("div", "pg-wrap pg-tools-row", undo, empty, save);
}

/**
 * The classes or values that can be drawn, of which one is chosen.
 * @param {() => void} pressed
 */
function makeSwatches(pressed) {
  const element = make("div", "pg-wrap pg-swatches");
  element.setAttribute("role", "group");
  let chosen = 0;
  let task = "";

  /** @param {number} value */
  function choose(value) {
    chosen = value;
    for (const button of element.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", `${Number(button.value) === value}`);
    }
  }
  /** @param {number} value */
  function makeSwatch(value) {
    function press() {
      choose(value);
      pressed();
    }
    const button = makePlainButton("pg-swatch", press, `${value}`);
    button.value = `${value}`;
    return button;
  }
  /** @param {Look} look */
  function paint(look) {
    for (const button of element.querySelectorAll("button")) {
      const value = Number(button.value);
      const share = task === "regression" ? 0.5 + 0.5 * value : value;
      button.style.setProperty("--swatch", css(targetColour(look, task, share)));
    }
  }
  return {
    element,
    chosen: () => chosen,
    paint,
    /**
     * @param {string} now the task
     * @param {Look} look
     */
    show(now, look) {
      if (now === task) return;
      task = now;
      const values = task === "regression" ? VALUES : CLASSES;
      element.setAttribute("aria-label", task === "regression" ? "Value" : "Class");
      element.replaceChildren(...values.map(makeSwatch));
      choose(values[0]);
      paint(look);
    },
  };
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
