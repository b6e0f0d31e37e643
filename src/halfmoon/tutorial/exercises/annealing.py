"""Section 8.2: every schedule, and one of our own, against the fixed learning rate."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from halfmoon.arrays.elementary import Array
from halfmoon.components.schedules import SCHEDULES, Progress, Schedule
from halfmoon.displays.scales import DECADES, set_log_scale
from halfmoon.displays.style import COLOURS, INK
from halfmoon.pages.book import Book
from halfmoon.training.solvers import LBFGS
from halfmoon.training.train import train
from halfmoon.tutorial.exercises.grids import add_grid, row_count
from halfmoon.tutorial.experiment import (
    L2,
    RATE,
    Experiment,
    full_loss,
    is_zigzag,
    seeds_from,
)
from halfmoon.tutorial.trials import Points, Trial, run_trial

TITLE = "Annealing schedules"
BATCH = 20
START = 1.0
ORDERS = 4  # of the batches, from which the sweep is run
RATES = (0.25, 0.5, START, 2.0, 4.0)
OURS = "straight, our own"
# in a small picture, and how many stand beside one another
POINTS = 50
ACROSS = 3
LEAST = 1e-6  # nothing below is drawn
ABOVE = "loss - lowest"
FIXED: dict[str, Any] = {
    "label": "fixed rate",
    "c": INK,
    "ls": (0, (4, 2)),
    "lw": 1.3,
}
ANNEALED: dict[str, Any] = {"label": "straight down", "c": COLOURS[1], "lw": 1.9}


@dataclass(frozen=True)
class Straight(Schedule):
    """factor = 1 - the share of the training that is done."""

    def factor(self, progress: Progress) -> Any:
        """From one down to nought."""
        return 1.0 - progress.share


Schedules = dict[str, Schedule]
Trials = dict[str, Trial]  # by the names of the schedules


def tell(book: Book, experiment: Experiment) -> None:
    """The schedules and their curves, rates that suit them, and the two-cycle."""
    passes = 200 if experiment.quick else 500
    schedules = schedules_for(passes)
    trials = {
        name: anneal(experiment, schedule, START, passes)
        for name, schedule in schedules.items()
    }
    lowest = find_lowest_loss(experiment, list(trials.values()))
    introduce(book)
    numbers = compare(book, schedules, trials, lowest)
    curves(book, trials, lowest, numbers)

    seeds = seeds_from(experiment.seed, 2 if experiment.quick else ORDERS)
    fixed, annealed = (
        losses_by_rate(experiment, schedules[name], passes, seeds)
        for name in ("constant", OURS)
    )
    sweep(book, fixed, annealed)
    cure_two_cycle(book, experiment, np.array([fixed, annealed]), lowest)


def losses_by_rate(
    experiment: Experiment, schedule: Schedule, passes: int, seeds: list[int]
) -> Array:
    """The loss at the end from each of `RATES`, for each seed (rates, seeds)."""
    rows = []
    for rate in RATES:
        trials = [anneal(experiment, schedule, rate, passes, seed) for seed in seeds]
        rows.append([trial.loss for trial in trials])
    return np.array(rows)


def schedules_for(passes: int) -> Schedules:
    """Every schedule in the registry, and ours.

    With settings for so many passes where its own do not suit.
    """
    settings = {
        "step": f"every={passes // 6}",
        "exponential": f"rate={5.0 / passes:g}",
        "inverse_time": f"rate={20.0 / passes:g}",
        "inverse_scaling": "unit=epochs",
        "plateau": f"rate=0.5,patience={passes // 20}",
    }
    schedules: Schedules = {}
    for name in SCHEDULES:
        schedules[name] = SCHEDULES.make(f"{name}:{settings.get(name, '')}")
    return schedules | {OURS: Straight()}


def anneal(
    experiment: Experiment,
    schedule: Schedule,
    rate: float,
    passes: int,
    seed: int | None = None,
    batch_size: int | None = BATCH,
) -> Trial:
    """Train the tutorial's network by this schedule; the seed shuffles the batches."""
    data = experiment.data
    return run_trial(
        experiment,
        str(schedule),
        experiment.network(),
        Points(data, data),
        passes,
        rate,
        schedule=schedule,
        batch_size=batch_size,
        seed=experiment.seed if seed is None else seed,
    )


