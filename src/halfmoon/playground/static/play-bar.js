// The bar at the top: play, single updates, slow motion, reset, new weights; the slider
// over the recorded run; and the readings.

import { make, makeButton, makeChoice } from "./controls.js";
import { capital, setNumbers } from "./elements.js";
import { countText, lossText, scoreText } from "./numbers.js";
import { makeTimelineSlider } from "./time-slider.js";

/** @import { Panel, PlaygroundFrame, State, Store } from "./playground.js" */

const EPOCH = "M3.5 5.6v12.8L11 12zM11 5.6v12.8l7.5-6.4zM18.8 5.6h2v12.8h-2z";
const TO_END = "M4 5.6v12.8L13.5 12zM15 5h2v14h-2zM18.6 5h2v14h-2z";
const SLOW_MOTION =
  "M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16zm0 2a6 6 0 1 0 0 12 6 6 0 0 0 0-12zm-1 2.2h2" +
  "v3.4l2.6 2.6-1.4 1.4-3.2-3.2z";
const PHASE_NAMES = ["forward", "loss", "backward", "step"];

/**
 * @param {Store} store
 * @returns {Panel}
 */
export function makePlayBar(store) {
  /** @param {string} what */
  const train = (what) => store.ask("train", { do: what });
  const play = makeButton({
    label: "Play",
    picture: "play",
    className: "live-play",
    press: () => playOrPause(store),
  });
  const groups = [
    [
      ["Update", "step", "Carry out one update", () => train("update")],
      ["Epoch", EPOCH, "Go through all rows once", () => train("epoch")],
      ["To the end", TO_END, "Train at full speed until it stops", () => train("end")],
      ["Slow motion", SLOW_MOTION, "One phase of an update", () => train("phase")],
    ],
    [
      ["Reset", "reset", "Back to the same initial weights", () => store.ask("reset")],
      ["New weights", "dice", "Begin anew from others", () => store.ask("new_weights")],
    ],
  ];
  const buttons = make("div", "pg-row pg-buttons");
  buttons.append(play.element, ...groups.map(makeGroup));
  const speed = makeChoice({
    label: "Speed",
    options: store.menu.speeds.map((/** @type {string} */ name) => [name, name]),
    change(/** @type {string} */ name) {
      store.ask("train", { do: store.state.playing ? "play" : "pause", speed: name });
    },
  });
  speed.element.classList.add("pg-speed");
  speed.element.dataset.setting = "speed";
  buttons.lastElementChild?.before(speed.element);
  const rewind = makeRewind(store);
  const readings = make("dl", "pg-row pg-readings");
  const element = make("section", "pg-row pg-bar");
  element.append(buttons, rewind.element, readings);
  element.setAttribute("aria-label", "Training");

  return {
    element,
    wants: () => ({}),
    draw(frame) {
      rewind.show(frame);
      const rows = readingsOf(frame, store.state);
      setNumbers(
        readings,
        rows.map(([name, text]) => [capital(name), text]),
      );
    },
    show(state) {
      play.set(state.playing ? "Pause" : "Play", state.playing ? "pause" : "play");
      speed.set(state.speed);
      rewind.reach(state);
    },
  };
}

/**
 * Play, or pause; pressed twice in a row, it does the one and then the other.
 * @param {Store} store
 */
export function playOrPause(store) {
  const { playing } = store.state;
  store.expect({ playing: !playing });
  store.tell("train", { do: playing ? "pause" : "play" });
}

/** @param {any[][]} group */
function makeGroup(group) {
  const element = make("div", "pg-row pg-group");
  for (const [label, picture, title, press] of group) {
    const button = makeButton({ label, picture, press });
    button.element.title = title;
    button.element.dataset.setting = label.toLowerCase().replaceAll(" ", "-");
    element.append(button.element);
  }
  return element;
}

// The slider over the recorded run: it goes back and forth in what has been.
/** @param {Store} store */
function makeRewind(store) {
  const from = make("span", "", "start");
  const to = make("span", "", "");
  const phases = makePhaseList();
  const middle = make("span", "pg-cut pg-stopped");
  const ends = make("div", "pg-row pg-label pg-rewind-ends");
  ends.append(from, phases.element, middle, to);
  const slider = makeTimelineSlider(store.state.end, {
    /** @param {number} update */
    seek(update) {
      const last = store.frame?.last ?? store.state.last;
      store.tell("seek", { update: Math.min(update, last) });
    },
  });
  const element = make("div", "pg-rewind", slider.element, ends);
  element.dataset.setting = "rewind";

  return {
    element,
    /** @param {State} state */
    reach(state) {
      slider.reach(Math.max(1, state.end));
      middle.textContent = state.message;
      middle.title = state.message;
      from.hidden = state.message !== ""; // it needs the whole line
      to.hidden = from.hidden;
      to.textContent = `update ${countText(state.end)}`;
    },
    /** @param {PlaygroundFrame} frame */
    show(frame) {
      const { playing } = store.state;
      const sentence = playing ? null : sentenceFor(frame, store.state);
      slider.show({ ...frame, end: frame.last }, sentence, true);
      phases.show(frame.phase ?? null);
    },
  };
}

// Slow motion: which of one update's four phases is shown.
function makePhaseList() {
  const items = PHASE_NAMES.map((name) => make("li", "", name));
  const element = make("ol", "pg-row pg-phases", ...items);
  element.hidden = true;
  return {
    element,
    /** @param {string | null} phase */
    show(phase) {
      element.hidden = !phase;
      items.forEach((item, i) => {
        if (PHASE_NAMES[i] === phase) item.setAttribute("aria-current", "step");
        else item.removeAttribute("aria-current");
      });
    },
  };
}

/**
 * @param {PlaygroundFrame} frame
 * @param {State} state
 */
function readingsOf(frame, { score_name: name }) {
  const isTested = frame.test_score !== null;
  const score = isTested ? frame.test_score : frame.train_score;
  const scoreName = name === "R2" ? "R²" : name;
  return [
    ["update", countText(frame.update)],
    ["epoch", countText(frame.epoch)],
    ["training loss", lossText(frame.train_loss)],
    ["test loss", lossText(frame.test_loss)],
    [isTested ? `test ${scoreName}` : scoreName, scoreText(score, name)],
  ];
}

/**
 * All readings as one sentence, for screen readers.
 * @param {PlaygroundFrame} frame
 * @param {State} state
 */
export function sentenceFor(frame, state) {
  return readingsOf(frame, state)
    .filter(([, text]) => text !== "–")
    .map(([name, text]) => `${name} ${text}`)
    .join(", ");
}
