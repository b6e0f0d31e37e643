"""What the live figures of the lesson start from: points, weights and shapes."""

from typing import Any

import numpy as np

from halfmoon import datasets
from halfmoon.arrays.elementary import Array
from halfmoon.tutorial.experiment import L2, NOISE, RATE, ROWS, build

SIZES = (1, 2, 3, 4, 5, 20, 50)  # of the hidden layer, as Britz tries them
CLASSES = (3, 4, 5)
ARM_NOISE = 0.05
# x from, x to, y from, y to: what of the plane is shown
MOONS_BOX = (-1.75, 2.65, -1.4, 1.9)
ARMS_BOX = (-1.76, 1.76, -1.32, 1.32)


def live_data() -> dict[str, Any]:
    """Numbers for the page; those of seed 0 are exact, as JSON writes a double."""
    shapes = {str(C): _arms(C) for C in CLASSES}
    return {
        "rate": RATE,
        "l2": L2,
        "shapes": {"2": _moons(), **shapes},
        "weights": {str(H): build([2, H, 2]).theta.tolist() for H in SIZES},
    }


def _moons() -> dict[str, Any]:
    """The moons of seed 0, and the same points without noise."""
    X, y = datasets.make("moons", n=ROWS, noise=NOISE, seed=0)
    clean, _ = datasets.make("moons", n=ROWS, noise=0.0, seed=0)
    return {
        "box": MOONS_BOX,
        "noise": NOISE,
        "points": X.ravel().tolist(),
        "clean": _rounded(clean),
        "labels": y.tolist(),
    }


def _arms(C: int) -> dict[str, Any]:
    """The arms of a spiral without noise; each page adds its own."""
    X, y = datasets.make(f"spiral:arms={C}", n=ROWS, noise=0.0, seed=0)
    return {
        "box": ARMS_BOX,
        "noise": ARM_NOISE,
        "clean": _rounded(X),
        "labels": y.tolist(),
    }


def _rounded(X: Array) -> list[float]:
    """A shape's points to four decimals: where noise is added, no more are needed."""
    return np.round(X, 4).ravel().tolist()
