"""A network at a glance: what it predicts over a plane, its weights, its losses."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from halfmoon.arrays.elementary import Array
from halfmoon.displays.boundary import draw_class_surface, draw_value_surface
from halfmoon.displays.diagram import draw_diagram
from halfmoon.displays.points import draw_points
from halfmoon.displays.response import leads
from halfmoon.displays.style import COLOURS, add_colour_bar, shorten, write_numbers

MOST_NAMED = 8  # classes in a legend
ABOVE: dict[str, Any] = {
    "loc": "lower left",
    "bbox_to_anchor": (-0.02, 1.0),
    "frameon": False,
    "fontsize": "small",
    "handletextpad": 0.2,
    "columnspacing": 1.0,
}


def draw_overview(
    fig: Figure,
    *,
    grid: tuple[Array, Array],
    response: Array,
    points: Array,
    y: Any,
    is_test: Any,
    axes: tuple[str, str],
    coefs: Sequence[Array],
    inputs: Sequence[str],
    outputs: Sequence[str],
    losses: tuple[Array, Array, Array],
) -> None:
    """Three panels of a figure: surface, network and curves.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
        An empty figure.
    grid : tuple of arrays (r, c)
        Both coordinates of a grid on the plane.
    response : array (r, c, k)
        The classes' probabilities on the grid, or one value.
    points : array (n, 2)
        Places of the rows.
    y : array (n,)
        Class numbers, or values.
    is_test : array of bool (n,)
        Which rows are not learned from: of classes they are drawn smaller and paler.
    axes : tuple of str
        Names of the plane's axes.
    coefs : sequence of arrays (d, k)
        The weights of each layer.
    inputs, outputs : sequence of str
        Their names; those of several outputs are the classes'.
    losses : tuple of arrays (m,)
        Updates, the loss of the training rows at each, and that of the test rows.
    """
    surface, network, curves = fig.subplots(1, 3, width_ratios=(1.1, 1.7, 1.0))
    if response.shape[-1] > 1:
        _draw_classes(surface, grid, response, points, y, is_test, outputs)
    else:
        _draw_values(surface, grid, response[..., 0], points, y, outputs[0])
    surface.set(xlabel=shorten(axes[0]), ylabel=shorten(axes[1]))
    draw_diagram(network, coefs, inputs, outputs)
    _draw_losses(curves, *losses)


def _draw_classes(
    ax: Axes,
    grid: tuple[Array, Array],
    response: Array,
    points: Array,
    y: Any,
    is_test: Any,
    classes: Sequence[str],
) -> None:
    """Where each class leads, and the rows; those of the test smaller and paler."""
    draw_class_surface(ax, *grid, leads(response))
    look: dict[str, Any] = {
        "classes": range(len(classes)),
        "names": [shorten(name, 16) for name in classes],
    }
    rows = points[~is_test], y[~is_test]
    groups = draw_points(ax, *rows, size=30.0, alpha=1.0, **look)
    draw_points(ax, points[is_test], y[is_test], size=16.0, alpha=0.6, **look)
    if len(classes) <= MOST_NAMED:
        ax.legend(handles=groups, ncols=4, **ABOVE)


def _draw_values(
    ax: Axes, grid: tuple[Array, Array], values: Array, points: Array, y: Any, name: str
) -> None:
    """The predicted value over the plane, and those of the rows in the same colours."""
    image, _ = draw_value_surface(ax, *grid, values)
    look = {"cmap": image.cmap, "norm": image.norm, "edgecolors": "white"}
    x0, x1 = points.T
    ax.scatter(x0, x1, c=y, s=26.0, linewidths=0.7, zorder=3, **look)
    add_colour_bar(ax, image, shorten(name), 1.0)


def _draw_losses(ax: Axes, updates: Array, train: Array, test: Array) -> None:
    """Both losses over the updates, both on logarithmic axes."""
    ax.plot(updates + 1, train, color=COLOURS[0], label="training")
    if np.isfinite(test).any():
        ax.plot(updates + 1, test, color=COLOURS[1], label="test", ls="--")
    positive = np.concatenate([train, test])
    if np.nanmin(positive) > 0.0:
        ax.set_yscale("log")
    ax.set(xscale="log", xlabel="update", ylabel="loss")
    ax.legend(frameon=False, fontsize="small")
    write_numbers(ax.yaxis)
