// The page's side of the conversation with a worker: what was changed is collected, and
// told together with the question for the next frame. One frame is on its way at most.

const FINE = 128; // columns of the plane's map
const COARSE = 56;
const SLOW = 15; // milliseconds for a frame, beyond which the map is made coarser

export class Conversation {
  #kit;
  #settings;
  #receive;
  #views;
  #worker = null; // until the figure comes near the screen
  #waiting = new Map(); // messages; one of a kind takes the place of the one before
  #askedAt = null;
  #carries = false; // whether changes are on their way to the worker
  #fail;
  #quality = 1;

  // `receive(frame)` is called with each frame; `views` says what it must hold. Where no
  // worker or no engine can be started, `fail()` is called instead.
  constructor(kit, settings, views, receive, fail) {
    this.#kit = kit;
    this.#fail = fail;
    this.#settings = settings;
    this.#views = views;
    this.#receive = receive;
  }

  start() {
    try {
      this.#worker = new Worker(this.#kit.workerAddress);
    } catch {
      this.#fail();
      return;
    }
    this.#worker.onmessage = ({ data }) => this.#hear(data);
    this.#worker.onerror = (event) => this.#giveUp(event);
    this.#askedAt = performance.now();
    const { engine } = this.#kit;
    this.#worker.postMessage({ ask: "start", settings: this.#settings, ...engine });
  }

  get isFree() {
    return this.#worker !== null && this.#askedAt === null;
  }

  // Whether the last frame holds all that has been told.
  get isSettled() {
    return this.#waiting.size === 0 && !this.#carries;
  }

  get isStarted() {
    return this.#worker !== null;
  }

  tell(kind, message) {
    this.#waiting.set(kind, message);
  }

  isWaiting(kind) {
    return this.#waiting.has(kind);
  }

  forget(kind) {
    this.#waiting.delete(kind);
  }

  // Ask for the next frame, after `count` updates. While it is `busy`, maps may be coarse.
  ask(count, busy) {
    this.#carries = this.#waiting.size > 0;
    for (const each of this.#waiting.values()) this.#worker.postMessage(each);
    this.#waiting.clear();
    const quality = busy ? this.#quality : 1;
    const columns = Math.round(Math.max(COARSE, FINE * quality));
    const rows = Math.round(0.75 * columns);
    this.#askedAt = performance.now();
    this.#worker.postMessage({ ask: "next", count, views: this.#views, columns, rows });
  }

  #hear(data) {
    const took = performance.now() - this.#askedAt;
    this.#askedAt = null;
    this.#carries = false;
    if (data.ready === false) {
      this.#giveUp();
      return;
    }
    if (data.ready) {
      this.ask(0, false);
      return;
    }
    if (took > SLOW) this.#quality = Math.max(0.4, 0.93 * this.#quality);
    else if (took < 0.6 * SLOW) this.#quality = Math.min(1, 1.02 * this.#quality);
    this.#receive(data);
  }

  #giveUp(event) {
    event?.preventDefault();
    this.#worker.terminate();
    this.#worker = null;
    this.#fail();
  }
}
