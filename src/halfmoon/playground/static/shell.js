// The whole page: it is laid out, and the loop begins.

import { make } from "./controls.js";
import { makeLayout } from "./layout.js";
import { readLook } from "./look.js";
import { startLoop } from "./loop.js";
import { makeMessage } from "./message.js";
import { openStore } from "./store.js";

/** @import { Transport } from "./playground" */

/**
 * Fill an element with the playground.
 * @param {HTMLElement} root
 * @param {Transport} transport
 */
export async function startPlayground(root, transport) {
  root.classList.add("pg", "live");
  const message = makeMessage();
  root.append(message.element);
  try {
    const store = await openStore(transport);
    store.say = message.say;
    const layout = makeLayout(store, new Set());
    store.open = layout.open;
    const top = make("header", "pg-top");
    top.append(make("h1", "pg-name", "halfmoon playground"));
    root.prepend(top, layout.element);
    const panels = layout.places.map(({ panel }) => panel);
    store.listen((state) => {
      for (const panel of panels) panel.show?.(state);
    });
    for (const panel of panels) panel.show?.(store.state);
    startLoop(store, transport, layout.places);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      store.look = readLook();
      store.redraw();
    });
    return store;
  } catch (error) {
    message.say(/** @type {Error} */ (error).message, true);
    throw error;
  }
}
