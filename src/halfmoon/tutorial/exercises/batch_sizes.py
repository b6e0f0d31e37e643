"""Section 8.1 continued: training with several batch sizes, watched and timed."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from halfmoon.arrays.elementary import Array
from halfmoon.network import Network
from halfmoon.pages.book import Book
from halfmoon.training.run import Run
from halfmoon.tutorial.experiment import Experiment, descend, full_loss

BATCHES = (50, 10)
RATES = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
FIRST_PASSES = 10  # by which a learning rate is chosen
LOW = 0.2  # lower than any nearly straight boundary reaches
TIMED = 5_000  # a timed run has at least this many updates


@dataclass
class BatchTrial:
    """Training with one batch size, at the rate that the rule gave it."""

    losses: Array  # of all points, with the penalty, after each pass
    weights: list[Array]  # after the first passes, and at the end
    seconds: float  # per pass
    # kept: points in an update and in all, its rate, and its losses at a few places
    numbers: Any

    @property
    def name(self) -> str:
        """The points in an update, and in all."""
        size = self.numbers["rows"]
        n = self.numbers["of"]
        return f"all {n:,}" if size == n else f"{size} of {n:,}"


BatchTrials = list[BatchTrial]  # the full batch, then the minibatches


def try_batch_sizes(
    book: Book, experiment: Experiment, X: Array, y: Any, passes: int
) -> BatchTrials:
    """The full batch and the minibatches, each at its own rate."""
    trials = []
    for size in (len(X), *BATCHES):
        rate = choose_rate(experiment, X, y, size)
        losses, weights = watch(experiment, X, y, size, rate, passes)
        below = np.flatnonzero(losses < LOW)
        second_half = losses[passes // 2 :]
        numbers = {
            "rows": size,
            "of": len(X),
            "rate": rate,
            "passes": passes,
            "below_after": below[0] + 1 if len(below) else None,
            "early": losses[FIRST_PASSES - 1],
            "end": losses[-1],
            "least": second_half.min(),
            "middle": np.median(second_half),
            "most": second_half.max(),
        }
        seconds = time_a_pass(experiment, X, y, size, rate, passes)
        kept = book.number(f"{size}_of_{len(X)}", numbers)
        trials.append(BatchTrial(losses, weights, seconds, kept))
    return trials


def choose_rate(experiment: Experiment, X: Array, y: Any, size: int) -> float:
    """The rate whose loss is lowest on average over the first passes."""
    means = []
    for rate in RATES:
        losses, _ = watch(experiment, X, y, size, rate, FIRST_PASSES)
        means.append(losses.mean())
    return RATES[int(np.argmin(means))]


def train_in_batches(
    experiment: Experiment,
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
    return experiment.fit(
        descend,
        label,
        passes,
        network,
        X,
        y,
        rate,
        batch_size=size,
        seed=experiment.seed,
        **more,
    )


def watch(
    experiment: Experiment, X: Array, y: Any, size: int, rate: float, passes: int
) -> tuple[Array, list[Array]]:
    """The full objective after each pass, and weights.

    It is infinite once a run has diverged. The weights are those after the first
    passes and at the end.
    """
    losses = np.full(passes, np.inf)
    weights = list[Array]()

    def look(network: Network, run: Run) -> None:
        losses[run.epoch - 1] = full_loss(network, X, y)
        if run.epoch in (FIRST_PASSES, passes):
            weights.append(network.theta)

    network = experiment.network()
    train_in_batches(experiment, network, X, y, size, rate, passes, callbacks=[look])
    return losses, weights


def time_a_pass(
    experiment: Experiment, X: Array, y: Any, size: int, rate: float, passes: int
) -> float:
    """Seconds for a pass of a run that is long enough and not watched.

    Short runs are made three times, and the fastest counts.
    """
    passes = max(passes, TIMED * size // len(X))
    times = []
    repeats = 1 if experiment.quick or experiment.engine == "numpy" else 3
    for _ in range(repeats):
        network = experiment.network()
        run = train_in_batches(experiment, network, X, y, size, rate, passes)
        times.append(float(run.history["seconds"][-1]))
    return min(times) / passes
