// The beginning of the page in a notebook's frame: the notebook hands a port over.

import { makePortTransport } from "./port-transport.js";
import { startPlayground } from "./shell.js";

addEventListener(
  "message",
  ({ source, ports }) => {
    const root = document.getElementById("playground");
    if (source !== parent || !root) return;
    startPlayground(root, makePortTransport(ports[0]), null);
  },
  { once: true },
);
