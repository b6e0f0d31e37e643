// Help for reading: buttons that copy, contents that mark the place, questions that
// show their answer after a choice, exercises whose answer is checked.

const WIDE = "(min-width: 80rem)"; // where the contents stand beside the text

export function startReading() {
  document.querySelectorAll(".copyable").forEach(startCopying);
  document.querySelectorAll("fieldset.question").forEach(startQuestion);
  document.querySelectorAll("form.check").forEach(startCheck);
  const folded = document.querySelector("nav details");
  if (folded && !matchMedia(WIDE).matches) folded.open = false;
  markPlace();
  openTarget();
  window.addEventListener("hashchange", openTarget);
}

// A link may lead to something that is folded.
function openTarget() {
  const target = document.getElementById(nameInAddress());
  const folded = target?.closest("details:not([open])");
  if (!folded) return;
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

function startCopying(element) {
  const button = element.querySelector("button.copy");
  const status = document.createElement("span");
  status.className = "live-hidden-text";
  status.setAttribute("role", "status");
  button.after(status);
  button.hidden = false;
  button.addEventListener("click", async () => {
    const done = await copy(element.querySelector("pre").textContent);
    button.textContent = done ? "Copied" : "Not copied";
    status.textContent = button.textContent;
    setTimeout(() => {
      button.textContent = "Copy";
      status.textContent = "";
    }, 2000);
  });
}

// A page opened from disk may not have the clipboard: then the old way serves.
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
  const links = new Map();
  for (const link of document.querySelectorAll('nav a[href^="#"]')) {
    const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (target) links.set(target, link);
  }
  const targets = [...links.keys()];
  let current = null;

  function mark() {
    const line = window.innerHeight * 0.3;
    const passed = targets.filter((each) => each.getBoundingClientRect().top < line);
    const link = links.get(passed.at(-1)) ?? null;
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

// Scroll the contents themselves, and never the page.
function keepInView(link) {
  const nav = link?.closest("nav");
  if (!nav || !matchMedia(WIDE).matches) return;
  const area = nav.getBoundingClientRect();
  const { top, bottom } = link.getBoundingClientRect();
  if (top < area.top) nav.scrollTop -= area.top - top + 20;
  if (bottom > area.bottom) nav.scrollTop += bottom - area.bottom + 20;
}

function judge(element, isRight, words) {
  const feedback = element.querySelector(".feedback");
  feedback.textContent = words;
  feedback.classList.toggle("right", isRight);
  feedback.classList.toggle("wrong", !isRight);
}

function startQuestion(question) {
  question.addEventListener("change", ({ target }) => {
    if (target.type !== "radio") return;
    const isRight = "right" in target.dataset;
    question.classList.add("answered");
    for (const input of question.querySelectorAll("input[type=radio]")) {
      const label = input.closest("label");
      label.classList.toggle("right", "right" in input.dataset);
      label.classList.toggle("wrong", !("right" in input.dataset));
    }
    judge(question, isRight, isRight ? "Yes." : "No.");
    question.querySelector("details").open = true;
  });
}

function startCheck(form) {
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const given = form.querySelector("input").value.trim().replace(",", ".");
    if (Number.isNaN(read(given))) {
      judge(form, false, "Type a number, such as 0.5.");
      return;
    }
    const isRight = isClose(given, Number(form.dataset.answer));
    judge(form, isRight, isRight ? "Yes, that is it." : "Not yet. Try again.");
  });
}

// A number, or so many per cent; NaN if it is neither.
function read(given) {
  const bare = given.replace(/\s*%$/, "");
  return bare === "" ? NaN : Number(bare) / (bare === given ? 1 : 100);
}

// Half a unit of the last digit that the reader gave is allowed; two digits are needed.
function isClose(given, expected) {
  const decimals = (given.split(".")[1] ?? "").replace(/\D+$/, "").length;
  const digits = decimals + (given.endsWith("%") ? 2 : 0);
  const allowed = Math.min(0.5001 * 10 ** -digits, 0.05 * Math.abs(expected));
  return Math.abs(read(given) - expected) <= allowed;
}
