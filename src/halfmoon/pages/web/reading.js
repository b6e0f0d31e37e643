// Help for reading: buttons that copy, contents that mark the place, questions that
// show their answer after a choice, exercises whose answer is checked.

const WIDE = "(min-width: 80rem)"; // where the contents stand beside the text

export function startReading() {
  document.querySelectorAll(".copyable").forEach(startCopying);
  document.querySelectorAll("fieldset.question").forEach(startQuestion);
  /** @type {NodeListOf<HTMLFormElement>} */
  const checks = document.querySelectorAll("form.check");
  checks.forEach(startCheck);
  /** @type {HTMLDetailsElement | null} */
  const folded = document.querySelector("nav details");
  if (folded && !matchMedia(WIDE).matches) folded.open = false;
  markPlace();
  openTarget();
  window.addEventListener("hashchange", openTarget);
}

// A link may lead to something that is folded.
function openTarget() {
  const target = document.getElementById(nameInAddress());
  /** @type {HTMLDetailsElement | null | undefined} */
  const folded = target?.closest("details:not([open])");
  if (!target || !folded) return;
  folded.open = true;
  target.scrollIntoView();
}

// What stands behind # in the page's address; it may be no name at all, such as "%".
function nameInAddress() {
  const name = location.hash.slice(1);
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** @param {Element} element */
function startCopying(element) {
  const button = /** @type {HTMLElement} */ (element.querySelector("button.copy"));
  const status = document.createElement("span");
  status.className = "live-hidden-text";
  status.setAttribute("role", "status");
  button.after(status);
  button.hidden = false;
  button.addEventListener("click", async () => {
    const done = await copy(element.querySelector("pre")?.textContent ?? "");
    button.textContent = done ? "Copied" : "Not copied";
    status.textContent = button.textContent;
    setTimeout(() => {
      button.textContent = "Copy";
      status.textContent = "";
    }, 2000);
  });
}

/**
 * A page opened from disk may not have the clipboard: then the old way serves.
 * @param {string} text
 */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

function markPlace() {
  /** @type {Map<Element, HTMLAnchorElement>} */
  const links = new Map();
  /** @type {NodeListOf<HTMLAnchorElement>} */
  const anchors = document.querySelectorAll('nav a[href^="#"]');
  for (const link of anchors) {
    const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (target) links.set(target, link);
  }
  const targets = [...links.keys()];
  /** @type {HTMLAnchorElement | null} */
  let current = null;

  function mark() {
    const line = window.innerHeight * 0.3;
    const passed = targets.filter((each) => each.getBoundingClientRect().top < line);
    const link = links.get(passed[passed.length - 1]) ?? null;
    if (link === current) return;
    current?.removeAttribute("aria-current");
    link?.setAttribute("aria-current", "true");
    current = link;
    keepInView(link);
  }
  // a heading that crosses the line tells us; nothing is done while scrolling
  const observer = new IntersectionObserver(mark, { rootMargin: "0px 0px -70% 0px" });
  for (const target of targets) observer.observe(target);
}

/**
 * Scroll the contents themselves, and never the page.
 * @param {HTMLElement | null} link
 */
function keepInView(link) {
  const nav = link?.closest("nav");
  if (!link || !nav || !matchMedia(WIDE).matches) return;
  const area = nav.getBoundingClientRect();
  const { top, bottom } = link.getBoundingClientRect();
  if (top < area.top) nav.scrollTop -= area.top - top + 20;
  if (bottom > area.bottom) nav.scrollTop += bottom - area.bottom + 20;
}

/**
 * @param {Element} element
 * @param {boolean} isRight
 * @param {string} words
 */
function judge(element, isRight, words) {
  const feedback = /** @type {HTMLElement} */ (element.querySelector(".feedback"));
  feedback.textContent = words;
  feedback.classList.toggle("right", isRight);
  feedback.classList.toggle("wrong", !isRight);
}

/** @param {Element} question */
function startQuestion(question) {
  question.addEventListener("change", ({ target }) => {
    const chosen = /** @type {HTMLInputElement} */ (target);
    if (chosen.type !== "radio") return;
    const isRight = "right" in chosen.dataset;
    question.classList.add("answered");
    /** @type {NodeListOf<HTMLInputElement>} */
    const inputs = question.querySelectorAll("input[type=radio]");
    for (const input of inputs) {
      const label = input.closest("label");
      label?.classList.toggle("right", "right" in input.dataset);
      label?.classList.toggle("wrong", !("right" in input.dataset));
    }
    judge(question, isRight, isRight ? "Yes." : "No.");
    const answer = question.querySelector("details");
    if (answer) answer.open = true;
  });
}

/** @param {HTMLFormElement} form */
function startCheck(form) {
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const given = (form.querySelector("input")?.value ?? "").trim().replace(",", ".");
    if (Number.isNaN(read(given))) {
      judge(form, false, "Type a number, such as 0.5.");
      return;
    }
    const isRight = isClose(given, Number(form.dataset.answer));
    judge(form, isRight, isRight ? "Yes, that is it." : "Not yet. Try again.");
  });
}

/**
 * A number, or so many per cent; NaN if it is neither.
 * @param {string} given
 */
function read(given) {
  const bare = given.replace(/\s*%$/, "");
  return bare === "" ? NaN : Number(bare) / (bare === given ? 1 : 100);
}

/**
 * Half a unit of the last digit that the reader gave is allowed; two digits are needed.
 * @param {string} given
 * @param {number} expected
 */
function isClose(given, expected) {
  const decimals = (given.split(".")[1] ?? "").replace(/\D+$/, "").length;
  const digits = decimals + (given.endsWith("%") ? 2 : 0);
  const allowed = Math.min(0.5001 * 10 ** -digits, 0.05 * Math.abs(expected));
  return Math.abs(read(given) - expected) <= allowed;
}
