// Above the network's drawing: how many layers it has, and over each layer how many
// units and which activation. All of it starts training over, but for the activation.

import { make } from "./controls.js";
import { makePlainButton, makeSelect } from "./elements.js";
import { makeFeaturesMenu } from "./features-menu.js";
import { makeOwnSettings, readComponent } from "./fields.js";

/** @import { State, Store } from "./playground.js" */
/** @typedef {{ hidden: number[], activations: string[] }} Shape */

const NEW_UNITS = 3; // in a layer that is added
const MOST_LAYERS = 6;
const NARROW = 96; // pixels for a layer, below which words are left out

/** @param {Store} store */
export function makeLayerControls(store) {
  const words = make("span", "pg-layer-words");
  const heads = make("div", "pg-layer-heads");
  const features = makeFeaturesMenu(store);
  const inputs = make("div", "pg-layer-end", features.element);
  const outputs = make("div", "pg-layer-end");
  /** @type {ReturnType<typeof makeLayerHead>[]} */
  const layers = [];
  const most = store.menu.settings.find(({ name }) => name === "hidden")?.high ?? 64;
  /** @type {Shape | null} */
  let wanted = null; // what has been asked for, until the state says it

  /** @param {(shape: Shape) => Shape} how */
  function change(how) {
    const { hidden, activations } = store.state.setup;
    wanted = how(wanted ?? { hidden, activations });
    show(wanted);
    store.change(wanted);
  }
  const fewer = makeSmall("−", "Remove the last hidden layer", () => {
    change(({ hidden, activations }) => ({
      hidden: hidden.slice(0, -1),
      activations: activations.slice(0, -1),
    }));
  });
  const more = makeSmall("+", "Add a hidden layer", () => {
    change(({ hidden, activations }) => ({
      hidden: [...hidden, hidden.at(-1) ?? NEW_UNITS],
      activations: [...activations, activations.at(-1) ?? "tanh"],
    }));
  });
  const line = make("div", "pg-row pg-layer-count", fewer, words, more);
  const element = make("div", "pg-layers", line, heads);
  line.hidden = store.hides.has("hidden");

  /** @param {Shape} shape */
  function show({ hidden, activations }) {
    const layerWord = hidden.length === 1 ? "layer" : "layers";
    words.textContent = `${hidden.length} hidden ${layerWord}`;
    fewer.disabled = hidden.length === 0;
    more.disabled = hidden.length === MOST_LAYERS;
    while (layers.length < hidden.length) {
      layers.push(makeLayerHead(store, layers.length, change, most));
    }
    layers.length = hidden.length;
    const boxes = [inputs, ...layers.map((layer) => layer.element), outputs];
    const isOther = boxes.some((box, i) => heads.children[i] !== box);
    if (isOther || heads.children.length > boxes.length)
      heads.replaceChildren(...boxes);
    layers.forEach((layer, i) => layer.show(hidden[i], activations[i]));
  }

  return {
    element,
    /** @param {State} state */
    show(state) {
      wanted = null;
      show(/** @type {any} */ (state.setup));
      features.show(state);
      outputs.textContent = state.task === "regression" ? "Output" : "Outputs";
    },
    /**
     * Put each head over its layer.
     * @param {number[]} places
     * @param {number} width
     */
    place(places, width) {
      const room = places.length > 1 ? places[1] - places[0] : width;
      heads.classList.toggle("pg-narrow", room < NARROW);
      [...heads.children].forEach((box, i) => {
        const head = /** @type {HTMLElement} */ (box);
        if (places[i] === undefined) return;
        head.style.left = `${places[i]}px`;
        head.style.visibility = "visible";
        if (i > 0 && i < places.length - 1) head.style.maxWidth = `${room - 4}px`;
      });
    },
  };
}

/**
 * @param {string} text
 * @param {string} label
 * @param {() => void} press
 */
function makeSmall(text, label, press) {
  const button = makePlainButton("pg-step", press, text);
  button.title = `${label} (starts over)`;
  button.setAttribute("aria-label", button.title);
  return button;
}

/**
 * @param {Store} store
 * @param {number} i the layer's number, from 0
 * @param {(how: (shape: Shape) => Shape) => void} change
 * @param {number} most units
 */
function makeLayerHead(store, i, change, most) {
  const count = make("span");
  const add = (/** @type {number} */ step) =>
    change(({ hidden, activations }) => ({
      hidden: hidden.map((units, j) => (j === i ? units + step : units)),
      activations,
    }));
  const fewer = makeSmall("−", `Remove a unit from layer ${i + 1}`, () => add(-1));
  const more = makeSmall("+", `Add a unit to layer ${i + 1}`, () => add(1));
  const row = make("div", "pg-row pg-layer-units", fewer, count, more);
  const activation = makeActivation(store, i, change);
  const element = make("div", "pg-layer-head", row, activation.element);
  fewer.hidden = store.hides.has("hidden");
  more.hidden = fewer.hidden;
  return {
    element,
    /**
     * @param {number} units
     * @param {string} text the activation
     */
    show(units, text) {
      count.textContent = `${units}`;
      count.append(make("span", "pg-layer-word", units === 1 ? " unit" : " units"));
      fewer.disabled = units <= 1;
      more.disabled = units >= most;
      activation.show(text);
    },
  };
}

/**
 * Which activation a layer has, and beside it the settings that this one has.
 * @param {Store} store
 * @param {number} i
 * @param {(how: (shape: Shape) => Shape) => void} change
 */
function makeActivation(store, i, change) {
  const own = make("fieldset", "pg-layer-own");
  own.setAttribute("aria-label", `Layer ${i + 1}: settings`);
  const select = makeSelect(`Activation of layer ${i + 1}`);
  for (const { name, help } of store.menu.activations) {
    const option = new Option(name, name);
    option.title = help;
    select.append(option);
  }
  select.disabled = own.disabled = store.hides.has("activations");
  const element = make("div", "pg-row pg-layer-activation", select, own);
  const showOwn = makeOwnSettings(own, store.menu.activations, choose);

  /** @param {string} text */
  function choose(text) {
    change(({ hidden, activations }) => ({
      hidden,
      activations: activations.map((each, j) => (j === i ? text : each)),
    }));
  }
  select.addEventListener("change", () => choose(select.value));
  return {
    element,
    /** @param {string} text */
    show(text) {
      select.value = readComponent(text).name;
      showOwn(text);
    },
  };
}
