// The rows as a table: sorted by any column, each cell to be written in, and linked
// with the map. The server sends the rows that are shown.

import { make } from "./controls.js";
import { fillTable, makeHeadCell, makePlainButton } from "./elements.js";
import { countText } from "./numbers.js";
import { makeSmallButton } from "./toggles.js";

/** @import { Panel, Store } from "./playground.js" */
/**
 * @typedef {object} Rows
 * @property {{name: string, kind: string}[]} columns
 * @property {{row: number, test: boolean, cells: string[]}[]} rows
 * @property {number} total
 * @property {number} data_version
 *
 * @typedef {object} Asked which rows are shown
 * @property {number} first
 * @property {number} count
 * @property {string | null} sort the column that they are sorted by
 * @property {boolean} descending
 */

const PAGE = 50; // rows at once
const WIDEST_TABLE = 24; // characters of a cell that are in sight
/** @type {Record<string, string>} */
const ROLES = {
  target: "predicted",
  groups: "groups",
  id: "not used",
  text: "not used",
  empty: "not used",
};

/**
 * @param {Store} store
 * @returns {Panel}
 */
export function makeTablePanel(store) {
  /** @type {Asked} */
  const asked = { first: 0, count: PAGE, sort: null, descending: false };
  let version = -1; // of the rows that are shown
  let isLoading = false;
  /** @type {number | null} */
  let picked = null;
  const rows = makeRows(store, asked, sort);
  const pages = makePages(goTo);
  const box = make("div", "pg-frame pg-table-box", rows.element);
  const element = make("div", "pg-column pg-table-panel", pages.element, box);

  async function load() {
    isLoading = true;
    /** @type {Rows | null} */
    const answer = await store.ask("table", asked);
    isLoading = false;
    if (answer === null) {
      asked.sort = null; // its column may be gone
      return;
    }
    version = answer.data_version;
    pages.show(asked.first, answer);
    rows.show(answer);
  }

  /** @param {number} first */
  function goTo(first) {
    asked.first = first;
    load();
  }

  /** @param {string} name */
  function sort(name) {
    // upwards, downwards, and then as they came
    const isAgain = asked.sort === name;
    asked.sort = isAgain && asked.descending ? null : name;
    asked.descending = isAgain && !asked.descending;
    goTo(0);
  }

  // where rows are in their order, go to the one that is marked on the map
  function follow() {
    const row = store.marks.picked;
    if (row === picked) return;
    picked = row;
    rows.mark();
    const isIn = row === null || (row >= asked.first && row < asked.first + PAGE);
    if (asked.sort === null && !isIn) goTo(row - (row % PAGE));
  }
  return {
    element,
    draw(frame) {
      const isOld = frame.data_version !== version && !isLoading;
      if (isOld) goTo(asked.first < store.state.data.rows ? asked.first : 0);
      follow();
    },
  };
}

/**
 * The rows at hand. Nothing changes under the hand of somebody who writes.
 * @param {Store} store
 * @param {Asked} asked
 * @param {(name: string) => void} sort
 */
function makeRows(store, asked, sort) {
  const element = make("table", "pg-table");
  /** @type {Rows | null} */
  let late = null; // rows that wait until nobody writes

  function isWriting() {
    const at = document.activeElement;
    return at instanceof HTMLInputElement && element.contains(at);
  }
  element.addEventListener("focusout", () => {
    setTimeout(() => {
      if (late !== null && !isWriting()) show(late);
    });
  });

  /** @param {Rows} answer */
  function show(answer) {
    late = isWriting() ? answer : null;
    if (late !== null) return;
    const sorting = element.querySelector(".pg-sort:focus")?.textContent;
    fillTable(element, headsOf(answer, asked, sort), linesOf(answer, store));
    for (const button of element.querySelectorAll("button")) {
      if (button.textContent === sorting) button.focus();
    }
    mark();
  }

  function mark() {
    for (const line of element.querySelectorAll("tr")) {
      const isPicked = line.dataset.row === `${store.marks.picked}`;
      line.classList.toggle("pg-picked", isPicked);
      if (isPicked) line.scrollIntoView({ block: "nearest" });
    }
  }
  return { element, show, mark };
}

/**
 * @param {Rows} rows
 * @param {Asked} asked
 * @param {(name: string) => void} sort
 */
