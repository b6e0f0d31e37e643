"""Section 8.4: three classes, on clouds, on rings and on the arms of a spiral."""

from typing import Any

from matplotlib.figure import Figure
from sklearn.datasets import make_gaussian_quantiles

from halfmoon.pages.texts import Material, Picture
from halfmoon.tutorial.exercises.starts import (
    Ranges,
    count_seeds,
    ranges,
    train_starts,
    write_range,
)
from halfmoon.tutorial.experiment import RATE, ROWS, Experiment, build
from halfmoon.tutorial.maps import draw_map
from halfmoon.tutorial.programs import program
from halfmoon.tutorial.trials import Points, Trial, sample_points

NEW = 3_000
WIDE = 10
HIDDEN = (0, 3, 5, WIDE)
CALM = RATE / 2.0
SPIRAL = """X, y = datasets.make("spiral:arms=3", n=200, noise=0.03)"""


def measure(experiment: Experiment) -> Material:
    """Train on three data sets, with hidden layers of several sizes."""
    passes = 1_000 if experiment.quick else 3_000
    trials: dict[str, dict[int, list[Trial]]] = {}
    for name, points in data_sets(experiment).items():
        trials[name] = {}
        for hidden in HIDDEN:
            sizes = [2, hidden, 3] if hidden else [2, 3]
            trials[name][hidden] = train_starts(experiment, sizes, points, passes, CALM)
    reached = {
        name: {str(hidden): ranges(each) for hidden, each in by_size.items()}
        for name, by_size in trials.items()
    }
    shown = [
        trials["clouds"][0][0],
        trials["rings"][WIDE][0],
        trials["spiral"][WIDE][0],
    ]
    numbers = {
        "rows": ROWS,
        "new_points": NEW,
        "rate": CALM,
        "passes": passes,
        "seeds": count_seeds(experiment),
        "wide": WIDE,
        "reached": reached,
        "shown": [trial.accuracy_new for trial in shown],
        "parameters": build([2, WIDE, 3]).size,
    }
    version = program("three_classes")
    return Material(
        numbers=numbers,
        claims=find_claims(reached),
        figures={"8.4-classes": Picture(lambda fig: draw(fig, shown), (11.0, 3.9))},
        tables={"reached": table_of_sizes},
        code={"three_classes": version, "changes": version.changes, "spiral": SPIRAL},
    )


def data_sets(experiment: Experiment) -> dict[str, Points]:
    """Three clouds, three rings and three arms."""
    clouds = sample_points(experiment, "blobs:classes=3", ROWS, 0.4, NEW)
    new_seed = (experiment.seed + 10_000) % 2**32
    rings = Points(draw_rings(ROWS, experiment.seed), draw_rings(NEW, new_seed))
    spiral = sample_points(experiment, "spiral:arms=3", ROWS, 0.03, NEW)
    return {"clouds": clouds, "rings": rings, "spiral": spiral}


def draw_rings(n: int, seed: int) -> Any:
    """The data of the program."""
    return make_gaussian_quantiles(n_samples=n, cov=0.4, random_state=seed)


def find_claims(reached: dict[str, dict[str, Ranges]]) -> dict[str, bool]:
    """What may be said of a hidden layer on each data set."""
    accuracy = {
        name: {hidden: one["accuracy_new"] for hidden, one in by_size.items()}
        for name, by_size in reached.items()
    }
    clouds, *curved = accuracy.values()
    most = str(WIDE)
    clouds_do_not = clouds[most][1] < clouds["0"][1] + 0.01
    curves_do = all(one[most][0] > one["0"][2] + 0.3 for one in curved)
    three_are_too_few = accuracy["spiral"]["3"][2] < 0.75
    only_curves = clouds_do_not and curves_do and three_are_too_few
    return {"only_curves_need_a_hidden_layer": only_curves}


def table_of_sizes(numbers: Any) -> tuple[list[str], list[list[str]]]:
    """What each size reaches on each data set."""
    reached = numbers["reached"]
    rows = []
    for hidden in map(str, HIDDEN):
        each = [one[hidden]["accuracy_new"] for one in reached.values()]
        name = "none" if hidden == "0" else hidden
        rows.append([name, *(write_range(one, ".1%") for one in each)])
    return ["hidden units", *reached], rows


def draw(fig: Figure, shown: list[Trial]) -> None:
    """Clouds without a hidden layer, rings and spiral with one."""
    titles = (
        "clouds, no hidden layer",
        f"rings, {WIDE} units",
        f"spiral, {WIDE} units",
    )
    axes = fig.subplots(1, len(shown))
    for ax, trial, title in zip(axes, shown, titles, strict=True):
        draw_map(ax, trial.network, *trial.points.data, size=16.0, resolution=90)
        ax.set_title(f"{title}: {trial.accuracy_new:.1%}")
