// What anywidget shows in a notebook: a frame with the whole page in it, so that
// neither the notebook's styles nor its keys meddle, and it fits the cell's width.

const HEIGHT = "56rem";

/**
 * A copy whose first byte is at a multiple of 8, as a frame's arrays need it.
 * @param {DataView} view
 */
function copied({ buffer, byteOffset, byteLength }) {
  return buffer.slice(byteOffset, byteOffset + byteLength);
}

/** @param {{ model: any, el: HTMLElement }} given */
export function render({ model, el }) {
  const view = `${performance.timeOrigin + performance.now()}`; // tells it from others
  const page = document.createElement("iframe");
  page.title = "halfmoon playground";
  page.style.width = "100%";
  page.style.height = HEIGHT;
  page.style.border = "0";
  /** @type {MessagePort | null} */
  let port = null;

  /** @param {MessageEvent} question */
  async function ask({ data: { body, ...question } }) {
    const buffers = body ? [await body.arrayBuffer()] : [];
    model.send({ view, ...question }, undefined, buffers);
  }
  /**
   * @param {any} answer
   * @param {DataView[]} buffers
   */
  function hear(answer, buffers) {
    if (answer.view !== view) return;
    const content = buffers.length > 0 ? copied(buffers[0]) : null;
    port?.postMessage({ ...answer, content });
  }

  // a frame that a notebook moves is loaded anew
  page.addEventListener("load", () => {
    const { port1, port2 } = new MessageChannel();
    port = port1;
    port1.onmessage = ask;
    page.contentWindow?.postMessage("halfmoon", "*", [port2]);
  });
  model.on("msg:custom", hear);
  page.srcdoc = model.get("page");
  el.append(page);
  return () => model.off("msg:custom", hear);
}
