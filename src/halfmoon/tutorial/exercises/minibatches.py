"""Section 8.1: a few points in each update against all of them, by passes and time."""

from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure

from halfmoon import datasets
from halfmoon.arrays.elementary import Array
from halfmoon.displays.scales import set_log_scale
from halfmoon.displays.style import COLOURS, INK
from halfmoon.inspection.evaluation import accuracy
from halfmoon.network import Network
from halfmoon.pages.texts import Material, Picture
from halfmoon.training.run import Run
from halfmoon.tutorial import experiment as lesson
from halfmoon.tutorial.experiment import NOISE, ROWS, Experiment
from halfmoon.tutorial.maps import draw_map
from halfmoon.tutorial.programs import program

MANY = 10 * ROWS
BATCHES = (50, 10, 1)
EARLY = 2  # which of the courses, all points first, is in the first figure
SMALL = BATCHES[EARLY - 1]
OTHER = 32  # of the exercise
RATES = (0.0625, 0.125, 0.25, 0.5, 1.0, 2.0, 4.0)
ORDERS = (3, 1)  # of the points; in a quick run
FIRST_PASSES = 10  # by which a learning rate is chosen
LOW = 0.2  # lower than the loss of any nearly straight boundary
TIMED = 1_000  # updates of a run by which a pass is timed, at least
STYLES: tuple[dict[str, Any], ...] = (
    {"c": INK, "ls": (0, (5, 2)), "lw": 1.9, "zorder": 3},
    {"c": COLOURS[2], "lw": 1.2, "marker": "o", "ms": 3.6},
    {"c": COLOURS[3], "lw": 1.2, "marker": "^", "ms": 4.2},
    {"c": COLOURS[4], "lw": 1.2, "marker": "s", "ms": 3.2},
)

Data = tuple[Array, Any]


class Course(NamedTuple):
    """Training with one batch size: the median of several orders of the points."""

    numbers: dict[str, Any]  # that are kept
    milliseconds: float | None  # to a low loss, if it gets there
    passes: Any  # after which the losses are taken
    losses: Array  # of all points, penalty included


