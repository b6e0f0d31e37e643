"""The figures: the time of an update of each network by peer, and how time grows."""

from pathlib import Path
from statistics import median
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from report import CURVES, duration, growth, ratio_text

STYLE = {  # colours of Okabe & Ito 2008, which the colour-blind can tell apart, and a shape each
    "halfmoon": ("#0072B2", "o"),
    "c": ("#444444", "s"),
    "c-tuned": ("#999999", "s"),
    "jax": ("#009E73", "^"),
    "torch": ("#D55E00", "D"),
    "sklearn": ("#E69F00", "v"),
    "numpy": ("#CC79A7", "P"),
}
INK, FAINT = "#222222", "#d8d8d8"
LABELS = {"rows": "rows (time of an epoch)", "width": "hidden units (an update)", "depth": "hidden layers (an update)"}


def write(results: dict[str, Any], folder: Path) -> None:
    """Whichever figures there are numbers for."""
    mpl.rcParams |= {"font.size": 10, "text.color": INK, "axes.labelcolor": INK, "xtick.color": INK, "ytick.color": INK}
    rows = [row for row in results["rows"] if row["peer"] in STYLE and row["threads"] == 1]
    updates = [row for row in rows if row["group"] in ("tutorial", "minibatch")]
    if updates:
        steps(updates, results["peers"]).savefig(folder / "benchmarks.png", dpi=160)
    if any(row["group"] in CURVES for row in rows):
        curves(rows, results["peers"]).savefig(folder / "benchmarks-growth.png", dpi=160)


def steps(rows: list[dict[str, Any]], peers: dict[str, Any]) -> Figure:
    """A line for each network, a mark for each peer, and above or below it how many times slower it is."""
    works = list(dict.fromkeys(row["work"] for row in rows))
    figure = Figure(figsize=(9.0, 1.3 + 0.72 * len(works)), layout="constrained")
    ax = figure.subplots()
    for height, work in zip(range(len(works), 0, -1), works, strict=True):
        times = {row["peer"]: median(row["values"]) * 1e6 for row in rows if row["work"] == work}
        ax.plot([min(times.values()), max(times.values())], [height, height], color=FAINT, lw=3, zorder=1)
        for peer, time in times.items():
            colour, marker = STYLE[peer]
            ax.plot(
                time, height, marker, color=colour, ms=9 if peer == "halfmoon" else 7.5, mec="white", mew=0.8, zorder=3
            )
        label_ratios(ax, height, times)
    for peer in [name for name in STYLE if any(row["peer"] == name for row in rows)]:
        ax.plot([], [], STYLE[peer][1], color=STYLE[peer][0], label=peers[peer]["title"])
    ax.set(xscale="log", xlabel="microseconds for one update (log scale)", ylim=(0.4, len(works) + 0.6))
    ax.set_yticks(range(len(works), 0, -1), works)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x", color=FAINT, lw=0.6)
    ax.spines[["top", "right", "left"]].set_visible(False)
    figure.legend(loc="outside upper center", ncols=len(STYLE), frameon=False, handletextpad=0.1, columnspacing=1.2)
    return figure


def label_ratios(ax: Axes, height: float, times: dict[str, float]) -> None:
    """Each peer's time over halfmoon's, where there is room: above, below, further above, further below."""
    taken: dict[float, float] = {}
    own = times.get("halfmoon")
    for peer, time in sorted(times.items(), key=lambda pair: pair[1]):
        if own is None:
            return
        text = duration(time / 1e6) if peer == "halfmoon" else ratio_text(time / own)
        room = 10 ** (0.055 * len(text) + 0.03)
        shift = next((s for s in (0.27, -0.27, 0.45, -0.45) if taken.get(s, 0.0) * room < time), 0.27)
        taken[shift] = time * room
        weight = "bold" if peer == "halfmoon" else "normal"
        colour = STYLE[peer][0]
        ax.text(time, height + shift, text, color=colour, fontsize=9, ha="center", va="center", weight=weight, zorder=4)


def curves(rows: list[dict[str, Any]], peers: dict[str, Any]) -> Figure:
    """Time against rows, width and depth, both logarithmic: a straight line of slope 1 is proportional."""
    figure = Figure(figsize=(9.0, 3.6), layout="constrained")
    for ax, curve in zip(figure.subplots(1, 3), CURVES, strict=True):
        for peer, (colour, marker) in STYLE.items():
            points = growth(rows, curve, peer)
            if points:
                x, seconds = zip(*points, strict=True)
                ax.plot(x, seconds, marker=marker, color=colour, ms=5, lw=1.6, label=peers[peer]["title"])
        ax.set(xscale="log", yscale="log", xlabel=LABELS[curve])
        ax.grid(color=FAINT, lw=0.6)
        ax.spines[["top", "right"]].set_visible(False)
    figure.axes[0].set_ylabel("seconds")
    handles, names = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside upper center", ncols=len(STYLE), frameon=False)
    return figure
