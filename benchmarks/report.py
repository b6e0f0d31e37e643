"""What was measured, as a page: tables (Markdown), numbers (JSON), and figures."""

import json
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import figure
from curves import CURVES, growth, slope
from floor import floors
from units import digits, ratio_text, unit_of

from halfmoon.atomic import write_file

TITLES = {
    "tutorial": "The tutorial: an update with all 200 rows, tanh, float64",
    "minibatch": "Minibatches: an update of Adam, ReLU, float32",
    "optimizers": "Other methods: an update of momentum, an iteration of L-BFGS",
    "predict": "Prediction: a call, probabilities of each row",
    "sweep": "A sweep: 7 hidden sizes x 8 seeds of the tutorial's network",
    "gemm": "The machine's limits: matrix products, memory, elementary functions",
    "rows": "Growth with rows: an update (20-50-2, batch 200)",
    "width": "Growth with width: an update (64-H-10, batch 200)",
    "depth": "Growth with depth: an update (64, then layers of 64, 10; batch 200)",
    "startup": "Start",
    "memory": "Peak memory of a fit beyond the data (64-100-10, batch 200, float32)",
}
NOTES = {
    "tutorial": (
        "C is `tutorial.c` with -O3 -march=native -ffast-math. Tuned, its tanh is made "
        "from exp, which is faster and less exact near 0, and vectors are as wide as "
        "can be. At H = 500 the learning rate is a tenth of the tutorial's, which "
        "would be far beyond the edge of stability. Of two classes scikit-learn makes "
        "one output, which under plain descent learns half as fast."
    ),
    "optimizers": (
        "Iterations of L-BFGS are not quite alike: each peer has its own line search."
    ),
    "startup": (
        "First fit: from having imported NumPy and scikit-learn to the end of the "
        "first update of the tutorial's network; PyTorch and JAX import themselves in "
        "that time."
    ),
    "memory": "Data in memory are not counted; what a peer copies of them is.",
}
IMAGES = "images"  # beside the page


def write(results: dict[str, Any], folder: Path) -> None:
    """benchmarks.md, benchmarks.json and the figures."""
    folder.mkdir(parents=True, exist_ok=True)
    numbers = json.dumps(results, indent=1) + "\n"
    write_file(folder / "benchmarks.json", numbers)
    text = page(results)
    write_file(folder / "benchmarks.md", text)
    figure.write(results, folder / IMAGES)
    print(text)  # noqa: T201


def page(results: dict[str, Any]) -> str:
    """All tables."""
    rows = results["rows"]
    peers = results["peers"]
    parts = [*head(results), *images(rows), *goal_table(results["goals"])]
    for group, title in TITLES.items():
        chosen = [row for row in rows if row["group"] == group]
        for threads in sorted({row["threads"] for row in chosen}):
            same = [row for row in chosen if row["threads"] == threads]
            plural = "s" * (threads > 1)
            parts += ["", f"## {title}; {threads} thread{plural}", ""]
            parts += table(same, peers)
            parts += ["", NOTES[group]] if group in NOTES else []
    parts += floors(rows)
    for last in (shares, slopes, losses):
        parts += last(rows, peers)
    return "\n".join(parts) + "\n"


def images(rows: list[dict[str, Any]]) -> list[str]:
    """The figures that were drawn."""
    groups = {row["group"] for row in rows}
    lines = []
    if groups & {"tutorial", "minibatch"}:
        text = "The time of one update of each network, by peer, log scale"
        lines += ["", f"![{text}]({IMAGES}/benchmarks.png)"]
    if groups & set(CURVES):
        text = "Time against rows, width and depth, by peer, log scales"
        lines += ["", f"![{text}]({IMAGES}/benchmarks-growth.png)"]
    return lines


def head(results: dict[str, Any]) -> list[str]:
    """What ran where."""
    machine = results["machine"]
    versions = [
        f"{peer['title']} {peer['version']}" for peer in results["peers"].values()
    ]
    pools = [f"{n}: {', '.join(lines)}" for n, lines in results["pools"].items()]
    trial = ["**A quick trial, with few updates: not a result.**", ""]
    return [
        "# Benchmarks",
        "",
        *(trial if results["quick"] else []),
        f"{machine['processor']}, {machine['vectors']}, {machine['cores']} cores, "
        f"Python {machine['python']}, {machine['date']}; load "
        f"{machine['load before']:.1f} before, {results['minutes']:.0f} minutes.",
        f"{', '.join(versions)}.",
        "Cores pinned; threads by library when told to use as many as cores: "
        f"{'; '.join(pools)}.",
        *results["missing"],
        "",
        "Each cell: median of interleaved rounds (first to third quartile), and by how "
        "many times halfmoon is faster.",
    ]


def goal_table(goals: list[dict[str, Any]]) -> list[str]:
    """What was to be reached, and what was."""
    if not goals:
        return []
    met = sum(goal["met"] for goal in goals)
    lines = []
    for goal in sorted(goals, key=lambda goal: goal["met"]):
        answer = "met" if goal["met"] else "**not met**"
        numbers = f"{goal['wanted']:.3g} | {goal['reached']:.3g}"
        lines.append(f"| {answer} | {goal['goal']} | {goal['threads']} | {numbers} |")
    header = ["| | goal | threads | at least | reached |", "|---|---|---|---|---|"]
    return ["", f"## Goals: {met} of {len(goals)} met", "", *header, *lines]


