"""Section 1: the points."""

from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from halfmoon.displays import draw_points
from halfmoon.pages.texts import Material, Picture
from halfmoon.tutorial.experiment import AXES, NOISE, ROWS, Experiment


def measure(experiment: Experiment) -> Material:
    """How many points each class has, and whether a line separates the classes."""
    X, y = experiment.data
    # almost without a penalty: it finds a line that separates, if there is one
    line = LogisticRegression(C=1e8, max_iter=10_000).fit(X, y)
    numbers = {
        "rows": ROWS,
        "noise": NOISE,
        "per_class": np.bincount(y),
        "published": 2015,
    }

    def draw(fig: Any) -> None:
        ax = fig.subplots()
        draw_points(ax, X, y)
        ax.set(title="Two half moons", **AXES)
        ax.legend(frameon=False, loc="upper right")

    return Material(
        numbers=numbers,
        claims={"no_line_separates": line.score(X, y) < 1.0},
        figures={"1-data": Picture(draw, (5.8, 4.3))},
    )
