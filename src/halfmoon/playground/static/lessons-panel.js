// Lessons: guided steps with goals, which Python checks on what is trained just now.

import { make } from "./controls.js";
import { makePlainButton } from "./elements.js";

/** @import { Panel, PlaygroundFrame, State, Store } from "./playground.js" */

/**
 * @typedef {object} Step
 * @property {string[]} text paragraphs
 * @property {string} hint
 * @property {string} open the panel that it is about, or none
 * @property {string[]} goals
 */

/**
 * @typedef {object} Lesson
 * @property {string} name
 * @property {string} title
 * @property {string} about
 * @property {string} section of the tutorial
 * @property {Step[]} steps
 */

const CHECK_EVERY = 600; // milliseconds, while training runs

/**
 * @param {Store} store
 * @returns {Panel & {open(name: string, at: number): Promise<void>}}
 */
export function makeLessonsPanel(store) {
  const element = make("div", "pg-lessons");
  /** @type {Lesson[]} */
  let lessons = [];
  /** @type {Set<string>} names of the lessons that are done */
  const done = new Set();
  /** @type {ReturnType<typeof makeLessonView> | null} */
  let view = null;
  /** @type {Promise<void> | null} */
  let loading = null;

  async function load() {
    const answer = await store.ask("lessons");
    if (answer === null) loading = null;
    else lessons = answer.lessons;
  }

  function showList() {
    view = null;
    element.replaceChildren(makeList(lessons, done, begin));
  }

  /**
   * What a link asks for. Where something is trained already, in this tab or another,
   * nobody loses it unasked.
   * @param {string} name
   * @param {number} at which step
   */
  async function open(name, at) {
    loading ??= load();
    await loading;
    const lesson = lessons.find((each) => each.name === name);
    if (!lesson) {
      store.say(`There is no lesson "${name}"; the panel Lessons shows all.`, true);
      return;
    }
    const { last, runs } = store.state;
    if (last === 0 && runs.length === 1) {
      await begin(lesson, at);
      return;
    }
    const question = makeQuestion(lesson, {
      begin: () => begin(lesson, at),
      goOn: () => show(lesson, at),
    });
    element.replaceChildren(question);
    store.open("lessons");
  }

  /**
   * @param {Lesson} lesson
   * @param {number} [at] which step
   */
  async function begin(lesson, at = 0) {
    const answer = await store.ask("begin_lesson", { lesson: lesson.name });
    if (answer !== null) show(lesson, at);
  }

  /**
   * @param {Lesson} lesson
   * @param {number} at
   */
  function show(lesson, at) {
    const leave = () => {
      store.lesson = null;
      showList();
    };
    view = makeLessonView(store, lesson, at, {
      leave,
      finish() {
        done.add(lesson.name);
        leave();
      },
    });
    element.replaceChildren(view.element);
    store.open("lessons");
    view.focus();
  }

  return {
    element,
    open,
    every: CHECK_EVERY,
    wants: () => ({}),
    draw(frame) {
      view?.check(frame);
    },
    async show() {
      if (loading) return;
      loading = load();
      await loading;
      if (element.childElementCount === 0) showList();
    },
  };
}

/**
 * All lessons, to choose from.
 * @param {Lesson[]} lessons
 * @param {Set<string>} done
 * @param {(lesson: Lesson) => void} begin
 */
function makeList(lessons, done, begin) {
  const list = make("ol", "pg-lesson-list");
  for (const lesson of lessons) {
    const { name, title, about } = lesson;
    const words = [make("strong", "", title), make("span", "pg-note", about)];
    const button = makePlainButton("pg-lesson-card", () => begin(lesson), ...words);
    if (done.has(name)) button.append(make("em", "pg-note", "done"));
    list.append(make("li", "", button));
  }
  return list;
}

/**
 * Whether a lesson is to set all controls, where something is trained already.
 * @param {Lesson} lesson
 * @param {{begin(): void, goOn(): void}} act
 */
