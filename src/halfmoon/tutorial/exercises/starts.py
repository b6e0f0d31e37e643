"""One network from several initial weights, and what it reaches as ranges."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from halfmoon.components.activations import Activation
from halfmoon.tutorial.experiment import Experiment, build, seeds_from
from halfmoon.tutorial.maps import draw_map
from halfmoon.tutorial.trials import Points, Trial, run_trial


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
        trials[name] = train_starts(experiment, layers, points, passes, rate)
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


def write_range(values: Any, form: str) -> str:
    """A range in a cell of a table, from the lowest to the highest."""
    if format(float(values[0]), form) == format(float(values[-1]), form):
        return f"{values[0]:{form}}"
    return f"{values[0]:{form}} to {values[-1]:{form}}"


def draw_trials(fig: Figure, shown: dict[str, Trial]) -> None:
    """Maps of what networks predict, with their points, names and accuracies."""
    axes = fig.subplots(1, len(shown))
    for ax, (name, trial) in zip(axes, shown.items(), strict=True):
        draw_map(ax, trial.network, *trial.points.data, size=13.0, resolution=90)
        ax.set_title(f"{name}: {trial.accuracy_new:.1%}")
