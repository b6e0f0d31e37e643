"""What was measured, as a page: tables in Markdown, the numbers in JSON, and the
figures.
"""

import json
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import numpy as np
import workloads

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
UNITS = (("s", 1.0), ("ms", 1e-3), ("us", 1e-6), ("ns", 1e-9), ("ps", 1e-12))
CURVES = ("rows", "width", "depth")
IMAGES = "images"  # beside the page


def write(results: dict[str, Any], folder: Path) -> None:
    """benchmarks.md, benchmarks.json and the figures."""
    import figure

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "benchmarks.json").write_text(
        json.dumps(results, indent=1) + "\n", encoding="utf-8"
    )
    text = page(results)
    (folder / "benchmarks.md").write_text(text, encoding="utf-8")
    figure.write(results, folder / IMAGES)
    print(text)  # noqa: T201


def page(results: dict[str, Any]) -> str:
    """All tables."""
    rows = results["rows"]
    parts = [*head(results), *images(rows), *goal_table(results["goals"])]
    for group, title in TITLES.items():
        for threads in sorted(
            {row["threads"] for row in rows if row["group"] == group}
        ):
            chosen = [
                row
                for row in rows
                if row["group"] == group and row["threads"] == threads
            ]
            parts += [
                "",
                f"## {title}; {threads} thread{'s' * (threads > 1)}",
                "",
                *table(chosen, results["peers"]),
            ]
            parts += ["", NOTES[group]] if group in NOTES else []
    parts += floors(rows)
    for last in (shares, slopes, losses):
        parts += last(rows, results["peers"])
    return "\n".join(parts) + "\n"


def images(rows: list[dict[str, Any]]) -> list[str]:
    """The figures that were drawn."""
    groups = {row["group"] for row in rows}
    texts = {
        "benchmarks": "The time of one update of each network, by peer, log scale",
        "benchmarks-growth": "Time against rows, width and depth, by peer, log scales",
    }
    drawn = {
        "benchmarks": groups & {"tutorial", "minibatch"},
        "benchmarks-growth": groups & set(CURVES),
    }
    return [
        line
        for name in texts
        if drawn[name]
        for line in ("", f"![{texts[name]}]({IMAGES}/{name}.png)")
    ]


def head(results: dict[str, Any]) -> list[str]:
    """What ran where."""
    machine = results["machine"]
    named = ", ".join(
        f"{peer['title']} {peer['version']}" for peer in results["peers"].values()
    )
    pools = "; ".join(
        f"{threads}: {', '.join(told)}" for threads, told in results["pools"].items()
    )
    return [
        "# Benchmarks",
        "",
        *(
            ["**A quick trial, with few updates: not a result.**", ""]
            if results["quick"]
            else []
        ),
        f"{machine['processor']}, {machine['vectors']}, {machine['cores']} cores, "
        f"Python {machine['python']}, {machine['date']}; load "
        f"{machine['load before']:.1f} before, {results['minutes']:.0f} minutes.",
        f"{named}.",
        f"Cores pinned; threads by library when told to use as many as cores: {pools}.",
        *results["missing"],
        "",
        (
            "Each cell: median of interleaved rounds (first to third quartile), and by "
            "how many times halfmoon is faster."
        ),
    ]


def goal_table(goals: list[dict[str, Any]]) -> list[str]:
    """What was to be reached, and what was."""
    met = sum(goal["met"] for goal in goals)
    lines = []
    for goal in sorted(goals, key=lambda goal: goal["met"]):
        verdict = "met" if goal["met"] else "**not met**"
        numbers = f"{goal['wanted']:.3g} | {goal['reached']:.3g}"
        lines.append(f"| {verdict} | {goal['goal']} | {goal['threads']} | {numbers} |")
    header = ["| | goal | threads | at least | reached |", "|---|---|---|---|---|"]
    return (
        ["", f"## Goals: {met} of {len(goals)} met", "", *header, *lines]
        if goals
        else []
    )


