"""Scores by the values of two parameters, as coloured cells."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from halfmoon.arrays.elementary import Array
from halfmoon.displays.style import DARK

# low to high, under dark ink
PALE = LinearSegmentedColormap.from_list("pale", ["#cfe3f1", "#f4ecd8", "#efb98c"])


def draw_score_grid(
    ax: Axes,
    losses: Array,
    rows: Sequence[Any],
    columns: Sequence[Any],
    *,
    framed: tuple[int, int],
    highest: float,
) -> None:
    """A cell with its number for each pair of values, and a frame around one of them.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    losses : array (rows, columns)
        Losses, 0 or higher.
    rows, columns : sequence
        The values of either parameter, from below and from the left.
    framed : tuple of int
        Row and column of the cell in a frame.
    highest : float
        The loss that has the last colour; 0 has the first.

    Examples
    --------
    >>> import numpy as np
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> losses = np.array([[0.2, 0.1]])
    >>> draw_score_grid(ax, losses, ["alpha"], [3, 10], framed=(0, 1), highest=0.2)
    >>> [text.get_text() for text in ax.texts]
    ['0.200', '0.100']
    """
    ax.pcolormesh(losses, cmap=PALE, vmin=0.0, vmax=highest, edgecolors=DARK, lw=0.3)
    for (i, j), value in np.ndenumerate(losses):
        digits = f"{value:.3f}" if value >= 0.0005 else "<0.001"
        ax.text(j + 0.5, i + 0.5, digits, ha="center", va="center", color=DARK)
    look: dict[str, Any] = {"fill": False, "ec": DARK, "lw": 2.6, "clip_on": False}
    row, column = framed
    ax.add_patch(Rectangle((column, row), 1, 1, **look))
    ax.set_xticks(np.arange(len(columns)) + 0.5, columns)
    ax.set_yticks(np.arange(len(rows)) + 0.5, rows)
    ax.tick_params(length=0)
