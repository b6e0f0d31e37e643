"""Section 8.1 continued: how the races of batch sizes are run, looked at and timed."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from halfmoon.arrays.elementary import Array
from halfmoon.network import Network
from halfmoon.pages.book import Book
from halfmoon.training.run import Run
from halfmoon.tutorial.common import Common, descend, full_loss

BATCHES = (50, 10)
RATES = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
SPRINT = 10  # passes by which a learning rate is chosen
LOW = 0.2  # a loss that no nearly straight boundary has
TIMED = 5_000  # updates, at least, of a run whose time is taken


@dataclass
class Course:
    """Training with one batch size, at the rate that the rule gave it."""

    losses: Array  # of all points, with the penalty, after each pass
    weights: list[Array]  # after the sprint, and at the end
    seconds: float  # a pass
    # kept: points in an update and in all, its rate, and its losses at a few places
    numbers: Any

    @property
    def name(self) -> str:
        """What it is called."""
        size = self.numbers["rows"]
        n = self.numbers["of"]
        return f"all {n:,}" if size == n else f"{size} of {n:,}"


Race = list[Course]  # the full batch, and the minibatches


def race(book: Book, common: Common, X: Array, y: Any, passes: int) -> Race:
    """The full batch and the minibatches, each at its own rate."""
    courses = []
    for size in (len(X), *BATCHES):
        means = [watch(common, X, y, size, rate, SPRINT)[0].mean() for rate in RATES]
        rate = RATES[int(np.argmin(means))]
        losses, weights = watch(common, X, y, size, rate, passes)
        below = np.flatnonzero(losses < LOW)
        half = losses[passes // 2 :]
        numbers = {
            **{"rows": size, "of": len(X), "rate": rate, "passes": passes},
            **{
                "below_after": below[0] + 1 if len(below) else None,
                "early": losses[SPRINT - 1],
                "end": losses[-1],
            },
            **{"least": half.min(), "middle": np.median(half), "most": half.max()},
        }
        seconds = clock(common, X, y, size, rate, passes)
        courses.append(
            Course(
                losses, weights, seconds, book.number(f"{size}_of_{len(X)}", numbers)
            )
        )
    return courses


def run(
    common: Common,
    network: Network,
    X: Array,
    y: Any,
    size: int,
    rate: float,
    passes: int,
    **more: Any,
) -> Run:
    """Train with batches of one size."""
    label = f"{size} of {len(X):,} rows"
    return common.fit(
        descend,
        label,
        passes,
        network,
        X,
        y,
        rate,
        batch_size=size,
        seed=common.seed,
        **more,
    )


def watch(
    common: Common, X: Array, y: Any, size: int, rate: float, passes: int
) -> tuple[Array, list[Array]]:
    """The full objective after each pass, infinite once a run has diverged; weights
    after the sprint and at the end.
    """
    losses = np.full(passes, np.inf)
    weights = list[Array]()

    def look(network: Network, now: Run) -> None:
        losses[now.epoch - 1] = full_loss(network, X, y)
        if now.epoch in (SPRINT, passes):
            weights.append(network.theta)

    run(common, common.network(), X, y, size, rate, passes, callbacks=[look])
    return losses, weights


def clock(
    common: Common, X: Array, y: Any, size: int, rate: float, passes: int
) -> float:
    """Seconds for a pass of a run that nobody watches, long enough; where they are
    short, of the fastest of three.
    """
    passes = max(passes, TIMED * size // len(X))
    times = range(1 if common.quick or common.engine == "numpy" else 3)
    runs = [run(common, common.network(), X, y, size, rate, passes) for _ in times]
    return min(float(one.history["seconds"][-1]) for one in runs) / passes
