"""Section 8: the five exercises with which the tutorial ends; each is told by a module
of its own.
"""

from collections.abc import Iterable
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from halfmoon import datasets
from halfmoon.arrays.elementary import Array
from halfmoon.network import Network
from halfmoon.pages.book import Book
from halfmoon.tutorial.common import Common, build, descend, fresh, full_loss, right

TITLE = "The five exercises"
WAYS = {"gd": "descent", "adam": "Adam"}
COUNTS = {0: "none", 1: "one", 2: "two", 4: "four", 8: "eight"}  # of hidden layers

Hidden = tuple[int, ...]  # units in each hidden layer


def tell(book: Book, common: Common) -> None:
    """What they ask for; the parts that follow do it."""
    book.say(
        """The tutorial ends with five exercises and no answers. Here they are, done:
        each with the few lines of code that do it, a picture of before and after, and
        what was measured. Where a measurement contradicts the exercise, we say so."""
    )
    book.items(
        [
            "Take minibatches, a few rows for each update, in place of the full batch.",
            "Anneal: let the learning rate fall as training goes on.",
            "Try other activation functions, each with a derivative of its own.",
            "Tell three classes apart, on data made for it.",
            "Add a second hidden layer, and choose the sizes of both.",
        ]
    )


# What several of them do


class Points(NamedTuple):
    """Points to learn from, and new ones to judge by."""

    data: tuple[Array, Any]
    new: tuple[Array, Any]


class Learned(NamedTuple):
    """A trained network, its loss after each pass (the first: before any), the shares
    right, and the seconds.
    """

    network: Network
    losses: Array
    right: float
    new: float
    seconds: float

    @property
    def loss(self) -> float:
        """The loss at the end."""
        return float(self.losses[-1])


Runs = dict[tuple[Hidden, str], Learned]  # by hidden layers and by the way down


def drawn(common: Common, name: str, rows: int, noise: float, new: int) -> Points:
    """So many points of a data set, and so many new ones."""
    return Points(
        datasets.make(name, rows, noise, common.seed),
        fresh(name, new, noise, common.seed),
    )


def judged(
    common: Common,
    label: str,
    network: Network,
    points: Points,
    passes: int,
    rate: float,
    optimizer: str = "gd",
) -> Learned:
    """The network, trained with all points in every update, and judged."""
    history = common.fit(
        descend, label, passes, network, *points.data, rate, optimizer=optimizer
    ).history
    losses = np.append(history["loss"], full_loss(network, *points.data))
    shares = right(network, *points.data), right(network, *points.new)
    return Learned(network, losses, *shares, float(history["seconds"][-1]))


def compared(
    common: Common,
    points: Points,
    sizes: Iterable[Hidden],
    rates: dict[str, float],
    passes: int,
) -> Runs:
    """tanh networks of these sizes, each trained in every way that `rates` names."""
    learned = {}
    classes = int(points.data[1].max()) + 1
    for hidden, way in product(sizes, rates):
        network = build([2, *hidden, classes], seed=common.seed)
        label = f"{network.size} numbers, {way}"
        learned[hidden, way] = judged(
            common, label, network, points, passes, rates[way], way
        )
    return learned


def key(hidden: Hidden, way: str) -> str:
    """What the numbers of such a network are kept under, as "2 of 10, adam"."""
    return f"{len(hidden)} of {max(hidden, default=0)}, {way}"


def table(book: Book, name: str, title: str, learned: Runs) -> Any:
    """Show what became of the networks; their numbers, each under its key."""
    numbers = {
        key(hidden, way): {
            "layers": len(hidden),
            "units": max(hidden, default=0),
            "parameters": one.network.size,
            **{"loss": one.loss, "right": one.right, "new": one.new},
        }
        for (hidden, way), one in learned.items()
    }
    numbers = book.number(name, numbers)
    clock = book.time(
        name, dict(zip(numbers, (one.seconds for one in learned.values()), strict=True))
    )
    rows = []
    for (its, one), (_, way) in zip(numbers.items(), learned, strict=True):
        shares = [f"{one[share]:.1%}" for share in ("right", "new")]
        rows.append(
            [
                layers(one),
                WAYS[way],
                one["parameters"],
                f"{one['loss']:.4f}",
                *shares,
                f"{clock[its]:.2f}",
            ]
        )
    columns = ["hidden", "by", "numbers", "loss", "right", "new right", "seconds"]
    book.table(title, columns, rows)
    return numbers


def layers(one: Any) -> str:
    """The hidden layers of a network in words, from its kept numbers."""
    count = COUNTS[one["layers"]]
    return f"{count} of {one['units']}" if one["layers"] else count