function headsOf({ columns }, asked, sort) {
  const heads = columns.map(({ name, kind }) => {
    return makeColumnHead(name, kind, asked, () => sort(name));
  });
  return [makeHeadCell("row", "col"), ...heads];
}

/**
 * @param {Rows} rows
 * @param {Store} store
 */
function linesOf({ columns, rows }, store) {
  const widths = columns.map((_, i) => widthOf(rows.map(({ cells }) => cells[i])));
  return rows.map(({ row, test, cells }) => {
    const places = cells.map((cell, i) => {
      return make("td", "", makeCell(store, row, columns[i].name, cell, widths[i]));
    });
    const line = make("tr", "", makeRowHead(store, row, test), ...places);
    line.dataset.row = `${row}`;
    return line;
  });
}

/** @param {string[]} cells */
function widthOf(cells) {
  return Math.min(WIDEST_TABLE, Math.max(4, ...cells.map((cell) => cell.length)));
}

/**
 * @param {string} name
 * @param {string} kind
 * @param {Asked} asked
 * @param {() => void} press
 */
function makeColumnHead(name, kind, asked, press) {
  const button = makePlainButton("pg-cut pg-sort", press, name);
  button.title = `${name} (${kind}): sort by it`;
  const head = makeHeadCell(button, "col");
  const role = ROLES[kind];
  if (role) head.append(make("span", "pg-label pg-mark", role));
  if (asked.sort === name) {
    head.setAttribute("aria-sort", asked.descending ? "descending" : "ascending");
  }
  return head;
}

/**
 * A row's number, which marks the row on the map.
 * @param {Store} store
 * @param {number} row
 * @param {boolean} isTest
 */
function makeRowHead(store, row, isTest) {
  const button = make("button", "pg-row-number", `${row + 1}`);
  button.type = "button";
  button.setAttribute("aria-label", `Row ${row + 1}`);
  button.title = isTest ? "A test row: mark it on the map" : "Mark it on the map";
  const head = makeHeadCell(button, "row");
  // the whole cell is pressed, and by the keyboard the button in it
  head.addEventListener("click", () => {
    store.marks.picked = store.marks.picked === row ? null : row;
    store.want();
    store.redraw();
  });
  if (isTest) head.append(make("span", "pg-label pg-mark", "test"));
  return head;
}

/**
 * @param {Store} store
 * @param {number} row
 * @param {string} column
 * @param {string} text
 * @param {number} width
 */
function makeCell(store, row, column, text, width) {
  const input = make("input", "pg-cell");
  input.value = text;
  input.size = width;
  input.autocomplete = "off";
  input.spellcheck = false;
  input.setAttribute("aria-label", `${column} of row ${row + 1}`);
  input.addEventListener("change", async () => {
    const answer = await store.ask("cell", { row, column, value: input.value.trim() });
    if (answer === null) input.value = text;
    else text = input.value;
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") input.blur();
    if (event.key === "Escape") input.value = text;
  });
  return input;
}

/** @param {(first: number) => void} go */
function makePages(go) {
  const said = make("p", "pg-note");
  let first = 0;
  const back = makeSmallButton("Earlier rows", () => go(Math.max(0, first - PAGE)));
  const forth = makeSmallButton("Later rows", () => go(first + PAGE));
  const number = make("input", "pg-number");
  number.type = "number";
  number.min = "1";
  number.addEventListener("change", () => {
    if (number.checkValidity() && number.value) go(Number(number.value) - 1);
  });
  const jump = make("label", "pg-note pg-jump", "from row ", number);
  const element = make("div", "pg-wrap pg-head", said, back, forth, jump);
  return {
    element,
    /**
     * @param {number} from
     * @param {Rows} answer
     */
    show(from, { total, rows }) {
      first = from;
      const last = from + rows.length;
      const shown = `${countText(from + 1)} to ${countText(last)}`;
      said.textContent = `Rows ${shown} of ${countText(total)}`;
      said.title = "Write into a cell to change it.";
      back.hidden = from === 0;
      forth.hidden = last >= total;
      jump.hidden = total <= PAGE;
      number.max = `${total}`;
      if (document.activeElement !== number) number.value = `${from + 1}`;
    },
  };
}
