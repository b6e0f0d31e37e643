// The threshold: a slider over stored counts, and what the errors at it cost.

const WIDTH = 400;
const HEIGHT = 170;
const MARGIN = { left: 10, right: 10, top: 22, bottom: 4 };
const NAMES = ["true_positive", "false_positive", "false_negative", "true_negative"];

export function startThreshold(element) {
  const counts = JSON.parse(element.dataset.thresholds);
  const slider = element.querySelector("input[type=range]");
  const output = element.querySelector("output");
  const falseAlarm = element.querySelector(".false-alarm");
  const miss = element.querySelector(".miss");
  const chart = element.querySelector(".costs");

  function update() {
    const index = Number(slider.value);
    const costs = costsAt(counts, readCost(falseAlarm), readCost(miss));
    const shown = counts.values[index].toFixed(2);
    output.textContent = shown;
    slider.setAttribute("aria-valuetext", shown);
    for (const name of NAMES) {
      const cell = element.querySelector(`[data-count=${name}]`);
      cell.textContent = counts[name][index].toLocaleString("en");
    }
    const rates = { ...ratesAt(counts, index), cost: costs[index].toPrecision(3) };
    rates.cost = String(Number(rates.cost));
    for (const [name, text] of Object.entries(rates)) {
      element.querySelector(`[data-rate=${name}]`).textContent = text;
    }
    drawCosts(chart, costs, index);
  }

  element.querySelector("button").addEventListener("click", () => {
    const costs = costsAt(counts, readCost(falseAlarm), readCost(miss));
    slider.value = String(indexOfCheapest(costs));
    update();
  });
  for (const input of [slider, falseAlarm, miss]) {
    input.addEventListener("input", update);
  }
  element.hidden = false;
  update();
}

// A cost is a number from 0; anything else counts as 0.
function readCost(input) {
  const value = Number(input.value);
  return value > 0 && Number.isFinite(value) ? value : 0;
}

// What the errors cost per 1,000 rows, at each threshold.
function costsAt(counts, falseAlarm, miss) {
  const rows = NAMES.reduce((sum, name) => sum + counts[name][0], 0);
  return counts.values.map((_, i) => {
    const cost = falseAlarm * counts.false_positive[i] + miss * counts.false_negative[i];
    return (1000 * cost) / rows;
  });
}

// The lowest cost; of several alike in a row, the middle, which is the safest.
export function indexOfCheapest(costs) {
  const lowest = Math.min(...costs);
  const first = costs.indexOf(lowest);
  let last = first;
  while (costs[last + 1] === lowest) last += 1;
  return Math.floor((first + last) / 2);
}

function ratesAt(counts, i) {
  const [found, alarms, missed, refused] = NAMES.map((name) => counts[name][i]);
  return {
    recall: share(found, found + missed),
    precision: share(found, found + alarms),
    accuracy: share(found + refused, found + alarms + missed + refused),
  };
}

function share(part, whole) {
  return whole === 0 ? "none" : `${((100 * part) / whole).toFixed(1)}%`;
}

function drawCosts(chart, costs, index) {
  const highest = Math.max(...costs) || 1;
  const x = (i) => {
    const width = WIDTH - MARGIN.left - MARGIN.right;
    return MARGIN.left + (width * i) / (costs.length - 1);
  };
  const y = (cost) => {
    const height = HEIGHT - MARGIN.top - MARGIN.bottom;
    return HEIGHT - MARGIN.bottom - (height * cost) / highest;
  };
  const line = costs.map((cost, i) => `${x(i).toFixed(1)} ${y(cost).toFixed(1)}`);
  const here = x(index).toFixed(1);
  const anchor = index > 70 ? "end" : "start";
  const side = anchor === "end" ? -6 : 6;
  chart.replaceChildren(
    make("path", { class: "area", d: `M${line.join("L")}V${HEIGHT}H${x(0)}Z` }),
    make("path", { class: "cost", d: `M${line.join("L")}` }),
    make("line", { class: "here", x1: here, x2: here, y1: 0, y2: HEIGHT }),
    make("circle", { class: "dot", cx: here, cy: y(costs[index]).toFixed(1), r: 5 }),
    make(
      "text",
      { x: x(index) + side, y: 12, "text-anchor": anchor },
      `costs ${Number(costs[index].toPrecision(3))} per 1,000 rows`,
    ),
  );
}

function make(tag, attributes, text = "") {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, value);
  }
  element.textContent = text;
  return element;
}