def table(rows: list[dict[str, Any]], peers: dict[str, Any]) -> list[str]:
    """Works down, peers across."""
    names = [name for name in peers if any(row["peer"] == name for row in rows)]
    lines = [
        "| |" + "|".join(peers[name]["title"] for name in names) + "|",
        "|---|" + "---|" * len(names),
    ]
    for work in dict.fromkeys(row["work"] for row in rows):
        cells = {row["peer"]: row for row in rows if row["work"] == work}
        lines.append(
            f"| {work} | "
            + " | ".join(cell(cells.get(name), cells.get("halfmoon")) for name in names)
            + " |"
        )
    return lines


def cell(row: dict[str, Any] | None, own: dict[str, Any] | None) -> str:
    """Median, quartiles, ratio."""
    if row is None:
        return ""
    values = row["values"]
    if "bytes" in row["unit"]:
        return (
            f"{max(values) / 2**20:,.1f} MB, {max(values) / row['data']:.2f} of the "
            "data"
        )
    low, _, high = (
        quantiles(values, n=4, method="inclusive")
        if len(values) > 1
        else [values[0]] * 3
    )
    middle = median(values)
    ratio = (
        ""
        if own is None or own is row
        else f", **{ratio_text(middle / median(own['values']))}**"
    )
    unit, size = scale(middle)
    return (
        f"{digits(middle / size)} {unit} ({digits(low / size)} to "
        f"{digits(high / size)}){ratio}"
    )


def scale(seconds: float) -> tuple[str, float]:
    """The unit that fits, and how many seconds it is."""
    return next(pair for pair in UNITS if seconds >= pair[1] or pair == UNITS[-1])


def digits(value: float) -> str:
    """Three of them, without exponents.

    >>> digits(12.3456), digits(1234.56)
    ('12.3', '1235')
    """
    return f"{value:.{max(0, 2 - int(np.floor(np.log10(value))))}f}"


def ratio_text(ratio: float) -> str:
    """Two or three digits.

    >>> ratio_text(1.23456), ratio_text(123.456)
    ('1.23x', '123x')
    """
    return (
        f"{ratio:.0f}x"
        if ratio >= 10
        else f"{ratio:.2f}x"
        if ratio < 2
        else f"{ratio:.1f}x"
    )


def floors(rows: list[dict[str, Any]]) -> list[str]:
    """What an update cannot do without, at the best rates this machine showed, and how
    near halfmoon comes.

    Counted are the products; the exponentials of tanh and softmax; and Adam's
    parameters: theta, m and v read and written, g read, where they are too many for the
    second cache.
    """
    limit: dict[str, float] = {}
    for row in [row for row in rows if row["group"] == "gemm" and row["threads"] == 1]:
        limit[row["work"]] = min(*row["values"], limit.get(row["work"], np.inf))
    known = {
        work.name: work for work in [*workloads.tutorial(), *workloads.minibatch()]
    }
    if "tanh of 2,000 numbers, float64" not in limit:
        return []
    lines = []
    for row in rows:
        if row["peer"] != "halfmoon" or row["threads"] != 1 or row["work"] not in known:
            continue
        work = known[row["work"]]
        rate = limit[f"{work.dtype}, 2,048 cubed"] / (2.0 * 2048**3)
        parts = {
            "products": row["products"] * rate,
            "functions": 0.0,
            "parameters": 0.0,
        }
        # half the bytes, half the time
        shrink = 0.5 if work.dtype == "float32" else 1.0
        calls = (work.batch or work.rows) * (
            work.sizes[-1] if work.sizes[-1] > 2 else 1
        )
        parts["functions"] = calls * limit["exp of 2,000 numbers, float64"] * shrink
        if work.activation == "tanh":
            parts["functions"] += (
                (work.batch or work.rows)
                * sum(work.sizes[1:-1])
                * limit["tanh of 2,000 numbers, float64"]
            )
        parameters = sum(
            (d + 1) * k for d, k in zip(work.sizes[:-1], work.sizes[1:], strict=True)
        )
        moved = 7 * parameters * np.dtype(work.dtype).itemsize
        parts["parameters"] = (
            moved * limit["bytes moved by a copy of 64 MB"] if moved > 2**21 else 0.0
        )
        floor = sum(parts.values())
        took = median(row["values"])
        told = " | ".join(
            timed(value) if value else "" for value in [*parts.values(), floor, took]
        )
        lines.append(f"| {row['work']} | {told} | {took / floor:.1f}x |")
    header = [
        (
            "| an update | products | functions | parameters | floor | halfmoon | over "
            "floor |"
        ),
        "|---|---|---|---|---|---|---|",
    ]
    return ["", "## The floor, one thread", "", *header, *lines]


