"""What the live figures of the lesson start from: points, weights and shapes."""

from typing import Any

import numpy as np

from halfmoon import datasets
from halfmoon.tutorial.experiment import L2, NOISE, RATE, ROWS, build

SIZES = (1, 2, 3, 4, 5, 20, 50)  # of the hidden layer, as Britz tries them
CLASSES = (3, 4, 5)
ARM_NOISE = 0.05
# x from, x to, y from, y to: what of the plane is shown
MOONS_BOX = (-1.75, 2.65, -1.4, 1.9)
ARMS_BOX = (-1.76, 1.76, -1.32, 1.32)


def live_data() -> dict[str, Any]:
    """Numbers for the page; those of seed 0 are exact, as JSON writes a double."""
    X, _ = datasets.make("moons", n=ROWS, noise=NOISE, seed=0)
    shapes = {"2": {**_shape("moons", MOONS_BOX, NOISE), "points": X.ravel().tolist()}}
    for C in CLASSES:
        shapes[str(C)] = _shape(f"spiral:arms={C}", ARMS_BOX, ARM_NOISE)
    return {
        "rate": RATE,
        "l2": L2,
        "shapes": shapes,
        "weights": {str(H): build([2, H, 2]).theta.tolist() for H in SIZES},
    }


def _shape(name: str, box: tuple[float, ...], noise: float) -> dict[str, Any]:
    """A data set without its noise, which each page adds.

    So four decimals are enough.
    """
    X, y = datasets.make(name, n=ROWS, noise=0.0, seed=0)
    clean = np.round(X, 4).ravel().tolist()
    return {"box": box, "noise": noise, "clean": clean, "labels": y.tolist()}
