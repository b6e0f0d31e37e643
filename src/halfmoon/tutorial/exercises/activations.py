"""Section 8.3: every activation function in one network, and a forgotten slope."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from halfmoon.arrays.elementary import Array
from halfmoon.components.activations import ACTIVATIONS, Activation, Logistic, ReLU
from halfmoon.displays import draw_boundary, draw_points
from halfmoon.displays.activations import draw_activations
from halfmoon.displays.grids import add_grid, row_count
from halfmoon.inspection.gradient_check import check_gradients
from halfmoon.pages.numbers import write_range
from halfmoon.pages.texts import Material, Picture
from halfmoon.tutorial.exercises.trials import (
    Trial,
    median_trial,
    reached,
    sample_points,
    train_seeds,
)
from halfmoon.tutorial.experiment import (
    HALF_RATE,
    L2,
    NOISE,
    ROWS,
    SMALL_AXES,
    Experiment,
    build,
)
from halfmoon.tutorial.programs import program

NEW = 2_000  # points that no network has seen
WIDE = 10  # hidden units, where three are not enough for every start
ACROSS = 4  # small pictures beside one another


def forget_slope(known: type[Activation]) -> Activation:
    """An activation with the slope of tanh in place of its own."""

    @dataclass(frozen=True)
    class Forgotten(known):  # type: ignore[misc, valid-type]
        """f(z) of another, with f'(z) = 1 - a^2."""

        def df(self, z: Any, a: Any) -> Any:
            """The slope of tanh."""
            return 1.0 - a * a

    return Forgotten()


FORGOTTEN = {"relu": forget_slope(ReLU), "logistic": forget_slope(Logistic)}


def measure(experiment: Experiment) -> Material:
    """Train with every activation from several seeds, and with a forgotten slope."""
    points = sample_points(experiment, "moons", ROWS, NOISE, NEW)
    passes = 1_000 if experiment.quick else 5_000

    def train_with(activation: str | Activation, hidden: int = 3) -> list[Trial]:
        sizes = [2, hidden, 2]
        return train_seeds(experiment, sizes, points, passes, HALF_RATE, activation)

    trials = {name: train_with(name) for name in ACTIVATIONS}
    wrong = {name: train_with(act) for name, act in FORGOTTEN.items()}
    wide = train_with("relu", WIDE)
    network = build([2, 3, 2], FORGOTTEN["relu"], experiment.seed)
    check = check_gradients(network, *experiment.data, l2=L2)
    numbers = {
        "activations": len(ACTIVATIONS),
        "new_points": NEW,
        "rate": HALF_RATE,
        "passes": passes,
        "seeds": len(experiment.seeds),
        "reached": {name: reached(each) for name, each in trials.items()},
        "wide_units": WIDE,
        "relu_wide": reached(wide)["accuracy_new"],
        "forgotten": {n: reached(each)["accuracy_new"] for n, each in wrong.items()},
        "slope_of_logistic_at_0": float(Logistic().df(np.zeros(1), np.full(1, 0.5))[0]),
    }
    middle = {name: median_trial(each) for name, each in trials.items()}
    known = {name: ACTIVATIONS.make(name) for name in ACTIVATIONS}
    rows = row_count(known, ACROSS)
    version = program("relu")
    return Material(
        numbers=numbers,
        claims=find_claims(numbers),
        figures={
            "8.3-curves": Picture(
                lambda fig: draw_activations(fig, known, ACROSS),
                (11.0, 2.1 * rows),
            ),
            "8.3-boundaries": Picture(
                lambda fig: draw_boundaries(fig, middle, *experiment.data),
                (11.0, 2.4 * rows),
            ),
        },
        tables={"reached": table_of_activations},
        code={
            "relu": version,
            "changes": version.changes,
            "check": f"check_gradients(network, X, y)\n# {check.message}",
        },
    )


def find_claims(numbers: dict[str, Any]) -> dict[str, bool]:
    """What may be said of the activations."""
    known = numbers["reached"]
    wrong = numbers["forgotten"]
    line = known["identity"]["accuracy_new"]
    relu = known["relu"]["accuracy_new"]
    return {
        "identity_is_a_line": line[2] - line[0] < 0.005 and line[2] < 0.9,
        "width_frees_relu": numbers["relu_wide"][0] > line[2] + 0.05
        and relu[0] < line[2] + 0.03,
        "relu_goes_astray": wrong["relu"][2] < 0.75,
        "logistic_looks_fine": 0.8 < wrong["logistic"][1] < line[1] + 0.01,
    }


def table_of_activations(numbers: Any) -> tuple[list[str], list[list[str]]]:
    """What each activation reaches, over the seeds."""
    rows = []
    for name, one in numbers["reached"].items():
        loss = write_range(one["loss"], ".3f")
        rows.append([name, loss, write_range(one["accuracy_new"], ".1%")])
    return ["activation", "loss", "test accuracy"], rows


def draw_boundaries(fig: Figure, trials: dict[str, Trial], X: Array, y: Any) -> None:
    """What each has learned from the seed of its median loss."""
    axes = add_grid(fig, trials, ACROSS)
    for ax, (name, trial) in zip(axes, trials.items(), strict=True):
        draw_boundary(ax, trial.network, X, resolution=60)
        draw_points(ax, X[::4], y[::4], size=10.0)
        ax.set(title=f"{name}: {trial.accuracy_new:.1%}", **SMALL_AXES)
