// The hidden space of the layer that is chosen: where its units put each row.

import { make } from "./controls.js";
import { makeHiddenSpace } from "./hidden-space.js";
import { makePick } from "./toggles.js";

/** @import { Panel, PlaygroundFrame, Store } from "./playground.js" */

/**
 * @param {Store} store
 * @returns {Panel}
 */
export function makeHiddenPanel(store) {
  const element = make("div", "pg-column pg-hidden-panel");
  const view = { layer: 1 };
  const pick = makePick({
    label: "Layer",
    options: [],
    change(layer) {
      view.layer = Number(layer);
      store.want();
    },
  });
  const space = makeHiddenSpace({ act: store.act, grid: true });
  space.element.setAttribute("aria-label", "Hidden space, turned by the arrow keys");
  const head = make("div", "pg-wrap pg-head");
  const empty = make("p", "pg-note", "The network has no hidden layer.");
  head.append(pick.element);
  element.append(head, space.element, empty);

  return {
    element,
    every: 66,
    wants() {
      if (store.state.network.sizes.length < 3) return null;
      return { points: true, weights: true, hidden: { layer: view.layer } };
    },
    draw(frame, look) {
      if (!frame?.hidden || frame.hiddenLayer !== view.layer) return;
      space.draw(frame, look, store.marks);
    },
    show({ network: { sizes } }) {
      const layers = sizes.length - 2;
      view.layer = Math.max(1, Math.min(view.layer, layers));
      const numbers = Array.from({ length: layers }, (_, i) => `${i + 1}`);
      pick.offer(numbers.map((number) => [number, `layer ${number}`]));
      pick.set(`${view.layer}`);
      head.hidden = layers < 2;
      space.element.hidden = layers === 0;
      empty.hidden = layers > 0;
    },
  };
}
