"""Scores of several methods on the same splits, side by side."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from halfmoon.arrays.elementary import Array
from halfmoon.displays.style import INK, class_colour, class_marker


def draw_splits(ax: Axes, scores: Array, names: Sequence[str], form: str) -> None:
    """A column of dots for each method, and lines that join the dots of a split.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    scores : array (methods, splits)
        The score of each method on each split.
    names : sequence of str
        The names of the methods.
    form : str
        How a mean is written beside its bar, such as ".1%".

    Examples
    --------
    >>> import numpy as np
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> draw_splits(ax, np.array([[0.9, 0.7], [0.8, 0.8]]), ["line", "network"], ".1%")
    >>> [text.get_text() for text in ax.texts]
    ['80.0%', '80.0%']
    """
    # equal scores stand side by side
    at = np.arange(len(scores))[:, None] + np.linspace(-0.13, 0.13, scores.shape[1])
    ax.plot(at, scores, c=INK, lw=0.6, alpha=0.22, zorder=1)
    box = {"fc": "white", "ec": "none", "pad": 1.0}
    bold: dict[str, Any] = {"fontsize": 9.5, "fontweight": "bold", "bbox": box}
    dots: dict[str, Any] = {"s": 30, "linewidths": 0.5, "edgecolors": "white"}
    for i, each in enumerate(scores):
        look = {"color": class_colour(i + 2), "marker": class_marker(i + 2), **dots}
        ax.scatter(at[i], each, zorder=2, **look)
        mean = each.mean()
        ax.hlines(mean, i - 0.24, i + 0.24, colors=INK, lw=2.4, zorder=3)
        ax.text(i + 0.27, mean, f"{mean:{form}}", va="center", **bold)
    ax.set_xlim(-0.4, len(scores) - 0.3)
    ax.set_xticks(range(len(names)), names)
