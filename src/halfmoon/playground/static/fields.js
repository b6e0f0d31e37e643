// Fields of a form on one line: its name, a slider or a choice, and the value. What may
// be typed in is checked by Python, which says in a sentence what is allowed.

import { make } from "./controls.js";
import { capital, setOptions } from "./elements.js";

/** @import { ComponentInfo, SettingInfo } from "./playground.js" */
/** @import { Option } from "./elements.js" */

/**
 * @typedef {Object} Field
 * @property {HTMLElement} element
 * @property {(value: any) => void} set shows a value, and tells nobody
 */

/** @type {Record<string, string>} what no number means, where it is not "off" */
const OFF = { batch_size: "all" };
let fieldCount = 0;

/**
 * @param {string} label
 * @param {HTMLElement} control
 * @param {SettingInfo} info
 */
function makeLine(label, control, info) {
  fieldCount += 1;
  const element = make("div", "pg-field");
  const name = make("label", "pg-field-name", label);
  control.id = `pg-field-${fieldCount}`;
  /**
   * @type {HTMLLabelElement} */ (name).htmlFor = control.id;
  element.title = `${info.help}: ${info.rule}`;
  control.setAttribute("aria-description", element.title);
  if (info.starts_over) {
    const mark = make("span", "pg-faint pg-starts-over", " ↺");
    mark.title = "starts over";
    mark.setAttribute("aria-hidden", "true");
    name.append(mark, make("span", "live-hidden-text", " (starts over)"));
  }
  element.append(name, control);
  return element;
}

/**
 * A number, typed in; with `stops`, also a slider over these. A stop null is "off".
 * @param {string} label
 * @param {SettingInfo} info
 * @param {(number | null)[]} stops
 * @param {(value: number | null) => void} change
 * @returns {Field}
 */
export function makeAmount(label, info, stops, change) {
  const number = make("input", "pg-number");
  number.type = "text";
  number.inputMode = "decimal";
  number.autocomplete = "off";
  if (info.none) number.placeholder = OFF[info.name] ?? "off";
  const slider = stops.length > 0 ? makeStops(stops) : null;
  const element = makeLine(label, slider ?? number, info);
  element.classList.add(slider ? "pg-field-amount" : "pg-field-number");
  if (slider) {
    number.setAttribute("aria-label", `${label}, typed`);
    element.append(number);
  }
  /** @type {number | null} */
  let current = null;

  /** @param {number | null} value */
  function set(value) {
    current = value;
    if (document.activeElement !== number) number.value = `${value ?? ""}`;
    if (slider) showStop(slider, stops, value);
  }
  number.addEventListener("change", () => {
    const text = number.value.trim();
    const value = text === "" ? null : Number(text);
    if (Number.isNaN(value) || (value === null && !info.none)) {
      set(current);
      return;
    }
    set(value);
    change(value);
  });
  number.addEventListener("blur", () => set(current));
  slider?.addEventListener("input", () => {
    const value = stops[Number(slider.value)];
    set(value);
    change(value);
  });
  return { element, set };
}

/** @param {(number | null)[]} stops */
function makeStops(stops) {
  const slider = make("input", "pg-slider");
  slider.type = "range";
  slider.min = "0";
  slider.max = `${stops.length - 1}`;
  return slider;
}

/**
 * @param {HTMLInputElement} slider
 * @param {(number | null)[]} stops
 * @param {number | null} value
 */
function showStop(slider, stops, value) {
  let nearest = Math.max(0, stops.indexOf(null));
  stops.forEach((stop, i) => {
    if (stop === null || value === null) return;
    const best = stops[nearest];
    if (best === null || Math.abs(stop - value) < Math.abs(best - value)) nearest = i;
  });
  slider.value = `${nearest}`;
  slider.setAttribute("aria-valuetext", value === null ? "off" : `${value}`);
  slider.style.setProperty("--part", `${(100 * nearest) / (stops.length - 1)}%`);
}

/**
 * @param {string} label
 * @param {SettingInfo} info
 * @param {(value: boolean) => void} change
 * @returns {Field}
 */
export function makeSwitch(label, info, change) {
  const box = make("input", "pg-check");
  box.type = "checkbox";
  const element = makeLine(label, box, info);
  box.addEventListener("change", () => change(box.checked));
  return {
    element,
    set(value) {
      box.checked = value;
    },
  };
}

