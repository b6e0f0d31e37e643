// What can be taken along: the program that gives the numbers on the screen, and files.

import { make, makeSegments } from "./controls.js";
import { makePlainButton, makeScrollable } from "./elements.js";
import { offerFile } from "./save-file.js";
import { makeSmallButton } from "./toggles.js";

/** @import { Panel, PlaygroundFrame, Store } from "./playground.js" */

const CODE_KINDS = [
  ["python", "Python"],
  ["command", "Command line"],
  ["numpy", "Plain NumPy"],
];
const FILES = [
  ["page", "The run as a page", "plays offline"],
  ["model", "Model", "for halfmoon.load"],
  ["csv", "Rows", "as CSV"],
  ["svg", "Picture", "SVG, for print"],
  ["png", "Picture", "PNG, for slides"],
];
const COPIED = 1800; // milliseconds for which the button says so

/**
 * @param {Store} store
 * @returns {Panel}
 */
export function makeOutputPanel(store) {
  let kind = "python";
  let shown = ""; // what the code at hand was written for
  let asking = false;
  let text = "";

  const kinds = makeSegments({
    label: "Code that gives these numbers",
    options: CODE_KINDS,
    change(/** @type {string} */ value) {
      kind = value;
      store.want();
    },
  });
  const note = make("p", "pg-note");
  const code = make("pre", "pg-scroll pg-code");
  makeScrollable(code, "The code");
  const copy = makeSmallButton("Copy", copyText);
  const download = makeSmallButton("Download", downloadText);
  const buttons = make("div", "pg-row", copy, download);
  const head = make("div", "pg-wrap pg-take-head", kinds.element, buttons);
  const program = make("section", "pg-column pg-program", head, note, code);
  const element = make("div", "pg-take", program, makeFiles(store));

  /** @param {PlaygroundFrame} frame */
  async function refresh(frame) {
    const now = `${kind} ${frame.update} ${frame.version}`;
    if (asking || frame.playing || now === shown) return;
    asking = true;
    const answer = await store.ask("code", { kind });
    asking = false;
    if (answer === null) return;
    shown = now;
    text = answer.code;
    code.replaceChildren(...text.split(/(#.*)/).map(pieceOf));
    note.textContent = answer.note;
    note.hidden = !answer.note;
    for (const each of [copy, download, code]) each.hidden = !text;
  }

  async function copyText() {
    try {
      await navigator.clipboard.writeText(text);
      copy.textContent = "Copied";
      store.say("The code is on the clipboard.");
      setTimeout(() => {
        copy.textContent = "Copy";
      }, COPIED);
    } catch {
      getSelection()?.selectAllChildren(code);
      store.say("The browser does not allow copying: press Ctrl+C now.", true);
    }
  }

  function downloadText() {
    const blob = new Blob([text]);
    if (kind === "command") offerFile({ name: "playground.sh", blob });
    else saveFile(store, kind);
  }

  return {
    element,
    wants: () => ({}),
    every: 1000,
    draw(frame) {
      refresh(frame);
    },
  };
}

/**
 * Buttons for files, which Python makes.
 * @param {Store} store
 */
function makeFiles(store) {
  const element = make("section", "pg-files", make("h3", "", "Files"));
  for (const [kind, label, about] of FILES) {
    const words = [make("strong", "", label), make("span", "pg-note", about)];
    const button = makePlainButton("pg-file", save, ...words);
    element.append(button);
    async function save() {
      button.disabled = true;
      await saveFile(store, kind);
      button.disabled = false;
    }
  }
  return element;
}

/**
 * @param {Store} store
 * @param {string} kind
 */
async function saveFile(store, kind) {
  const file = await store.ask("save", { kind });
  if (file === null) return;
  offerFile(file);
  store.say(`${file.name} is saved.`);
}

/**
 * A piece of code; comments look paler.
 * @param {string} piece
 */
function pieceOf(piece) {
  return piece.startsWith("#") ? make("span", "pg-faint", piece) : piece;
}
