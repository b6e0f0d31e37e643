"""A trial: one network, trained, and how good it is on points old and new."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from halfmoon import datasets
from halfmoon.arrays.elementary import Array
from halfmoon.inspection.evaluation import accuracy
from halfmoon.network import Network
from halfmoon.training.history import History
from halfmoon.tutorial.experiment import Experiment, descend, full_loss, new_points


class Points(NamedTuple):
    """Points to learn from, and new ones to evaluate by."""

    data: tuple[Array, Any]
    new: tuple[Array, Any]


def sample_points(
    experiment: Experiment, name: str, rows: int, noise: float, new: int
) -> Points:
    """So many points of a data set, and so many new ones."""
    seed = experiment.seed
    return Points(
        datasets.make(name, rows, noise, seed), new_points(name, new, noise, seed)
    )


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

    @property
    def learning_rates(self) -> Array:
        """The learning rate at the end of each pass."""
        return self.history["learning_rate"]

    @property
    def passes(self) -> int:
        """How often all points were seen."""
        return len(self.history)

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
    run = experiment.fit(descend, label, passes, network, *points.data, rate, **options)
    return Trial(network, points, run.history)
