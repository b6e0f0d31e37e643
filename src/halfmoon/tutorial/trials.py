"""Section 7's trials: networks of several sizes and penalties, over several seeds,
judged on fresh points.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from halfmoon import datasets
from halfmoon.arrays.elementary import Array
from halfmoon.components.schedules import Step
from halfmoon.displays.style import COLOURS
from halfmoon.network import Network
from halfmoon.pages.book import Book
from halfmoon.tutorial.common import L2, NOISE, RATE, Common, descend, fresh, starts

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


def marks(p: Array, y: Any) -> tuple[float, float]:
    """Accuracy and log-loss of the predicted probabilities p (n, 2)."""
    given = p[np.arange(len(y)), y]  # to the true class
    return float((p.argmax(axis=1) == y).mean()), float(-np.log(given).mean())


def truth(X: Array, noise: float = 0.20) -> Array:
    """The true probabilities (n, 2), which only the maker of the moons knows."""
    arcs, c = datasets.make("moons", n=200, noise=0.0)
    apart = ((X[:, None, :] - arcs) ** 2).sum(axis=2)
    near = np.exp(-apart / (2 * noise**2))
    p = np.stack([near[:, c == i].sum(axis=1) for i in (0, 1)], axis=1)
    return p / p.sum(axis=1, keepdims=True)


@dataclass
class Study:
    """Networks of several sizes and penalties, each trained for several seeds, and
    judged on fresh points.
    """

    common: Common
    networks: dict[tuple[int, int], list[Network]] = field(default_factory=dict)

    @cached_property
    def seeds(self) -> list[Common]:
        """One for each seed, which draws the points to learn from and the initial
        weights.
        """
        own = self.common
        return [
            Common(seed, own.quick, own.engine)
            for seed in starts(own.seed, 2 if own.quick else 5)
        ]

    @cached_property
    def test(self) -> tuple[Array, Any]:
        """Fresh points, from a seed of their own."""
        return fresh("moons", FRESH, NOISE, self.common.seed)

    @property
    def passes(self) -> int:
        """For each network: fewer than the tutorial's, as there are many."""
        return 2_000 if self.common.quick else 4_000

    def trained(self, hidden: int, times: int = 1) -> list[Network]:
        """The networks of this size, one for each seed, with the penalty so many times
        the tutorial's.
        """
        if (hidden, times) not in self.networks:
            networks = [one.network(hidden) for one in self.seeds]
            late = Step(every=self.passes * 9 // 10, rate=0.25)
            for one, network in zip(self.seeds, networks, strict=True):
                label = f"{hidden} hidden units, penalty times {times}, seed {one.seed}"
                one.fit(
                    descend,
                    label,
                    self.passes,
                    network,
                    *one.data,
                    RATE,
                    schedule=late,
                    l2=times * L2,
                )
            self.networks[hidden, times] = networks
        return self.networks[hidden, times]

    def judge(self, one: Common, predict: Predict) -> list[float]:
        """What is MEASURED: on the points of one seed, and on the fresh ones."""
        return [mark for X, y in (one.data, self.test) for mark in marks(predict(X), y)]

    def scores(self, *which: int) -> dict[str, dict[str, Any]]:
        """Of `trained(*which)`, or of the truth, what is MEASURED: for each seed, its
        mean and standard deviation.
        """
        known: list[Predict] = [truth] * len(self.seeds)
        models = (
            [network.predict for network in self.trained(*which)] if which else known
        )
        each = np.array(
            [
                self.judge(one, predict)
                for one, predict in zip(self.seeds, models, strict=True)
            ]
        )
        columns = zip(MEASURED, each.T, strict=True)
        return {
            name: {"mean": v.mean(), "spread": v.std(ddof=1), "each": v}
            for name, v in columns
        }


def in_cells(scores: dict[str, Any], *names: str) -> list[str]:
    """Scores for a table. The truth meets the same test set with every seed: there it
    has no spread.
    """
    cells = []
    for one, form in (
        (scores[name], ".1%" if "right" in name else ".3f") for name in names
    ):
        cells.append(
            f"{one['mean']:{form}}"
            + (f" ± {one['spread']:{form}}" if one["spread"] > 1e-9 else "")
        )
    return cells


def higher(
    book: Book, name: str, one: dict[str, Any], other: dict[str, Any]
) -> tuple[int, int]:
    """In how many seeds, of how many, the first has the higher log-loss on new
    points.
    """
    pairs = list(
        zip(one["log_loss_new"]["each"], other["log_loss_new"]["each"], strict=True)
    )
    return book.number(name, sum(a > b for a, b in pairs)), book.number(
        "seeds", len(pairs)
    )


def stuck(
    book: Book, name: str, one: dict[str, Any], other: dict[str, Any], units: int
) -> str:
    """With how many seeds the first has by far fewer points right, of those learned
    from.
    """
    pairs = zip(
        one["right_learned"]["each"], other["right_learned"]["each"], strict=True
    )
    count = book.number(name, sum(a < b - 0.03 for a, b in pairs))
    sentence = (
        f" (With {count} of the seeds {units} units got stuck: far fewer right even of "
        "the points learned from.)"
    )
    return sentence if count else ""


def draw_scores(
    ax: Any,
    at: Array,
    scores: list[dict[str, Any]],
    name: str,
    label: str,
    **style: Any,
) -> None:
    """The means as a line, dashed for points learned from, and each seed's value as a
    small mark.
    """
    each = np.array([one[name]["each"] for one in scores])
    ax.plot(
        at,
        each.mean(axis=1),
        ls="-" if name.endswith("new") else "--",
        ms=8,
        label=label,
        zorder=3,
        **style,
    )
    ax.scatter(
        np.repeat(at, each.shape[1]),
        each.ravel(),
        s=14,
        alpha=0.7,
        linewidths=0,
        **style,
    )
