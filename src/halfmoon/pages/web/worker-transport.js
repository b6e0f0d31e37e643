// The transport whose other end is a worker with the engine: the lesson's.

/** @import { LessonStart } from "./lesson.js" */
/** @import { Transport } from "./types.js" */
/** @typedef {{ resolve: (answer: any) => void, reject: (error: Error) => void }} Waiting */

/**
 * A worker that has been told what to start with. Rejected where none can be started, or
 * where it may not run the engine.
 * @param {string} address
 * @param {LessonStart} first
 * @returns {Promise<Transport>}
 */
export async function startWorker(address, first) {
  const worker = new Worker(address);
  /** @type {Map<number, Waiting>} */
  const waiting = new Map();
  let count = 0;

  /** @param {Error} error */
  function fail(error) {
    worker.terminate();
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  }
  worker.onerror = (event) => {
    event.preventDefault();
    fail(new Error(event.message));
  };
  worker.onmessage = ({ data: { number, answer, error } }) => {
    const asked = waiting.get(number);
    waiting.delete(number);
    if (error) asked?.reject(new Error(error));
    else asked?.resolve(answer);
  };

  /**
   * @param {string} name
   * @param {object} message
   * @returns {Promise<any>}
   */
  function ask(name, message = {}) {
    count += 1;
    const number = count;
    worker.postMessage({ ask: name, number, message });
    return new Promise((resolve, reject) => waiting.set(number, { resolve, reject }));
  }

  try {
    await ask("start", first);
  } catch (error) {
    worker.terminate();
    throw error;
  }
  return { ask, frame: (message) => ask("next", message) };
}
