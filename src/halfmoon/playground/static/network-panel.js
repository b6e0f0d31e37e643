// The network: layers and units are added and removed above it, an activation is chosen
// for each layer, and a weight is set below it, or dragged, or seen while the pointer
// rests on it.

import { make } from "./controls.js";
import { hiddenUnits } from "./layers.js";
import { makeLayerControls } from "./layer-controls.js";
import { makeNetwork } from "./network.js";
import { makePhaseOverlay } from "./phases.js";
import { makeWeightEditor } from "./weight-editor.js";

/** @import { Panel, State, Store } from "./playground.js" */

const MANY_UNITS = 32; // beyond, to draw them takes long
const MANY_APART = 250; // milliseconds
const OUTPUTS = { columns: 24, rows: 18 }; // of the map, where nobody needs it finer

/**
 * The grid of the units' pictures: the more units, the coarser.
 * @param {{ sizes: number[] }} network
 */
export function unitGrid(network) {
  const units = hiddenUnits(network);
  const columns = units <= 16 ? 40 : units <= 48 ? 32 : 24;
  return { columns, rows: 0.75 * columns };
}

/**
 * @param {Store} store
 * @returns {Panel}
 */
export function makeNetworkPanel(store) {
  const element = make("div", "pg-column pg-network-panel");
  const phases = makePhaseOverlay(() => store.redraw());
  const editor = makeWeightEditor(store);
  store.act.type = () => editor.type();
  const network = makeNetwork({ act: store.act, heads: false, overlay: phases.draw });
  const stage = network.element;
  stage.classList.add("pg-network-stage");
  stage.setAttribute("role", "img");
  const controls = makeLayerControls(store);
  element.append(controls.element, stage, editor.element);

  return {
    element,
    get every() {
      return hiddenUnits(store.state.network) > MANY_UNITS ? MANY_APART : 0;
    },
    wants() {
      const wanted = {
        plane: OUTPUTS,
        units: unitGrid(store.state.network),
        weights: true,
      };
      return store.frame?.phase ? { ...wanted, gradient: true } : wanted;
    },
    draw(frame, look) {
      if (!frame.theta || !frame.pictures) return;
      network.draw(frame, look, store.marks);
      controls.place(network.layerPlaces(), stage.clientWidth);
      editor.draw(frame);
    },
    show(state) {
      controls.show(state);
      stage.setAttribute("aria-label", networkInWords(state));
    },
  };
}

/** @param {State} state */
function networkInWords({ network: { sizes, activations, parameters } }) {
  const layers = activations.map((name, i) => `${sizes[i + 1]} units with ${name}`);
  const parts = [`${sizes[0]} inputs`, ...layers, `${sizes[sizes.length - 1]} outputs`];
  return `The network: ${parts.join(", ")}; ${parameters} weights and biases.`;
}
