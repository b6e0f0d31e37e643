"""Section 4: one point carried through the network."""

from typing import Any

import numpy as np

from halfmoon.displays import draw_hidden_units, draw_points
from halfmoon.displays.style import DARK
from halfmoon.inspection.trace import trace
from halfmoon.pages.texts import Material, Picture
from halfmoon.tutorial.experiment import Experiment

ROW = 0  # the point that is carried through
RING = {"s": 150, "facecolors": "none", "edgecolors": DARK, "linewidths": 2.2}


def measure(experiment: Experiment) -> Material:
    """Every number on the way of one point, and what each hidden unit answers."""
    X, y = experiment.data
    network, _ = experiment.trained
    steps = trace(network, X[ROW], y[ROW])
    first = network.views(network.theta)[0]
    w = first.W[:, 0]
    numbers: dict[str, Any] = {line.name: line.value for line in steps.forward}
    numbers |= {
        "row": ROW,
        "class": y[ROW],
        "measurements": X[ROW],
        "first_unit": w,
        "first_unit_bias": first.b[0],
        "products": X[ROW] * w,
        "probability_of_its_class": steps["y_hat"][y[ROW]],
    }

    def draw(fig: Any) -> None:
        axes = fig.subplots(1, 3)
        draw_hidden_units(axes, network, X)
        for ax in axes:
            draw_points(ax, X, y, size=14.0)
            ax.scatter(*X[ROW], zorder=4, **RING)
        fig.colorbar(axes[0].images[0], ax=axes, label="activation", shrink=0.9)

    return Material(
        numbers=numbers,
        claims={"right": bool(np.argmax(steps["y_hat"]) == y[ROW])},
        figures={"4-hidden-units": Picture(draw, (12.0, 3.9))},
        shown={"trace": steps.only_forward()},
    )
