"""Section 7's trials: networks of several sizes and penalties, over several seeds, judged on fresh points."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from halfmoon import datasets, plots
from halfmoon.elementary import Array
from halfmoon.loop import Run
from halfmoon.network import Network
from halfmoon.schedules import Step
from halfmoon.training import train
from halfmoon.tutorial.book import Book
from halfmoon.tutorial.common import L2, NOISE, Common

SMALL, LARGE = 3, 50  # the tutorial's layer, and its largest
FRESH = 2_000
MARKS = ("right_learned", "log_loss_learned", "right_new", "log_loss_new")
Predict = Callable[[Array], Array]  # from points to probabilities


def of_size(hidden: int, seed: int = 0) -> Network:
    """Two inputs, `hidden` tanh units, two outputs; the tutorial's initial weights."""
    rng = np.random.RandomState(seed)
    return Network.dense([2, hidden, 2], "tanh", initializer="tutorial", rng=rng)


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


def come_to_rest(
    network: Network, X: Array, y: Any, epochs: int, **more: Any
) -> Run:  # fmt: skip
    """The tutorial's descent, but the last tenth of it at a quarter of the rate."""
    late = Step(every=epochs * 9 // 10, rate=0.25)
    return train(
        network, X, y, optimizer="gd", learning_rate=2.0, schedule=late,
        epochs=epochs, **more,
    )  # fmt: skip


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
        return 2_000 if self.common.quick else 4_000

    def trained(self, hidden: int, times: int = 1) -> list[Network]:
        """The networks of this size, one for each seed, with the penalty so many times the tutorial's."""
        if (hidden, times) not in self.networks:
            networks = [one.network(hidden) for one in self.seeds]
            for one, network in zip(self.seeds, networks, strict=True):
                label = f"{hidden} hidden units, penalty times {times}, seed {one.seed}"
                one.fit(come_to_rest, label, self.passes, network, *one.data, l2=times * L2)
            self.networks[hidden, times] = networks
        return self.networks[hidden, times]

    def marks(self, one: Common, predict: Predict) -> list[float]:
        """MARKS: on the points of one seed, and on the fresh ones."""
        return [mark for X, y in (one.data, self.test) for mark in marks(predict(X), y)]

    def scores(self, *which: int) -> dict[str, dict[str, Any]]:
        """MARKS of `trained(*which)`, or of the truth: each seed's, their mean and their standard deviation."""
        known: list[Predict] = [truth] * len(self.seeds)
        models = [network.predict for network in self.trained(*which)] if which else known
        each = np.array([self.marks(one, predict) for one, predict in zip(self.seeds, models, strict=True)])
        found = zip(MARKS, each.T, strict=True)
        return {name: {"mean": v.mean(), "spread": v.std(ddof=1), "each": v} for name, v in found}


def cells(marked: dict[str, Any], *names: str) -> list[str]:
    """Marks for a table. The truth meets the same test set with every seed: there it has no spread."""
    shown = []
    for one, form in ((marked[name], ".1%" if "right" in name else ".3f") for name in names):
        shown.append(f"{one['mean']:{form}}" + (f" ± {one['spread']:{form}}" if one["spread"] > 1e-9 else ""))
    return shown


def higher(book: Book, name: str, one: dict[str, Any], other: dict[str, Any]) -> tuple[int, int]:
    """In how many seeds, of how many, the first has the higher log-loss on new points."""
    pairs = list(zip(one["log_loss_new"]["each"], other["log_loss_new"]["each"], strict=True))
    return book.number(name, sum(a > b for a, b in pairs)), book.number("seeds", len(pairs))


def stuck(book: Book, name: str, one: dict[str, Any], other: dict[str, Any], units: int) -> str:
    """With how many seeds the first has by far fewer points right, of those learned from."""
    pairs = zip(one["right_learned"]["each"], other["right_learned"]["each"], strict=True)
    count = book.number(name, sum(a < b - 0.03 for a, b in pairs))
    if not count:
        return ""
    return (
        f" (With {count} of the seeds {units} units got stuck, with far fewer right even of the points learned from.)"
    )


def draw_marks(ax: Any, at: Array, marked: list[dict[str, Any]], name: str, i: int, label: str) -> None:
    """A mark's means as a line, in the i-th style, and each seed's value as a pale dot."""
    each, style = np.array([one[name]["each"] for one in marked]), {"c": plots.COLOURS[i], "marker": plots.MARKERS[i]}
    ax.plot(at, each.mean(axis=1), ls=("-", "--")[i], ms=6, label=label, zorder=3, **style)
    ax.scatter(np.repeat(at, each.shape[1]), each.ravel(), s=16, alpha=0.4, linewidths=0, **style)


def draw_map(model: Any, common: Common, ax: Any, size: float = 0.0) -> None:
    """The plane by what a model predicts, with the points that it learned from if they have a size."""
    plots.boundary(model, *common.data, ax, resolution=120, show=False)
    if size:
        plots.points(*common.data, ax, size=size)
    ax.set(xlabel="$x_1$", ylabel="$x_2$", xticks=(-1, 0, 1, 2), yticks=(-1, 0, 1))
