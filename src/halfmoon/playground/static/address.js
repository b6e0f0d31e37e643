// The page's address says what is on the screen: every setting that is not at its
// default, or that a table begins with otherwise, and what is open. A teacher's link
// also hides controls and starts a lesson:
//   #hidden=4,3&learning_rate=0.1&open=settings,trace&hide=seed,table&lesson=update

/** @import { Menu, SettingInfo, State } from "./playground.js" */

const PAGE_KEYS = ["open", "hide", "lesson", "row", "unit"];

/**
 * @typedef {Object} Address
 * @property {Record<string, any>} settings values of Setup's fields
 * @property {string[]} open slots whose tabs are open
 * @property {string[]} hide slots and settings that are hidden
 * @property {string | null} lesson
 * @property {number | null} row the row that is traced
 * @property {number | null} unit the unit that is shown on the plane
 */

/**
 * @param {string} fragment
 * @param {Menu} menu
 * @returns {Address}
 */
export function readAddress(fragment, menu) {
  const pairs = fragment
    .replace(/^#/, "")
    .split("&")
    .filter((pair) => pair.includes("="))
    .map((pair) => pair.split(/=(.*)/s));
  const texts = Object.fromEntries(pairs);
  /** @type {Record<string, any>} */
  const settings = {};
  for (const info of menu.settings) {
    if (info.name in texts) settings[info.name] = readValue(texts[info.name], info);
  }
  return {
    settings,
    open: readList(texts.open ?? ""),
    hide: readList(texts.hide ?? ""),
    lesson: texts.lesson ? decode(texts.lesson) : null,
    row: readNumber(texts.row),
    unit: readNumber(texts.unit),
  };
}

/**
 * @param {Menu} menu
 * @param {State} state
 * @param {Omit<Address, "settings">} page
 */
export function writeAddress(menu, state, page) {
  const changed = menu.settings
    .filter(({ name, default: usual }) => {
      return state.data.told.includes(name) || !isSame(state.setup[name], usual);
    })
    .map(({ name }) => [name, state.setup[name]]);
  /** @type {Record<string, any>} */
  const values = page;
  const shown = PAGE_KEYS.map((key) => [key, values[key]]).filter(([, value]) => {
    return value !== null && value !== undefined && value.length !== 0;
  });
  return [...changed, ...shown]
    .map(([name, value]) => `${name}=${writeValue(value)}`)
    .join("&");
}

/**
 * The settings of an address that differ from those that hold.
 * @param {Record<string, any>} settings
 * @param {State} state
 */
export function differences(settings, state) {
  const other = Object.entries(settings).filter(
    ([name, value]) => !isSame(value, state.setup[name]),
  );
  return Object.fromEntries(other);
}

/**
 * @param {any} one
 * @param {any} other
 */
function isSame(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** @param {any} value */
function writeValue(value) {
  if (value === null) return "";
  return Array.isArray(value) ? value.map(encode).join(",") : encode(value);
}

/**
 * @param {string} text
 * @param {SettingInfo} info
 */
function readValue(text, info) {
  if (text === "" && info.none) return null;
  const areNumbers = info.type === "numbers" || info.type === "integers";
  if (areNumbers) return readList(text).map(Number);
  if (Array.isArray(info.default)) return readList(text);
  if (info.type === "boolean") return text === "true";
  const isNumber = info.type === "number" || info.type === "integer";
  return isNumber ? Number(text) : decode(text);
}

/** @param {string} text */
function readList(text) {
  return text === "" ? [] : text.split(",").map(decode);
}

/** @param {string | undefined} text */
function readNumber(text) {
  const number = Number(text);
  return text === undefined || Number.isNaN(number) ? null : number;
}

/** @param {any} value */
function encode(value) {
  return encodeURIComponent(`${value}`)
    .replaceAll("%3A", ":")
    .replaceAll("%3D", "=")
    .replaceAll("%2F", "/");
}

/** @param {string} text */
function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
