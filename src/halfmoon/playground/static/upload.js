// A file of one's own: dropped anywhere on the page, or chosen. It goes to one's own
// machine only.

import { make } from "./controls.js";

/** @import { State, Store } from "./playground.js" */

/**
 * @param {Store} store
 * @param {HTMLElement} panel is marked while a file is over the page
 */
export function makeUpload(store, panel) {
  const input = make("input", "live-hidden-text");
  input.type = "file";
  input.id = "pg-upload-file";
  const label = make("label", "pg-frame pg-upload-button", "Open a table");
  label.htmlFor = input.id;
  const hint = make("p", "pg-note", "or drop a CSV on this page");
  const own = make("p", "pg-note pg-upload-own");
  const element = make("div", "pg-upload", input, label, hint, own);

  /** @param {File | undefined} file */
  async function send(file) {
    if (!file) return;
    own.textContent = `Reading ${file.name} …`;
    const answer = await store.ask("upload", { name: file.name }, file);
    show(store.state);
    if (answer) store.say(`${file.name} is read.`);
  }
  input.addEventListener("change", async () => {
    await send(input.files?.[0]);
    input.value = ""; // the same file may be chosen again
  });

  let depth = 0; // of elements that the file is over
  document.addEventListener("dragenter", (event) => {
    if (!holdsFile(event)) return;
    depth += 1;
    panel.classList.add("pg-dropping");
  });
  document.addEventListener("dragleave", (event) => {
    if (!holdsFile(event)) return;
    depth -= 1;
    if (depth <= 0) panel.classList.remove("pg-dropping");
  });
  document.addEventListener("dragover", (event) => {
    if (holdsFile(event)) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    if (!holdsFile(event)) return;
    event.preventDefault();
    depth = 0;
    panel.classList.remove("pg-dropping");
    send(event.dataTransfer?.files[0]);
  });

  /** @param {State} state */
  function show({ data }) {
    const rows = data.rows.toLocaleString("en");
    const columns = data.columns.length;
    own.textContent =
      data.kind === "table" ? `${data.name}: ${rows} rows, ${columns} columns` : "";
  }
  return { element, show };
}

/** @param {DragEvent} event */
function holdsFile(event) {
  return event.dataTransfer?.types.includes("Files") ?? false;
}
