"""Section 7's study: networks of several sizes and penalties, for several seeds."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from halfmoon import datasets
from halfmoon.arrays.elementary import Array
from halfmoon.components.schedules import Step
from halfmoon.displays.style import COLOURS
from halfmoon.inspection.evaluation import accuracy, log_loss
from halfmoon.network import Network
from halfmoon.pages.book import Book
from halfmoon.tutorial.experiment import (
    L2,
    NOISE,
    RATE,
    Experiment,
    descend,
    new_points,
    seeds_from,
)

# the tutorial's layer, and its largest
SMALL = 3
LARGE = 50
STYLES = {
    SMALL: {"c": COLOURS[2], "marker": "^"},
    LARGE: {"c": COLOURS[3], "marker": "D"},
}
FRESH = 2_000
MEASURED = ("right_learned", "log_loss_learned", "right_new", "log_loss_new")
Predict = Callable[[Array], Array]  # from points to probabilities
Scores = dict[str, dict[str, Any]]  # by MEASURED: mean, spread, and each seed's


def truth(X: Array, noise: float = 0.20) -> Array:
    """The true probabilities (n, 2), which only the maker of the moons knows."""
    arcs, c = datasets.make("moons", n=200, noise=0.0)
    apart = ((X[:, None, :] - arcs) ** 2).sum(axis=2)
    near = np.exp(-apart / (2 * noise**2))
    p = np.stack([near[:, c == i].sum(axis=1) for i in (0, 1)], axis=1)
    return p / p.sum(axis=1, keepdims=True)


@dataclass
class Study:
    """Networks of several sizes and penalties, trained for several seeds.

    They are evaluated on the points that they learned from and on new ones.
    """

    experiment: Experiment
    networks: dict[tuple[int, int], list[Network]] = field(default_factory=dict)

    @cached_property
    def repeats(self) -> list[Experiment]:
        """One for each seed, which draws the points and the initial weights."""
        own = self.experiment
        seeds = seeds_from(own.seed, 2 if own.quick else 5)
        return [Experiment(seed, own.quick, own.engine) for seed in seeds]

    @cached_property
    def test(self) -> tuple[Array, Any]:
        """New points, from a seed of their own."""
        return new_points("moons", FRESH, NOISE, self.experiment.seed)

    @property
    def passes(self) -> int:
        """For each network: fewer than the tutorial's, as there are many."""
        return 2_000 if self.experiment.quick else 4_000

    def train(self, hidden: int, times: int = 1) -> list[Network]:
        """The networks of this size, one a seed, trained when first asked for.

        Their penalty is so many times the tutorial's.
        """
        if (hidden, times) not in self.networks:
            networks = []
            late = Step(every=self.passes * 9 // 10, rate=0.25)
            for one in self.repeats:
                network = one.network(hidden)
                label = f"{hidden} hidden units, penalty times {times}, seed {one.seed}"
                options = {"schedule": late, "l2": times * L2}
                one.fit(
                    descend, label, self.passes, network, *one.data, RATE, **options
                )
                networks.append(network)
            self.networks[hidden, times] = networks
        return self.networks[hidden, times]

    def evaluate(self, one: Experiment, predict: Predict) -> list[float]:
        """What is MEASURED: on the points of one seed, and on the new ones."""
        scores = []
        for X, y in (one.data, self.test):
            p = predict(X)
            scores += [accuracy(p, y), log_loss(p, y)]
        return scores

    def scores(self, *which: int) -> Scores:
        """What is MEASURED of the networks that `train` gives, or of the truth."""
        models: list[Predict] = [truth] * len(self.repeats)
        if which:
            models = [network.predict for network in self.train(*which)]
        pairs = zip(self.repeats, models, strict=True)
        each = np.array([self.evaluate(one, predict) for one, predict in pairs])
        scores = {}
        for name, values in zip(MEASURED, each.T, strict=True):
            spread = values.std(ddof=1)
            scores[name] = {"mean": values.mean(), "spread": spread, "each": values}
        return scores


def format_cells(scores: Scores, *names: str) -> list[str]:
    """Scores for a table.

    The truth meets the same test set with every seed: there it has no spread.
    """
    cells = []
    for name in names:
        form = ".1%" if "right" in name else ".3f"
        cell = f"{scores[name]['mean']:{form}}"
        if scores[name]["spread"] > 1e-9:
            cell += f" ± {scores[name]['spread']:{form}}"
        cells.append(cell)
    return cells


def count_higher(book: Book, name: str, one: Scores, other: Scores) -> tuple[int, int]:
    """In how many of the seeds the first has the higher log-loss on new points."""
    first = one["log_loss_new"]["each"]
    second = other["log_loss_new"]["each"]
    count = sum(a > b for a, b in zip(first, second, strict=True))
    return book.number(name, count), book.number("seeds", len(first))


def describe_stuck(
    book: Book, name: str, one: Scores, other: Scores, units: int
) -> str:
    """In how many seeds the first has far fewer of its own points right, in words."""
    first = one["right_learned"]["each"]
    second = other["right_learned"]["each"]
    pairs = zip(first, second, strict=True)
    count = book.number(name, sum(a < b - 0.03 for a, b in pairs))
    if count == 0:
        return ""
    return (
        f" (With {count} of the seeds {units} units got stuck: far fewer right even of "
        "the points learned from.)"
    )


def draw_scores(
    ax: Any, at: Array, scores: list[Scores], name: str, label: str, **style: Any
) -> None:
    """The means as a line, and each seed's value as a small mark.

    The line is dashed for points learned from.
    """
    each = np.array([one[name]["each"] for one in scores])
    dashes = "-" if name.endswith("new") else "--"
    ax.plot(at, each.mean(axis=1), ls=dashes, ms=8, label=label, zorder=3, **style)
    dots = {"s": 14, "alpha": 0.7, "linewidths": 0}
    ax.scatter(np.repeat(at, each.shape[1]), each.ravel(), **dots, **style)
