"""Which classes are taken for which, as coloured cells."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, PowerNorm

from halfmoon.arrays.elementary import Array
from halfmoon.displays.style import DARK, shorten

# no row, all rows; under dark ink, so that neither is the paper of a dark page
SHARES = LinearSegmentedColormap.from_list("shares", ["#fdfdfd", "#8fc1e3"])
WRONG_SHARES = LinearSegmentedColormap.from_list("wrong", ["#fdfdfd", "#efb98c"])
FEW = 6  # classes; with more of them, a cell without rows is left empty
MOST_NUMBERS = 12  # classes; with more of them, cells have no room for numbers
MOST_NAMES = 40


def draw_confusion(ax: Axes, counts: Array, classes: Sequence[str]) -> None:
    """A cell for each true class (from above) and each predicted one (from the left).

    The deeper its colour, the larger its share of the true class's rows: blue where the
    prediction is right, orange where it is wrong.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    counts : array (C, C)
        Rows of each true class that were predicted as each class.
    classes : sequence of str
        Their names (C).

    Examples
    --------
    >>> import numpy as np
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> draw_confusion(ax, np.array([[8, 2], [1, 9]]), ["no", "yes"])
    >>> [text.get_text() for text in ax.texts]
    ['8', '2', '1', '9']
    """
    C = len(classes)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    is_right = np.eye(C, dtype=bool)
    cells: dict[str, Any] = {"norm": PowerNorm(0.5, 0.0, 1.0), "edgecolors": DARK}
    cells["lw"] = 0.3 if C <= MOST_NAMES else 0.0
    for colours, hidden in ((SHARES, ~is_right), (WRONG_SHARES, is_right)):
        ax.pcolormesh(np.ma.array(shares, mask=hidden), cmap=colours, **cells)
    if C <= MOST_NUMBERS:
        for (i, j), count in np.ndenumerate(counts):
            if count == 0 and C > FEW:
                continue
            weight = "bold" if i == j else "normal"
            place = (j + 0.5, i + 0.5)
            look: dict[str, Any] = {"color": DARK, "fontweight": weight}
            look["fontsize"] = "medium" if C <= FEW else "small"
            ax.text(*place, f"{count:,}", ha="center", va="center", **look)
    _name_classes(ax, classes)


def _name_classes(ax: Any, classes: Sequence[str]) -> None:
    C = len(classes)
    step = int(np.ceil(C / MOST_NAMES))
    names = [shorten(name, 14) for name in classes[::step]]
    middles = np.arange(0, C, step) + 0.5
    turned = {"rotation": 90} if C > 6 or max(map(len, names)) * C > 40 else {}
    ax.set_xticks(middles, names, parse_math=False, **turned)
    ax.set_yticks(middles, names, parse_math=False)
    ax.set(xlabel="predicted", ylabel="true", xlim=(0, C), ylim=(C, 0))
    ax.tick_params(length=0, labelsize="small" if C > FEW else None)
    ax.set_aspect("equal")
