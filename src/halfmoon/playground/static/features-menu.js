// What the network is given of a point: a small menu over its inputs, shut until it is
// pressed. There is none for a table, whose columns are the inputs.

import { make } from "./controls.js";
import { readable } from "./layers.js";

/** @import { State, Store } from "./playground.js" */

/** @param {Store} store */
export function makeFeaturesMenu(store) {
  const element = make("details", "pg-features");
  const summary = make("summary", "", "Inputs");
  const list = make("fieldset", "pg-features-list");
  list.append(make("legend", "", "The network is given (starts over)"));
  element.append(summary, list);
  /** @type {Map<string, HTMLInputElement>} */
  const boxes = new Map();
  for (const { name, python } of store.menu.features) {
    const label = make("label", "pg-feature");
    const box = make("input");
    box.type = "checkbox";
    box.addEventListener("change", change);
    label.title = python;
    label.append(box, make("span", "", readable(name)));
    boxes.set(name, box);
    list.append(label);
  }

  function change() {
    const features = [...boxes].filter(([, box]) => box.checked).map(([name]) => name);
    store.change({ features });
  }
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !element.open) return;
    event.stopPropagation();
    element.open = false;
    summary.focus();
  });
  document.addEventListener("pointerdown", ({ target }) => {
    if (!element.contains(/** @type {Node} */ (target))) element.open = false;
  });

  return {
    element,
    /** @param {State} state */
    show({ setup, data }) {
      const chosen = setup.features;
      for (const [name, box] of boxes) box.checked = chosen.includes(name);
      const isFixed = data.kind === "table" || store.hides.has("features");
      element.classList.toggle("pg-fixed", isFixed);
      if (isFixed) element.open = false;
      summary.tabIndex = isFixed ? -1 : 0;
    },
  };
}
