"""Regions of classes and values of a quantity over a plane of two columns."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from halfmoon.arrays.elementary import Array
from halfmoon.displays.points import draw_points
from halfmoon.displays.response import leads, probabilities
from halfmoon.displays.style import DARK, class_colour

Mesh = Any  # matplotlib.collections.QuadMesh
Contours = Any  # matplotlib.contour.QuadContourSet


def make_grid(low: Array, high: Array, resolution: int) -> tuple[Array, Array]:
    """Both coordinates (r, r) of a grid from `low` (2,) to `high` (2,)."""
    xx0, xx1 = np.meshgrid(*np.linspace(low, high, resolution).T)
    return xx0, xx1


def grid_points(xx0: Array, xx1: Array) -> Array:
    """The points of a grid, (r r, 2)."""
    return np.column_stack([xx0.ravel(), xx1.ravel()])


def draw_class_surface(
    ax: Axes, xx0: Array, xx1: Array, lead: Array, span: float = 1.0, **style: Any
) -> tuple[Any, list[Contours]]:
    """Regions of the classes over a grid, and black lines where two of them tie.

    Classes have a colour each: the paler, the smaller the lead, which has its full
    colour from `span` on. `lead` (r, r, C) is each class's, as `leads` gives it. Style
    goes to `pcolormesh`. Returns the mesh (one for two classes, else one a class), and
    the lines.
    """
    C = lead.shape[-1]
    pale = [tuple(0.5 + 0.5 * np.array(to_rgb(class_colour(c)))) for c in range(C)]
    surface: Any
    if C == 2:
        colours = LinearSegmentedColormap.from_list("lead", [pale[0], "white", pale[1]])
        limits: dict[str, Any] = {"cmap": colours, "vmin": -span, "vmax": span}
        surface = _draw_mesh(ax, xx0, xx1, lead[..., 1], {**limits, **style})
        between = [0]
    else:
        surface = []
        for c in range(C):
            colours = LinearSegmentedColormap.from_list("lead", ["white", pale[c]])
            limits = {"cmap": colours, "vmin": 0.0, "vmax": span}
            own = np.ma.array(lead[..., c], mask=lead.argmax(axis=-1) != c)
            surface.append(_draw_mesh(ax, xx0, xx1, own, {**limits, **style}))
        between = list(range(C))
    line: dict[str, Any] = {"colors": DARK, "linewidths": 1.4, "zorder": 2}
    ties = [
        ax.contour(xx0, xx1, lead[..., c], levels=[0.0], **line)
        for c in between
        if lead[..., c].min() < 0.0 < lead[..., c].max()
    ]
    return surface, ties


def draw_value_surface(
    ax: Axes, xx0: Array, xx1: Array, values: Array, **style: Any
) -> tuple[Mesh, list[Contours]]:
    """A quantity (r, r) over a grid, and white lines of equal value.

    Style goes to `pcolormesh`. Returns the mesh and the lines.
    """
    surface = _draw_mesh(ax, xx0, xx1, values, {"cmap": "viridis", **style})
    if np.ptp(values) == 0.0:
        return surface, []
    line: dict[str, Any] = {"colors": "white", "linewidths": 0.7, "alpha": 0.7}
    return surface, [ax.contour(xx0, xx1, values, levels=8, zorder=2, **line)]


def _draw_mesh(
    ax: Axes, xx0: Array, xx1: Array, values: Array, style: dict[str, Any]
) -> Mesh:
    return ax.pcolormesh(xx0, xx1, values, **{"rasterized": True, "zorder": 0, **style})


def draw_boundary(
    ax: Axes, model: Any, X: ArrayLike, *, resolution: int = 200
) -> tuple[Any, list[Contours]]:
    """The plane coloured by what a model of two inputs predicts, and its boundaries.

    The paler the colour, the less sure the prediction; black lines are where the two
    likeliest classes tie.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    model : Network or estimator
        What predicts: a network that tells classes apart, or anything with
        `predict_proba`.
    X : array-like of shape (n, 2)
        Points, whose range with a margin of 0.5 is drawn; not the points themselves,
        see `draw_points`.
    resolution : int, default 200
        How many points the grid has in either direction.

    Returns
    -------
    tuple
        The coloured mesh (one for two classes, else a list of one a class), and the
        list of the lines.

    Raises
    ------
    ValueError
        For a network that does not tell classes apart.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from halfmoon import Network, datasets
    >>> X, y = datasets.make("moons", n=200, noise=0.2, seed=0)
    >>> surface, ties = draw_boundary(
    ...     Figure().subplots(), Network.dense([2, 3, 2]), X, resolution=50
    ... )
    >>> surface.get_array().shape
    (50, 50)
    """
    low = np.min(X, axis=0) - 0.5
    high = np.max(X, axis=0) + 0.5
    xx0, xx1 = make_grid(low, high, resolution)
    p = probabilities(model, grid_points(xx0, xx1))
    lead = leads(p).reshape(resolution, resolution, -1)
    drawn = draw_class_surface(ax, xx0, xx1, lead)
    ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    return drawn


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
    """What a model predicts over the range of X (n, 2), and the points on it.

    `size` is that of `draw_points`; with 0 there are no points. Labels go to `ax.set`.
    """
    draw_boundary(ax, model, X, resolution=resolution)
    if size > 0.0:
        draw_points(ax, X, y, size=size)
    ax.set(**labels)


def draw_maps(
    fig: Figure, models: dict[str, Any], X: Array, y: Any, **look: Any
) -> None:
    """A map for each model, side by side, with its name above; see `draw_map`."""
    axes = fig.subplots(1, len(models))
    for ax, (name, model) in zip(axes, models.items(), strict=True):
        draw_map(ax, model, X, y, title=name, **look)
    axes[-1].legend(loc="upper right", framealpha=0.9)
