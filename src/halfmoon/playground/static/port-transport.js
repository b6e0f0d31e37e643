// The end of the transport in a notebook: the page stands in a frame of the notebook,
// and speaks with Python through the page around it.

import { unpackFrame } from "./unpack-frame.js";

/** @import { Transport } from "./playground.js" */

/**
 * @typedef {Object} Asked
 * @property {(answer: any) => void} resolve
 * @property {(error: Error) => void} reject
 */

/**
 * @param {MessagePort} port
 * @returns {Transport}
 */
export function makePortTransport(port) {
  /** @type {Map<number, Asked>} */
  const waiting = new Map();
  let asked = 0;

  /**
   * @param {string} name
   * @param {object} message
   * @param {Blob | null} body
   * @returns {Promise<any>}
   */
  function post(name, message, body) {
    asked += 1;
    const id = asked;
    port.postMessage({ id, name, message, body });
    return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
  }

  port.onmessage = ({ data: { id, error, ...answer } }) => {
    const { resolve, reject } = waiting.get(id) ?? {};
    waiting.delete(id);
    if (error) reject?.(new Error(error));
    else resolve?.(answer);
  };
  return {
    async ask(name, message = {}, body = null) {
      const { answer, file, content } = await post(name, message, body);
      if (!file) return answer;
      return { name: file.name, blob: new Blob([content], { type: file.type }) };
    },
    async frame(message) {
      const { content } = await post("frame", message, null);
      return unpackFrame(content);
    },
  };
}
