// The page's side of the conversation with whoever computes: what was changed is
// collected, and told together with the question for the next frame. One frame is on its
// way at most.

/** @import { LessonFrame, LessonViews } from "./lesson.js" */
/** @import { Transport } from "./types.js" */

const FINE = 128; // columns of the plane's map
const COARSE = 56;
const SLOW = 15; // milliseconds for a frame, beyond which the map is made coarser

export class Conversation {
  /** @type {Transport | null} */
  #transport = null; // until the figure comes near the screen
  #isStarted = false;
  #views;
  #receive;
  #fail;
  /** @type {Map<string | symbol, [string, object]>} */
  #waiting = new Map(); // messages; one of a kind takes the place of the one before
  #isAsking = true; // whether a frame is on its way
  #carries = false; // whether changes are on their way
  #quality = 1;

  /**
   * `views` says what a frame must hold, and `receive` is called with each. Where nobody
   * can be asked any more, `fail` is called instead.
   * @param {LessonViews} views
   * @param {(frame: LessonFrame) => void} receive
   * @param {() => void} fail
   */
  constructor(views, receive, fail) {
    this.#views = views;
    this.#receive = receive;
    this.#fail = fail;
  }

  /** @param {Promise<Transport>} transport */
  async start(transport) {
    this.#isStarted = true;
    try {
      this.#transport = await transport;
      this.ask(0, false);
    } catch {
      this.#giveUp();
    }
  }

  get isFree() {
    return this.#transport !== null && !this.#isAsking;
  }

  /** Whether the last frame holds all that has been told. */
  get isSettled() {
    return this.#waiting.size === 0 && !this.#carries;
  }

  get isStarted() {
    return this.#isStarted;
  }

  /**
   * @param {string} name
   * @param {object} message
   * @param {string | symbol} kind
   */
  tell(name, message, kind = name) {
    this.#waiting.set(kind, [name, message]);
  }

  /** @param {string} kind */
  forget(kind) {
    this.#waiting.delete(kind);
  }

  /**
   * Ask for the next frame, after `count` updates. While it is `busy`, maps may be coarse.
   * @param {number} count
   * @param {boolean} busy
   */
  async ask(count, busy) {
    if (!this.#transport) return;
    this.#isAsking = true;
    this.#carries = this.#waiting.size > 0;
    const quality = busy ? this.#quality : 1;
    const columns = Math.round(Math.max(COARSE, FINE * quality));
    const wanted = {
      count,
      views: this.#views,
      columns,
      rows: Math.round(0.75 * columns),
    };
    const changes = [...this.#waiting.values()];
    this.#waiting.clear();
    const asked = performance.now();
    try {
      const told = changes.map(([name, message]) =>
        this.#transport?.ask(name, message),
      );
      const [frame] = await Promise.all([this.#transport.frame(wanted), ...told]);
      this.#hear(/** @type {LessonFrame} */ (frame), performance.now() - asked);
    } catch {
      this.#giveUp();
    }
  }

  /**
   * @param {LessonFrame} frame
   * @param {number} took
   */
  #hear(frame, took) {
    this.#isAsking = false;
    this.#carries = false;
    if (took > SLOW) this.#quality = Math.max(0.4, 0.93 * this.#quality);
    else if (took < 0.6 * SLOW) this.#quality = Math.min(1, 1.02 * this.#quality);
    this.#receive(frame);
  }

  #giveUp() {
    this.#isStarted = false;
    this.#transport = null;
    this.#fail();
  }
}
