"""Section 1: the points."""

from typing import Any

from sklearn.linear_model import LogisticRegression

from halfmoon.displays import draw_points
from halfmoon.pages.texts import Material, Picture
from halfmoon.tutorial.experiment import AXES, NOISE, ROWS, Experiment


def measure(experiment: Experiment) -> Material:
    """The points, and whether a line separates the classes."""
    X, y = experiment.data
    # almost without a penalty: it finds a line that separates, if there is one
    line = LogisticRegression(C=1e8, max_iter=10_000).fit(X, y)

    def draw(fig: Any) -> None:
        ax = fig.subplots()
        draw_points(ax, X, y)
        ax.set(title="Two half moons", **AXES)
        ax.legend(frameon=False, loc="upper right")

    return Material(
        numbers={"rows": ROWS, "noise": NOISE, "published": 2015},
        claims={"no_line_separates": line.score(X, y) < 1.0},
        figures={"1-data": Picture(draw, (5.8, 4.3))},
    )
