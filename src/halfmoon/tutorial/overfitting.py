"""Section 7, second half: points never seen, overfitting made visible, and a stronger penalty against it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import numpy as np

from halfmoon import datasets, plots
from halfmoon.elementary import Array
from halfmoon.loop import Run
from halfmoon.network import Network
from halfmoon.tutorial.book import Book
from halfmoon.tutorial.common import L2, NOISE, RATE, REG_LAMBDA, ROWS, Common, descend

SMALL, LARGE = 3, 50  # the tutorial's layer, and its largest
TIMES = (1, 10, 100, 1000)  # as strong as the tutorial's penalty
FRESH = 2_000
MARKS = ("right_learned", "log_loss_learned", "right_new", "log_loss_new")


def marks(p: Array, y: Any) -> tuple[float, float]:
    """Accuracy and log-loss of the predicted probabilities p (n, 2)."""
    given = p[np.arange(len(y)), y]  # to the true class
    return float((p.argmax(axis=1) == y).mean()), float(-np.log(given).mean())


def truth(X: Array, noise: float = 0.20) -> Array:
    """The true probabilities (n, 2), which only the maker of the moons knows."""
    arcs, c = datasets.make("moons", n=200, noise=0.0)
    apart = ((X[:, None, :] - arcs) ** 2).sum(axis=2)
    near = np.exp(-apart / (2 * noise**2))
    p = np.stack([near[:, c == 0].sum(axis=1), near[:, c == 1].sum(axis=1)], axis=1)
    return p / p.sum(axis=1, keepdims=True)


TRUTH = SimpleNamespace(predict_proba=truth)  # to be drawn as a classifier


@dataclass
class Study:
    """Networks of several sizes and penalties, each trained for several seeds, and judged on fresh points."""

    common: Common
    networks: dict[tuple[int, int], list[Network]] = field(default_factory=dict)

    @cached_property
    def seeds(self) -> list[Common]:
        """One for each seed, which draws the points to learn from and the initial weights."""
        own, count = self.common, 2 if self.common.quick else 5
        return [own, *(Common((own.seed + i) % 2**32, own.quick, own.engine) for i in range(1, count))]

    @cached_property
    def test(self) -> tuple[Array, Any]:
        """Fresh points, from a seed of their own."""
        return datasets.make("moons", n=FRESH, noise=NOISE, seed=(self.common.seed + 10_000) % 2**32)

    @property
    def passes(self) -> int:
        """For each network: fewer than the tutorial's, as there are many."""
        return self.common.passes * 2 // 5

    def trained(self, hidden: int, times: int = 1) -> list[Network]:
        """The networks of this size, one for each seed, with the penalty so many times the tutorial's."""
        if (hidden, times) not in self.networks:
            networks = [one.network(hidden) for one in self.seeds]
            for one, network in zip(self.seeds, networks, strict=True):
                label = f"{hidden} hidden units, penalty times {times}, seed {one.seed}"
                one.fit(descend, label, self.passes, network, *one.data, RATE, l2=times * L2)
            self.networks[hidden, times] = networks
        return self.networks[hidden, times]

    def scores(self, *which: int) -> dict[str, dict[str, Any]]:
        """MARKS of `trained(*which)`, or of the truth: each seed's, their mean and their standard deviation."""
        models: list[Callable[[Array], Array]] = [truth] * len(self.seeds)
        if which:
            models = [network.predict for network in self.trained(*which)]
        each = np.array(
            [
                [*marks(model(one.data[0]), one.data[1]), *marks(model(self.test[0]), self.test[1])]
                for one, model in zip(self.seeds, models, strict=True)
            ]
        )
        found = zip(MARKS, each.T, strict=True)
        return {name: {"mean": v.mean(), "spread": v.std(ddof=1), "each": v} for name, v in found}


def by_passes(
    network: Network, X: Array, y: Any, look: Callable[[], None], epochs: int, **options: Any
) -> Run | None:  # fmt: skip
    """Descent that pauses some thirty times to look, and goes on as if it had not."""
    run = None
    for upto in np.unique(np.geomspace(1, epochs, 36).astype(int)):
        run = descend(network, X, y, RATE, epochs=int(upto), run=run, **options)
        look()
        if run.stopped != "epochs":  # but interrupted, say
            break
    return run
