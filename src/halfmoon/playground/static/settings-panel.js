// How the network is trained: every setting of the menu that is not about the data or
// the network's shape. What changes while it trains does so; what cannot is marked.

import { make } from "./controls.js";
import { labelOf, makeAmount, makeComponent, makeSwitch } from "./fields.js";

/** @import { Panel, SettingInfo, Store } from "./playground.js" */
/** @import { Field } from "./fields.js" */

/**
 * 1, 2, 5, 10, 20, 50, ... from 10^first to 10^last.
 * @param {number} first
 * @param {number} last
 */
function powers(first, last) {
  const found = [];
  for (let exponent = first; exponent < last; exponent += 1) {
    for (const digit of [1, 2, 5]) found.push(Number(`${digit}e${exponent}`));
  }
  return [...found, Number(`1e${last}`)];
}

const SHARES = Array.from({ length: 19 }, (_, i) => i / 20);
const GROUPS = [
  ["", ["optimizer", "learning_rate", "schedule", "batch_size", "shuffle"]],
  ["Loss and penalties", ["loss", "l2", "l1", "dropout", "clip"]],
  ["Initialization", ["initializer", "seed"]],
  ["Stop conditions", ["epochs", "stop_loss", "stop_score", "patience"]],
];
/** @type {Record<string, string>} a registry's key in the menu */
const COMPONENT_KINDS = {
  optimizer: "optimizers",
  schedule: "schedules",
  loss: "losses",
  initializer: "initializers",
};
/** @type {Record<string, (number | null)[]>} */
const STOPS = {
  learning_rate: powers(-4, 2),
  batch_size: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, null],
  l2: [0, ...powers(-6, 1)],
  l1: [0, ...powers(-6, 1)],
  dropout: SHARES,
  clip: [null, ...powers(-2, 2)],
  epochs: powers(1, 6),
};
/** @type {Record<string, string>} */
const LABELS = {
  l1: "L1 penalty",
  l2: "L2 penalty",
  clip: "Clip gradient",
  stop_loss: "Test loss",
  stop_score: "Test score",
};

/**
 * @param {Store} store
 * @returns {Panel}
 */
export function makeSettingsPanel(store) {
  const element = make("div", "pg-settings");
  /** @type {Map<string, any>} */
  const fields = new Map();
  for (const [title, names] of GROUPS) {
    const group = make("fieldset", "pg-settings-group");
    if (title) group.append(make("legend", "", /** @type {string} */ (title)));
    for (const name of names) {
      const info = store.menu.settings.find((setting) => setting.name === name);
      if (!info) continue;
      const field = makeField(store, info);
      field.element.dataset.setting = name;
      fields.set(/** @type {string} */ (name), field);
      group.append(field.element);
    }
    element.append(group);
  }
  return {
    element,
    show(state) {
      fields.get("loss")?.offer((/** @type {any} */ loss) => {
        return !loss.task || loss.task === state.task;
      });
      for (const [name, field] of fields) field.set(state.setup[name]);
    },
  };
}

/**
 * @param {Store} store
 * @param {SettingInfo} info
 * @returns {Field}
 */
function makeField(store, info) {
  const { name } = info;
  const label = LABELS[name] ?? labelOf(name);
  /** @param {any} value */
  const change = (value) => store.change({ [name]: value });
  if (name in COMPONENT_KINDS) {
    return makeComponent(label, info, store.menu[COMPONENT_KINDS[name]], change);
  }
  if (info.type === "boolean") return makeSwitch(label, info, change);
  return makeAmount(label, info, STOPS[name] ?? [], change);
}
