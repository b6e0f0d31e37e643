// One live figure: what the reader does becomes a message to the worker, and each frame
// that the worker sends is drawn. Views and controls call the public methods.

import { Conversation } from "./conversation.js";
import { make } from "./controls.js";
import { readLook } from "./look.js";
import { makeSettings } from "./settings.js";
import { makeTrainingBar, sentenceOf } from "./training-bar.js";
import { makeViews } from "./views.js";
import { startWorker } from "./worker-transport.js";

/** @import { FigureSettings, FigureState, Kit, LessonFrame } from "./lesson.js" */

// updates a second: `first` at the beginning, and `growth` for each update done
const PACES = { normal: { first: 24, growth: 0.9 }, slow: { first: 9, growth: 0.35 } };
const REST_AT_END = 3500; // milliseconds, of a figure that plays by itself
const MOST_POINTS = 2000; // the engine has room for so many
const BEYOND = "The loss has grown beyond all bounds. Choose a lower learning rate.";

export class Figure {
  /** @type {FigureState} */
  state = {
    frame: null,
    playing: false,
    peek: null, // the unit that the plane shows while the pointer is on it
    pinned: null, // and the one that it goes on showing
    chosen: null, // the weight that is changed
    settled: true, // whether the frame holds all that the reader did
    adding: null, // the class of points that a click adds
  };
  #element;
  #kit;
  #settings;
  #message = make("p", "live-message");
  #bar;
  #views;
  #controls;
  #conversation;
  #look = readLook();
  #wanted = true; // something was changed: a new frame is needed
  #stale = true; // or only a new drawing
  /** @type {LessonFrame | null} */
  #fresh = null; // a frame that is not drawn yet
  #scheduled = false;
  #visible = true;
  #untouched = true;
  #owed = 0; // updates to be run
  #announce = ""; // what the reader did, to be told with what it led to
  #last = 0; // when the last frame was asked for

