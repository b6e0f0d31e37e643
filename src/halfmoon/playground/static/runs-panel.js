// The runs: a picture of each, what was changed in it, how good it is. One can be gone
// back to, and two are compared.

import { make } from "./controls.js";
import { keepInOrder } from "./elements.js";
import { countText, lossText, scoreText } from "./numbers.js";
import { inOrder, runColours } from "./run-colours.js";
import { makeComparison } from "./runs-comparison.js";
import { makeThumbnail } from "./thumbnail.js";
import { makeSmallButton } from "./toggles.js";

/** @import { Panel, RunInfo, State, Store } from "./playground.js" */
/** @import { Prediction } from "./maps.js" */
/** @typedef {Prediction & {update: number}} Picture */

const SIDE = 40; // points of a picture's side
const AT_ONCE = 4; // pictures in one frame

/**
 * @param {Store} store
 * @returns {Panel}
 */
export function makeRunsPanel(store) {
  const list = make("ul", "pg-cards");
  const comparison = makeComparison();
  const body = make("div", "pg-wrap pg-runs-body", list, comparison.element);
  const element = make("div", "pg-runs-panel", makeKeep(store), body);
  /** @type {Map<string, ReturnType<typeof makeCard>>} */
  const cards = new Map();
  /** @type {Map<string, Picture>} */
  const pictures = new Map();
  /** @type {string[]} */
  let compared = [];

  /** @param {string} id */
  function compare(id) {
    const others = compared.filter((each) => each !== id);
    compared = others.length === compared.length ? [...others.slice(-1), id] : others;
    show(store.state);
    store.want();
  }

  /** @param {State} state */
  function show(state) {
    const runs = inOrder(state.runs);
    const ids = runs.map(({ id }) => id);
    const shown = keepInOrder(list, cards, ids, (id) => makeCard(store, id, compare));
    for (const id of pictures.keys()) if (!cards.has(id)) pictures.delete(id);
    compared = compared.filter((id) => cards.has(id));
    store.marks.compared = compared; // the curves show them
    const colours = runColours(state.runs, store.look);
    runs.forEach((run, i) => {
      shown[i].paint(colours.get(run.id) ?? "");
      shown[i].show(run, state.score_name, compared.includes(run.id));
      shown[i].allowComparing(runs.length > 1);
    });
    const chosen = runs.filter(({ id }) => compared.includes(id));
    comparison.show(chosen, state.score_name);
  }

  return {
    element,
    every: 330,
    wants: () => wantedPictures(store, pictures),
    draw(frame, look) {
      for (const { id, outputs, ...told } of frame.thumbnails ?? []) {
        const size = { columns: SIDE, rows: SIDE, sizes: [outputs] };
        pictures.set(id, { ...told, ...size, plane: frame[`thumbnails.${id}`] });
      }
      for (const [id, card] of cards) card.draw(pictures.get(id), look);
    },
    show,
  };
}

/**
 * Of runs whose pictures are missing or old, a few.
 * @param {Store} store
 * @param {Map<string, Picture>} pictures
 */
function wantedPictures({ state, frame }, pictures) {
  const missing = state.runs.filter(({ id, update, current }) => {
    return pictures.get(id)?.update !== (current ? frame?.update : update);
  });
  const runs = missing.slice(0, AT_ONCE).map(({ id }) => id);
  const thumbnails = { runs, columns: SIDE, rows: SIDE };
  return runs.length > 0 ? { thumbnails } : {};
}

/** @param {Store} store */
function makeKeep(store) {
  const button = makeSmallButton("Keep this run", () => store.ask("keep"));
  const help = "Going back and changing something keeps a run by itself.";
  const element = make("div", "pg-wrap pg-head", button, make("span", "pg-note", help));
  return element;
}

/**
 * @param {Store} store
 * @param {string} id
 * @param {(id: string) => void} compare
 */
function makeCard(store, id, compare) {
  const picture = makeThumbnail("pg-thumbnail");
  const name = make("strong");
  const mark = make("span", "pg-run-mark");
  const heading = make("span", "pg-row", mark, name);
  const changed = make("span", "pg-note");
  const results = make("span", "pg-note");
  const text = make("div", "pg-card-text", heading, changed, results);
  const restore = makeSmallButton("Restore", () => store.ask("restore", { run: id }));
  const against = makeSmallButton("Compare", () => compare(id));
  const forget = makeSmallButton("Forget", () => store.ask("forget", { run: id }));
  const buttons = make("div", "pg-wrap", restore, against, forget);
  const element = make("li", "pg-frame pg-card", picture.element, text, buttons);
  return {
    element,
    draw: picture.draw,
    /** @param {boolean} isAllowed */
    allowComparing(isAllowed) {
      against.hidden = !isAllowed;
    },
    /** @param {string} colour of its curves */
    paint(colour) {
      mark.style.background = colour;
    },
    /**
     * @param {RunInfo} run
     * @param {string} score
     * @param {boolean} isCompared
     */
    show(run, score, isCompared) {
      element.classList.toggle("current", run.current);
      name.textContent = run.current ? `${run.name} (now)` : run.name;
      changed.textContent = run.changed;
      const loss = run.test_loss ?? run.train_loss;
      results.textContent = [
        `update ${countText(run.update)}`,
        `${run.test_loss === null ? "" : "test "}loss ${lossText(loss)}`,
        `${score === "accuracy" ? "" : "R² "}${scoreText(run.score, score)}`,
      ].join(" · ");
      restore.hidden = run.current;
      forget.hidden = run.current;
      against.setAttribute("aria-pressed", `${isCompared}`);
      for (const button of [restore, against, forget]) {
        button.setAttribute("aria-label", `${button.textContent} ${run.name}`);
      }
    },
  };
}
