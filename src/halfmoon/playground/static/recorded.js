// The beginning of a page that holds a recorded run.

import { make } from "./controls.js";
import { makeRecordedTransport } from "./recorded-transport.js";
import { startPlayground } from "./shell.js";

// what needs Python is left out
const LEFT_OUT = [
  ...["data", "settings", "lessons", "findings", "table", "trace", "row", "runs"],
  ...["output", "features", "activations", "weights"],
];

async function playRecorded() {
  const root = document.getElementById("playground");
  const run = document.getElementById("halfmoon-run");
  if (!root || !run) return;
  const transport = await makeRecordedTransport(JSON.parse(run.textContent ?? ""));
  root.classList.add("pg-recorded");
  document.title = "A run in halfmoon's playground";
  await startPlayground(root, transport, null, LEFT_OUT);
  const note = "A recorded run: it plays, but it cannot be changed.";
  root.querySelector(".pg-top")?.append(make("p", "pg-note pg-recorded-note", note));
}

playRecorded();
