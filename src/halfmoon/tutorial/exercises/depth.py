"""Section 8.5: four layers, on the moons and on a spiral that winds around twice."""

from typing import Any

from halfmoon.inspection.gradient_check import check_gradients
from halfmoon.pages.texts import Material, Picture
from halfmoon.tutorial.exercises.trials import (
    draw_trials,
    median_trial,
    reached,
    sample_points,
    train_sizes,
)
from halfmoon.tutorial.experiment import HALF_RATE, L2, NOISE, ROWS, Experiment, build
from halfmoon.tutorial.programs import program

NEW = 2_000
ROWS_OF_SPIRAL = 300
ON_MOONS = ((3,), (3, 3), (10, 10))
ON_SPIRAL = ((3,), (30,), (3, 3), (5, 5), (10, 10))
SHOWN = ("3", "30", "10 and 10")


def measure(experiment: Experiment) -> Material:
    """Train one hidden layer and two, on the moons and on a harder spiral."""
    passes = 1_000 if experiment.quick else 3_000
    moons = sample_points(experiment, "moons", ROWS, NOISE, NEW)
    spiral = sample_points(experiment, "spiral:turns=2.0", ROWS_OF_SPIRAL, 0.03, NEW)
    trials = {
        "moons": train_sizes(experiment, ON_MOONS, moons, passes, HALF_RATE),
        "spiral": train_sizes(experiment, ON_SPIRAL, spiral, passes, HALF_RATE),
    }
    known = {
        name: {size: reached(each) for size, each in sizes.items()}
        for name, sizes in trials.items()
    }
    shown = {f"{size} units": median_trial(trials["spiral"][size]) for size in SHOWN}
    network = build([2, 3, 3, 2], seed=experiment.seed)
    check = check_gradients(network, *experiment.data, l2=L2)
    numbers = {
        "new_points": NEW,
        "rows_of_spiral": ROWS_OF_SPIRAL,
        "rate": HALF_RATE,
        "passes": passes,
        "seeds": len(experiment.seeds),
        "reached": known,
        "slopes": sum(one.slopes for one in check.checks),
        "parameters_of_exercise": build([2, 10, 10, 3]).size,
    }
    maps = Picture(lambda fig: draw_trials(fig, shown), (11.0, 3.9))
    version = program("four_layers")
    return Material(
        numbers=numbers,
        claims=find_claims(known) | {"gradients_right": check.ok},
        figures={"8.5-boundaries": maps},
        code={"four_layers": version, "changes": version.changes},
    )


def find_claims(known: dict[str, Any]) -> dict[str, bool]:
    """What may be said of a second hidden layer on either data set."""
    spiral = {size: one["accuracy_new"] for size, one in known["spiral"].items()}
    one, *others = (each["accuracy_new"][1] for each in known["moons"].values())
    wide_is_worse = spiral["30"][2] < spiral["10 and 10"][0]
    return {
        "no_gain_on_moons": max(others) < one + 0.01,
        "depth_pays": wide_is_worse and spiral["3 and 3"][2] < 0.9,
    }
