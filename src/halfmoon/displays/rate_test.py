"""A learning-rate range test as a picture."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from halfmoon.displays.style import COLOURS, DASHES
from halfmoon.training.rate_finder import RateTest


def draw_rate_test(ax: Axes, test: RateTest) -> None:
    """A range test's losses by learning rate, with the suggestion marked.

    One point an update, the smoothed loss as a line.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    test : RateTest
        What `find_learning_rate` returned.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from halfmoon import Network, datasets, find_learning_rate
    >>> X, y = datasets.make("moons", n=200, noise=0.2, seed=0)
    >>> test = find_learning_rate(Network.dense([2, 20, 2]), X, y, optimizer="adam")
    >>> ax = Figure().subplots()
    >>> draw_rate_test(ax, test)
    >>> ax.get_xlabel()
    'learning rate'
    """
    blue, orange, *_ = COLOURS
    dots: dict[str, Any] = {"s": 16, "c": blue, "alpha": 0.35, "linewidths": 0.0}
    ax.scatter(test.rates, test.losses, label="one batch", zorder=2, **dots)
    ax.plot(test.rates, test.smoothed, c=blue, lw=2.2, label="smoothed", zorder=3)
    ax.axvline(test.suggestion, c=orange, ls=DASHES, lw=1.2, zorder=1)
    height = np.interp(np.log(test.suggestion), np.log(test.rates), test.smoothed)
    ring: dict[str, Any] = {"s": 64, "c": orange, "edgecolors": "white", "lw": 1.2}
    ax.scatter(test.suggestion, height, zorder=4, **ring)
    ax.set(xscale="log", xlabel="learning rate", ylabel="loss (objective, per batch)")
    ax.set_ylim(*_heights(test))
    _name_suggestion(ax, test)
    ax.legend(loc="lower left", frameon=False)


def _heights(test: RateTest) -> tuple[float, float]:
    """The range of losses to show: beyond the suggestion they may be anything."""
    begin = float(test.smoothed[0])
    best = float(test.smoothed.min())
    early = float(test.losses[test.rates <= test.suggestion].max())
    low = min(best, float(test.losses.min()))
    high = max(early, begin + 0.4 * (begin - best))
    return low - 0.06 * (high - low), high + 0.16 * (high - low)


def _name_suggestion(ax: Axes, test: RateTest) -> None:
    """The suggested rate as a number beside its line, above the points."""
    first = test.rates[0]
    share = np.log(test.suggestion / first) / np.log(test.rates[-1] / first)
    is_left_of_line = share > 0.3
    ax.annotate(
        f"suggestion: {test.suggestion:.2g}",
        (test.suggestion, 1.0),
        xycoords=ax.get_xaxis_transform(),
        xytext=(-7.0 if is_left_of_line else 7.0, -7.0),
        textcoords="offset points",
        ha="right" if is_left_of_line else "left",
        va="top",
        color=COLOURS[1],
        fontweight="bold",
    )
