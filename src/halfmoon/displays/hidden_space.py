"""The space of three hidden units, where the network's boundary is a flat plane.

The output layer sees a point only by its hidden activations a1. With two outputs, the
network predicts class 1 where the raw prediction of class 1 is the larger:

    normal @ a1 + offset > 0,   normal = W[:, 1] - W[:, 0],   offset = b[1] - b[0]
"""

from itertools import combinations, product
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from mpl_toolkits.mplot3d.art3d import Poly3DCollection
from numpy.typing import NDArray

from halfmoon.arrays.elementary import Array
from halfmoon.displays.points import draw_points
from halfmoon.displays.style import GREY, INK, class_colour, class_marker
from halfmoon.network import Network

ELEVATION = 16.0  # degrees above the floor of the cube, from where it is seen
CORNERS = [np.array(corner) for corner in product((-1.0, 1.0), repeat=3)]
EDGES = [
    (start, end)
    for start, end in combinations(CORNERS, 2)
    if np.count_nonzero(start != end) == 1
]


def separating_plane(network: Network) -> tuple[Array, float]:
    """Where the two raw predictions are equal: normal @ a1 + offset = 0.

    The normal (k,) has length 1 and points to the side of class 1.
    """
    output = network.views(network.theta)[-1]
    normal = output.W[:, 1] - output.W[:, 0]
    length = float(np.linalg.norm(normal))
    return normal / length, float(output.b[1] - output.b[0]) / length


def draw_hidden_space(
    fig: Figure, a1: Array, y: NDArray[np.int64], normal: Array, offset: float
) -> None:
    """The points in the space of three hidden units, from aside and along the plane."""
    space: Any = fig.add_subplot(1, 2, 1, projection="3d", computed_zorder=False)
    _draw_cube(space, normal, offset)
    for c in (0, 1):
        look: dict[str, Any] = {"color": class_colour(c), "marker": class_marker(c)}
        space.scatter(*a1[y == c].T, s=24, edgecolors="white", lw=0.5, zorder=3, **look)
    space.set_title("The space of the three hidden units")
    edge: Any = fig.add_subplot(1, 2, 2)
    seen = np.column_stack([a1 @ direction_in(normal, a1), a1 @ normal + offset])
    draw_points(edge, seen, y, size=26.0)
    edge.axhline(0.0, color=INK, lw=1.4)
    edge.set(xlabel="along the plane", ylabel="distance from the plane")
    edge.set_title("The same points, seen along the plane")
    edge.legend(frameon=False)


def _draw_cube(space: Any, normal: Array, offset: float) -> None:
    """The cube from -1 to 1, where tanh can be, and the plane in it, from aside."""
    for start, end in EDGES:
        space.plot(*np.transpose([start, end]), color=GREY, lw=0.7, zorder=1)
    inside = cut_of_cube(normal, offset)
    look: dict[str, Any] = {"facecolor": GREY, "edgecolor": INK, "alpha": 0.3}
    space.add_collection3d(Poly3DCollection([inside], zorder=2, **look))
    space.view_init(elev=ELEVATION, azim=azimuth_from_aside(normal))
    limits: dict[str, Any] = dict.fromkeys(("xlim", "ylim", "zlim"), (-1, 1))
    ticks: dict[str, Any] = dict.fromkeys(("xticks", "yticks", "zticks"), (-1, 0, 1))
    space.set(**limits, **ticks, xlabel="unit 1", ylabel="unit 2", zlabel="unit 3")
    space.set_box_aspect((1, 1, 1), zoom=1.0)
    space.grid(visible=False)
    for axis in (space.xaxis, space.yaxis, space.zaxis):
        axis.pane.set_visible(False)


def azimuth_from_aside(normal: Array) -> float:
    """From where the plane is seen nearly, but not quite, along itself; in degrees."""
    height = np.radians(ELEVATION)
    turned = (0.3 - normal[2] * np.sin(height)) / np.cos(height)
    turned /= np.hypot(normal[0], normal[1])
    ahead = np.arctan2(normal[1], normal[0])
    return float(np.degrees(ahead - np.arccos(np.clip(turned, -1.0, 1.0))))


def cut_of_cube(normal: Array, offset: float) -> Array:
    """The corners (m, 3), in order, of the polygon in which a plane cuts the cube."""
    corners = []
    for start, end in EDGES:
        here = start @ normal + offset
        there = end @ normal + offset
        if here * there < 0.0:
            corners.append(start + here / (here - there) * (end - start))
    found = np.array(corners).reshape(-1, 3)
    around = found - found.mean(axis=0)
    first = around[0] / np.linalg.norm(around[0])
    second = np.cross(normal, first)
    return found[np.arctan2(around @ second, around @ first).argsort()]


def direction_in(normal: Array, a1: Array) -> Array:
    """The direction in the plane along which the points vary most."""
    flat = a1 - a1.mean(axis=0)
    flat = flat - np.outer(flat @ normal, normal)
    first: Array = np.linalg.svd(flat, full_matrices=False)[2][0]
    return first
