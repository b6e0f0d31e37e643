// The rows as a table: sorted by any column, each cell to be written in, and linked
// with the map. The server sends the rows that are shown.

import { make, makeButton } from "./controls.js";
import { makeHeadCell } from "./elements.js";
import { countText } from "./numbers.js";
import { makeSmallButton } from "./toggles.js";

/** @import { Panel, Store } from "./playground.js" */
/**
 * @typedef {object} Rows
 * @property {{name: string, kind: string}[]} columns
 * @property {{row: number, test: boolean, cells: string[]}[]} rows
 * @property {number} total
 * @property {number} data_version
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
  const element = make("div", "pg-table-panel");
  const box = make("div", "pg-table-box");
  const table = make("table", "pg-table");
  const pages = makePages((first) => {
    asked.first = first;
    load();
  });
  box.append(table);
  element.append(pages.element, box);
  const asked = {
    first: 0,
    count: PAGE,
    sort: /** @type {string | null} */ (null),
    descending: false,
  };
  let version = -1; // of the rows that are shown
  let isLoading = false;
  /** @type {Rows | null} */
  let late = null; // rows that wait until nobody writes
  /** @type {number | null} */
  let picked = null;

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
    late = isWriting() ? answer : null;
    if (late === null) fill(answer);
  }

  // nothing changes under the hand of somebody who writes
  function isWriting() {
    const at = document.activeElement;
    return at instanceof HTMLInputElement && table.contains(at);
  }
  table.addEventListener("focusout", () => {
    setTimeout(() => {
      if (late === null || isWriting()) return;
      fill(late);
      late = null;
    });
  });

  /** @param {string} name */
  function sort(name) {
    // upwards, downwards, and then as they came
    const isAgain = asked.sort === name;
    asked.sort = isAgain && asked.descending ? null : name;
    asked.descending = isAgain && !asked.descending;
    asked.first = 0;
    load();
  }

  /** @param {Rows} answer */
  function fill({ columns, rows }) {
    const head = make("tr");
    head.append(makeColumnHead("row", "", asked, null));
    for (const { name, kind } of columns) {
      head.append(makeColumnHead(name, kind, asked, () => sort(name)));
    }
    const widths = columns.map((_, i) => widthOf(rows.map(({ cells }) => cells[i])));
    const made = rows.map(({ row, test, cells }) => {
      const line = make("tr");
      line.dataset.row = `${row}`;
      line.append(makeRowHead(store, row, test));
      cells.forEach((cell, i) => {
        const place = make("td");
        place.append(makeCell(store, row, columns[i].name, cell, widths[i]));
        line.append(place);
      });
      return line;
    });
    const thead = make("thead");
    thead.append(head);
    const body = make("tbody");
    body.append(...made);
    const sorting = table.querySelector(".pg-sort:focus")?.textContent;
    table.replaceChildren(thead, body);
    for (const button of thead.querySelectorAll("button")) {
      if (button.textContent === sorting) button.focus();
    }
    picked = null;
    mark();
  }

  /** Mark the row that is marked on the map; go to it where rows are in their order. */
  function mark() {
    const row = store.marks.picked;
    if (row === picked) return;
    picked = row;
    for (const line of table.querySelectorAll("tbody tr")) {
      const isPicked = /** @type {HTMLElement} */ (line).dataset.row === `${row}`;
      line.classList.toggle("pg-picked", isPicked);
      if (isPicked) line.scrollIntoView({ block: "nearest" });
    }
    const isIn = row === null || (row >= asked.first && row < asked.first + PAGE);
    if (asked.sort === null && !isIn) {
      asked.first = row - (row % PAGE);
      load();
    }
  }
  return {
    element,
    draw(frame) {
      if (frame.data_version !== version && !isLoading) {
        if (asked.first >= store.state.data.rows) asked.first = 0;
        load();
      }
      mark();
    },
  };
}

/** @param {string[]} cells */
function widthOf(cells) {
  return Math.min(WIDEST_TABLE, Math.max(4, ...cells.map((cell) => cell.length)));
}

/**
 * @param {string} name
 * @param {string} kind
 * @param {{sort: string | null, descending: boolean}} asked
 * @param {(() => void) | null} press
 */
function makeColumnHead(name, kind, asked, press) {
  if (press === null) return makeHeadCell(name, "col");
  const head = makeHeadCell("", "col");
  const { element: button } = makeButton({ label: name, className: "pg-sort", press });
  button.title = `${name} (${kind}): sort by it`;
  head.append(button);
  const role = ROLES[kind];
  if (role) head.append(make("span", "pg-role", role));
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
  const head = makeHeadCell("", "row");
  head.append(button);
  // the whole cell is pressed, and by the keyboard the button in it
  head.addEventListener("click", () => {
    store.marks.picked = store.marks.picked === row ? null : row;
    store.want();
    store.redraw();
  });
  if (isTest) head.append(make("span", "pg-is-test", "test"));
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
  const element = make("div", "pg-head");
  const said = make("p", "pg-note");
  let first = 0;
  const back = makeSmallButton("Earlier rows", () => go(Math.max(0, first - PAGE)));
  const forth = makeSmallButton("Later rows", () => go(first + PAGE));
  const jump = make("label", "pg-note pg-jump", "from row ");
  const number = make("input", "pg-number");
  number.type = "number";
  number.min = "1";
  number.addEventListener("change", () => {
    if (number.checkValidity() && number.value) go(Number(number.value) - 1);
  });
  jump.append(number);
  element.append(said, back, forth, jump);
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
