// Runs the timeline over the engine, and prints what test_live_timeline.py compares.
// Arguments: the folder of the modules, and a JSON file { wasm, activations, ...live data }.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [folder, file] = process.argv.slice(2);
const { startEngine } = await import(pathToFileURL(`${folder}/engine.js`));
const { Timeline } = await import(pathToFileURL(`${folder}/timeline.js`));
const data = JSON.parse(readFileSync(file));
const engine = await startEngine(Buffer.from(data.wasm, "base64"), data.activations);
const timeline = new Timeline(engine);
const shape = data.shapes[2];
const first = {
  X: Float64Array.from(shape.points),
  y: Int32Array.from(shape.labels),
  classes: 2,
  rate: 2,
};

function theta() {
  return Array.from(engine.theta());
}

function goTo(update) {
  timeline.jump(update);
  if (timeline.now < update) timeline.advance(update - timeline.now);
  return theta();
}

function begin() {
  engine.setPoints(first.X, first.y, 2);
  engine.setNetwork(3, "tanh");
  engine.setPenalty(data.l2);
  engine.setTheta(data.weights[3]);
  timeline.begin(first);
}

const told = {};
begin();
told.trained = goTo(1000);
told.further = goTo(20000);
told.back = goTo(1000);
told.ahead = goTo(20000);
told.start = goTo(0);
told.last = goTo(20000);
told.curve = Array.from(timeline.losses.curve());

// edits: a rate, a point and a weight are changed on the way
begin();
goTo(300);
timeline.change({ rate: 0.7 });
goTo(450);
const X = first.X.slice();
X[0] += 1.5;
timeline.change({ X });
goTo(600);
engine.theta()[4] = 3;
timeline.change({});
told.edited = goTo(900);
told.before = goTo(299);
told.rateBefore = timeline.edit.rate;
told.editedAgain = goTo(900);
told.rateAfter = timeline.edit.rate;
goTo(500);
timeline.change({ rate: 1 });
told.end = timeline.end;
told.other = goTo(900);
console.log(JSON.stringify(told));
