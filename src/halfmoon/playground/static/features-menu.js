// What the network is given of a point, or of a table besides its columns: a small menu
// over its inputs, shut until it is pressed.

import { make } from "./controls.js";
import { readable } from "./layers.js";

/** @import { State, Store } from "./playground.js" */

/** @param {Store} store */
export function makeFeaturesMenu(store) {
  const summary = make("summary", "", "Inputs");
  const list = make("fieldset", "pg-leaf pg-features-list");
  const title = make("legend", "pg-note");
  const element = make("details", "pg-features", summary, list);
  /** @type {Map<string, HTMLInputElement>} */
  const boxes = new Map();
  let offered = "";

  /** @param {string[]} names */
  function offer(names) {
    if (offered === names.join("\n")) return;
    offered = names.join("\n");
    boxes.clear();
    list.replaceChildren(title);
    for (const name of names) {
      const box = make("input", "pg-check");
      box.type = "checkbox";
      box.addEventListener("change", change);
      const label = make("label", "pg-row pg-feature");
      label.append(box, make("span", "", readable(name)));
      boxes.set(name, box);
      list.append(label);
    }
  }
  function change() {
    const others = store.state.setup.features.filter(
      (/** @type {string} */ name) => !boxes.has(name),
    );
    const checked = [...boxes].filter(([, box]) => box.checked).map(([name]) => name);
    store.change({ features: [...others, ...checked] });
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
    show({ data }) {
      const isTable = data.kind === "table";
      title.textContent = isTable
        ? "Given besides the columns (starts over)"
        : "The network is given (starts over)";
      offer(data.features);
      for (const [name, box] of boxes) box.checked = data.inputs.includes(name);
      const isFixed = boxes.size === 0 || store.hides.has("features");
      element.classList.toggle("pg-fixed", isFixed);
      if (isFixed) element.open = false;
      summary.tabIndex = isFixed ? -1 : 0;
    },
  };
}
