"""Whether probabilities mean what they say."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from halfmoon.arrays.elementary import Array
from halfmoon.displays.style import COLOURS, DASHES, GREY


def draw_calibration(
    ax: Axes, predicted: Array, observed: Array, intervals: Array, counts: Array
) -> None:
    """The share of rows that are of the class, by the probability predicted for it.

    Points on the dashed diagonal are calibrated. The bars below show how many rows each
    point stands for.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    predicted : array (bins,)
        The mean probability in each bin.
    observed : array (bins,)
        The share of its rows that are of the class.
    intervals : array (bins, 2)
        The lower and the upper end of each share's interval.
    counts : array (bins,)
        How many rows each bin has; bins without rows are left out.

    Examples
    --------
    >>> import numpy as np
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> intervals = np.array([[0.1, 0.3], [0.8, 1.0]])
    >>> means = np.array([0.2, 0.9])
    >>> draw_calibration(ax, means, means, intervals, np.array([50, 30]))
    >>> ax.get_xlabel()
    'predicted probability'
    """
    kept = counts > 0
    predicted = predicted[kept]
    observed = observed[kept]
    counts = counts[kept]
    blue = COLOURS[0]
    ax.plot([0, 1], [0, 1], color=GREY, ls=DASHES, lw=1.0, zorder=1)
    heights = 0.22 * counts / max(counts.max(initial=1), 1)
    ax.bar(predicted, heights, width=0.035, color=blue, alpha=0.25, lw=0, zorder=0)
    ends: Any = np.abs(intervals[kept].T - observed)
    look: dict[str, Any] = {"elinewidth": 1.4, "ms": 5.5, "lw": 1.2, "zorder": 3}
    ax.errorbar(predicted, observed, ends, fmt="o-", color=blue, **look)
    ax.set(xlabel="predicted probability", ylabel="share observed")
    ax.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03))
    ax.set_xticks(np.linspace(0.0, 1.0, 6))
    ax.set_yticks(np.linspace(0.0, 1.0, 6))
    ax.set_aspect("equal")