def timed(seconds: float) -> str:
    """Three digits and a unit.

    >>> timed(0.0123)
    '12.3 ms'
    """
    unit, size = scale(seconds)
    return f"{digits(seconds / size)} {unit}"


def shares(rows: list[dict[str, Any]], peers: dict[str, Any]) -> list[str]:
    """How much of the machine's measured gemm peak the larger networks' updates reach,
    all else included.
    """
    lines = []
    for row in rows:
        same = [
            r
            for r in rows
            if "products" in r and r["group"] == "gemm" and "float32" in r["work"]
        ]
        same = [r for r in same if r["threads"] == row["threads"]]
        if row["group"] == "minibatch" and row["work"].startswith("784") and same:
            peak = max(r["products"] / min(r["values"]) for r in same)
            rate = row["products"] / median(row["values"])
            told = f"{rate / 1e9:.0f} of {peak / 1e9:.0f} GFLOP/s"
            lines.append(
                f"| {row['work']} | {row['threads']} | {peers[row['peer']]['title']} "
                f"| {told} | {rate / peak:.0%} |"
            )
    header = ["| | threads | | products | share |", "|---|---|---|---|---|"]
    return (
        ["", "## Share of the machine's gemm peak", "", *header, *lines]
        if lines
        else []
    )


def slope(points: list[tuple[float, float]]) -> float:
    """Of log time against log size, over the upper half of the points: 1 is
    proportional.
    """
    x, y = np.log(sorted(points)[len(points) // 2 :]).T
    return float(np.polyfit(x, y, 1)[0])


def slopes(rows: list[dict[str, Any]], peers: dict[str, Any]) -> list[str]:
    """How a fit's time grows: rows by epoch, width and depth by update."""
    lines = []
    for name, peer in peers.items():
        cells = []
        for curve in CURVES:
            points = growth(rows, curve, name)
            cells.append(f"{slope(points):.2f}" if len(points) > 3 else "")
        lines += [f"| {peer['title']} | {' | '.join(cells)} |"] if any(cells) else []
    header = [
        "| | epoch by rows | update by width | update by depth |",
        "|---|---|---|---|",
    ]
    title = "## Fitted slopes: log time by log size, upper half of each curve"
    return ["", title, "", *header, *lines] if lines else []


def growth(
    rows: list[dict[str, Any]], curve: str, peer: str
) -> list[tuple[float, float]]:
    """Sizes and seconds: of an epoch for rows, of an update for width and depth."""
    chosen = [row for row in rows if row["group"] == curve and row["peer"] == peer]
    return [
        (row["x"], median(row["values"]) * (row["x"] / 200 if curve == "rows" else 1))
        for row in chosen
    ]


def losses(rows: list[dict[str, Any]], peers: dict[str, Any]) -> list[str]:
    """What each had learned: the objective at the end, computed by one judge from the
    weights.
    """
    rows = [row for row in rows if "loss" in row and row["threads"] == 1]
    names = [name for name in peers if any(row["peer"] == name for row in rows)]
    lines = []
    for work in dict.fromkeys(row["work"] for row in rows):
        cells = {row["peer"]: row for row in rows if row["work"] == work}
        first = next(iter(cells.values()))["loss at first"]
        told = [
            f"{cells[n]['loss']:.4f}{'' if cells[n]['learned'] else ' **not learned**'}"
            if n in cells
            else ""
            for n in names
        ]
        lines.append(f"| {work} | {first:.4f} | {' | '.join(told)} |")
    header = [
        "| | at first | " + " | ".join(peers[n]["title"] for n in names) + " |",
        "|---|---|" + "---|" * len(names),
    ]
    title = (
        "## Did they learn? The loss at the end of each fit, computed from the weights "
        "by one judge"
    )
    return ["", title, "", *header, *lines] if lines else []
