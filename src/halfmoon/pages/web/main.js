// The beginning. The same text runs in the page and in each figure's worker: the page
// lays out its figures, and starts each when it comes near the screen; the worker waits
// to be asked.

import { Figure } from "./figure.js";
import { startReading } from "./reading.js";
import { serve } from "./worker.js";

/** @import { Kit } from "./lesson.js" */

const NEAR = "600px";

/** @param {string} text */
function decode(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/** @param {string} id */
function textOf(id) {
  return document.getElementById(id)?.textContent ?? "";
}

/** @returns {Kit} */
function makeKit() {
  const data = JSON.parse(textOf("halfmoon-data"));
  const script = textOf("halfmoon-script");
  const text = new Blob([script], { type: "text/javascript" });
  const { activations } = data;
  return {
    data,
    engine: { wasm: decode(data.wasm), activations, data: { ...data, wasm: "" } },
    workerAddress: URL.createObjectURL(text),
  };
}

function startPage() {
  startReading();
  const elements = /** @type {NodeListOf<HTMLElement>} */ (
    document.querySelectorAll("figure.live")
  );
  if (elements.length === 0 || typeof WebAssembly !== "object") return;
  const kit = makeKit();
  const figures = new Map();
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  const near = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting) continue;
        near.unobserve(target);
        figures.get(target).start();
        onScreen.observe(target);
      }
    },
    { rootMargin: NEAR },
  );
  const onScreen = new IntersectionObserver((entries) => {
    for (const { target: element, isIntersecting } of entries) {
      const target = /** @type {HTMLElement} */ (element);
      const figure = figures.get(target);
      figure.setVisible(isIntersecting);
      const { autoplay } = JSON.parse(target.dataset.settings ?? "{}");
      if (!isIntersecting || !autoplay || target.dataset.started) continue;
      target.dataset.started = "yes";
      if (!still.matches) figure.play(true);
    }
  });
  for (const element of elements) {
    figures.set(element, new Figure(element, kit));
    element.hidden = false;
    near.observe(element);
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    for (const figure of figures.values()) figure.relook();
  });
}

if (typeof document === "undefined") serve(self);
else startPage();
