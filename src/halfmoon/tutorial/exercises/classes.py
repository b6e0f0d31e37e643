"""Section 8.4: three classes, on clouds, on rings and on the arms of a spiral."""

from typing import Any

from sklearn.datasets import make_gaussian_quantiles

from halfmoon.pages.texts import Material, Picture
from halfmoon.tutorial.exercises.trials import (
    Points,
    draw_trials,
    reached,
    sample_points,
    train_sizes,
)
from halfmoon.tutorial.experiment import HALF_RATE, ROWS, Experiment
from halfmoon.tutorial.programs import program

NEW = 3_000
HIDDEN: tuple[tuple[int, ...], ...] = ((), (3,), (5,), (10,))
MOST = "10"
SPIRAL = """\
from halfmoon.datasets import make

X, y = make("spiral:arms=3", n=200, noise=0.03)"""


def measure(experiment: Experiment) -> Material:
    """Train on three data sets, with hidden layers of several sizes."""
    passes = 1_000 if experiment.quick else 3_000
    trials = {
        name: train_sizes(experiment, HIDDEN, points, passes, HALF_RATE)
        for name, points in data_sets(experiment).items()
    }
    known = {
        name: {size: reached(each) for size, each in sizes.items()}
        for name, sizes in trials.items()
    }
    shown = {
        "clouds, no hidden layer": trials["clouds"]["none"][0],
        "rings, 10 units": trials["rings"][MOST][0],
        "spiral, 10 units": trials["spiral"][MOST][0],
    }
    numbers = {
        "rows": ROWS,
        "new_points": NEW,
        "rate": HALF_RATE,
        "passes": passes,
        "seeds": len(experiment.seeds),
        "reached": known,
        "shown": [trial.accuracy_new for trial in shown.values()],
        "parameters": known["spiral"][MOST]["parameters"],
    }
    maps = Picture(lambda fig: draw_trials(fig, shown), (11.0, 3.9))
    version = program("three_classes")
    return Material(
        numbers=numbers,
        claims=find_claims(known),
        figures={"8.4-classes": maps},
        code={
            "three_classes": version,
            "changes": version.changes,
            "spiral": SPIRAL,
        },
    )


def data_sets(experiment: Experiment) -> dict[str, Points]:
    """Three clouds, the three rings of the program, and three arms."""

    def draw_rings(n: int, seed: int) -> Any:
        return make_gaussian_quantiles(n_samples=n, cov=0.4, random_state=seed)

    new_seed = (experiment.seed + 10_000) % 2**32
    return {
        "clouds": sample_points(experiment, "blobs:classes=3", ROWS, 0.4, NEW),
        "rings": Points(draw_rings(ROWS, experiment.seed), draw_rings(NEW, new_seed)),
        "spiral": sample_points(experiment, "spiral:arms=3", ROWS, 0.03, NEW),
    }


def find_claims(known: dict[str, Any]) -> dict[str, bool]:
    """What may be said of a hidden layer on each data set."""
    accuracy = {
        name: {size: one["accuracy_new"] for size, one in sizes.items()}
        for name, sizes in known.items()
    }
    clouds, *curved = accuracy.values()
    clouds_do_not = clouds[MOST][1] < clouds["none"][1] + 0.01
    curves_do = all(one[MOST][0] > one["none"][2] + 0.3 for one in curved)
    three_are_too_few = accuracy["spiral"]["3"][2] < 0.75
    only_curves = clouds_do_not and curves_do and three_are_too_few
    return {"only_curves_need_a_hidden_layer": only_curves}
