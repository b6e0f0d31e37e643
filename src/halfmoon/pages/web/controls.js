// Controls: native ones, so that a keyboard and a screen reader know them. Each has a name,
// says its value, and can be set without telling anybody.

let count = 0;

function unique() {
  count += 1;
  return `live-${count}`;
}

/**
 * An element of a class, with texts and other elements in it.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} [className]
 * @param {(Node | string)[]} parts
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, className, ...parts) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...parts);
  return element;
}

/** @type {Record<string, string>} */
const ICONS = {
  play: "M8 5.2v13.6L19 12z",
  pause: "M7 5h3.6v14H7zM13.4 5H17v14h-3.6z",
  step: "M6 5.6v12.8L15 12zM16 5.6h2.6v12.8H16z",
  reset: "M12 5a7 7 0 1 1-6.7 5l2 .6A5 5 0 1 0 12 7v3L6.8 6.2 12 2.4z",
  dice: "M5 3h14a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2zm3.2 3.5a1.7 1.7 0 1 0 0 3.4 1.7 1.7 0 0 0 0-3.4zm3.8 3.8a1.7 1.7 0 1 0 0 3.4 1.7 1.7 0 0 0 0-3.4zm3.8 3.8a1.7 1.7 0 1 0 0 3.4 1.7 1.7 0 0 0 0-3.4z",
};

/**
 * A picture of these by name, or a path on 24 x 24.
 * @param {string} name
 */
function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const picture = document.createElementNS(space, "svg");
  picture.setAttribute("viewBox", "0 0 24 24");
  picture.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", ICONS[name] ?? name);
  path.setAttribute("fill-rule", "evenodd");
  picture.append(path);
  return picture;
}

/**
 * @param {object} settings
 * @param {string} settings.label
 * @param {string} [settings.picture]
 * @param {string} [settings.className]
 * @param {() => void} settings.press
 */
export function makeButton({ label, picture, className, press }) {
  const element = make("button", className ?? "live-button");
  element.type = "button";
  const text = make("span", "live-label", label);
  if (picture) element.append(icon(picture));
  element.append(text);
  element.addEventListener("click", press);
  return {
    element,
    /** @param {string} newLabel @param {string} newPicture */
    set(newLabel, newPicture) {
      if (text.textContent === newLabel) return;
      text.textContent = newLabel;
      element.querySelector("svg")?.replaceWith(icon(newPicture));
    },
  };
}

/**
 * @param {string} label
 * @param {HTMLElement} control
 * @param {HTMLElement} [value]
 */
function field(label, control, value) {
  const element = make("div", "live-field");
  const name = make("label", "live-name", label);
  control.id = unique();
  name.htmlFor = control.id;
  element.append(name, control);
  if (value) {
    value.setAttribute("aria-hidden", "true");
    name.after(value);
  }
  return element;
}

/**
 * A slider over a list of values: what it says of a value is `text(value)`.
 * @param {object} settings
 * @param {string} settings.label
 * @param {number[]} settings.values
 * @param {(value: number) => string} settings.text
 * @param {(value: number) => void} settings.change
 */
export function makeSlider({ label, values, text, change }) {
  const input = make("input");
  input.type = "range";
  input.min = "0";
  input.max = `${values.length - 1}`;
  const shown = make("span", "live-value");
  /** @type {number | null | undefined} */
  let current;

  /** @param {number} value */
  function show(value) {
    current = value;
    shown.textContent = text(value);
    input.setAttribute("aria-valuetext", text(value));
    input.style.setProperty(
      "--part",
      `${(100 * Number(input.value)) / (values.length - 1)}%`,
    );
  }
  input.addEventListener("input", () => {
    const value = values[Number(input.value)];
    show(value);
    change(value);
  });
  return {
    element: field(label, input, shown),
    input,
    /** @param {number | null} value null: there is nothing to set */
    set(value) {
      if (value === current) return;
      if (value === null) {
        current = null;
        shown.textContent = "–";
        return;
      }
      const away = values.map((each) => Math.abs(each - value));
      input.value = `${away.indexOf(Math.min(...away))}`;
      show(value);
    },
  };
}

/** @typedef {any[]} Option value, text, and perhaps the name of a group */

/**
 * A choice from a list, in groups where a third text names one.
 * @param {object} settings
 * @param {string} settings.label
 * @param {Option[]} settings.options
 * @param {(value: string) => void} settings.change
 */
export function makeChoice({ label, options, change }) {
  const select = make("select");
  let known = "";

  /** @param {Option[]} list */
  function offer(list) {
    const text = JSON.stringify(list);
    if (text === known) return;
    known = text;
    const before = select.value;
    /** @type {Map<string, HTMLOptGroupElement>} */
    const groups = new Map();
    select.replaceChildren();
    for (const [value, name, group] of list) {
      let box = groups.get(group ?? "");
      if (group && !box) {
        box = make("optgroup");
        box.label = group;
        groups.set(group, box);
        select.append(box);
      }
      const option = make("option", "", name);
      option.value = value;
      (box ?? select).append(option);
    }
    if (list.some(([value]) => `${value}` === before)) select.value = before;
  }
  offer(options);
  select.addEventListener("change", () => change(select.value));
  return {
    element: field(label, select),
    offer,
    /** @param {any} value */
    set(value) {
      if (select.value !== `${value}`) select.value = `${value}`;
    },
  };
}

/** @typedef {any[]} Segment value, text, and perhaps an element to show */

/**
 * A few choices side by side, as radio buttons; some with a picture.
 * @param {object} settings
 * @param {string} settings.label
 * @param {Segment[]} settings.options
 * @param {(value: any) => void} settings.change
 */
export function makeSegments({ label, options, change }) {
  const element = make("fieldset", "live-field live-segments");
  element.append(make("legend", "live-name", label));
  const row = make("div", "live-row");
  const name = unique();
  element.append(row);

  /** @param {Segment[]} list */
  function offer(list) {
    if (row.childElementCount === list.length) return;
    row.replaceChildren();
    list.forEach(([value, text, picture], i) => {
      const choice = make("label", "live-segment");
      const input = make("input");
      input.type = "radio";
      input.name = name;
      input.value = value;
      input.checked = i === 0;
      input.addEventListener("change", () => change(value));
      choice.append(input);
      if (picture) choice.append(picture);
      choice.append(make("span", picture ? "live-hidden-text" : "", text));
      row.append(choice);
    });
  }
  offer(options);
  return { element, offer };
}
