// Help for reading: buttons that copy, contents that mark the place, questions that
// show their answer after a choice, exercises whose answer is checked.

export function startReading() {
  document.querySelectorAll("div.program").forEach(addCopyButton);
  markPlace();
  document.querySelectorAll("div.question").forEach(startQuestion);
  document.querySelectorAll("form.check").forEach(startExercise);
}

function addCopyButton(element) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  const status = document.createElement("span");
  status.className = "live-hidden-text";
  status.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    const text = element.dataset.copy ?? element.querySelector("pre").textContent;
    const done = await copy(text);
    button.textContent = done ? "Copied" : "Press Ctrl+C";
    status.textContent = done ? "Copied." : "Could not copy.";
    setTimeout(() => {
      button.textContent = "Copy";
      status.textContent = "";
    }, 2000);
  });
  element.prepend(button, status);
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
  if (links.size === 0) return;
  const targets = [...links.keys()];

  function mark() {
    const line = window.innerHeight * 0.3;
    const passed = targets.filter((each) => each.getBoundingClientRect().top < line);
    const current = links.get(passed.at(-1));
    for (const link of links.values()) {
      if (link === current) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }
  // a heading that crosses the line tells us; nothing is done while scrolling
  const observer = new IntersectionObserver(mark, { rootMargin: "0px 0px -70% 0px" });
  for (const target of targets) observer.observe(target);
  mark();
}

function startQuestion(question) {
  const answer = question.querySelector("details");
  const verdict = makeVerdict("p");
  question.querySelector("fieldset").append(verdict);
  question.addEventListener("change", ({ target }) => {
    if (target.type !== "radio") return;
    const isRight = target.value === "right";
    question.classList.add("answered");
    for (const input of question.querySelectorAll("input[type=radio]")) {
      const label = input.closest("label");
      label.classList.toggle("right", input.value === "right");
      label.classList.toggle("wrong", input === target && !isRight);
    }
    verdict.textContent = isRight ? "Yes." : "No.";
    answer.open = true;
  });
}

function startExercise(form) {
  const verdict = form.querySelector("output") ?? form.appendChild(makeVerdict("span"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const given = Number.parseFloat(form.querySelector("input").value.replace(",", "."));
    const isRight = isClose(given, form.dataset.answer);
    form.classList.toggle("right", isRight);
    form.classList.toggle("wrong", !isRight);
    verdict.textContent = isRight ? "Yes, that is it." : "Not yet. Try again.";
  });
}

// Whole numbers must be equal; others may differ by one per cent.
function isClose(given, expected) {
  const right = Number(expected);
  const allowed = Number.isInteger(right) ? 0 : 0.01 * Math.abs(right);
  return Math.abs(given - right) <= allowed;
}

function makeVerdict(tag) {
  const verdict = document.createElement(tag);
  verdict.className = "verdict";
  verdict.setAttribute("role", "status");
  return verdict;
}
