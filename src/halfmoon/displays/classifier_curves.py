"""What a classifier finds, and at which cost of errors: two curves over thresholds."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes

from halfmoon.arrays.elementary import Array
from halfmoon.displays.style import COLOURS, DASHES, GREY, shorten


class Curve(NamedTuple):
    """One class's curve, with its name and a summary such as "AUC 0.93"."""

    name: str
    x: Array
    y: Array
    summary: str


def draw_roc(ax: Axes, curves: Sequence[Curve]) -> None:
    """Shares of positive rows found, by shares of negative rows taken for positive.

    The dashed diagonal is what guessing gives.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    curves : sequence of Curve
        False positive rates (x) and true positive rates (y), by falling threshold.

    Examples
    --------
    >>> import numpy as np
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> curve = Curve("yes", np.array([0, 0, 1]), np.array([0, 0.8, 1]), "AUC 0.90")
    >>> draw_roc(ax, [curve])
    >>> ax.get_xlabel()
    'false positive rate'
    """
    ax.plot([0, 1], [0, 1], color=GREY, ls=DASHES, lw=1.0, zorder=1)
    _draw(ax, curves)
    ax.set(xlabel="false positive rate", ylabel="true positive rate (recall)")


def draw_precision_recall(
    ax: Axes, curves: Sequence[Curve], shares: Sequence[float]
) -> None:
    """Precision by recall, as steps; several curves have the colours of `draw_roc`.

    The dashed lines are what guessing gives: each class's share of the rows.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    curves : sequence of Curve
        Recall (x) and precision (y), by falling recall.
    shares : sequence of float
        The share of the rows that each curve's class has.

    Examples
    --------
    >>> import numpy as np
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> curve = Curve("yes", np.array([1, 0.5, 0]), np.array([0.5, 1, 1]), "AP 0.8")
    >>> draw_precision_recall(ax, [curve], [0.5])
    >>> ax.get_ylabel()
    'precision'
    """
    for number, share in enumerate(shares):
        colour = COLOURS[number % 8] if len(curves) > 1 else GREY
        ax.axhline(share, color=colour, ls=DASHES, lw=1.0, zorder=1)
    _draw(ax, curves, drawstyle="steps-post")
    ax.set(xlabel="recall", ylabel="precision")


def _draw(ax: Any, curves: Sequence[Curve], **line: str) -> None:
    """The curves in a square, with a legend where it hides least."""
    styles = ("-", "--", "-.", ":")
    for number, curve in enumerate(curves):
        name = f"{shorten(curve.name, 14)}: " if len(curves) > 1 else ""
        ax.plot(
            curve.x,
            curve.y,
            color=COLOURS[number % 8],
            ls=styles[number % 4],
            lw=2.0,
            label=f"{name}{curve.summary}",
            **line,
        )
    ax.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    ax.set_aspect("equal")
    ax.set_xticks(np.linspace(0.0, 1.0, 6))
    ax.set_yticks(np.linspace(0.0, 1.0, 6))
    legend = ax.legend(frameon=False, loc="best" if line else "lower right")
    for text in legend.get_texts():
        text.set_parse_math(False)
