"""How every figure looks: colours, markers, panels, legends and short names.

Classes are told apart by colour and by marker (colours of Okabe & Ito 2008, which the
colour-blind can tell apart).
"""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.gridspec import GridSpec

COLOURS = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#E69F00",
    "#56B4E9",
    "#B8A800",
    "#444444",
)
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
INK = "#222222"
DARK = "#111111"  # ink on pale images, whatever the page behind the figure
GREY = "#767676"
DASHES = (0, (4, 2))

# weights above and below zero, where blue and orange are classes
SIGNS = ("#b8740a", "#7b55b5")
# negative, zero, positive
SIGNED = LinearSegmentedColormap.from_list("signed", [COLOURS[1], "white", COLOURS[0]])
# the same under black ink
PALE_SIGNED = LinearSegmentedColormap.from_list(
    "pale signed", ["#a58fc4", "#ffffff", "#f3c06b"]
)

# a legend to the right of an ax
BESIDE: dict[str, Any] = {
    "loc": "upper left",
    "bbox_to_anchor": (1.01, 1.02),
    "frameon": False,
    "fontsize": "small",
}


def class_colour(c: int) -> str:
    """The colour of class c, counted from 0."""
    return COLOURS[c % 8]


def class_marker(c: int) -> str:
    """A class's marker; beyond eight classes colours come again, with other markers."""
    return MARKERS[(c + c // 8) % 8]


def make_panels(
    ax: Axes | None,
    size: tuple[float, float],
    rows: int = 1,
    columns: int = 1,
    **ratios: Any,
) -> list[Any]:
    """The area of `ax` divided into rows x columns; the first panel is `ax` itself.

    Without an `ax`, a new pyplot figure of `size` inches is divided.
    """
    first: Any = ax
    if ax is None:
        from matplotlib import pyplot

        first = pyplot.subplots(figsize=size, layout="constrained")[1]
    if rows * columns == 1:
        return [first]
    area = first.get_subplotspec()
    if area is None:
        (left, bottom, right, top) = first.get_position().extents
        whole = GridSpec(
            1, 1, first.figure, left=left, right=right, bottom=bottom, top=top
        )
        area = whole[0]
    grid = area.subgridspec(rows, columns, **ratios)
    first.set_subplotspec(grid[0])
    others = [first.figure.add_subplot(grid[i]) for i in range(1, rows * columns)]
    return [first, *others]


def add_colour_bar(ax: Any, image: Any, label: str, height: float) -> Any:
    """A colour bar to the right of `ax`, of this part of its height.

    So a legend has room above.
    """
    area = ax.inset_axes((1.03, 0.0, 0.04, height))
    colour_bar = ax.figure.colorbar(image, cax=area, label=label)
    colour_bar.outline.set_visible(False)
    return colour_bar


def write_numbers(axis: Any) -> None:
    """Numbers of an axis with commas from 10,000 on; very large and small as 1e+09."""
    largest = max(map(abs, axis.get_view_interval()))
    if 1e4 <= largest < 1e6:
        axis.set_major_formatter("{x:,.0f}")
    elif largest >= 1e6 or 0.0 < largest < 1e-3:
        axis.set_major_formatter("{x:.3g}")


def shorten(name: Any, most: int = 22) -> str:
    """A name that fits beside a picture."""
    text = str(name)
    if len(text) <= most:
        return text
    return text[: most - 1] + "…"


def choose_names(names: list[str], most: float) -> tuple[range, list[str]]:
    """At most `most` of the names, evenly spaced: their positions and short forms."""
    positions = range(0, len(names), int(np.ceil(len(names) / most)))
    return positions, [shorten(names[i]) for i in positions]
