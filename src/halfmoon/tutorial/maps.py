"""Maps of the plane: what a model predicts, with points on it."""

from typing import Any

from matplotlib.axes import Axes

from halfmoon.arrays.elementary import Array
from halfmoon.displays import draw_boundary, draw_points

LONG_LABELS = {
    "xlabel": "first measurement, $x_1$",
    "ylabel": "second measurement, $x_2$",
}
SHORT_LABELS = {"xlabel": "$x_1$", "ylabel": "$x_2$"}


def draw_map(
    ax: Axes,
    model: Any,
    X: Array,
    y: Any,
    *,
    size: float = 36.0,
    resolution: int = 120,
    **labels: Any,
) -> None:
    """What a model predicts over the range of X (n, 2), and the points, if any size."""
    draw_boundary(ax, model, X, resolution=resolution)
    if size > 0.0:
        draw_points(ax, X, y, size=size)
    ax.set(**{**LONG_LABELS, **labels})


def draw_moons_map(
    ax: Axes, model: Any, X: Array, y: Any, *, size: float = 0.0, resolution: int = 120
) -> None:
    """The same for the moons in a small picture, with few numbers on its axes."""
    draw_map(ax, model, X, y, size=size, resolution=resolution, **SHORT_LABELS)
    ax.set(xticks=(-1, 0, 1, 2), yticks=(-1, 0, 1))
