"""The figures: the time of an update of each network by peer, and how time grows."""

import io
from pathlib import Path
from statistics import median
from typing import Any

import matplotlib as mpl
from curves import CURVES, growth
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter
from units import digits, ratio_text

from halfmoon.atomic import write_file

# colours of Okabe & Ito 2008, which the colour-blind can tell apart, and a shape each
STYLE = {
    "halfmoon": ("#0072B2", "o"),
    "c": ("#444444", "s"),
    "c-tuned": ("#999999", "s"),
    "jax": ("#009E73", "^"),
    "torch": ("#D55E00", "D"),
    "torch-compile": ("#8C3B00", "d"),
    "sklearn": ("#E69F00", "v"),
    "numpy": ("#CC79A7", "P"),
}
INK = "#222222"
FAINT = "#d8d8d8"
PANELS = {
    "tutorial": "The tutorial: all 200 rows, tanh, float64",
    "minibatch": "Minibatches: Adam, ReLU, float32",
}
LABELS = {
    "rows": "rows (time of an epoch)",
    "width": "hidden units (an update)",
    "depth": "hidden layers (an update)",
}


def write(results: dict[str, Any], folder: Path) -> None:
    """Whichever figures there are numbers for."""
    mpl.rcParams |= {
        "font.size": 10,
        "text.color": INK,
        "axes.labelcolor": INK,
        "xtick.color": INK,
        "ytick.color": INK,
    }
    rows = [
        row for row in results["rows"] if row["peer"] in STYLE and row["threads"] == 1
    ]
    folder.mkdir(parents=True, exist_ok=True)
    updates = [row for row in rows if row["group"] in PANELS]
    if updates:
        drawn = updates_figure(updates, results["peers"])
        save(drawn, folder / "benchmarks.png")
    if any(row["group"] in CURVES for row in rows):
        drawn = growth_figure(rows, results["peers"])
        save(drawn, folder / "benchmarks-growth.png")


def save(drawn: Figure, path: Path) -> None:
    """The figure as a PNG file."""
    file = io.BytesIO()
    drawn.savefig(file, format="png", dpi=160)
    write_file(path, file.getvalue())


def updates_figure(rows: list[dict[str, Any]], peers: dict[str, Any]) -> Figure:
    """For each network a line for each peer, the fastest first.

    It says how many times slower a peer is than halfmoon.
    """
    groups = [group for group in PANELS if any(row["group"] == group for row in rows)]
    figure = Figure(figsize=(9.0, 7.0), layout="constrained")
    axes = figure.subplots(1, len(groups), squeeze=False)[0]
    for ax, group in zip(axes, groups, strict=True):
        chosen = [row for row in rows if row["group"] == group]
        draw_updates(ax, chosen, peers)
        ax.set_title(PANELS[group], loc="left", pad=10)
    figure.supxlabel("5x: takes five times as long as halfmoon", fontsize=9)
    return figure


def draw_updates(ax: Axes, rows: list[dict[str, Any]], peers: dict[str, Any]) -> None:
    """The networks of one group, one below the other."""
    height = 0.0
    beside_axis = ax.get_yaxis_transform()
    bold = {"weight": "bold", "va": "center"}
    for work in dict.fromkeys(row["work"] for row in rows):
        same = [row for row in rows if row["work"] == work]
        times = {row["peer"]: median(row["values"]) * 1e6 for row in same}
        own = times.get("halfmoon")
        ax.text(0.0, height, work, transform=beside_axis, **bold)
        for peer in sorted(times, key=times.__getitem__):
            height -= 1.0
            lollipop(ax, height, times[peer], peer, peers[peer]["title"], own)
        height -= 1.6
    all_times = [median(row["values"]) * 1e6 for row in rows]
    low = min(all_times) / 2.0
    high = max(all_times)
    room_for_text = (high / low) ** 0.45
    ax.set(xscale="log", xlim=(low, high * room_for_text), ylim=(height + 0.6, 0.8))
    ax.set(xlabel="microseconds for one update, log scale")
    ax.set_yticks([])
    ax.grid(axis="x", color=FAINT, lw=0.6)
    ax.spines[["top", "right", "left"]].set_visible(False)


def lollipop(
    ax: Axes, height: float, time: float, peer: str, title: str, own: float | None
) -> None:
    """A mark at the end of a line, and its text."""
    colour, marker = STYLE[peer]
    weight = "bold" if peer == "halfmoon" else "normal"
    text = f"{title}  {digits(time)} us"
    if own is not None and peer != "halfmoon":
        text = f"{title}  {ratio_text(time / own)}"
    ax.plot([1e-9, time], [height, height], color=colour, lw=1.2, alpha=0.35)
    ax.plot(time, height, marker, color=colour, ms=7)
    style = {"va": "center", "size": 9, "weight": weight, "color": INK}
    ax.annotate(text, (time, height), (7, 0), textcoords="offset points", **style)


def growth_figure(rows: list[dict[str, Any]], peers: dict[str, Any]) -> Figure:
    """Time against rows, width and depth, both logarithmic.

    A straight line of slope 1 is proportional.
    """
    figure = Figure(figsize=(9.0, 3.6), layout="constrained")
    for ax, curve in zip(figure.subplots(1, 3), CURVES, strict=True):
        for peer, (colour, marker) in STYLE.items():
            points = growth(rows, curve, peer)
            if not points:
                continue
            sizes = [size for size, _ in points]
            seconds = [time for _, time in points]
            style = {"marker": marker, "color": colour, "ms": 5, "lw": 1.6}
            ax.plot(sizes, seconds, label=peers[peer]["title"], **style)
        ax.set(xscale="log", yscale="log", xlabel=LABELS[curve])
        ax.yaxis.set_minor_formatter(NullFormatter())
        ax.grid(color=FAINT, lw=0.6)
        ax.spines[["top", "right"]].set_visible(False)
    figure.axes[0].set_ylabel("seconds")
    handles, names = figure.axes[0].get_legend_handles_labels()
    above = {"loc": "outside upper center", "ncols": len(STYLE), "frameon": False}
    figure.legend(handles, names, **above)
    return figure
