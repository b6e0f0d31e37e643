"""How far predictions of numbers are from the truth."""

from typing import Any

from matplotlib.axes import Axes

from halfmoon.arrays.elementary import Array
from halfmoon.displays.style import COLOURS, DASHES, GREY, write_numbers

ALPHA = {100: 0.8, 500: 0.6, 10_000: 0.35}  # of the points, up to so many


def draw_predicted(ax: Axes, y: Array, y_hat: Array, name: str) -> None:
    """The true value of each row, by the predicted one.

    Points on the dashed diagonal are predicted exactly.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    y : array (n,)
        True values.
    y_hat : array (n,)
        Predicted values.
    name : str
        What they are called.

    Examples
    --------
    >>> import numpy as np
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> draw_predicted(ax, np.array([1.0, 2.0]), np.array([1.1, 1.8]), "price")
    >>> ax.get_ylabel()
    'true price'
    """
    low = min(y.min(), y_hat.min())
    high = max(y.max(), y_hat.max())
    ax.plot([low, high], [low, high], color=GREY, ls=DASHES, lw=1.0, zorder=3)
    _draw_points(ax, y_hat, y)
    ax.set_xlabel(f"predicted {name}", parse_math=False)
    ax.set_ylabel(f"true {name}", parse_math=False)


def draw_residuals(ax: Axes, y: Array, y_hat: Array, name: str) -> None:
    """How much too low (above the line) or too high each row is predicted.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    y : array (n,)
        True values.
    y_hat : array (n,)
        Predicted values.
    name : str
        What they are called.

    Examples
    --------
    >>> import numpy as np
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> draw_residuals(ax, np.array([1.0, 2.0]), np.array([1.1, 1.8]), "price")
    >>> ax.get_ylabel()
    'residual: true minus predicted'
    """
    ax.axhline(0.0, color=GREY, ls=DASHES, lw=1.0, zorder=3)
    _draw_points(ax, y_hat, y - y_hat)
    ax.set_xlabel(f"predicted {name}", parse_math=False)
    ax.set_ylabel("residual: true minus predicted")


def _draw_points(ax: Any, x: Array, y: Array) -> None:
    alpha = next((a for most, a in ALPHA.items() if len(x) <= most), 0.2)
    dots: dict[str, Any] = {"s": 12, "c": COLOURS[0], "linewidths": 0.0}
    ax.scatter(x, y, alpha=alpha, zorder=2, **dots)
    ax.spines[["top", "right"]].set_visible(False)
    ax.locator_params(nbins=5)
    for axis in (ax.xaxis, ax.yaxis):
        write_numbers(axis)
