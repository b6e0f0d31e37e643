"""What an update cannot do without, at the best rates that this machine showed.

Counted are the products; the exponentials of tanh and softmax; and Adam's parameters:
theta, m and v read and written, g read, where they are too many for the second cache.
"""

from statistics import median
from typing import Any

import numpy as np
import workloads
from units import time_text

SECOND_CACHE = 2**21  # bytes
GEMM = "{dtype}, 2,048 cubed"
EXP = "exp of 2,000 numbers, float64"
TANH = "tanh of 2,000 numbers, float64"
COPY = "bytes moved by a copy of 64 MB"
HEADER = [
    (
        "| an update | products | functions | parameters | floor | halfmoon "
        "| over floor |"
    ),
    "|---|---|---|---|---|---|---|",
]


def floors(rows: list[dict[str, Any]]) -> list[str]:
    """A table: the floor of each network's update, and how near halfmoon comes."""
    limits = best_rates(rows)
    if TANH not in limits:
        return []
    known = {work.name: work for work in workloads.tutorial() + workloads.minibatch()}
    lines = []
    for row in rows:
        if row["peer"] != "halfmoon" or row["threads"] != 1 or row["work"] not in known:
            continue
        parts = floor(known[row["work"]], limits)
        total = sum(parts)
        took = median(row["values"])
        times = [time_text(time) if time else "" for time in [*parts, total, took]]
        cells = [row["work"], *times, f"{took / total:.1f}x"]
        lines.append(f"| {' | '.join(cells)} |")
    return ["", "## The floor, one thread", "", *HEADER, *lines]


def best_rates(rows: list[dict[str, Any]]) -> dict[str, float]:
    """The shortest time of each of the machine's limits, on one thread."""
    best: dict[str, float] = {}
    for row in rows:
        if row["group"] == "gemm" and row["threads"] == 1:
            shortest = min(row["values"])
            best[row["work"]] = min(shortest, best.get(row["work"], np.inf))
    return best


def floor(work: Any, limits: dict[str, float]) -> list[float]:
    """Seconds that an update needs for products, functions and parameters."""
    rows = work.batch or work.rows
    product = limits[GEMM.format(dtype=work.dtype)] / (2.0 * 2048**3)
    # half the bytes, half the time
    shrink = 0.5 if work.dtype == "float32" else 1.0
    # softmax of two classes needs one exponential
    exponentials = rows * (work.sizes[-1] if work.sizes[-1] > 2 else 1)
    functions = exponentials * limits[EXP] * shrink
    if work.activation == "tanh":
        functions += rows * sum(work.sizes[1:-1]) * limits[TANH]
    moved = 7 * work.parameters * np.dtype(work.dtype).itemsize
    parameters = moved * limits[COPY] if moved > SECOND_CACHE else 0.0
    return [work.products * product, functions, parameters]
