"""Section 8.1: a few points in each update against all of them, by passes and time."""

from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure

from halfmoon import datasets
from halfmoon.arrays.elementary import Array
from halfmoon.displays.scales import set_log_scale
from halfmoon.displays.style import COLOURS, INK
from halfmoon.network import Network
from halfmoon.pages.texts import Material, Picture
from halfmoon.training.run import Run
from halfmoon.tutorial.experiment import NOISE, ROWS, Experiment, full_loss
from halfmoon.tutorial.programs import program

MANY = 10 * ROWS
BATCHES = (50, 10, 1)
RATES = (0.0625, 0.125, 0.25, 0.5, 1.0, 2.0, 4.0)
FIRST_PASSES = 10  # by which a learning rate is chosen
LOW = 0.2  # lower than the loss of any nearly straight boundary
TIMED = 1_000  # updates of a run by which a pass is timed, at least
ORDERS = (3, 1)  # of the points; in a quick run
STYLES: tuple[dict[str, Any], ...] = (
    {"c": INK, "ls": (0, (5, 2)), "lw": 1.9, "zorder": 3},
    {"c": COLOURS[2], "lw": 1.2, "marker": "o", "ms": 3.6},
    {"c": COLOURS[3], "lw": 1.2, "marker": "^", "ms": 4.2},
    {"c": COLOURS[4], "lw": 1.2, "marker": "s", "ms": 3.2},
)


class Training(NamedTuple):
    """What to learn from, the points in a batch, and the learning rate."""

    experiment: Experiment
    data: tuple[Array, Any]
    size: int
    rate: float

    def run(self, passes: int, order: int = 0, **more: Any) -> Run:
        """Train Britz's network; the order is that of the points."""
        more |= {"batch_size": self.size}
        more |= {"seed": self.experiment.seeds[order]}
        label = f"{self.size} of {len(self.data[0]):,} points, rate {self.rate:g}"
        options = (self.experiment.network(), *self.data, self.rate)
        return self.experiment.fit(label, passes, *options, **more)

    def watch(self, passes: Any, order: int = 0) -> Array:
        """The full objective after some passes; infinite once a run has diverged."""
        losses = np.full(len(passes), np.inf)

        def look(network: Network, run: Run) -> None:
            losses[passes == run.epoch] = full_loss(network, *self.data)

        self.run(passes[-1], order, callbacks=[look])
        return losses


class Course(NamedTuple):
    """How the loss of all points falls with one batch size, and what that costs."""

    size: int
    rate: float
    passes: Any  # after which the losses are taken
    losses: Array  # the median of several orders of the points
    passes_to_low: int | None  # to a low loss, if it gets there
    milliseconds: float | None  # of these


def measure(experiment: Experiment) -> Material:
    """Train with four batch sizes, on 200 points and on 2,000, and time a pass."""
    more = datasets.make("moons", n=MANY, noise=NOISE, seed=experiment.seed)
    passes = (100, 30) if experiment.quick else (500, 100)
    few, many = (
        [follow(experiment, data, size, last) for size in (len(data[0]), *BATCHES)]
        for data, last in zip((experiment.data, more), passes, strict=True)
    )
    courses = (*few, *many)
    numbers = {
        "rows": ROWS,
        "many_rows": MANY,
        "updates_of_ten": ROWS // 10,
        "updates_of_other_batch": -(-ROWS // 32),
        "first_passes": FIRST_PASSES,
        "low": LOW,
        "rates": RATES,
        "orders": ORDERS[experiment.quick],
        "passes": passes,
        "batch": [one.size for one in courses],
        "rate": [one.rate for one in courses],
        "passes_to_low": [one.passes_to_low for one in courses],
        "end": [one.losses[-1] for one in courses],
    }
    losses = Picture(lambda fig: draw_courses(fig, few, many), (11.0, 4.4))
    version = program("minibatch")
    return Material(
        numbers=numbers,
        times={"milliseconds": [one.milliseconds for one in courses]},
        claims=find_claims(few, many),
        figures={"8.1-minibatches": losses},
        tables={"courses": table_of_courses},
        code={"minibatch": version, "changes": version.changes},
    )


def follow(experiment: Experiment, data: Any, size: int, last: int) -> Course:
    """Train with one batch size, at the rate of the lowest mean loss at first."""
    rows = len(data[0])
    first = np.arange(1, FIRST_PASSES + 1)
    trainings = [Training(experiment, data, size, rate) for rate in RATES]
    training = min(trainings, key=lambda one: float(one.watch(first).mean()))
    passes = np.unique(np.r_[1:101, 110 : last + 1 : 10].clip(max=last))
    orders = 1 if size == rows else ORDERS[experiment.quick]
    losses = np.median([training.watch(passes, i) for i in range(orders)], axis=0)
    low = next(iter(passes[losses < LOW].tolist()), None)
    timed = max(FIRST_PASSES, TIMED * size // rows)
    runs = [training.run(timed) for _ in range(3)]
    fastest = min(float(run.history["seconds"][-1]) for run in runs)
    cost = low and 1e3 * low * fastest / timed
    return Course(size, training.rate, passes, losses, low, cost)


def find_claims(few: list[Course], many: list[Course]) -> dict[str, bool]:
    """What may be said of minibatches on few points and on many."""
    passes = [one.passes_to_low or np.inf for one in many]
    times = [one.milliseconds or np.inf for one in many]
    ends = [one.losses[-1] for one in few]
    fewer_passes = np.inf > passes[0] > 5 * max(passes[1:])
    less_time = times[0] > max(times[1:-1]) and times[-1] > times[-2]
    return {
        "fewer_passes_on_many": fewer_passes,
        # of single points, the last, only that they cost more than small batches
        "less_time_on_many": fewer_passes and less_time,
        "higher_end_on_few": ends[0] < min(ends[1:]),
    }


def table_of_courses(numbers: Any) -> tuple[list[str], list[list[str]]]:
    """Each batch size: its rate, what a low loss costs, and the loss at the end."""
    rows = []
    names = ("batch", "rate", "passes_to_low", "milliseconds", "end")
    columns = zip(*(numbers[name] for name in names), strict=True)
    for i, (batch, rate, passes, milliseconds, end) in enumerate(columns):
        of = numbers["rows"] if i <= len(BATCHES) else numbers["many_rows"]
        cost = ["never", "never"]
        if passes is not None:
            cost = [f"{passes}", f"{milliseconds:.2f}"]
        rows.append([f"{batch:,} of {of:,}", f"{rate:g}", *cost, f"{end:.3f}"])
    return ["batch", "learning rate", "passes", "milliseconds", "loss at the end"], rows


def draw_courses(fig: Figure, *comparisons: list[Course]) -> None:
    """The losses by passes, few points to the left and many to the right."""
    axes = fig.subplots(1, len(comparisons))
    for ax, courses in zip(axes, comparisons, strict=True):
        for one, style in zip(courses, STYLES, strict=True):
            some = np.unique(np.geomspace(1, len(one.passes), 20).astype(int)) - 1
            label = f"{one.size:,}, rate {one.rate:g}"
            ax.plot(one.passes[some], one.losses[some], label=label, **style)
        ax.set(xscale="log", yscale="log", ylabel="loss of all points")
        ax.set(xlabel="passes over the data", title=f"{courses[0].size:,} points")
        ax.set_ylim(top=1.9 * ax.get_ylim()[1])  # room for the legend
        set_log_scale(ax)
        ax.legend(frameon=False, loc="upper right", title="points in an update")
