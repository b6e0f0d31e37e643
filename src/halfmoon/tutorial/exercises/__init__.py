"""Section 8: the five exercises of the tutorial; each has a module of its own."""

from collections.abc import Iterable
from itertools import product
from typing import Any

from halfmoon.pages.book import Book
from halfmoon.tutorial.experiment import Experiment, build
from halfmoon.tutorial.trials import Points, Trial, run_trial

TITLE = "The five exercises"
WAYS = {"gd": "descent", "adam": "Adam"}
COUNTS = {0: "none", 1: "one", 2: "two", 4: "four", 8: "eight"}  # of hidden layers

Hidden = tuple[int, ...]  # units in each hidden layer
Trials = dict[tuple[Hidden, str], Trial]  # by hidden layers and optimizer


def tell(book: Book, experiment: Experiment) -> None:
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


def run_trials(
    experiment: Experiment,
    points: Points,
    sizes: Iterable[Hidden],
    rates: dict[str, float],
    passes: int,
) -> Trials:
    """tanh networks of these sizes, each trained by every optimizer in `rates`."""
    trials = {}
    classes = int(points.data[1].max()) + 1
    for hidden, way in product(sizes, rates):
        network = build([2, *hidden, classes], seed=experiment.seed)
        label = f"{network.size} numbers, {way}"
        trials[hidden, way] = run_trial(
            experiment, label, network, points, passes, rates[way], optimizer=way
        )
    return trials


def trial_key(hidden: Hidden, way: str) -> str:
    """What the numbers of such a network are kept under, as "2 of 10, adam"."""
    return f"{len(hidden)} of {max(hidden, default=0)}, {way}"


def show_table(book: Book, name: str, title: str, trials: Trials) -> Any:
    """A table of the trials; returns their kept numbers, each under its key."""
    numbers = {}
    seconds = {}
    for (hidden, way), trial in trials.items():
        key = trial_key(hidden, way)
        numbers[key] = {
            "layers": len(hidden),
            "units": max(hidden, default=0),
            "parameters": trial.network.size,
            "loss": trial.loss,
            "right": trial.accuracy,
            "new": trial.accuracy_new,
        }
        seconds[key] = trial.seconds
    numbers = book.number(name, numbers)
    seconds = book.time(name, seconds)
    rows = []
    for hidden, way in trials:
        key = trial_key(hidden, way)
        one = numbers[key]
        rows.append(
            [
                describe_layers(one),
                WAYS[way],
                one["parameters"],
                f"{one['loss']:.4f}",
                f"{one['right']:.1%}",
                f"{one['new']:.1%}",
                f"{seconds[key]:.2f}",
            ]
        )
    columns = ["hidden", "by", "numbers", "loss", "right", "new right", "seconds"]
    book.table(title, columns, rows)
    return numbers


def describe_layers(one: Any) -> str:
    """The hidden layers of a network in words, from its kept numbers."""
    count = COUNTS[one["layers"]]
    if one["layers"] == 0:
        return count
    return f"{count} of {one['units']}"
