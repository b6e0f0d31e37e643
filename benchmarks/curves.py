"""How a fit's time grows: curves of time against rows, width and depth."""

from statistics import median
from typing import Any

import numpy as np

CURVES = ("rows", "width", "depth")
BATCH = 200  # rows of an update, in all curves


def growth(
    rows: list[dict[str, Any]], curve: str, peer: str
) -> list[tuple[float, float]]:
    """Sizes and seconds: of an epoch for rows, of an update for width and depth."""
    points = []
    for row in rows:
        if row["group"] != curve or row["peer"] != peer:
            continue
        updates = row["x"] / BATCH if curve == "rows" else 1
        points.append((row["x"], median(row["values"]) * updates))
    return points


def slope(points: list[tuple[float, float]]) -> float:
    """Of log time against log size, over the upper half of the points.

    1 is proportional.
    """
    x, y = np.log(sorted(points)[len(points) // 2 :]).T
    return float(np.polyfit(x, y, 1)[0])
