"""Section 6: the boundary, and the space of the hidden units, where it is a plane."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from halfmoon.arrays.elementary import Array
from halfmoon.displays.boundary import draw_map
from halfmoon.displays.hidden_space import draw_hidden_space, separating_plane
from halfmoon.inspection.evaluation import accuracy
from halfmoon.inspection.units import hidden_activations
from halfmoon.pages.texts import Material, Picture
from halfmoon.tutorial.experiment import AXES, Experiment

DIRECTIONS = 3_600  # of straight lines in the plane


def measure(experiment: Experiment) -> Material:
    """The errors of network and line, and on which side of the plane points lie."""
    X, y = experiment.data
    network, L = experiment.trained
    line = experiment.regression(1)
    a1 = hidden_activations(network, X)[0]
    normal, offset = separating_plane(network)
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
        draw_map(ax, model, X, y, size=26.0, resolution=160, **AXES)
        ax.set_title(f"{name}: {share:.1%} right")
    axes[1].legend(loc="upper right", framealpha=0.9)