  /** @param {HTMLElement} element @param {Kit} kit */
  constructor(element, kit) {
    this.#element = element;
    /** @type {FigureSettings} */
    this.#settings = JSON.parse(element.dataset.settings ?? "{}");
    const { show } = this.#settings;
    this.#message.setAttribute("role", "status");
    this.#bar = makeTrainingBar(this, this.#settings);
    this.#views = makeViews(this.#settings, this);
    this.#controls = makeSettings(this.#settings, kit.data, this, this.#views.element);
    const needed = Object.fromEntries(
      show.map((/** @type {string} */ name) => [name, true]),
    );
    const receive = (/** @type {LessonFrame} */ frame) => {
      this.#fresh = frame;
      this.#wake();
    };
    // the page is whole without it
    const fail = () => {
      element.hidden = true;
    };
    this.#conversation = new Conversation(needed, receive, fail);
    this.#kit = kit;
    const body = make("div", "live-body");
    if (!show.includes("points")) body.append(this.#bar.element);
    body.append(this.#views.element, ...this.#controls.elements, this.#message);
    element.prepend(body);
  }

  // For the page

  start() {
    const { workerAddress, engine } = this.#kit;
    const first = { settings: this.#settings, ...engine };
    this.#conversation.start(startWorker(workerAddress, first));
  }

  /** @param {boolean} visible */
  setVisible(visible) {
    this.#visible = visible;
    this.#last = performance.now();
    this.#wake();
  }

  /** The page's colours have changed. */
  relook() {
    this.#look = readLook();
    this.redraw();
  }

  /** @param {boolean} on */
  play(on) {
    const { frame } = this.state;
    if (on && frame && frame.update >= this.#settings.updates) this.reset();
    this.state.playing = on;
    if (on) this.say("");
    this.#owed = 0;
    this.#last = performance.now();
    this.#bar.show(this.state);
    this.#want();
  }

  // For views and controls

  /**
   * @param {string} name
   * @param {object} message
   * @param {string | symbol} kind
   */
  tell(name, message, kind = name) {
    this.#conversation.tell(name, message, kind);
    this.state.settled = false;
    this.#want();
  }

  /**
   * @param {string} text
   * @param {boolean} urgent
   */
  say(text, urgent = false) {
    this.#message.textContent = text;
    this.#message.classList.toggle("urgent", urgent);
  }

  redraw() {
    this.#stale = true;
    this.#wake();
  }

  press() {
    this.#untouched = false;
    this.#announce = this.state.playing ? "Paused" : "";
    this.play(!this.state.playing);
  }

  step() {
    this.#untouched = false;
    this.play(false);
    this.#announce = "One step";
    this.#owed = 1;
  }

  /** @param {number} update */
  seek(update) {
    this.#untouched = false;
    this.play(false);
    this.tell("seek", { update });
  }

  reset() {
    this.#again("reset", "Reset");
  }

  newWeights() {
    this.#again("newWeights", "New weights");
  }

  restore() {
    this.#again("restore", "Points restored");
  }

  /**
   * @param {number} index
   * @param {number} x
   * @param {number} y
   */
  move(index, x, y) {
    this.tell("move", { index, x, y });
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  add(x, y) {
    const { adding: label, frame } = this.state;
    if (label === null || !frame) return;
    if (frame.y.length >= MOST_POINTS) {
      this.say(`There are ${MOST_POINTS} points, as many as there can be.`);
      return;
    }
    this.tell("add", { x, y, label }, Symbol("add"));
    this.say(`Added a point of class ${label}.`);
  }

  /** @param {number} index */
  remove(index) {
    if (!this.state.settled) return; // the points may have other numbers by now
    if (this.state.frame?.y.length === 1) {
      this.say("The last point stays.");
      return;
    }
    this.tell("remove", { index });
    this.say("Removed the point.");
  }

  /**
   * @param {number} index
   * @param {number} value
   */
  weight(index, value) {
    this.state.chosen = index;
    this.tell("weight", { index, value });
  }

  /** @param {number | null} index */
  choose(index) {
    this.state.chosen = index;
    this.redraw();
  }

  /**
   * Show what a unit answers, while the pointer is on it; `pin` it to go on showing it.
   * @param {number | null} unit
   * @param {boolean} pin
   */
  peek(unit, pin) {
    const { state } = this;
    if (!pin && unit === state.peek) return;
    if (pin) state.pinned = state.pinned === unit ? null : unit;
    else state.peek = unit;
    this.redraw();
  }

  /**
   * @param {string} ask
   * @param {string} what
   */
  #again(ask, what) {
    this.#announce = what;
    this.#conversation.forget("seek");
    this.#owed = 0;
    this.tell(ask, {}, Symbol(ask));
  }

  // From frame to frame

  #want() {
    this.#wanted = true;
    this.#tag();
    this.#wake();
  }

  #wake() {
    if (this.#scheduled || !this.#visible || !this.#conversation.isStarted) return;
    this.#scheduled = true;
    requestAnimationFrame((now) => this.#onScreen(now));
  }

  /**
   * Each time that the screen is drawn: show what has come, ask for the next.
   * @param {number} now
   */
  #onScreen(now) {
    this.#scheduled = false;
    if (!this.#visible) return;
    if (this.#fresh) this.#take(this.#fresh);
    const { frame, playing } = this.state;
    if (this.#stale && frame) this.#draw(now);
    const goesOn = playing || Boolean(frame?.seeking);
    if (this.#conversation.isFree && (this.#wanted || goesOn)) this.#ask(now, goesOn);
    if (goesOn || this.#wanted || this.#stale) this.#wake();
  }

  /**
   * @param {number} now
   * @param {boolean} busy
   */
  #ask(now, busy) {
    const { frame, playing } = this.state;
    if (playing && frame) {
      const { first, growth } = this.#settings.autoplay ? PACES.slow : PACES.normal;
      const seconds = Math.min(0.1, (now - this.#last) / 1000);
      this.#owed += (first + growth * frame.update) * seconds;
    }
    const count = Math.floor(this.#owed);
    this.#owed = playing ? this.#owed - count : 0;
    this.#last = now;
    this.#wanted = false;
    this.#conversation.ask(count, busy);
  }

  /** @param {LessonFrame} frame */
  #take(frame) {
    const { state } = this;
    this.#fresh = null;
    this.#stale = true;
    state.settled = this.#conversation.isSettled;
    const isOther = `${frame.sizes}` !== `${state.frame?.sizes}`;
    if (isOther) Object.assign(state, { peek: null, pinned: null, chosen: null });
    state.frame = frame;
    if (!frame.finite) {
      this.play(false);
      this.#announce = "";
      this.say(BEYOND, true);
    } else if (state.playing && frame.update >= this.#settings.updates) {
      this.#finish();
    }
    this.#tellWhatWasDone();
    this.#bar.show(state);
    this.#tag();
  }

  #finish() {
    this.state.playing = false;
    if (!this.#settings.autoplay) this.#announce = "Done";
    else setTimeout(() => this.#playAgain(), REST_AT_END);
  }

  #playAgain() {
    if (this.#untouched) this.play(true);
  }

  #tellWhatWasDone() {
    const { frame } = this.state;
    if (!frame || !this.#announce || this.#wanted || frame.seeking) return;
    this.say(`${this.#announce}: ${sentenceOf(frame)}.`);
    this.#announce = "";
  }

  /** @param {number} now */
  #draw(now) {
    const { state } = this;
    const { frame } = state;
    this.#stale = false;
    if (!frame) return;
    // a frame from before the last change would set a control back under one's hand
    if (state.settled) this.#controls.show({ ...state, frame });
    if (state.playing) this.#views.drift((now - this.#last) / 1000);
    this.#views.draw(frame, this.#look, state);
  }

  /** What the figure does, for style sheets and tests. */
  #tag() {
    const { frame, playing, settled } = this.state;
    const rests = settled && !frame?.seeking;
    this.#element.dataset.update = frame ? `${frame.update}` : "";
    this.#element.dataset.doing = playing ? "playing" : rests ? "resting" : "changing";
  }
}
