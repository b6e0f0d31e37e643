// The timeline of one training: it can go back to any update, and on from there.
// It keeps theta at some updates (fewer, the more there are) and each edit: a rate, a
// point or a weight that was changed. An update between two of them is run again from
// the one before, with the same points and rate, so it is the same to the last bit.

import { makeHistory, nextMeasured } from "./history.js";

const MOST_KEPT = 400;
const LONGEST_RUN = 4096; // the engine keeps so many losses of one call

export function makeTimeline(engine) {
  const losses = makeHistory();
  const sharpness = makeHistory();
  let kept = []; // { at, theta, edit }, in order; an edit is { rate, X, y, classes }
  let every = 1;
  let now = 0;
  let end = 0;
  let edit = null;
  let measures = false; // whether the curvature is wanted

  // The first state of a new network.
  function begin(first) {
    kept = [];
    every = 1;
    now = 0;
    end = 0;
    losses.clear(0);
    sharpness.clear(0);
    change(first);
  }

  // From here on, something is otherwise: what was known of later updates is dropped.
  function change(what) {
    edit = { ...edit, ...what };
    engine.setPoints(edit.X, edit.y, edit.classes);
    engine.setUpdates(now);
    kept = kept.filter((each) => each.at < now);
    kept.push({ at: now, theta: engine.theta().slice(), edit });
    end = now;
    losses.clear(now);
    sharpness.clear(now);
  }

  function enter(state) {
    now = state.at;
    const then = kept.findLast((each) => each.edit && each.at <= now).edit;
    if (then !== edit) engine.setPoints(then.X, then.y, then.classes);
    edit = then;
    engine.setTheta(state.theta);
    engine.setUpdates(now);
  }

  function keep() {
    kept.push({ at: now, theta: engine.theta().slice(), edit: null });
    if (kept.filter((each) => !each.edit).length <= MOST_KEPT) return;
    every *= 2;
    kept = kept.filter((each) => each.edit || each.at % every === 0);
  }

  // Run up to `count` updates; fewer if the numbers grow beyond all bounds.
  function advance(count) {
    const goal = now + count;
    while (now < goal) {
      const next = kept.find((each) => each.edit && each.at > now);
      const stops = [goal, now - (now % every) + every, now + LONGEST_RUN];
      if (next) stops.push(next.at);
      if (measures) stops.push(nextMeasured(now));
      const stop = Math.min(...stops);
      const done = engine.run(stop - now, edit.rate);
      losses.add(now, engine.losses(done));
      const finished = now + done === stop;
      now += done;
      end = Math.max(end, now);
      if (next && now === next.at) enter(next);
      else if (now % every === 0 && now > kept.at(-1).at) keep();
      if (measures && now === nextMeasured(now - 1)) measureSharpness();
      if (!finished) return false;
    }
    return true;
  }

  // Go to the state that is kept nearest before an update; `advance` does the rest.
  function jump(update) {
    const state = kept.findLast((each) => each.at <= update);
    if (update < now || state.at > now) enter(state);
  }

  function measureSharpness() {
    sharpness.add(now, [edit.rate * engine.curvature()]);
  }

  // The learning rate times the curvature, now; from here on it is measured on the way.
  function sharpnessNow() {
    measures = true;
    if (Number.isNaN(sharpness.at(now))) measureSharpness();
    return sharpness.at(now);
  }

  return {
    begin,
    change,
    advance,
    jump,
    sharpnessNow,
    losses,
    sharpness,
    now: () => now,
    end: () => end,
    edit: () => edit,
  };
}
