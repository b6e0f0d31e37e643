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
from halfmoon.tutorial.experiment import NOISE, ROWS, Experiment, descend, full_loss
from halfmoon.tutorial.maps import draw_map
from halfmoon.tutorial.programs import program

MANY = 10 * ROWS
BATCHES = (50, 10, 1)
EARLY = 2  # which of the courses, all points first, is in the first figure
OTHER = 32  # points in a batch of the exercise
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

    def run(self, passes: int, order: int = 0, **more: Any) -> tuple[Network, Run]:
        """Train Britz's network; the order is that of the points."""
        lesson = self.experiment
        network = lesson.network()
        more |= {"batch_size": self.size, "seed": (lesson.seed + order) % 2**32}
        label = f"{self.size} of {len(self.data[0]):,} points, rate {self.rate:g}"
        options = (network, *self.data, self.rate)
        return network, lesson.fit(descend, label, passes, *options, **more)

    def watch(self, passes: Any, order: int = 0) -> Array:
        """The full objective after some passes; infinite once a run has diverged."""
        losses = np.full(len(passes), np.inf)

        def look(network: Network, run: Run) -> None:
            losses[passes == run.epoch] = full_loss(network, *self.data)

        self.run(passes[-1], order, callbacks=[look])
        return losses

    def seconds_a_pass(self) -> float:
        """The time of a pass, in a run that is long enough and is not watched."""
        passes = max(FIRST_PASSES, TIMED * self.size // len(self.data[0]))
        times = [self.run(passes)[1].history["seconds"][-1] for _ in range(3)]
        return float(min(times)) / passes


class Course(NamedTuple):
    """How the loss of all points falls: the median of several orders."""

    training: Training
    passes: Any  # after which the losses are taken
    losses: Array

    @property
    def passes_to_low(self) -> int | None:
        """The passes to a low loss, if it gets there."""
        low = self.passes[self.losses < LOW]
        return int(low[0]) if len(low) else None


def measure(experiment: Experiment) -> Material:
    """Train with four batch sizes, on 200 points and on 2,000, and time a pass."""
    X, y = experiment.data
    more = datasets.make("moons", n=MANY, noise=NOISE, seed=experiment.seed)
    lasts = (100, 30) if experiment.quick else (500, 100)
    few = [follow(experiment, (X, y), size, lasts[0]) for size in (ROWS, *BATCHES)]
    many = [follow(experiment, more, size, lasts[1]) for size in (MANY, *BATCHES)]
    early = [few[i].training.run(FIRST_PASSES)[0] for i in (0, EARLY)]
    costs = []
    for one in (*few, *many):
        passes = one.passes_to_low
        costs.append(passes and 1e3 * passes * one.training.seconds_a_pass())
    numbers = {
        "rows": ROWS,
        "many_rows": MANY,
        "small": few[EARLY].training.size,
        "updates_a_pass": ROWS // few[EARLY].training.size,
        "other_batch": OTHER,
        "updates_of_other_batch": -(-ROWS // OTHER),
        "first_passes": FIRST_PASSES,
        "low": LOW,
        "rates": RATES,
        "orders": ORDERS[experiment.quick],
        "passes": lasts,
        "early_accuracy": [accuracy(network.predict(X), y) for network in early],
        "batch": [one.training.size for one in (*few, *many)],
        "rate": [one.training.rate for one in (*few, *many)],
        "passes_to_low": [one.passes_to_low for one in (*few, *many)],
        "end": [one.losses[-1] for one in (*few, *many)],
    }
    draw_maps = Picture(lambda fig: draw_early(fig, early, X, y), (10.0, 4.2))
    draw_losses = Picture(lambda fig: draw_courses(fig, few, many), (11.0, 4.4))
    version = program("minibatch")
    return Material(
        numbers=numbers,
        times={"milliseconds": costs},
        claims=find_claims(few, many, costs[len(few) :]),
        figures={"8.1-boundaries": draw_maps, "8.1-minibatches": draw_losses},
        tables={"courses": table_of_courses},
        code={"minibatch": version, "changes": version.changes},
    )


def follow(experiment: Experiment, data: Any, size: int, last: int) -> Course:
    """Train with one batch size, at the rate of the lowest mean loss at first."""
    first = np.arange(1, FIRST_PASSES + 1)
    trainings = [Training(experiment, data, size, rate) for rate in RATES]
    training = min(trainings, key=lambda one: float(one.watch(first).mean()))
    passes = np.unique(np.r_[1:101, 110 : last + 1 : 10].clip(max=last))
    orders = 1 if size == len(data[0]) else ORDERS[experiment.quick]
    losses = [training.watch(passes, order) for order in range(orders)]
    return Course(training, passes, np.median(losses, axis=0))


def find_claims(
    few: list[Course], many: list[Course], costs: list[Any]
) -> dict[str, bool]:
    """What may be said of minibatches on few points and on many."""
    passes = [one.passes_to_low or np.inf for one in many]
    times = [cost or np.inf for cost in costs]
    ends = [one.losses[-1] for one in few]
    return {
        "fewer_passes_on_many": np.inf > passes[0] > 5 * max(passes[1:]),
        # of single points, the last, only that they cost more than small batches
        "less_time_on_many": times[0] > max(times[1:-1]) and times[-1] > times[-2],
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


def draw_early(fig: Figure, networks: list[Network], X: Array, y: Any) -> None:
    """The boundaries after the first passes."""
    titles = ("all points in each update", f"batches of {BATCHES[EARLY - 1]}")
    for ax, network, title in zip(fig.subplots(1, 2), networks, titles, strict=True):
        draw_map(ax, network, X, y, size=18.0, resolution=100)
        ax.set_title(f"{title}: {accuracy(network.predict(X), y):.1%}")


def draw_courses(fig: Figure, *comparisons: list[Course]) -> None:
    """The losses by passes, few points to the left and many to the right."""
    axes = fig.subplots(1, len(comparisons))
    for ax, courses in zip(axes, comparisons, strict=True):
        for one, style in zip(courses, STYLES, strict=True):
            some = np.unique(np.geomspace(1, len(one.passes), 20).astype(int)) - 1
            label = f"{one.training.size:,}, rate {one.training.rate:g}"
            ax.plot(one.passes[some], one.losses[some], label=label, **style)
        ax.set(xscale="log", yscale="log", ylabel="loss of all points")
        ax.set(
            xlabel="passes over the data", title=f"{courses[0].training.size:,} points"
        )
        ax.set_ylim(top=1.9 * ax.get_ylim()[1])  # room for the legend
        set_log_scale(ax)
        ax.legend(frameon=False, loc="upper right", title="points in an update")
