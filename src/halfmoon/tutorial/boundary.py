"""Section 6: the boundary, and the space of the hidden units, where it is a plane."""

from itertools import combinations, product
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from mpl_toolkits.mplot3d.art3d import Poly3DCollection
from numpy.typing import NDArray

from halfmoon.arrays.elementary import Array
from halfmoon.displays import draw_points
from halfmoon.displays.style import GREY, INK, class_colour, class_marker
from halfmoon.inspection.evaluation import accuracy
from halfmoon.inspection.units import hidden_activations
from halfmoon.network import Network
from halfmoon.pages.texts import Material, Picture
from halfmoon.tutorial.experiment import Experiment
from halfmoon.tutorial.maps import draw_map

DIRECTIONS = 3_600  # of straight lines in the plane
ELEVATION = 16.0  # degrees above the floor of the cube, from where it is seen
CORNERS = [np.array(corner) for corner in product((-1.0, 1.0), repeat=3)]
EDGES = [
    (start, end)
    for start, end in combinations(CORNERS, 2)
    if np.count_nonzero(start != end) == 1
]


def measure(experiment: Experiment) -> Material:
    """The errors of network and line, and on which side of the plane points lie."""
    X, y = experiment.data
    network, L = experiment.trained
    line = experiment.regression(1)
    a1 = hidden_activations(network, X)[0]
    normal, offset = plane(network)
    side = (a1 @ normal + offset > 0.0).astype(int)
    network_wrong = int((network.predict(X).argmax(axis=1) != y).sum())
    plane_wrong = int((side != y).sum())
    fewest = fewest_wrong_by_a_line(X, y)
    numbers = {
        "accuracy": accuracy(network.predict(X), y),
        "line_accuracy": float(line.score(X, y)),
        "final_loss": L[-1],
        "rows": len(y),
        "wrong": network_wrong,
        "line_wrong": int((line.predict(X) != y).sum()),
        "wrong_side_of_plane": plane_wrong,
        "directions": DIRECTIONS,
        "fewest_wrong_by_a_line": fewest,
        "plane": [*normal, offset],
    }
    return Material(
        numbers=numbers,
        claims={
            "better": numbers["accuracy"] > numbers["line_accuracy"] + 0.05,
            "plane_is_the_network": bool((side == network.predict(X).argmax(1)).all()),
            "plane_beats_every_line": plane_wrong < fewest,
        },
        figures={
            "6-boundary": Picture(
                lambda fig: draw_both(fig, experiment, numbers), (11.0, 4.4)
            ),
            "6-hidden-space": Picture(
                lambda fig: draw_hidden_space(fig, a1, y, normal, offset), (11.0, 4.8)
            ),
        },
    )


def plane(network: Network) -> tuple[Array, float]:
    """Where the two raw predictions are equal: normal @ a1 + offset = 0.

    The normal (k,) has length 1 and points to the side of class 1.
    """
    output = network.views(network.theta)[-1]
    normal = output.W[:, 1] - output.W[:, 0]
    length = float(np.linalg.norm(normal))
    return normal / length, float(output.b[1] - output.b[0]) / length


def fewest_wrong_by_a_line(X: Array, y: NDArray[np.int64]) -> int:
    """How many points the best of all straight lines leaves on the wrong side.

    All places of the line are tried, in many directions.
    """
    angle = np.pi * np.arange(DIRECTIONS) / DIRECTIONS
    along = X @ np.array([np.cos(angle), np.sin(angle)])  # (n, directions)
    ones = y[along.argsort(axis=0)]
    # with the line behind the first i points: class 1 in front of it, class 0 behind
    before = np.cumsum(ones, axis=0)
    zeros_behind = np.cumsum(1 - ones[::-1], axis=0)[::-1]
    wrong = before[:-1] + zeros_behind[1:]
    return int(min(wrong.min(), len(y) - wrong.max()))


def draw_both(fig: Figure, experiment: Experiment, numbers: dict[str, Any]) -> None:
    """What the straight line and the network predict over the plane."""
    X, y = experiment.data
    models = {
        "A straight line": (experiment.regression(1), numbers["line_accuracy"]),
        "Three hidden units": (experiment.trained[0], numbers["accuracy"]),
    }
    axes = fig.subplots(1, 2)
    for ax, (name, (model, share)) in zip(axes, models.items(), strict=True):
        draw_map(ax, model, X, y, size=26.0, resolution=160)
        ax.set_title(f"{name}: {share:.1%} right")
    axes[1].legend(loc="upper right", framealpha=0.9)


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