/**
 * One of a few values.
 * @param {string} label
 * @param {SettingInfo} info
 * @param {Option[]} options
 * @param {(value: string) => void} change
 * @returns {Field & {offer: (options: Option[]) => void}}
 */
export function makeSelection(label, info, options, change) {
  const select = make("select", "pg-select");
  const element = makeLine(label, select, info);
  let known = "";

  /** @param {Option[]} list */
  function offer(list) {
    if (JSON.stringify(list) === known) return;
    known = JSON.stringify(list);
    setOptions(select, list);
  }
  offer(options);
  select.addEventListener("change", () => change(select.value));
  return {
    element,
    offer,
    set(value) {
      select.value = value;
    },
  };
}

/**
 * One component of a registry, with its own settings; its value is a text as everywhere
 * in halfmoon: "momentum:beta=0.9".
 * @param {string} label
 * @param {SettingInfo} info
 * @param {ComponentInfo[]} components
 * @param {(value: string) => void} change
 * @returns {Field & {offer: (allows: (component: ComponentInfo) => boolean) => void}}
 */
export function makeComponent(label, info, components, change) {
  const select = make("select", "pg-select");
  const line = makeLine(label, select, info);
  const own = make("div", "pg-own-settings");
  const element = make("div", "pg-component", line, own);
  const showOwn = makeOwnSettings(own, components, change);
  let offered = "";
  let shown = "";

  /** @param {(component: ComponentInfo) => boolean} allows */
  function offer(allows) {
    const names = components.filter(allows).map(({ name }) => name);
    if (info.default === "auto") names.unshift("auto");
    if (names.join() === offered) return;
    offered = names.join();
    select.replaceChildren(
      ...names.map((name) => {
        const option = make("option", "", name);
        option.title = components.find((each) => each.name === name)?.help ?? "";
        return option;
      }),
    );
    select.value = readComponent(shown).name;
  }
  select.addEventListener("change", () => change(select.value));
  offer(() => true);
  return {
    element,
    offer,
    /** @param {string} text */
    set(text) {
      const { name } = readComponent(text);
      shown = text;
      select.value = name;
      select.title = components.find((each) => each.name === name)?.help ?? "";
      showOwn(text);
    },
  };
}

/**
 * Fields for the settings that a component has of its own; returns what shows them.
 * @param {HTMLElement} element that they stand in
 * @param {ComponentInfo[]} components
 * @param {(text: string) => void} change
 */
export function makeOwnSettings(element, components, change) {
  let shown = "";
  /** @type {Map<SettingInfo, Field>} */
  const fields = new Map();

  /** @param {string} name */
  function makeFields(name) {
    fields.clear();
    const component = components.find((each) => each.name === name);
    for (const setting of component?.settings ?? []) {
      const field = makeOwnSetting(setting, (value) => {
        const { values } = readComponent(shown);
        change(writeComponent(name, { ...values, [setting.name]: value }));
      });
      fields.set(setting, field);
    }
    element.hidden = fields.size === 0;
    element.replaceChildren(...[...fields.values()].map((field) => field.element));
  }

  /** @param {string} text */
  return (text) => {
    const { name, values } = readComponent(text);
    if (name !== readComponent(shown).name) makeFields(name);
    shown = text;
    for (const [setting, field] of fields) {
      field.set(values[setting.name] ?? setting.default);
    }
  };
}

/** @param {string} name of a setting: learning_rate becomes Learning rate */
export function labelOf(name) {
  return capital(name.replaceAll("_", " "));
}

/**
 * A setting of a component, as its type needs it.
 * @param {SettingInfo} setting
 * @param {(value: any) => void} change
 * @returns {Field}
 */
function makeOwnSetting(setting, change) {
  const label = labelOf(setting.name);
  if (setting.choices) {
    return makeSelection(label, setting, setting.choices, change);
  }
  if (setting.type === "boolean") return makeSwitch(label, setting, change);
  return makeAmount(label, setting, [], change);
}

/**
 * @param {string} text
 * @returns {{name: string, values: Record<string, any>}}
 */
export function readComponent(text) {
  const [name, rest = ""] = text.split(/:(.*)/s);
  const pairs = rest === "" ? [] : rest.split(",").map((pair) => pair.split("="));
  return { name, values: Object.fromEntries(pairs) };
}

/**
 * @param {string} name
 * @param {Record<string, any>} values
 */
function writeComponent(name, values) {
  const pairs = Object.entries(values).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? name : `${name}:${pairs.join(",")}`;
}