def find_lowest_loss(experiment: Experiment, trials: list[Trial]) -> float:
    """The lowest loss in reach of the best of them."""
    best = min(trials, key=lambda trial: trial.loss)
    network = experiment.network()
    network.theta = best.network.theta.copy()
    experiment.fit(
        train,
        "the lowest loss",
        2000,
        network,
        *experiment.data,
        optimizer=LBFGS(gradient_tol=1e-8),
        l2=L2,
    )
    return min(full_loss(network, *experiment.data), best.loss)


# The parts of the lesson


def introduce(book: Book) -> None:
    """Schedules as formulas, and one of our own as code."""
    book.say(
        """A fixed learning rate has to be two things at once: large enough to get
        far, small enough to settle. To anneal is to begin large and let the rate
        fall. A schedule is a factor on the learning rate. Some of those on the
        registry:"""
    )
    epoch = r"\mathit{epoch}"
    rate = r"\mathit{rate}"
    every = r"\mathit{every}"
    x = r"x \text{ the share that is done}"
    rules = {
        "step [S2]": (
            "rate^floor(epoch / every)",
            rf"{rate}^{{\lfloor {epoch} / {every} \rfloor}}",
        ),
        "exponential [S3]": ("e^(-rate epoch)", rf"e^{{-{rate} \cdot {epoch}}}"),
        "inverse time [S4]": (
            "1 / (1 + rate epoch)",
            rf"1 / (1 + {rate} \cdot {epoch})",
        ),
        "cosine [S6]": (
            "(1 + cos(pi x)) / 2, x the share done",
            rf"(1 + \cos \pi x) / 2, \quad {x}",
        ),
    }
    book.formulas(
        *(
            (f"{name}: {code}", rf"\text{{{name}:}} \quad {tex}")
            for name, (code, tex) in rules.items()
        )
    )
    book.say(
        """Here `epoch` counts passes, and `rate` is the schedule's own: how fast its
        factor falls. Three more: `plateau` cuts the rate whenever the loss has stood
        still for a while, `one_cycle` raises it before it lets it fall, and
        `inverse_scaling` lets it fall as a power of the time."""
    )
    book.say(
        "Here is one of our own, straight down; `descend(network, X, y, rate, "
        "schedule=Straight())` trains by it:"
    )
    book.code(Straight)


def compare(
    book: Book, schedules: Schedules, trials: Trials, lowest: float
) -> dict[str, Any]:
    """Where each ends, as a table, the best first; their kept numbers by name."""
    fixed, *others = trials.values()
    numbers = {}
    for name, trial in trials.items():
        numbers[name] = {
            "last_rate": trial.learning_rates[-1],
            "loss": trial.loss,
            "above": trial.loss - lowest,
        }
    numbers = book.number("schedules", numbers)
    low = book.number("lowest_loss", lowest)
    size = book.number("batch", BATCH)
    start = book.number("start", START)
    passes = book.number("passes", fixed.passes)
    count = book.number("schedules_that_change", len(others))
    nearer = [trial for trial in others if trial.loss < fixed.loss]
    below = book.number("below_fixed", len(nearer))
    book.say(
        f"""All are given a rate of {start:g}, batches of {size} points, the same
        first weights and {passes} passes. The lowest loss in reach is {low:.4f},
        where L-BFGS, a method without a learning rate, comes to rest if it starts
        from the best of their ends. Of the {count} schedules that change the rate,
        {below} end nearer to it than the fixed rate, `constant`. (Each is one run.
        How much another order of the batches changes, the second table shows for the
        fixed rate and for ours.)"""
    )
    ranked = sorted(trials, key=lambda name: trials[name].loss)
    rows = []
    for name in ranked:
        one = numbers[name]
        ends = [f"{one['loss']:.4f}", f"{one['above']:.4f}"]
        rows.append([describe(name, schedules[name]), f"{one['last_rate']:.2g}", *ends])
    book.table(
        "The loss of all points at the end",
        ["schedule", "last rate", "loss", "above the lowest"],
        rows,
    )
    last = ranked[-1]
    mean_rates = {name: trial.learning_rates.mean() for name, trial in trials.items()}
    if mean_rates[last] == min(mean_rates.values()):
        book.say(
            f"The last, {describe(last, schedules[last])}, fell too soon: small steps "
            "make little noise, but get less far."
        )
    return numbers


