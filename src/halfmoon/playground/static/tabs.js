// Tabs: of several panels in one place, the one that is shown.

import { make } from "./controls.js";
import { makePlainButton } from "./elements.js";

/** @import { Slot } from "./playground.js" */

/**
 * @param {{slot: Slot, box: HTMLElement}[]} slots
 * @param {() => void} changed
 */
export function makeTabs(slots, changed) {
  const list = make("div", "pg-wrap pg-tabs");
  list.setAttribute("role", "tablist");
  let current = slots[0].slot.name;
  const buttons = slots.map(({ slot, box }) => {
    const button = makePlainButton("pg-tab", () => open(slot.name), slot.title);
    button.id = `pg-tab-${slot.name}`;
    button.setAttribute("role", "tab");
    button.setAttribute("aria-controls", box.id);
    box.setAttribute("role", "tabpanel");
    box.setAttribute("aria-labelledby", button.id);
    list.append(button);
    return button;
  });

  /** @param {string} name */
  function open(name) {
    if (!slots.some(({ slot }) => slot.name === name)) return;
    current = name;
    slots.forEach(({ slot, box }, i) => {
      const isOpen = slot.name === name;
      box.hidden = !isOpen;
      buttons[i].setAttribute("aria-selected", `${isOpen}`);
      buttons[i].tabIndex = isOpen ? 0 : -1;
    });
    changed();
  }
  list.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const at = slots.findIndex(({ slot }) => slot.name === current);
    const last = slots.length - 1;
    /** @type {Record<string, number>} */
    const goals = {
      ArrowRight: at === last ? 0 : at + 1,
      ArrowLeft: at === 0 ? last : at - 1,
      Home: 0,
      End: last,
    };
    if (!(event.key in goals)) return;
    event.preventDefault();
    const goal = goals[event.key];
    open(slots[goal].slot.name);
    buttons[goal].focus();
  });
  open(current);
  return { list, open, opened: () => current };
}
