"""Section 7's study: networks of several sizes, penalties and rates, by seed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from halfmoon import datasets
from halfmoon.arrays.elementary import Array
from halfmoon.inspection.evaluation import accuracy, log_loss
from halfmoon.network import Network
from halfmoon.tutorial import experiment as lesson
from halfmoon.tutorial.experiment import L2, RATE, Experiment

SMALL = 3  # Britz's layer
LARGE = 50  # and his largest
STRONGER = 10  # a stronger penalty, in his
FRESH = 2_000
MEASURED = ("accuracy_learned", "log_loss_learned", "accuracy_new", "log_loss_new")
Predict = Callable[[Array], Array]  # from points to probabilities
Scores = dict[str, dict[str, Any]]  # by name: mean, spread, and each seed's


def truth(X, noise=0.20):
    """The true probabilities (n, 2): only who made the moons knows."""
    arcs, c = datasets.make("moons", n=200, noise=0.0)
    apart = ((X[:, None, :] - arcs) ** 2).sum(axis=2)
    near = np.exp(-apart / (2 * noise**2))
    p = np.stack([near[:, c == i].sum(axis=1) for i in (0, 1)], axis=1)
    return p / p.sum(axis=1, keepdims=True)


class Fit(NamedTuple):
    """A trained network, and what is measured of it.

    `swing` is the lowest and the highest loss in the second half of the passes.
    """

    network: Network
    scores: dict[str, float]
    swing: list[float]


@dataclass
class Study:
    """Networks that were trained for several seeds; each is trained when asked for.

    Each is measured twice, early in its training and at the end, on the points that
    it learned from and on new ones.
    """

    experiment: Experiment
    fits: dict[tuple[int, int, float], list[Fit]] = field(default_factory=dict)

    @cached_property
    def repeats(self) -> list[Experiment]:
        """One for each seed, which draws the points and the initial weights."""
        own = self.experiment
        return [Experiment(seed, own.quick, own.engine) for seed in own.seeds]

    @cached_property
    def test(self) -> tuple[Array, Any]:
        """New points, from a seed of their own."""
        return lesson.new_points("moons", FRESH, lesson.NOISE, self.experiment.seed)

    @property
    def early(self) -> int:
        """How many passes the early stage has."""
        return self.experiment.passes // 5

    def train(self, hidden: int, times: int = 1, rate: float = RATE) -> list[Fit]:
        """The networks of this size, one a seed; their penalty is `times` Britz's."""
        key = (hidden, times, rate)
        if key not in self.fits:
            self.fits[key] = [self._fit(one, *key) for one in self.repeats]
        return self.fits[key]

    def _fit(self, one: Experiment, hidden: int, times: int, rate: float) -> Fit:
        network = one.network(hidden)
        label = f"{hidden} hidden units, penalty times {times}, seed {one.seed}"
        run: Any = None
        scores = {}
        for stage, passes in (("early_", self.early), ("", one.passes)):
            data = (network, *one.data, rate)
            options = {"l2": times * L2, "run": run}
            run = one.fit(label, passes, *data, **options)
            for name, value in self.evaluate(one, network.predict).items():
                scores[stage + name] = value
        late = run.history["loss"][one.passes // 2 :]
        swing = [late.min(), late.max()]
        return Fit(network, scores, swing)

    def evaluate(self, one: Experiment, predict: Predict) -> dict[str, float]:
        """What is MEASURED: on the points of one seed, and on the new ones."""
        values = []
        for X, y in (one.data, self.test):
            p = predict(X)
            values += [accuracy(p, y), log_loss(p, y)]
        return dict(zip(MEASURED, values, strict=True))

    def scores(self, hidden: int, times: int = 1, rate: float = RATE) -> Scores:
        """What is measured of the networks that `train` gives."""
        return summary([fit.scores for fit in self.train(hidden, times, rate)])

    def best_scores(self) -> Scores:
        """What is MEASURED of the true probabilities."""
        return summary([self.evaluate(one, truth) for one in self.repeats])

    def nearly_all(self, count: int) -> bool:
        """Whether so many are at least four of five seeds; two seeds are too few."""
        return len(self.repeats) == 5 and count >= 4


def summary(each: list[dict[str, float]]) -> Scores:
    """Mean and standard deviation over the seeds, and each seed's value."""
    scores = {}
    for name in each[0]:
        values = np.array([one[name] for one in each])
        spread = values.std(ddof=1)
        scores[name] = {"mean": values.mean(), "spread": spread, "each": values}
    return scores


def count_higher(one: Scores, other: Scores, name: str = "log_loss_new") -> int:
    """In how many of the seeds the first has the higher value."""
    return int((one[name]["each"] > other[name]["each"]).sum())


def draw_scores(ax: Any, at: Array, scores: Any, name: str, **style: Any) -> None:
    """The means as a line, and each seed's value as a small point."""
    each = np.array([one[name]["each"] for one in scores])
    ax.plot(at, each.mean(axis=1), ms=8, zorder=3, **style)
    dots = {"s": 14, "alpha": 0.7, "linewidths": 0, "marker": style["marker"]}
    ax.scatter(np.repeat(at, each.shape[1]), each.ravel(), c=style["c"], **dots)