function makeQuestion(lesson, act) {
  const text =
    "Something is trained here already, in this tab or in another of the same " +
    "playground. If the lesson starts anew, it sets all controls, and the runs that " +
    "are not kept are lost.";
  const goOn = makePlainButton("pg-small pg-next", act.goOn, "Go on from here");
  const begin = makePlainButton("pg-small pg-next", act.begin, "Start anew");
  const buttons = make("div", "pg-wrap", goOn, begin);
  const title = make("h3", "", lesson.title);
  return make("article", "pg-lesson", title, make("p", "", text), buttons);
}

/**
 * One lesson, a step at a time.
 * @param {Store} store
 * @param {Lesson} lesson
 * @param {number} first
 * @param {{leave(): void, finish(): void}} act
 */
function makeLessonView(store, lesson, first, act) {
  const back = makePlainButton("pg-lesson-back", act.leave, "All lessons");
  const place = make("p", "pg-note");
  const title = make("h3", "", lesson.title);
  title.tabIndex = -1;
  const body = make("div", "pg-lesson-text");
  const goals = make("ul", "pg-goals");
  const hint = make("details", "pg-lesson-hint");
  const next = makePlainButton("pg-small pg-next", goOn);
  const element = make("article", "pg-lesson");
  element.append(back, title, place, body, goals, hint, next);

  let at = Math.min(Math.max(0, first), lesson.steps.length - 1);
  let isDone = false;
  let checked = ""; // what the goals were last checked on
  let checking = false;

  function showStep() {
    const step = lesson.steps[at];
    isDone = false;
    checked = "";
    if (store.lesson) store.lesson = `${lesson.name}:${at + 1}`; // for a reload
    const of = lesson.section ? ` · section ${lesson.section} of the tutorial` : "";
    place.textContent = `Step ${at + 1} of ${lesson.steps.length}${of}`;
    body.replaceChildren(...step.text.map((text) => make("p", "", text)));
    goals.replaceChildren(...step.goals.map((goal) => makeGoal(goal)));
    hint.hidden = !step.hint;
    hint.open = false;
    hint.replaceChildren(make("summary", "", "Hint"), make("p", "", step.hint));
    showDone();
    if (step.open) store.open(step.open);
    store.want();
  }

  function showDone() {
    const isLast = at === lesson.steps.length - 1;
    next.textContent = isLast ? "Finish" : "Next step";
    element.classList.toggle("pg-done", isDone);
  }

  function goOn() {
    at += 1;
    if (at === lesson.steps.length) {
      act.finish();
      return;
    }
    showStep();
    title.focus();
  }

  /** @param {PlaygroundFrame} frame */
  async function check(frame) {
    const now = `${at} ${frame.update} ${frame.version}`;
    if (checking || now === checked) return;
    checked = now;
    checking = true;
    const asked = at;
    const answer = await store.ask("goals", { lesson: lesson.name, step: at });
    checking = false;
    if (answer === null || asked !== at) return;
    [...goals.children].forEach((item, i) => {
      showGoal(/** @type {HTMLElement} */ (item), answer.goals[i]);
    });
    if (answer.met && !isDone) {
      isDone = true;
      showDone();
      store.say(`Step ${at + 1} of the lesson is done.`);
    }
  }

  showStep();
  return { element, check, focus: () => title.focus() };
}

/** @param {string} text */
function makeGoal(text) {
  const mark = make("span", "pg-goal-mark");
  mark.setAttribute("aria-hidden", "true");
  const state = make("span", "live-hidden-text", "open: ");
  const item = make("li", "pg-goal");
  item.append(mark, state, make("span", "", text), make("output", "pg-note"));
  return item;
}

/**
 * @param {HTMLElement} item
 * @param {{met: boolean, now: string}} goal
 */
function showGoal(item, { met, now }) {
  item.classList.toggle("pg-met", met);
  const [, state, , value] = [...item.children];
  state.textContent = met ? "reached: " : "open: ";
  value.textContent = now;
}