def table(rows: list[dict[str, Any]], peers: dict[str, Any]) -> list[str]:
    """A line for each work, a column for each peer."""
    names = [name for name in peers if any(row["peer"] == name for row in rows)]
    titles = [peers[name]["title"] for name in names]
    lines = [f"| |{'|'.join(titles)}|", "|---|" + "---|" * len(names)]
    for work in dict.fromkeys(row["work"] for row in rows):
        by_peer = {row["peer"]: row for row in rows if row["work"] == work}
        own = by_peer.get("halfmoon")
        cells = [cell(by_peer.get(name), own) for name in names]
        lines.append(f"| {work} | {' | '.join(cells)} |")
    return lines


def cell(row: dict[str, Any] | None, own: dict[str, Any] | None) -> str:
    """Median, quartiles, ratio to halfmoon's own; or memory."""
    if row is None:
        return ""
    values = row["values"]
    if "bytes" in row["unit"]:
        most = max(values)
        return f"{most / 2**20:,.1f} MB, {most / row['data']:.2f} of the data"
    low = high = values[0]
    if len(values) > 1:
        low, _, high = quantiles(values, n=4, method="inclusive")
    middle = median(values)
    unit, size = unit_of(middle)
    text = f"{digits(middle / size)} {unit}"
    text += f" ({digits(low / size)} to {digits(high / size)})"
    if own is None or own is row:
        return text
    return f"{text}, **{ratio_text(middle / median(own['values']))}**"


def shares(rows: list[dict[str, Any]], peers: dict[str, Any]) -> list[str]:
    """How much of the machine's measured gemm peak the larger networks' updates reach.

    All else that an update does is included in its time.
    """
    peaks = peak_rates(rows)
    lines = []
    for row in rows:
        peak = peaks.get(row["threads"])
        if row["group"] != "minibatch" or not row["work"].startswith("784") or not peak:
            continue
        rate = row["products"] / median(row["values"])
        rates = f"{rate / 1e9:.0f} of {peak / 1e9:.0f} GFLOP/s"
        title = peers[row["peer"]]["title"]
        cells = [row["work"], str(row["threads"]), title, rates, f"{rate / peak:.0%}"]
        lines.append(f"| {' | '.join(cells)} |")
    if not lines:
        return []
    header = ["| | threads | | products | share |", "|---|---|---|---|---|"]
    return ["", "## Share of the machine's gemm peak", "", *header, *lines]


def peak_rates(rows: list[dict[str, Any]]) -> dict[int, float]:
    """The most operations a second of a float32 product, by the number of threads."""
    peaks: dict[int, float] = {}
    for row in rows:
        if row["group"] == "gemm" and "products" in row and "float32" in row["work"]:
            rate = row["products"] / min(row["values"])
            peaks[row["threads"]] = max(rate, peaks.get(row["threads"], 0.0))
    return peaks


def slopes(rows: list[dict[str, Any]], peers: dict[str, Any]) -> list[str]:
    """How a fit's time grows: rows by epoch, width and depth by update."""
    lines = []
    for name, peer in peers.items():
        cells = []
        for curve in CURVES:
            points = growth(rows, curve, name)
            cells.append(f"{slope(points):.2f}" if len(points) > 3 else "")
        if any(cells):
            lines.append(f"| {peer['title']} | {' | '.join(cells)} |")
    if not lines:
        return []
    title = "## Fitted slopes: log time by log size, upper half of each curve"
    header = [
        "| | epoch by rows | update by width | update by depth |",
        "|---|---|---|---|",
    ]
    return ["", title, "", *header, *lines]


def losses(rows: list[dict[str, Any]], peers: dict[str, Any]) -> list[str]:
    """What each had learned: the objective at the end, computed alike for all."""
    rows = [row for row in rows if "loss" in row and row["threads"] == 1]
    if not rows:
        return []
    names = [name for name in peers if any(row["peer"] == name for row in rows)]
    titles = [peers[name]["title"] for name in names]
    lines = []
    for work in dict.fromkeys(row["work"] for row in rows):
        by_peer = {row["peer"]: row for row in rows if row["work"] == work}
        first = next(iter(by_peer.values()))["loss at first"]
        cells = [loss_text(by_peer.get(name)) for name in names]
        lines.append(f"| {work} | {first:.4f} | {' | '.join(cells)} |")
    title = "## Did they learn? The loss at the end of each fit, computed alike for all"
    header = [
        f"| | at first | {' | '.join(titles)} |",
        "|---|---|" + "---|" * len(names),
    ]
    return ["", title, "", *header, *lines]


def loss_text(row: dict[str, Any] | None) -> str:
    """A loss, marked where too little was learned."""
    if row is None:
        return ""
    return f"{row['loss']:.4f}{'' if row['learned'] else ' **not learned**'}"
