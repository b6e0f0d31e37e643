"""What predictions depend on: the importance of columns, and the effect of one."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from halfmoon.arrays.elementary import Array
from halfmoon.displays.style import (
    COLOURS,
    GREY,
    INK,
    MARKERS,
    shorten,
    write_numbers,
)

STYLES = ("-", "--", "-.", ":")
STEPS = [1, 2, 2.5, 5, 10]  # of an axis


def draw_importance(
    ax: Axes, names: Sequence[str], values: Array, intervals: Array, *, label: str
) -> None:
    """A bar and an interval for each column, in the order given, from above.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    names : sequence of str
        The columns (m).
    values : array (m,)
        How much worse the score is when the column's cells are shuffled.
    intervals : array (m, 2)
        The lower and the upper end of each interval.
    label : str
        What the bars measure.

    Examples
    --------
    >>> import numpy as np
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> intervals = np.array([[0.1, 0.3], [0.0, 0.1]])
    >>> values = np.array([0.2, 0.05])
    >>> draw_importance(ax, ["age", "pay"], values, intervals, label="log-loss")
    >>> [text.get_text() for text in ax.get_yticklabels()]
    ['age', 'pay']
    """
    positions = np.arange(len(names))
    ax.barh(positions, values, height=0.62, color=COLOURS[0], alpha=0.75, lw=0)
    ends: Any = np.abs(intervals.T - values)
    ax.errorbar(values, positions, xerr=ends, fmt="none", ecolor=INK, elinewidth=1.2)
    ax.axvline(0.0, color=GREY, lw=0.8)
    ax.set_yticks(positions, list(map(shorten, names)), parse_math=False)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.set_xlabel(label)
    ax.xaxis.set_major_locator(MaxNLocator(4, steps=STEPS))
    write_numbers(ax.xaxis)
    ax.tick_params(axis="y", length=0)
    ax.spines[["top", "right", "left"]].set_visible(False)


def draw_dependence(
    ax: Axes, values: Array, responses: Array, shares: Array, labels: Sequence[str]
) -> None:
    """The mean prediction of all rows, if a column had this number in each of them.

    The pale bars below show how many rows have about that number.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    values : array (m,)
        Numbers of the column.
    responses : array (k, m)
        The mean prediction at each of them, a row for each line.
    shares : array (m,)
        The share of the rows that are near each number.
    labels : sequence of str
        What the lines are called (k).

    Examples
    --------
    >>> import numpy as np
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> values = np.array([20.0, 40.0])
    >>> responses = np.array([[0.2, 0.4]])
    >>> draw_dependence(ax, values, responses, np.array([0.7, 0.3]), ["yes"])
    >>> ax.lines[0].get_ydata()
    array([0.2, 0.4])
    """
    for c, (label, response) in enumerate(zip(labels, responses, strict=True)):
        look: dict[str, Any] = {"color": COLOURS[c % 8], "ls": STYLES[c % 4]}
        marker = "o" if len(values) < 3 else ""
        ax.plot(values, response, lw=2.0, marker=marker, label=label, **look)
    heights = 0.1 * shares / max(float(shares.max(initial=0.0)), 1e-12)
    below = ax.get_xaxis_transform()
    ax.vlines(values, 0.0, heights, color=GREY, alpha=0.45, lw=3.0, transform=below)
    ax.xaxis.set_major_locator(MaxNLocator(4, steps=STEPS))
    ax.yaxis.set_major_locator(MaxNLocator(4, steps=STEPS))
    for axis in (ax.xaxis, ax.yaxis):
        write_numbers(axis)
    ax.spines[["top", "right"]].set_visible(False)


def draw_effects(
    ax: Axes,
    names: Sequence[str],
    responses: Array,
    shares: Array,
    labels: Sequence[str],
) -> None:
    """The mean prediction of all rows, if a column had this category in each of them.

    Behind each category stands the share of the rows that have it.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    names : sequence of str
        Categories (m), from above.
    responses : array (k, m)
        The mean prediction for each of them, a row for each kind of mark.
    shares : array (m,)
        The share of the rows that have each category.
    labels : sequence of str
        What the marks are called (k).

    Examples
    --------
    >>> import numpy as np
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> responses = np.array([[0.2, 0.4]])
    >>> draw_effects(ax, ["no", "yes"], responses, np.array([0.7, 0.3]), ["ill"])
    >>> [text.get_text() for text in ax.get_yticklabels()]
    ['no (70%)', 'yes (30%)']
    """
    positions = np.arange(len(names))
    for c, (label, response) in enumerate(zip(labels, responses, strict=True)):
        look: dict[str, Any] = {"color": COLOURS[c % 8], "ms": 6.5, "label": label}
        ax.plot(response, positions, MARKERS[c % 8], **look)
    across = ax.get_yaxis_transform()
    line: dict[str, Any] = {"color": GREY, "lw": 0.5, "alpha": 0.5, "zorder": 0}
    ax.hlines(positions, 0.0, 1.0, transform=across, **line)
    shown = [
        f"{shorten(name, 14)} ({f'{share:.0%}' if share >= 0.005 else '<1%'})"
        for name, share in zip(names, shares, strict=True)
    ]
    ax.set_yticks(positions, shown, parse_math=False)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.xaxis.set_major_locator(MaxNLocator(4, steps=STEPS))
    write_numbers(ax.xaxis)
    ax.tick_params(axis="y", length=0)
    ax.spines[["top", "right", "left"]].set_visible(False)
