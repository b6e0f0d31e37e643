"""Rows of two columns as points, a colour and a marker for each class."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from halfmoon.displays.style import class_colour, class_marker


def draw_points(
    ax: Axes,
    X: ArrayLike,
    y: ArrayLike,
    *,
    classes: Sequence[Any] | None = None,
    names: Sequence[str] = (),
    size: float = 36.0,
    alpha: Any = None,
) -> list[Any]:
    """The rows of X (n, 2) as points, each class with its own colour and marker.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    X : array-like of shape (n, 2)
        The points.
    y : array-like of shape (n,)
        The class of each: labels of any kind.
    classes : sequence of length C, default None
        All labels that y may have, in the order of their colours; None takes those in
        y, sorted.
    names : sequence of str, default ()
        The classes' names in a legend, in the same order. Without them class 0 is
        "class 0".
    size : float, default 36.0
        The area of a marker, in square points.
    alpha : float or array of shape (n,), default None
        How opaque the points are, from 0 to 1; None is 1.

    Returns
    -------
    list of matplotlib.collections.PathCollection
        One collection a class.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> groups = draw_points(ax, [[0.0, 1.0], [1.0, 0.0], [2.0, 0.0]], [0, 1, 1])
    >>> [len(group.get_offsets()) for group in groups]
    [1, 2]
    """
    X = np.asarray(X)
    y = np.asarray(y)
    if classes is None:
        classes = np.unique(y).tolist()
    opacity = np.ones(len(y)) if alpha is None else np.broadcast_to(alpha, len(y))
    groups = []
    for c, label in enumerate(classes):
        own = y == label
        group = ax.scatter(
            X[own, 0],
            X[own, 1],
            s=size,
            color=class_colour(c),
            marker=class_marker(c),
            edgecolors="white",
            linewidths=0.7,
            zorder=3,
            label=names[c] if names else f"class {label}",
            alpha=opacity[own] if own.any() else None,
        )
        groups.append(group)
    return groups
