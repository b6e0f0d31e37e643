// The bar above the views: play, one step, reset, new weights, the slider over the
// updates, and the readings of update, loss and accuracy.

import { make, makeButton } from "./controls.js";
import { countText, scoreText } from "./numbers.js";
import { makeTimelineSlider } from "./time-slider.js";

/** @import { FigureAct, FigureSettings, FigureState, LessonFrame } from "./lesson.js" */

/**
 * @param {FigureAct} act
 * @param {FigureSettings} settings
 */
export function makeTrainingBar(act, settings) {
  const element = make("div", "live-bar");
  element.setAttribute("role", "group");
  element.setAttribute("aria-label", "Training");
  const play = makeButton({
    label: "Play",
    picture: "play",
    className: "live-play",
    press: () => act.press(),
  });
  const others = [
    makeButton({ label: "One step", picture: "step", press: () => act.step() }),
    makeButton({ label: "Reset", picture: "reset", press: () => act.reset() }),
    makeButton({
      label: "New weights",
      picture: "dice",
      press: () => act.newWeights(),
    }),
  ];
  const buttons = make("div", "live-buttons");
  buttons.append(play.element, ...others.map((each) => each.element));
  const slider = makeTimelineSlider(settings.updates, act);
  const reading = makeReading(["Update", "Loss", "Accuracy"]);
  element.append(buttons, slider.element, reading.element);

  /** @param {FigureState} state */
  function show({ frame, playing, settled }) {
    play.set(playing ? "Pause" : "Play", playing ? "pause" : "play");
    if (!frame) return;
    slider.show(frame, playing ? null : sentenceOf(frame), settled);
    reading.show(textsOf(frame));
  }

  return { element, show };
}

/** @param {LessonFrame} frame */
function textsOf({ update, loss, accuracy }) {
  return [
    countText(update),
    Number.isFinite(loss) ? loss.toFixed(6) : "∞",
    scoreText(accuracy, "accuracy"),
  ];
}

/** @param {LessonFrame} frame */
export function sentenceOf(frame) {
  const [update, loss, accuracy] = textsOf(frame);
  return `update ${update}, loss ${loss}, accuracy ${accuracy}`;
}

/** @param {string[]} names */
function makeReading(names) {
  const element = make("dl", "live-reading");
  const values = names.map((name) => {
    const pair = make("div");
    const value = make("dd", "", "–");
    value.dataset.name = name.toLowerCase();
    pair.append(make("dt", "", name), value);
    element.append(pair);
    return value;
  });
  return {
    element,
    /** @param {string[]} texts */
    show(texts) {
      texts.forEach((text, i) => {
        if (values[i].textContent !== text) values[i].textContent = text;
      });
    },
  };
}