def describe(name: str, schedule: Schedule) -> str:
    """A schedule as `Registry.make` reads it."""
    if name == OURS:
        return f"`{schedule}`, our own"
    return f"`{schedule}`"


def curves(book: Book, trials: Trials, lowest: float, numbers: dict[str, Any]) -> None:
    """A small picture for each, with the fixed rate's loss behind."""
    ends = "; ".join(f"{name}: {one['loss']:.4f}" for name, one in numbers.items())
    fixed = next(iter(trials.values()))
    each = book.number("passes_a_mark", fixed.passes // POINTS)
    caption = (
        "A picture for each schedule, with the loss at its end. Shaded: the learning "
        "rate, from nought to its highest. Solid: how far above the lowest the loss "
        f"is, the mean of {each} passes, as the batches find it. (That is higher than "
        "at the end: each is measured just before the update that learns from it.) "
        "Dashed: the fixed rate."
    )
    description = (
        "One panel for each schedule: its rate, and the loss. The losses at the end "
        f"are {ends}."
    )
    size = (11.0, 2.5 * row_count(trials, ACROSS))
    with book.figure("8.2-schedules", caption, description, size) as fig:
        axes = add_grid(fig, trials, ACROSS)
        for ax, (name, trial) in zip(axes, trials.items(), strict=True):
            draw_small(ax, trial, fixed, lowest)
            ax.set_title(book.plain(f"{name}: ends at {numbers[name]['loss']:.4f}"))
        bottom = min(ax.get_ylim()[0] for ax in axes)
        top = max(ax.get_ylim()[1] for ax in axes)
        for ax in axes:
            ax.set_ylim(bottom, top)
            set_log_scale(ax, DECADES)


def draw_small(ax: Axes, trial: Trial, fixed: Trial, lowest: float) -> None:
    """One schedule: the rate as a shade, the loss as a line."""
    n = trial.passes
    passes = np.arange(1, n + 1)
    some = np.linspace(0, n - 1, 126).astype(int)
    rates = trial.learning_rates
    ax.fill_between(
        passes[some],
        0.0,
        rates[some] / rates.max(),
        color=COLOURS[5],
        alpha=0.25,
        linewidth=0,
        transform=ax.get_xaxis_transform(),
    )
    for one, style in ((fixed, FIXED), (trial, ANNEALED)):
        above = np.maximum(mean_of_groups(one.losses[:-1]) - lowest, LEAST)
        ax.plot(mean_of_groups(passes), above, **style)
    ax.set(xlim=(0, n), xticks=(0, n // 2, n), xlabel="passes")
    ax.set(yscale="log", ylabel=ABOVE)


def mean_of_groups(values: Any) -> Array:
    """The means of `POINTS` groups of neighbours; what is left over is dropped."""
    each = len(values) // POINTS
    groups = values[: POINTS * each].reshape(POINTS, each)
    return np.asarray(groups.mean(axis=1))


def sweep(book: Book, fixed: Array, annealed: Array) -> None:
    """What annealing is worth from other rates, with several orders of the batches."""
    kinds = {}
    for kind, losses in {"fixed": fixed, "annealed": annealed}.items():
        kinds[kind] = {
            "mean": losses.mean(axis=1),
            "spread": losses.std(axis=1, ddof=1),
        }
    numbers = book.number("sweep", {"rates": RATES, **kinds})
    orders = book.number("orders", fixed.shape[1])
    book.say(
        f"""Is it the schedule, or was the fixed rate only a poor one? Here are both,
        from each of five rates, with {orders} orders of the batches:"""
    )
    rows = []
    for kind in kinds:
        means = [f"{value:.4f}" for value in numbers[kind]["mean"]]
        spreads = [f"{value:.1g}" for value in numbers[kind]["spread"]]
        rows += [[f"{kind}, mean", *means], [f"{kind}, spread", *spreads]]
    title = (
        "The loss at the end, by the rate at the beginning: mean and standard deviation"
    )
    columns = ["rate", *(f"{rate:g}" for rate in numbers["rates"])]
    book.table(title, columns, rows)
    # each kind at the rate that suits it
    best = annealed[annealed.mean(axis=1).argmin()]
    other = fixed[fixed.mean(axis=1).argmin()]
    count = book.number("best_annealed_is_lower", (best < other).sum())
    if count == orders:
        gain = "a gain"
    elif count > orders / 2:
        gain = "a gain more often than not"
    else:
        gain = "no clear gain"
    spreads_at_best = [best.std(ddof=1), other.std(ddof=1)]
    apart, wide = book.number("spread_at_the_best", spreads_at_best)
    sure = ""
    if apart < wide / 3.0:
        sure = (
            f" And its end hardly depends on the order: its spread is {apart:.1g}, "
            f"with the fixed rate {wide:.1g}."
        )
    tolerance = describe_tolerance(kinds["fixed"]["mean"], kinds["annealed"]["mean"])
    book.say(
        f"""At the best rate of either kind, annealing ends lower with {count} of the
        {orders} orders: {gain}, even over a rate well chosen.{sure} {tolerance}"""
    )


def describe_tolerance(fixed: Array, annealed: Array) -> str:
    """Whether annealing makes up for a rate that is too high, or too low."""
    if not (annealed < fixed)[np.array(RATES) > START].all():
        return "It does not always help at rates that are too high."
    low = "and at the lowest too" if annealed[0] < fixed[0] else "not at the lowest"
    return f"It helps at rates that are too high, {low}."


def cure_two_cycle(
    book: Book, experiment: Experiment, ends: Array, lowest: float
) -> None:
    """The two-cycle of section 5 with and without annealing."""
    (_, L) = experiment.trained
    (_, calm) = experiment.calm
    ours = anneal(experiment, Straight(), RATE, experiment.passes, batch_size=None)
    rate = book.number("full_batch_rate", RATE)
    passes = book.number("full_batch_passes", experiment.passes)
    fixed = book.number("full_batch_fixed", L[-2:])
    end = book.number("full_batch_annealed", ours.loss)
    half = book.number("full_batch_half_rate", calm[-1])
    better = ours.loss < min(fixed)
    course = f"ends at {fixed[1]:.6f}"
    verdict = "That is lower." if better else "That is not lower."
    if is_zigzag(L):
        course = f"keeps jumping between {min(fixed):.6f} and {max(fixed):.6f}"
        if better:
            verdict = "The jumping is cured."
    book.say(
        f"""With all points in every update there is no noise, but a step can still be
        too long. At the fixed rate of {rate:g} full batch {course}. Straight down
        from {rate:g}, in the same {passes:,} passes, it ends at {end:.6f}. {verdict}
        Half the rate, fixed, ends at {half:.6f}."""
    )
    description = (
        f"Two panels, each with two lines. Left, fixed, the loss {course}; annealed, "
        f"it ends at {end:.6f}."
    )
    before_and_after(book, (L, ours.losses), ends, lowest, description)


def before_and_after(
    book: Book,
    full_batch: tuple[Array, Array],
    ends: Array,
    lowest: float,
    description: str,
) -> None:
    """Fixed and straight down: full batch by updates, minibatches by first rate."""
    rate = book.number("full_batch_rate", RATE)
    size = book.number("batch", BATCH)
    caption = (
        "Before, at a fixed rate (dashed), and after, annealed straight down "
        "(solid): the loss above the lowest. Left: full batch from a rate of "
        f"{rate:g}. Right: where batches of {size} end, by the rate they begin with; "
        "lines join the means, small marks are single runs."
    )
    update = np.arange(1, len(full_batch[0]))
    base = min(lowest, *(loss.min() for loss in full_batch))
    with book.figure("8.2-annealed", caption, description, (11.0, 4.2)) as fig:
        left, right = fig.subplots(1, 2)
        for loss, end, style in zip(full_batch, ends, (FIXED, ANNEALED), strict=True):
            left.plot(update, np.maximum(loss[update] - base, LEAST), **style)
            above = np.maximum(end - lowest, LEAST)
            right.plot(RATES, above.mean(axis=1), marker="o", **style)
            dots: dict[str, Any] = {"s": 12, "c": style["c"], "alpha": 0.6}
            rates = np.repeat(RATES, above.shape[1])
            right.scatter(rates, above.ravel(), linewidths=0, **dots)
        left.set(title="Full batch, all updates", xlabel="updates", ylabel=ABOVE)
        left.set_xscale("log")
        set_log_scale(left, DECADES)
        right.set(title="Minibatches, at the end", ylabel=ABOVE)
        right.set(xscale="log", xlabel="learning rate at the beginning")
        set_log_scale(right)
        right.set_xticks(RATES)
        for ax in (left, right):
            ax.legend(frameon=False)
