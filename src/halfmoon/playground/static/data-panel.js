// What is learned from: a data set, points drawn by hand, or a table of one's own.

import { makeButton, make } from "./controls.js";
import { makePictures } from "./data-pictures.js";
import { makeTools } from "./drawing-tools.js";
import { makeAmount, makeOwnSettings, makeSelection } from "./fields.js";
import { makeUpload } from "./upload.js";

/** @import { Panel, SettingInfo } from "./playground.js" */
/** @import { State, Store } from "./playground.js" */
/** @import { Field } from "./fields.js" */

const TASKS = ["classification", "regression"];
const TEST_SHARES = Array.from({ length: 19 }, (_, i) => i / 20);
const NOISE_STOPS = Array.from({ length: 21 }, (_, i) => i / 20);
const COUNTS = [20, 50, 100, 200, 300, 500, 1000, 2000, 5000, 10_000, 20_000];

/**
 * @param {Store} store
 * @returns {Panel}
 */
export function makeDataPanel(store) {
  const element = make("div", "pg-data");
  /** @type {Omit<Panel, "wants">[]} */
  const parts = [
    makePictures(store),
    makeDraws(store),
    makeColumns(store),
    makeTools(store),
    makeUpload(store, element),
  ];
  element.append(...parts.map((part) => part.element));
  return {
    element,
    draw(frame, look) {
      for (const part of parts) part.draw?.(frame, look, store);
    },
    show(state) {
      for (const part of parts) part.show?.(state);
    },
  };
}

/**
 * @param {Store} store
 * @param {string} name
 */
function settingOf(store, name) {
  const info = store.menu.settings.find((setting) => setting.name === name);
  return /** @type {SettingInfo} */ (info);
}

/**
 * How rows are drawn at random: a data set's own settings, how many, noise, test share.
 * @param {Store} store
 */
function makeDraws(store) {
  const own = make("div");
  const fields = {
    rows: amount(store, "rows", "Rows", COUNTS),
    noise: amount(store, "noise", "Noise", NOISE_STOPS),
    test_share: amount(store, "test_share", "Test share", TEST_SHARES),
    data_seed: amount(store, "data_seed", "Seed", []),
  };
  const again = makeButton({
    label: "New",
    className: "pg-again",
    picture: "dice",
    press: () => store.change({ data_seed: store.state.setup.data_seed + 1 }),
  });
  fields.data_seed.element.lastElementChild?.before(again.element);
  const element = make("div");
  element.append(own, ...Object.values(fields).map((field) => field.element));
  const showOwn = makeOwnSettings(own, store.menu["data sets"], (text) => {
    store.change({ data: text });
  });
  return {
    element,
    /** @param {State} state */
    show({ setup, data }) {
      for (const [name, field] of Object.entries(fields)) field.set(setup[name]);
      for (const name of /** @type {const} */ (["rows", "noise"])) {
        fields[name].element.hidden = data.kind !== "generator";
      }
      showOwn(setup.data);
    },
  };
}

/**
 * @param {Store} store
 * @param {string} name
 * @param {string} label
 * @param {(number | null)[]} stops
 * @returns {Field}
 */
function amount(store, name, label, stops) {
  const info = settingOf(store, name);
  const field = makeAmount(label, info, stops, (value) => {
    store.change({ [name]: value });
  });
  field.element.dataset.setting = name;
  return field;
}

/**
 * Of a table: which column is predicted, and as what; the axes, and the groups.
 * @param {Store} store
 */
function makeColumns(store) {
  /**
   * @param {string} name
   * @param {string} label
   * @param {(value: any) => any} change
   */
  function choice(name, label, change) {
    const field = makeSelection(label, settingOf(store, name), [], change);
    field.element.dataset.setting = name;
    return field;
  }
  const target = choice("target", "Predicted", (value) => {
    store.change({ target: value, task: null });
  });
  const task = choice("task", "Task", (value) => store.change({ task: value }));
  task.offer(TASKS);
  /** @type {string[]} */
  let chosen = [];
  const axes = ["Horizontal axis", "Vertical axis"].map((label, i) =>
    choice("axes", label, (value) => {
      if (chosen[1 - i] === value) chosen[1 - i] = chosen[i];
      chosen[i] = value;
      store.change({ axes: [...chosen] });
    }),
  );
  const groups = choice("groups", "Groups", (value) =>
    store.change({ groups: value || null }),
  );
  const notes = make("ul", "pg-note pg-notes");
  const told = make("details", "pg-told");
  told.append(make("summary", "pg-note", "How it was read"), notes);
  const fields = [target, task, ...axes, groups];
  const element = make("div", "pg-columns");
  element.append(...fields.map((field) => field.element), told);
  return {
    element,
    /** @param {State} state */
    show({ data, setup, task: now }) {
      element.hidden = data.kind !== "table";
      if (element.hidden) return;
      const names = data.columns.map((/** @type {any} */ column) => column.name);
      target.offer(names);
      target.set(data.target);
      task.set(now);
      chosen = [...data.axes];
      axes.forEach((field, i) => {
        field.offer(data.axis_choices);
        field.set(data.axes[i]);
      });
      const others = names.filter((/** @type {string} */ name) => name !== data.target);
      groups.offer([["", "none"], ...others]);
      groups.set(setup.groups ?? "");
      notes.replaceChildren(
        ...data.notes.map((/** @type {string} */ note) => make("li", "", note)),
      );
    },
  };
}
