// What views do when they are pointed at: marks change on the page, all else in Python.

/** @import { Store } from "./playground.js" */
/** @import { Act } from "./types.js" */

/**
 * @param {Store} store
 * @returns {Act}
 */
export function makeAct(store) {
  const { marks } = store;
  return {
    redraw: () => store.redraw(),
    say: (text) => store.say(text),
    peek(unit, pin) {
      if (pin) marks.pinned = marks.pinned === unit ? null : unit;
      else if (marks.peek === unit) return;
      else marks.peek = unit;
      store.redraw();
    },
    choose(index) {
      marks.chosen = index;
      store.redraw();
    },
    weight(index, value) {
      marks.chosen = index;
      store.tell("parameter", { index, value }, `parameter ${index}`);
    },
    move(row, x, y) {
      store.tell("points", { move: [[row, x, y]] }, `move ${row}`);
    },
    add(x, y) {
      if (marks.adding === null) return;
      store.ask("points", { add: [[x, y, marks.adding]] });
    },
    remove(row) {
      store.ask("points", { remove: [row] });
    },
    pick(row) {
      marks.picked = row;
      if (row !== null) store.open("trace");
      store.want();
      store.redraw();
    },
  };
}
