"""One network from several initial weights, and what it reaches as ranges."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from halfmoon.components.activations import Activation
from halfmoon.tutorial.experiment import Experiment, build, seeds_from
from halfmoon.tutorial.trials import Points, Trial, run_trial

Ranges = dict[str, list[float]]  # the lowest, the median and the highest of each


def count_seeds(experiment: Experiment) -> int:
    """How many seeds a measurement is repeated for."""
    return 2 if experiment.quick else 5


def train_starts(
    experiment: Experiment,
    sizes: Sequence[int],
    points: Points,
    passes: int,
    rate: float,
    activation: str | Activation = "tanh",
) -> list[Trial]:
    """Train a network from the initial weights of several seeds, this one's first."""
    trials = []
    for seed in seeds_from(experiment.seed, count_seeds(experiment)):
        network = build(sizes, activation, seed)
        label = f"{'-'.join(map(str, sizes))}, {activation}, seed {seed}"
        trials.append(run_trial(experiment, label, network, points, passes, rate))
    return trials


def median_trial(trials: list[Trial]) -> Trial:
    """The trial of the median loss; of an even number, the lower of the middle two."""
    ordered = sorted(trials, key=lambda trial: trial.loss)
    return ordered[(len(ordered) - 1) // 2]


def span(values: Sequence[float]) -> list[float]:
    """The lowest, the median and the highest."""
    return [float(np.min(values)), float(np.median(values)), float(np.max(values))]


def ranges(trials: list[Trial]) -> Ranges:
    """What the trials reach: the loss, and the accuracy on new points."""
    return {
        "loss": span([trial.loss for trial in trials]),
        "accuracy_new": span([trial.accuracy_new for trial in trials]),
    }


def write_range(values: Any, form: str) -> str:
    """A range in a cell of a table, from the lowest to the highest."""
    if format(float(values[0]), form) == format(float(values[-1]), form):
        return f"{values[0]:{form}}"
    return f"{values[0]:{form}} to {values[-1]:{form}}"
