// One live figure: its views, its controls, and the conversation with its worker.

import { fillControls } from "./settings.js";
import { makeButton, make } from "./controls.js";
import { makeCurve } from "./curves.js";
import { makeHiddenSpace } from "./hidden-space.js";
import { readLook } from "./look.js";
import { makeNetwork } from "./network.js";
import { makeSurface } from "./surface.js";
import { makeTimelineSlider } from "./time-slider.js";

const PACES = { normal: { first: 24, growth: 0.9 }, slow: { first: 9, growth: 0.35 } };
const FINE = 128; // columns of the plane's map
const COARSE = 56;
const SLOW_FRAME = 15; // milliseconds
const PAUSE_AT_END = 3500; // of a figure that plays by itself

export function makeFigure(element, kit) {
  const settings = JSON.parse(element.dataset.settings);
  const body = make("div", "live-body");
  const message = make("p", "live-message");
  message.setAttribute("role", "status");
  const state = {
    settings,
    frame: null,
    playing: false,
    peek: null, // the unit that the plane shows while the pointer is on it
    pinned: null, // and the one that it goes on showing
    chosen: null, // the weight that is changed
    adding: null, // the class of points that a click adds
  };
  const isBare = settings.show.includes("points");
  let worker = null; // until the figure comes near the screen
  const waiting = new Map(); // what is to be told to the worker before the next frame
  let look = readLook();
  let inFlight = 0;
  let wanted = true; // something changed: a new frame is needed
  let stale = true; // or only a new drawing
  let fresh = null; // a frame that is not yet drawn
  let running = false;
  let visible = true;
  let quality = 1;
  let owed = 0;
  let announce = ""; // what the reader did, to be told with what it led to
  let last = 0;

  function tell(key, message) {
    waiting.set(key, message);
    wanted = true;
    tag();
    wake();
  }

  function say(text, urgent = false) {
    message.textContent = text;
    message.classList.toggle("urgent", urgent);
  }

  function redraw() {
    stale = true;
    wake();
  }

  const act = {
    tell,
    say,
    redraw,
    state,
    play,
    move: (index, x, y) => tell("move", { ask: "move", index, x, y }),
    add(x, y) {
      if (state.adding === null) return;
      tell(Symbol("add"), { ask: "add", x, y, label: state.adding });
      say(`Added a point of class ${state.adding}.`);
    },
    remove: (index) => tell(Symbol("remove"), { ask: "remove", index }),
    weight(index, value) {
      state.chosen = index;
      tell("weight", { ask: "weight", index, value });
    },
    choose(index) {
      state.chosen = index;
      redraw();
    },
    peek(unit, pin) {
      if (pin) state.pinned = state.pinned === unit ? null : unit;
      else if (unit === state.peek) return;
      else state.peek = unit;
      redraw();
    },
    seek(update) {
      play(false);
      tell("seek", { ask: "seek", update });
    },
    press() {
      announce = state.playing ? "Paused" : "";
      play(!state.playing);
    },
    step() {
      play(false);
      announce = "One step";
      owed = 1;
      wanted = true;
      wake();
    },
    reset: () => again("reset", "Reset"),
    newWeights: () => again("newWeights", "New weights"),
    restore: () => again("restore", "Points restored"),
  };

  function again(ask, what) {
    announce = what;
    waiting.delete("seek");
    owed = 0;
    tell(Symbol(ask), { ask });
  }

  function play(on) {
    const atEnd = state.frame && state.frame.update >= settings.updates;
    if (on && atEnd) act.reset();
    state.playing = on;
    owed = 0;
    last = performance.now();
    bar.show(state);
    wanted = true;
    tag();
    wake();
  }

  const bar = makeBar(act, settings);
  const views = makeViews(settings, act, body, redraw);
  const extras = fillControls(settings, act, kit.data, body);
  if (!isBare) body.prepend(bar.element);
  body.append(message);
  element.prepend(body);

  function pace(seconds) {
    const { first, growth } = settings.autoplay ? PACES.slow : PACES.normal;
    return (first + growth * state.frame.update) * seconds;
  }

  function ask(now) {
    for (const each of waiting.values()) worker.postMessage(each);
    waiting.clear();
    if (state.playing && state.frame) owed += pace(Math.min(0.1, (now - last) / 1000));
    last = now;
    const count = Math.floor(owed);
    owed = state.playing ? owed - count : 0;
    const busy = state.playing || state.frame?.seeking;
    const columns = Math.round(Math.max(COARSE, FINE * (busy ? quality : 1)));
    const rows = Math.round(0.75 * columns);
    wanted = false;
    inFlight = now;
    worker.postMessage({ ask: "next", count, views: views.needed, columns, rows });
  }

  function start() {
    worker = new Worker(kit.workerAddress);
    worker.onmessage = ({ data }) => {
      if (data.ready) ask(performance.now());
      else receive(data);
    };
    inFlight = 1;
    worker.postMessage({ ask: "start", settings, ...kit.engine });
  }

  function receive(data) {
    const took = performance.now() - inFlight;
    if (took > SLOW_FRAME) quality = Math.max(0.4, 0.93 * quality);
    else if (took < 0.6 * SLOW_FRAME) quality = Math.min(1, 1.02 * quality);
    inFlight = 0;
    fresh = data;
    wake();
  }

  // Each time that the screen is drawn: show what has come, ask for the next.
  function onScreen(now) {
    running = false;
    if (!visible) return;
    if (fresh) take(fresh);
    if (stale && state.frame) {
      stale = false;
      extras.show(state);
      if (state.playing) views.drift((now - last) / 1000);
      views.draw(state.frame, look, {
        peek: state.peek ?? state.pinned,
        chosen: state.chosen,
        lit: extras.litUnit(state),
      });
    }
    const seeking = state.frame?.seeking;
    if (worker && !inFlight && (wanted || state.playing || seeking)) ask(now);
    if (state.playing || seeking || wanted || stale) wake();
  }

  function take(frame) {
    fresh = null;
    stale = true;
    if (state.frame && frame.units !== state.frame.units) forgetChoices();
    state.frame = frame;
    if (!frame.finite) {
      play(false);
      say("The loss has grown beyond all bounds. Choose a lower learning rate.", true);
    } else if (state.playing && frame.update >= settings.updates) {
      state.playing = false;
      if (settings.autoplay) setTimeout(() => play(!state.touched), PAUSE_AT_END);
      else announce = "Done";
    }
    if (announce && !wanted && !frame.seeking) {
      say(`${announce}: ${bar.sentence(frame)}.`);
      announce = "";
    }
    bar.show(state);
    tag();
  }

  // What the figure does, for tests and for style sheets.
  function tag() {
    const { frame, playing } = state;
    element.dataset.update = frame ? frame.update : "";
    const rest = frame?.seeking || waiting.has("seek") ? "seeking" : "resting";
    element.dataset.doing = playing ? "playing" : rest;
  }

  function forgetChoices() {
    state.peek = null;
    state.pinned = null;
    state.chosen = null;
  }

  function wake() {
    if (running || !visible || !worker) return;
    running = true;
    requestAnimationFrame(onScreen);
  }

  return {
    start,
    // the page's colours have changed
    relook() {
      look = readLook();
      redraw();
    },
    setVisible(now) {
      visible = now;
      last = performance.now();
      if (visible) wake();
    },
    play,
  };
}