def measure(experiment: Experiment) -> Material:
    """Train with four batch sizes, on 200 points and on 2,000, and time a pass."""
    X, y = experiment.data
    more = datasets.make("moons", n=MANY, noise=NOISE, seed=experiment.seed)
    passes = (100, 30) if experiment.quick else (500, 100)
    few, many = (
        [follow(experiment, data, size, last) for size in (len(data[0]), *BATCHES)]
        for data, last in zip(((X, y), more), passes, strict=True)
    )
    early = [train_early(experiment, one) for one in (few[0], few[EARLY])]
    numbers = {
        "rows": ROWS,
        "many_rows": MANY,
        "small": SMALL,
        "updates_a_pass": ROWS // SMALL,
        "other_batch": OTHER,
        "updates_of_other_batch": -(-ROWS // OTHER),
        "first_passes": FIRST_PASSES,
        "low": LOW,
        "rates": RATES,
        "orders": ORDERS[experiment.quick],
        "passes": passes,
        "early_accuracy": [accuracy(network.predict(X), y) for network in early],
        "courses": [one.numbers for one in (*few, *many)],
    }
    times = [one.milliseconds for one in (*few, *many)]
    draw_maps = Picture(lambda fig: draw_early(fig, early, X, y), (10.0, 4.2))
    draw_losses = Picture(lambda fig: draw_courses(fig, few, many), (11.0, 4.4))
    version = program("minibatch")
    return Material(
        numbers=numbers,
        times={"milliseconds": times},
        claims=find_claims(few, many),
        figures={"8.1-boundaries": draw_maps, "8.1-minibatches": draw_losses},
        tables={"courses": table_of_courses},
        code={"minibatch": version, "changes": version.changes},
    )


def follow(experiment: Experiment, data: Data, size: int, last: int) -> Course:
    """Train with one batch size, at the rate of the lowest mean loss at first."""
    rows = len(data[0])
    first = np.arange(1, FIRST_PASSES + 1)
    means = [watch(experiment, data, size, rate, first).mean() for rate in RATES]
    rate = RATES[int(np.argmin(means))]
    passes = np.unique(np.r_[1:101, 110 : last + 1 : 10].clip(max=last))
    orders = 1 if size == rows else ORDERS[experiment.quick]
    each = [watch(experiment, data, size, rate, passes, i) for i in range(orders)]
    losses = np.median(each, axis=0)
    low = passes[losses < LOW][:1].tolist()
    seconds = time_a_pass(experiment, data, size, rate)
    numbers = {"batch": size, "of": rows, "rate": rate, "end": losses[-1]}
    numbers["passes_to_low"] = low[0] if low else None
    return Course(numbers, 1e3 * seconds * low[0] if low else None, passes, losses)


def watch(
    experiment: Experiment,
    data: Data,
    size: int,
    rate: float,
    passes: Any,
    order: int = 0,
) -> Array:
    """The full objective after some passes; infinite once a run has diverged."""
    losses = np.full(len(passes), np.inf)

    def look(network: Network, run: Run) -> None:
        losses[passes == run.epoch] = lesson.full_loss(network, *data)

    more = {"callbacks": [look]}
    train_in_batches(experiment, data, size, rate, passes[-1], order, **more)
    return losses


def train_in_batches(
    experiment: Experiment,
    data: Data,
    size: int,
    rate: float,
    passes: int,
    order: int = 0,
    **more: Any,
) -> tuple[Network, Run]:
    """Train Britz's network with batches of one size."""
    network = experiment.network()
    more |= {"batch_size": size, "seed": (experiment.seed + order) % 2**32}
    label = f"{size} of {len(data[0]):,} points, rate {rate:g}"
    descend = lesson.descend
    return network, experiment.fit(descend, label, passes, network, *data, rate, **more)


def time_a_pass(experiment: Experiment, data: Data, size: int, rate: float) -> float:
    """Seconds for a pass, in a run that is long enough and is not watched."""
    passes = max(FIRST_PASSES, TIMED * size // len(data[0]))
    runs = [train_in_batches(experiment, data, size, rate, passes)[1] for _ in range(3)]
    return min(float(run.history["seconds"][-1]) for run in runs) / passes


def train_early(experiment: Experiment, course: Course) -> Network:
    """The network after the first passes."""
    size = course.numbers["batch"]
    rate = course.numbers["rate"]
    return train_in_batches(experiment, experiment.data, size, rate, FIRST_PASSES)[0]


def find_claims(few: list[Course], many: list[Course]) -> dict[str, bool]:
    """What may be said of minibatches on few points and on many."""
    passes = [one.numbers["passes_to_low"] or np.inf for one in many]
    times = [one.milliseconds or np.inf for one in many]
    ends = [one.losses[-1] for one in few]
    return {
        "fewer_passes_on_many": np.inf > passes[0] > 5 * max(passes[1:]),
        # nothing is said of the time of single points, the last
        "less_time_on_many": times[0] > 2 * max(times[1:-1]),
        "higher_end_on_few": ends[0] < min(ends[1:]),
    }


def table_of_courses(numbers: Any) -> tuple[list[str], list[list[str]]]:
    """Each batch size: its rate, what a low loss costs, and the loss at the end."""
    rows = []
    clock = numbers["milliseconds"]
    for one, milliseconds in zip(numbers["courses"], clock, strict=True):
        cost = ["never", "never"]
        if milliseconds is not None:
            cost = [f"{one['passes_to_low']}", f"{milliseconds:.2f}"]
        batch = f"{one['batch']:,} of {one['of']:,}"
        rows.append([batch, f"{one['rate']:g}", *cost, f"{one['end']:.3f}"])
    return ["batch", "learning rate", "passes", "milliseconds", "loss at the end"], rows


def draw_early(fig: Figure, networks: list[Network], X: Array, y: Any) -> None:
    """The boundaries after the first passes."""
    axes = fig.subplots(1, 2)
    titles = ("all points in each update", f"batches of {SMALL}")
    for ax, network, title in zip(axes, networks, titles, strict=True):
        draw_map(ax, network, X, y, size=18.0, resolution=100)
        ax.set_title(f"{title}: {accuracy(network.predict(X), y):.1%}")


def draw_courses(fig: Figure, *comparisons: list[Course]) -> None:
    """The losses by passes, few points to the left and many to the right."""
    axes = fig.subplots(1, len(comparisons))
    for ax, courses in zip(axes, comparisons, strict=True):
        for one, style in zip(courses, STYLES, strict=True):
            some = np.unique(np.geomspace(1, len(one.passes), 20).astype(int)) - 1
            label = f"{one.numbers['batch']:,}, rate {one.numbers['rate']:g}"
            ax.plot(one.passes[some], one.losses[some], label=label, **style)
        ax.set(xscale="log", yscale="log", ylabel="loss of all points")
        ax.set(
            xlabel="passes over the data", title=f"{courses[0].numbers['of']:,} points"
        )
        ax.set_ylim(top=1.9 * ax.get_ylim()[1])  # room for the legend
        set_log_scale(ax)
        ax.legend(frameon=False, loc="upper right", title="points in an update")
