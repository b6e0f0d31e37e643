"""Section 8.5: four layers, on the moons and on a spiral that winds around twice."""

from typing import Any

from matplotlib.figure import Figure

from halfmoon.inspection.gradient_check import check_gradients
from halfmoon.pages.texts import Material, Picture
from halfmoon.tutorial.exercises.starts import (
    count_seeds,
    median_trial,
    ranges,
    train_starts,
    write_range,
)
from halfmoon.tutorial.experiment import L2, NOISE, RATE, ROWS, Experiment, build
from halfmoon.tutorial.maps import draw_map
from halfmoon.tutorial.programs import program
from halfmoon.tutorial.trials import Trial, sample_points

NEW = 2_000
ROWS_OF_SPIRAL = 300
SPIRAL = ("spiral:turns=2.0", 0.03)  # a data set and its noise
CALM = RATE / 2.0  # deeper networks need shorter steps
ON_MOONS = ((3,), (3, 3), (10, 10))
ON_SPIRAL = ((3,), (30,), (3, 3), (5, 5), (10, 10))
SHOWN = ((3,), (30,), (10, 10))


def measure(experiment: Experiment) -> Material:
    """Train one hidden layer and two, on the moons and on a harder spiral."""
    passes = 1_000 if experiment.quick else 3_000
    name, noise = SPIRAL
    moons = sample_points(experiment, "moons", ROWS, NOISE, NEW)
    spiral = sample_points(experiment, name, ROWS_OF_SPIRAL, noise, NEW)
    trials: dict[str, dict[str, list[Trial]]] = {"moons": {}, "spiral": {}}
    for kind, points, layers in (
        ("moons", moons, ON_MOONS),
        ("spiral", spiral, ON_SPIRAL),
    ):
        for hidden in layers:
            starts = train_starts(experiment, [2, *hidden, 2], points, passes, CALM)
            trials[kind][write_layers(hidden)] = starts
    reached = {
        kind: {
            layers: {"parameters": each[0].network.size, **ranges(each)}
            for layers, each in by_layers.items()
        }
        for kind, by_layers in trials.items()
    }
    shown = {
        write_layers(h): median_trial(trials["spiral"][write_layers(h)]) for h in SHOWN
    }
    network = build([2, 3, 3, 2], seed=experiment.seed)
    check = check_gradients(network, *experiment.data, l2=L2)
    version = program("four_layers")
    return Material(
        numbers={
            "new_points": NEW,
            "rows_of_spiral": ROWS_OF_SPIRAL,
            "rate": CALM,
            "passes": passes,
            "seeds": count_seeds(experiment),
            "reached": reached,
            "slopes": sum(one.slopes for one in check.checks),
            "worst_error": max(one.worst for one in check.checks),
            "parameters_of_exercise": build([2, 10, 10, 3]).size,
        },
        claims=find_claims(reached) | {"gradients_right": check.ok},
        figures={"8.5-boundaries": Picture(lambda fig: draw(fig, shown), (11.0, 3.9))},
        tables={"reached": table_of_layers},
        code={"four_layers": version, "changes": version.changes},
    )


def write_layers(hidden: tuple[int, ...]) -> str:
    """The units of the hidden layers in words, such as "3 and 3"."""
    return " and ".join(map(str, hidden))


def find_claims(reached: dict[str, Any]) -> dict[str, bool]:
    """What may be said of a second hidden layer on either data set."""
    moons = reached["moons"]
    spiral = {layers: one["accuracy_new"] for layers, one in reached["spiral"].items()}
    one, *others = (each["accuracy_new"][1] for each in moons.values())
    return {
        "no_gain_on_moons": max(others) < one + 0.01,
        "depth_pays": spiral["10 and 10"][0] > spiral["30"][2]
        and spiral["3 and 3"][2] < 0.9,
    }


def table_of_layers(numbers: Any) -> tuple[list[str], list[list[str]]]:
    """What the layers reach, on the moons and on the spiral."""
    rows = []
    for kind, by_layers in numbers["reached"].items():
        for layers, one in by_layers.items():
            loss = write_range(one["loss"], ".3f")
            accuracy = write_range(one["accuracy_new"], ".1%")
            rows.append([f"{kind}: {layers}", f"{one['parameters']}", loss, accuracy])
    return ["data and hidden units", "parameters", "loss", "test accuracy"], rows


def draw(fig: Figure, shown: dict[str, Trial]) -> None:
    """What three of them have learned on the spiral, each of its median loss."""
    axes = fig.subplots(1, len(shown))
    for ax, (layers, trial) in zip(axes, shown.items(), strict=True):
        draw_map(ax, trial.network, *trial.points.data, size=12.0, resolution=90)
        ax.set_title(f"{layers} units: {trial.accuracy_new:.1%}")