// Play, step, reset, new weights, the slider over the updates, and what it reads.
function makeBar(act, settings) {
  const element = make("div", "live-bar");
  element.setAttribute("role", "group");
  element.setAttribute("aria-label", "Training");
  const playButton = makeButton({
    label: "Play",
    picture: "play",
    className: "live-play",
    press() {
      act.state.touched = true;
      act.press();
    },
  });
  const others = [
    ["One step", "step", act.step],
    ["Reset", "reset", act.reset],
    ["New weights", "dice", act.newWeights],
  ].map(([label, picture, press]) => makeButton({ label, picture, press }));
  const slider = makeTimelineSlider(settings.updates, act);
  const reading = makeReading(["Update", "Loss", "Accuracy"]);
  const buttons = make("div", "live-buttons");
  buttons.append(playButton.element, ...others.map((each) => each.element));
  element.append(buttons, slider.element, reading.element);

  function sentence(frame) {
    const { update, loss, accuracy } = frame;
    return (
      `update ${update.toLocaleString("en")}, loss ${loss.toFixed(6)}, ` +
      `accuracy ${(100 * accuracy).toFixed(1)} percent`
    );
  }

  function show({ frame, playing }) {
    playButton.set(playing ? "Pause" : "Play", playing ? "pause" : "play");
    if (!frame) return;
    slider.show(frame, playing ? null : sentence(frame));
    reading.show([
      frame.update.toLocaleString("en"),
      Number.isFinite(frame.loss) ? frame.loss.toFixed(6) : "∞",
      `${(100 * frame.accuracy).toFixed(1)}%`,
    ]);
  }

  return { element, show, sentence };
}

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
    show(texts) {
      texts.forEach((text, i) => {
        if (values[i].textContent !== text) values[i].textContent = text;
      });
    },
  };
}

const TITLES = {
  points: "The points",
  plane: "The plane",
  network: "The network",
  hidden: "The hidden space",
  loss: "The loss over the updates",
  curvature: "Learning rate × curvature: unstable above 2",
};
const KEYS = {
  points:
    "Arrow keys move a cursor, Page Up and Page Down go from point to point, Enter takes " +
    "a point or puts it down, or adds one, Delete removes it.",
  hidden: "The points as the hidden units place them. Arrow keys turn the space.",
};
KEYS.plane = KEYS.points;

function makeViews(settings, act, body, redraw) {
  const makers = {
    points: () => makeSurface({ bare: true, act, redraw }),
    plane: () => makeSurface({ bare: false, act, redraw }),
    network: () => makeNetwork({ act, redraw }),
    hidden: () => makeHiddenSpace({ redraw, say: act.say }),
    loss: () => makeCurve({ kind: "loss", updates: settings.updates, redraw }),
    curvature: () => makeCurve({ kind: "curvature", updates: settings.updates, redraw }),
  };
  const grid = make("div", "live-views");
  const views = settings.show.map((name) => {
    const view = makers[name]();
    const box = make("div", `live-view live-view-${name}`);
    box.append(make("p", "live-title", TITLES[name]), view.element);
    view.element.setAttribute("aria-label", `${TITLES[name]}. ${KEYS[name] ?? ""}`.trim());
    if (!view.element.hasAttribute("role")) view.element.setAttribute("role", "img");
    grid.append(box);
    return view;
  });
  grid.dataset.views = settings.show.join(" ");
  body.append(grid);
  return {
    needed: Object.fromEntries(settings.show.map((name) => [name, true])),
    draw(frame, look, marks) {
      for (const view of views) view.draw(frame, look, marks);
    },
    drift(seconds) {
      for (const view of views) view.drift?.(seconds);
    },
  };
}
