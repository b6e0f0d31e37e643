// The beginning of the page that the server gives.

import { makeHttpTransport } from "./http-transport.js";
import { startPlayground } from "./shell.js";

const root = document.getElementById("playground");
if (root) startPlayground(root, makeHttpTransport(), location);
