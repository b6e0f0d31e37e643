"""Scores of several models side by side, each with its interval."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from halfmoon.arrays.elementary import Array
from halfmoon.displays.style import COLOURS, GREY, write_numbers


def draw_comparison(
    ax: Axes,
    names: Sequence[str],
    values: Array,
    intervals: Array,
    *,
    texts: Sequence[str],
    label: str,
) -> None:
    """A dot and an interval for each model, the first of them in colour.

    A thin line below the first dot helps to compare. A model that is far from all
    others is an arrow at the axis's end.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    names : sequence of str
        The models (m), from above.
    values : array (m,)
        Their scores.
    intervals : array (m, 2)
        The lower and the upper end of each interval.
    texts : sequence of str
        The scores as they are written beside the axis.
    label : str
        What the score is called.

    Examples
    --------
    >>> import numpy as np
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> values = np.array([0.9, 0.8])
    >>> intervals = np.array([[0.85, 0.95], [0.7, 0.9]])
    >>> texts = ["90%", "80%"]
    >>> draw_comparison(ax, ["a", "b"], values, intervals, texts=texts, label="score")
    >>> [text.get_text() for text in ax.texts]
    ['90%', '80%']
    """
    low, high = _limits(values, intervals)
    ax.set_xlim(low, high)
    ax.plot([values[0]] * 2, [0, len(names) - 0.5], color=COLOURS[0], lw=0.8, alpha=0.5)
    beside = ax.get_yaxis_transform()
    for i, (value, interval, text) in enumerate(
        zip(values, intervals, texts, strict=True)
    ):
        colour = GREY if i else COLOURS[0]
        ax.plot(interval, [i, i], color=colour, lw=2.4, solid_capstyle="butt")
        place = min(max(value, low), high)
        look: dict[str, Any] = {"color": colour, "ms": 6.5 if i else 8.0}
        marker = "s" if i else "o"
        if place != value:
            marker = "<" if value < low else ">"
        ax.plot([place], [i], marker, clip_on=False, **look)
        weight = "normal" if i else "bold"
        number: dict[str, Any] = {"transform": beside, "fontweight": weight}
        ax.text(1.04, i, text, ha="left", va="center", **number)
    ax.set_yticks(range(len(names)), list(names), parse_math=False)
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.set_xlabel(label)
    ax.xaxis.set_major_locator(MaxNLocator(3, steps=[1, 2, 2.5, 5, 10]))
    write_numbers(ax.xaxis)
    ax.tick_params(axis="y", length=0, pad=9.0)
    ax.spines[["top", "right", "left"]].set_visible(False)


def _limits(values: Array, intervals: Array) -> tuple[float, float]:
    """What the axis shows: all models, but none that is far from all others.

    A model is left out if the axis is less than half as long without it.
    """
    low = intervals.min(axis=1)
    high = intervals.max(axis=1)
    kept = np.ones(len(values), dtype=bool)
    if len(values) > 2:
        far = np.abs(values - values[0]).argmax()
        others = np.arange(len(values)) != far
        without = high[others].max() - low[others].min()
        if without < 0.5 * (high.max() - low.min()):
            kept = others
    first = float(low[kept].min())
    last = float(high[kept].max())
    room = 0.05 * (last - first) or 0.05 * abs(last) or 1.0
    return first - room, last + room
