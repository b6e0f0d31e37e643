"""Curvature on the way of a recorded run, and what it means for the learning rate.

On a quadratic, plain gradient descent comes nearer while rate times curvature is below
2; above it, updates jump to and fro across the valley (Cohen et al. 2021).
"""

import time
from functools import lru_cache
from typing import Any

import numpy as np

from halfmoon.arrays.elementary import Array
from halfmoon.inspection.curvature import curvature
from halfmoon.training.recording import Recording

MOST_WORK = 20_000_000  # rows times parameters squared


def why_no_curvature(rows: int, size: int) -> str:
    """Why it would take too long for so many rows and parameters; else nothing."""
    work = rows * size**2
    if work <= MOST_WORK:
        return ""
    return (
        f"The curvature is not computed here: {rows:,} rows times {size:,} parameters "
        f"squared are {work:,}, and {MOST_WORK:,} is the most."
    )


@lru_cache(maxsize=1024)
def curvature_under(conditions: Any, theta: bytes) -> float:
    """The largest curvature at parameters theta, as bytes; NaN where it is not finite.

    `conditions` are those of a recording, and hashable.
    """
    network, X, y, settings = conditions.make()
    at = np.frombuffer(theta, network.dtype)
    try:
        return curvature(network, X, y, theta=at, l2=settings.l2)
    except np.linalg.LinAlgError:
        return np.nan


def rates_times_curvatures(recording: Recording, seconds: float) -> tuple[Array, Array]:
    """Updates at which a recording was measured, and rate times curvature at each.

    What has been computed before is remembered. New ones are computed until the time is
    over, the latest first, so that asking again brings more of them.
    """
    deadline = time.perf_counter() + seconds
    found = []
    for point in reversed(list(recording.points)):
        theta = point.theta
        if theta is None or point.update < recording.first_update:  # forgotten
            continue
        stage = [each for each in recording.stages if each.begin <= point.update][-1]
        kappa = curvature_under(stage.conditions, theta.tobytes())
        found.append((point.update, point.last.learning_rate * kappa))
        if time.perf_counter() > deadline:
            break
    updates, products = np.array(sorted(found), np.float64).reshape(-1, 2).T
    return updates, products
