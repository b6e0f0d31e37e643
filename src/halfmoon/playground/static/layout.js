// Where panels stand: three columns on one screen, two on a smaller one, one on a phone
// (the style sheet says which). Places that hold several panels show one at a time.

import { make } from "./controls.js";
import { PANELS } from "./panels.js";
import { makeTabs } from "./tabs.js";

/** @import { Slot, Store } from "./playground.js" */

/** @type {Slot[]} */
const SLOTS = [
  { name: "data", title: "Data", place: "left" },
  { name: "settings", title: "Training", place: "left" },
  { name: "lessons", title: "Lessons", place: "left" },
  { name: "network", title: "Network", place: "network" },
  { name: "findings", title: "Findings", place: "network" },
  { name: "surface", title: "Output", place: "surface" },
  { name: "curves", title: "Curves", place: "curves" },
  { name: "table", title: "Table", place: "below" },
  { name: "trace", title: "Trace", place: "below" },
  { name: "row", title: "Try a row", place: "below" },
  { name: "space", title: "Hidden space", place: "below" },
  { name: "confusion", title: "Errors", place: "below" },
  { name: "histograms", title: "Histograms", place: "below" },
  { name: "stability", title: "Stability", place: "below" },
  { name: "runs", title: "Runs", place: "below" },
  { name: "output", title: "Code and files", place: "below" },
];

/**
 * Lay out the panels.
 * @param {Store} store
 * @param {Set<string>} hidden names of slots that are left out
 */
export function makeLayout(store, hidden) {
  const element = make("main", "pg-main");
  const shown = SLOTS.filter(({ name }) => name in PANELS && !hidden.has(name));
  const made = shown.map((slot) => makeSlot(store, slot));
  /** @type {ReturnType<typeof makeTabs>[]} */
  const tabs = [];
  for (const place of ["left", "network", "surface", "curves", "below"]) {
    const here = made.filter(({ slot }) => slot.place === place);
    if (here.length === 0) continue;
    const box = make("div", `pg-place pg-${place}`);
    box.style.gridArea = place;
    if (place === "left" || place === "below") {
      const group = makeTabs(here, () => store.want());
      box.append(group.list);
      tabs.push(group);
    }
    box.append(...here.map(({ box: slotBox }) => slotBox));
    element.append(box);
  }

  /** @param {string} name */
  function open(name) {
    for (const group of tabs) group.open(name);
  }
  return {
    element,
    open,
    /** @param {string} name */
    panel: (name) => made.find(({ slot }) => slot.name === name)?.panel,
    opened: () => tabs.map((group) => group.opened()),
    places: made.map(({ panel, isVisible }) => ({ panel, isVisible })),
  };
}

/**
 * @param {Store} store
 * @param {Slot} slot
 */
function makeSlot(store, slot) {
  const panel = PANELS[slot.name](store);
  const box = make("section", `pg-slot pg-slot-${slot.name}`);
  box.id = `pg-${slot.name}`;
  const title = make("h2", "pg-title", slot.title);
  title.id = `${box.id}-title`;
  box.setAttribute("aria-labelledby", title.id);
  box.append(title, panel.element);
  let isNear = true;
  new IntersectionObserver((entries) => {
    const wasNear = isNear;
    isNear = entries[entries.length - 1].isIntersecting;
    if (isNear && !wasNear) store.want();
  }).observe(box);
  return { slot, panel, box, isVisible: () => !box.hidden && isNear };
}
