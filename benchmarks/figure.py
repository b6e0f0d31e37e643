"""The figures: the time of an update of each network by peer, and how time grows."""

from pathlib import Path
from statistics import median
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter
from report import CURVES, digits, growth, ratio_text

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
    updates = [row for row in rows if row["group"] in ("tutorial", "minibatch")]
    if updates:
        steps(updates, results["peers"]).savefig(folder / "benchmarks.png", dpi=160)
    if any(row["group"] in CURVES for row in rows):
        curves(rows, results["peers"]).savefig(
            folder / "benchmarks-growth.png", dpi=160
        )


def steps(rows: list[dict[str, Any]], peers: dict[str, Any]) -> Figure:
    """For each network a line for each peer, the fastest first, with how many times
    slower it is than halfmoon.
    """
    groups = [group for group in PANELS if any(row["group"] == group for row in rows)]
    figure = Figure(figsize=(9.0, 7.0), layout="constrained")
    for ax, group in zip(
        figure.subplots(1, len(groups), squeeze=False)[0], groups, strict=True
    ):
        chosen = [row for row in rows if row["group"] == group]
        height = 0.0
        for work in dict.fromkeys(row["work"] for row in chosen):
            times = {
                row["peer"]: median(row["values"]) * 1e6
                for row in chosen
                if row["work"] == work
            }
            ax.text(
                0.0,
                height,
                work,
                transform=ax.get_yaxis_transform(),
                weight="bold",
                va="center",
            )
            for peer, time in sorted(times.items(), key=lambda pair: pair[1]):
                height -= 1.0
                lollipop(
                    ax, height, time, peer, peers[peer]["title"], times.get("halfmoon")
                )
            height -= 1.6
        all_times = [median(row["values"]) * 1e6 for row in chosen]
        low = min(all_times) / 2.0
        high = max(all_times)
        ax.set(
            xscale="log",
            xlim=(low, high * (high / low) ** 0.45),
            ylim=(height + 0.6, 0.8),
        )
        ax.set_title(PANELS[group], loc="left", pad=10)
        ax.set(xlabel="microseconds for one update, log scale")
        ax.set_yticks([])
        ax.grid(axis="x", color=FAINT, lw=0.6)
        ax.spines[["top", "right", "left"]].set_visible(False)
    figure.supxlabel("5x: takes five times as long as halfmoon", fontsize=9)
    return figure


def lollipop(
    ax: Axes, height: float, time: float, peer: str, title: str, own: float | None
) -> None:
    """A mark at the end of a line, and what it says."""
    colour, marker = STYLE[peer]
    weight = "bold" if peer == "halfmoon" else "normal"
    told = (
        f"{title}  {digits(time)} us"
        if own is None or peer == "halfmoon"
        else f"{title}  {ratio_text(time / own)}"
    )
    ax.plot([1e-9, time], [height, height], color=colour, lw=1.2, alpha=0.35)
    ax.plot(time, height, marker, color=colour, ms=7)
    ax.annotate(
        told,
        (time, height),
        (7, 0),
        textcoords="offset points",
        va="center",
        size=9,
        weight=weight,
        color=INK,
    )


def curves(rows: list[dict[str, Any]], peers: dict[str, Any]) -> Figure:
    """Time against rows, width and depth, both logarithmic: a straight line of slope 1
    is proportional.
    """
    figure = Figure(figsize=(9.0, 3.6), layout="constrained")
    for ax, curve in zip(figure.subplots(1, 3), CURVES, strict=True):
        for peer, (colour, marker) in STYLE.items():
            points = growth(rows, curve, peer)
            if points:
                x, seconds = zip(*points, strict=True)
                ax.plot(
                    x,
                    seconds,
                    marker=marker,
                    color=colour,
                    ms=5,
                    lw=1.6,
                    label=peers[peer]["title"],
                )
        ax.set(xscale="log", yscale="log", xlabel=LABELS[curve])
        ax.yaxis.set_minor_formatter(NullFormatter())
        ax.grid(color=FAINT, lw=0.6)
        ax.spines[["top", "right"]].set_visible(False)
    figure.axes[0].set_ylabel("seconds")
    handles, names = figure.axes[0].get_legend_handles_labels()
    figure.legend(
        handles, names, loc="outside upper center", ncols=len(STYLE), frameon=False
    )
    return figure
