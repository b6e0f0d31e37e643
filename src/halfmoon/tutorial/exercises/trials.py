"""A trial: one network, trained, and how good it is; and trials from several seeds."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure

from halfmoon import datasets
from halfmoon.arrays.elementary import Array
from halfmoon.components.activations import Activation
from halfmoon.displays.boundary import draw_map
from halfmoon.inspection.evaluation import accuracy
from halfmoon.network import Network
from halfmoon.training.history import History
from halfmoon.tutorial.experiment import (
    AXES,
    Experiment,
    build,
    full_loss,
    new_points,
)


class Points(NamedTuple):
    """Points to learn from, and new ones to evaluate by."""

    data: tuple[Array, Any]
    new: tuple[Array, Any]


def sample_points(
    experiment: Experiment, name: str, rows: int, noise: float, new: int
) -> Points:
    """So many points of a data set, and so many new ones."""
    seed = experiment.seed
    data = datasets.make(name, rows, noise, seed)
    return Points(data, new_points(name, new, noise, seed))


@dataclass(frozen=True, eq=False)
class Trial:
    """A trained network, and the history of its training."""

    network: Network
    points: Points
    history: History

    @cached_property
    def loss(self) -> float:
        """The objective of all points at the end."""
        return full_loss(self.network, *self.points.data)

    @property
    def losses(self) -> Array:
        """The loss before each pass (its mean, in batches), and the one at the end."""
        return np.append(self.history["loss"], self.loss)

    @cached_property
    def accuracy_new(self) -> float:
        """The accuracy on the new points."""
        X, y = self.points.new
        return accuracy(self.network.predict(X), y)


def run_trial(
    experiment: Experiment,
    label: str,
    network: Network,
    points: Points,
    passes: int,
    rate: float,
    **options: Any,
) -> Trial:
    """Train a network by `descend`, with all points in every update by default."""
    run = experiment.fit(label, passes, network, *points.data, rate, **options)
    return Trial(network, points, run.history)


def train_seeds(
    experiment: Experiment,
    sizes: Sequence[int],
    points: Points,
    passes: int,
    rate: float,
    activation: str | Activation = "tanh",
) -> list[Trial]:
    """Train a network from the initial weights of each seed."""
    trials = []
    for seed in experiment.seeds:
        network = build(sizes, activation, seed)
        label = f"{'-'.join(map(str, sizes))}, {activation}, seed {seed}"
        trials.append(run_trial(experiment, label, network, points, passes, rate))
    return trials


def train_sizes(
    experiment: Experiment,
    sizes: Sequence[tuple[int, ...]],
    points: Points,
    passes: int,
    rate: float,
) -> dict[str, list[Trial]]:
    """Trials of several hidden layers, each under its name, such as "3 and 3"."""
    classes = int(points.data[1].max()) + 1
    trials = {}
    for hidden in sizes:
        name = " and ".join(map(str, hidden)) or "none"
        layers = [2, *hidden, classes]
        trials[name] = train_seeds(experiment, layers, points, passes, rate)
    return trials


def median_trial(trials: list[Trial]) -> Trial:
    """The trial of the median loss; of an even number, the lower of the middle two."""
    ordered = sorted(trials, key=lambda trial: trial.loss)
    return ordered[(len(ordered) - 1) // 2]


def span(values: Sequence[float]) -> list[float]:
    """The lowest, the median and the highest."""
    return [float(np.min(values)), float(np.median(values)), float(np.max(values))]


def reached(trials: list[Trial]) -> dict[str, Any]:
    """What the trials reach: ranges of the loss and of the accuracy on new points."""
    return {
        "parameters": trials[0].network.size,
        "loss": span([trial.loss for trial in trials]),
        "accuracy_new": span([trial.accuracy_new for trial in trials]),
    }


def draw_trials(fig: Figure, shown: dict[str, Trial]) -> None:
    """Maps of what networks predict, with their points, names and accuracies."""
    axes = fig.subplots(1, len(shown))
    for ax, (name, trial) in zip(axes, shown.items(), strict=True):
        data = trial.points.data
        draw_map(ax, trial.network, *data, size=13.0, resolution=90, **AXES)
        ax.set_title(f"{name}: {trial.accuracy_new:.1%}")
