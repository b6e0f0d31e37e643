// The whole page: it is laid out, its address is read, and the loop begins.

import { differences, readAddress, writeAddress } from "./address.js";
import { makeAnnouncer } from "./announcer.js";
import { makeLayout } from "./layout.js";
import { readLook } from "./look.js";
import { startLoop } from "./loop.js";
import { makeMessage } from "./message.js";
import { makePlayBar } from "./play-bar.js";
import { makeShortcuts } from "./shortcuts.js";
import { openStore } from "./store.js";
import { makeTooltip } from "./tooltip.js";
import { makeTop } from "./top.js";

/** @import { Panel, State, Store, Transport } from "./playground.js" */

/**
 * Fill an element with the playground.
 * @param {HTMLElement} root
 * @param {Transport} transport
 * @param {Location | null} [place] the address that shows the state, if there is one
 * @param {string[]} [hides] panels and controls that are left out
 */
export async function startPlayground(root, transport, place = null, hides = []) {
  root.classList.add("pg", "live");
  const message = makeMessage();
  root.append(message.element);
  const store = await openStore(transport).catch((error) => {
    message.say(error.message, true);
    throw error;
  });
  store.say = message.say;
  const address = readAddress(place?.hash ?? "", store.menu);
  for (const name of [...hides, ...address.hide]) store.hides.add(name);
  store.lesson = address.lesson;
  Object.assign(store.marks, { picked: address.row, pinned: address.unit });

  const bar = makePlayBar(store);
  const layout = makeLayout(store, store.hides);
  const shortcuts = makeShortcuts(store);
  const top = makeTop(store, shortcuts.open, place);
  root.prepend(top.element, bar.element, layout.element, shortcuts.element);
  hideParts(root, store.hides);
  store.open = layout.open;
  const tooltip = makeTooltip(store);
  root.append(tooltip.element);
  const parts = [bar, makeAnnouncer(store), tooltip, makeTag(root, store)];
  const always = parts.map((panel) => ({ panel, isVisible: () => true }));
  const places = [...always, ...layout.places];
  let kind = "";
  /** @param {State} state */
  function show(state) {
    top.show(state);
    for (const { panel } of places) panel.show?.(state);
    const isTable = state.data.kind === "table";
    if (kind === "" || (isTable && kind !== "table")) openUsualTabs(state);
    kind = state.data.kind;
  }
  /** @param {State} state */
  function openUsualTabs(state) {
    for (const name of usualTabs(state)) layout.open(name);
  }
  show(store.state);
  for (const name of address.open) layout.open(name);
  store.listen(show);
  startLoop(store, transport, places);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    store.look = readLook();
    store.redraw();
  });
  if (place) keepAddress(store, place, layout);
  const lessons = layout.panel("lessons");
  if (address.lesson && lessons) lessons.open?.(...lessonOf(address.lesson));
  return store;
}

/**
 * Tells tests which version of the session all of the page shows.
 * @param {HTMLElement} root
 * @param {Store} store
 * @returns {Omit<Panel, "element">}
 */
function makeTag(root, store) {
  return {
    draw({ version }) {
      if (version === store.state.version) root.dataset.version = `${version}`;
    },
  };
}

/**
 * The tabs that are open at first.
 * @param {State} state
 */
function usualTabs({ data }) {
  return ["data", data.kind === "table" ? "table" : "space"];
}

/**
 * A lesson's name and its step, of "name" or "name:2".
 * @param {string} text
 * @returns {[string, number]}
 */
function lessonOf(text) {
  const [name, step = "1"] = text.split(":");
  return [name, Number(step) - 1];
}

/**
 * Controls that a teacher's link hides.
 * @param {HTMLElement} root
 * @param {Set<string>} names
 */
function hideParts(root, names) {
  for (const name of names) {
    const selector = `[data-setting="${CSS.escape(name)}"]`;
    for (const part of root.querySelectorAll(selector)) {
      /**
       * @type {HTMLElement} */ (part).hidden = true;
    }
  }
}

/**
 * The address shows the state, and an address that is opened becomes the state.
 * @param {Store} store
 * @param {Location} place
 * @param {{open: (name: string) => void, opened: () => string[]}} layout
 */
function keepAddress(store, place, layout) {
  function follow() {
    const address = readAddress(place.hash, store.menu);
    const changes = differences(address.settings, store.state);
    if (Object.keys(changes).length > 0) store.change(changes);
    for (const name of address.open) layout.open(name);
  }
  function write() {
    const { picked: row, pinned: unit } = store.marks;
    const usual = usualTabs(store.state);
    const open = layout.opened().filter((name) => !usual.includes(name));
    const page = { open, hide: [...store.hides], row, unit };
    const { lesson, menu, state } = store;
    const text = writeAddress(menu, state, { ...page, lesson });
    if (text === place.hash.slice(1)) return;
    history.replaceState(null, "", text ? `#${text}` : place.pathname);
  }
  follow();
  addEventListener("hashchange", follow);
  setInterval(write, 500);
}
