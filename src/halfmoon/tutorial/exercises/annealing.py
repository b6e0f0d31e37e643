"""Section 8.2: every schedule in the registry, and one of our own, against the fixed
learning rate.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from halfmoon.arrays.elementary import Array
from halfmoon.components.schedules import SCHEDULES, Progress, Schedule
from halfmoon.displays.scales import DECADES, set_log_scale
from halfmoon.displays.style import COLOURS, INK
from halfmoon.network import Network
from halfmoon.pages.book import Book
from halfmoon.training.solvers import LBFGS
from halfmoon.training.train import train
from halfmoon.tutorial.common import (
    L2,
    RATE,
    Common,
    descend,
    full_loss,
    starts,
    zigzags,
)
from halfmoon.tutorial.exercises.grids import add_grid, row_count

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


@dataclass
class Trial:
    """One way to anneal, and where it led."""

    name: str
    schedule: Schedule
    network: Network
    rates: Array  # by pass
    seen: Array  # the loss of each pass as the run saw it
    loss: float  # of all points, with the penalty, at the end


def tell(book: Book, common: Common) -> None:
    """The schedules and their curves, how much they forgive, and the cure of the
    two-cycle.
    """
    more = {"epochs": 200 if common.quick else 500, "batch_size": BATCH}
    trials = [
        attempt(common, name, one, START, **more)
        for name, one in suited(more["epochs"]).items()
    ]
    lowest = bottom(common, trials)
    what(book)
    numbers = compare(book, trials, lowest)
    curves(book, trials, lowest, numbers)

    orders = starts(common.seed, 2 if common.quick else ORDERS)

    def ends(one: Trial, rate: float) -> list[float]:
        return [
            attempt(common, one.name, one.schedule, rate, **more, seed=seed).loss
            for seed in orders
        ]

    found = np.array(
        [[ends(one, rate) for rate in RATES] for one in (trials[0], trials[-1])]
    )
    sweep(book, *found)
    cured(book, common, found, lowest)


def suited(passes: int) -> dict[str, Schedule]:
    """Every schedule in the registry, with settings for so many passes where its own
    are not, and ours.
    """
    settings = {
        "step": f"every={passes // 6}",
        "exponential": f"rate={5.0 / passes:g}",
        "inverse_time": f"rate={20.0 / passes:g}",
        "inverse_scaling": "unit=epochs",
        "plateau": f"rate=0.5,patience={passes // 20}",
    }
    return {
        name: SCHEDULES.make(f"{name}:{settings.get(name, '')}") for name in SCHEDULES
    } | {OURS: Straight()}


def attempt(
    common: Common, name: str, schedule: Schedule, rate: float, epochs: int, **more: Any
) -> Trial:
    """Train the tutorial's network by this schedule; `seed` shuffles the batches."""
    network = common.network()
    rules = {"schedule": schedule, "seed": common.seed, **more}
    history = common.fit(
        descend, name, epochs, network, *common.data, rate, **rules
    ).history
    return Trial(
        name,
        schedule,
        network,
        history["learning_rate"],
        history["loss"],
        full_loss(network, *common.data),
    )


def bottom(common: Common, trials: list[Trial]) -> float:
    """The lowest loss there is to be had where the best of them ended."""
    best = min(trials, key=lambda trial: trial.loss)
    network = common.network()
    network.theta = best.network.theta.copy()
    common.fit(
        train,
        "the lowest loss",
        2000,
        network,
        *common.data,
        optimizer=LBFGS(gradient=1e-8),
        l2=L2,
    )
    return min(full_loss(network, *common.data), best.loss)


# What is told


def what(book: Book) -> None:
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


def compare(book: Book, trials: list[Trial], lowest: float) -> Any:
    """Where each ends, as a table, the best first; their kept numbers by name."""
    fixed, *others = trials
    numbers = {
        t.name: {"last_rate": t.rates[-1], "loss": t.loss, "above": t.loss - lowest}
        for t in trials
    }
    numbers = book.number("schedules", numbers)
    low = book.number("lowest_loss", lowest)
    size = book.number("batch", BATCH)
    start = book.number("start", START)
    passes = book.number("passes", len(fixed.seen))
    count = book.number("schedules_that_change", len(others))
    below = book.number("below_fixed", sum(t.loss < fixed.loss for t in others))
    book.say(
        f"""All are given a rate of {start:g}, batches of {size} points, the same
        first weights and {passes} passes. The lowest loss in reach is {low:.4f},
        where L-BFGS, a method without a learning rate, comes to rest if it starts
        from the best of their ends. Of the {count} schedules that change the rate,
        {below} end nearer to it than the fixed rate, `constant`. (Each is one run.
        How much another order of the batches changes, the second table shows for the
        fixed rate and for ours.)"""
    )
    ranked = sorted(trials, key=lambda trial: trial.loss)
    rows = []
    for trial in ranked:
        one = numbers[trial.name]
        rows.append(
            [
                called(trial),
                f"{one['last_rate']:.2g}",
                f"{one['loss']:.4f}",
                f"{one['above']:.4f}",
            ]
        )
    book.table(
        "The loss of all points at the end",
        ["schedule", "last rate", "loss", "above the lowest"],
        rows,
    )
    if ranked[-1].rates.mean() == min(t.rates.mean() for t in trials):
        book.say(
            f"The last, {called(ranked[-1])}, fell too soon: small steps make little "
            "noise, but get less far."
        )
    return numbers


def called(trial: Trial) -> str:
    """A schedule as `Registry.make` reads it."""
    return (
        f"`{trial.schedule}`, our own" if trial.name == OURS else f"`{trial.schedule}`"
    )


def curves(book: Book, trials: list[Trial], lowest: float, numbers: Any) -> None:
    """A small picture for each: the rate as a shade, the loss as a line, the fixed
    rate's behind it.
    """
    ends = "; ".join(f"{name}: {one['loss']:.4f}" for name, one in numbers.items())
    each = book.number("passes_a_mark", len(trials[0].seen) // POINTS)
    caption = (
        "A picture for each schedule, with the loss at its end. Shaded: the learning "
        "rate, from nought to its highest. Solid: how far above the lowest the loss "
        f"is, the mean of {each} passes, as the batches find it. (That is higher than "
        "at the end: each is measured just before the update that learns from it.) "
        "Dashed: the fixed rate."
    )
    described = (
        "One panel for each schedule: its rate, and the loss. The losses at the end "
        f"are {ends}."
    )
    with book.figure(
        "8.2-schedules", caption, described, (11.0, 2.5 * row_count(trials, ACROSS))
    ) as fig:
        axes = add_grid(fig, trials, ACROSS)
        for ax, trial in zip(axes, trials, strict=True):
            small(ax, trial, trials[0], lowest)
            ax.set_title(
                book.plain(f"{trial.name}: ends at {numbers[trial.name]['loss']:.4f}")
            )
        bottoms, tops = zip(*(ax.get_ylim() for ax in axes), strict=True)
        for ax in axes:
            ax.set_ylim(min(bottoms), max(tops))
            set_log_scale(ax, DECADES)


def small(ax: Axes, trial: Trial, fixed: Trial, lowest: float) -> None:
    """One schedule."""
    n = len(trial.seen)
    each = len(trial.seen) // POINTS
    passes = np.arange(1, n + 1)
    shade: dict[str, Any] = {
        "transform": ax.get_xaxis_transform(),
        "color": COLOURS[5],
        "alpha": 0.25,
        "lw": 0,
    }
    some = np.linspace(0, n - 1, 126).astype(int)
    ax.fill_between(passes[some], 0.0, trial.rates[some] / trial.rates.max(), **shade)
    for one, style in ((fixed, FIXED), (trial, ANNEALED)):
        x, seen = (
            v[: POINTS * each].reshape(POINTS, each).mean(axis=1)
            for v in (passes, one.seen)
        )
        ax.plot(x, np.maximum(seen - lowest, LEAST), **style)
    ax.set(
        yscale="log", xlim=(0, n), xticks=(0, n // 2, n), xlabel="passes", ylabel=ABOVE
    )


def sweep(book: Book, fixed: Array, annealed: Array) -> None:
    """From other rates, fixed and straight down, with several orders of the batches:
    what annealing is worth.
    """
    found = {"fixed": fixed, "annealed": annealed}
    kinds = {
        kind: {"mean": v.mean(axis=1), "spread": v.std(axis=1, ddof=1)}
        for kind, v in found.items()
    }
    numbers = book.number("sweep", {"rates": RATES, **kinds})
    orders = book.number("orders", fixed.shape[1])
    book.say(
        f"""Is it the schedule, or was the fixed rate only a poor one? Here are both,
        from each of five rates, with {orders} orders of the batches:"""
    )
    forms = {"mean": ".4f", "spread": ".1g"}
    rows = [
        [f"{kind}, {w}", *(f"{v:{forms[w]}}" for v in numbers[kind][w])]
        for kind in kinds
        for w in forms
    ]
    columns = ["rate", *(f"{rate:g}" for rate in numbers["rates"])]
    book.table(
        (
            "The loss at the end, by the rate at the beginning: mean and standard "
            "deviation"
        ),
        columns,
        rows,
    )
    # each kind at the rate that suits it
    best, other = (v[v.mean(axis=1).argmin()] for v in (annealed, fixed))
    count = book.number("best_annealed_is_lower", (best < other).sum())
    gain = (
        "a gain"
        if count == orders
        else "a gain more often than not"
        if count > orders / 2
        else "no clear gain"
    )
    apart, wide = book.number(
        "spread_at_the_best", [best.std(ddof=1), other.std(ddof=1)]
    )
    sure = (
        f" And its end hardly depends on the order: its spread is {apart:.1g}, with "
        f"the fixed rate {wide:.1g}."
    )
    book.say(
        f"""At the best rate of either kind, annealing ends lower with {count} of the
        {orders} orders: {gain}, even over a rate well chosen.{
            sure if apart < wide / 3.0 else ""
        } {forgives(kinds["fixed"]["mean"], kinds["annealed"]["mean"])}"""
    )


def forgives(fixed: Array, annealed: Array) -> str:
    """Whether annealing makes up for a rate that is too high, or too low."""
    if not (annealed < fixed)[np.array(RATES) > START].all():
        return "It does not always help at rates that are too high."
    low = "and at the lowest too" if annealed[0] < fixed[0] else "not at the lowest"
    return f"It helps at rates that are too high, {low}."


def cured(book: Book, common: Common, ends: Array, lowest: float) -> None:
    """The two-cycle of section 5 with and without annealing."""
    (_, L) = common.trained
    (_, calm) = common.calm
    ours = attempt(
        common, OURS, Straight(), RATE, epochs=common.passes, batch_size=None
    )
    rate = book.number("full_batch_rate", RATE)
    passes = book.number("full_batch_passes", common.passes)
    fixed = book.number("full_batch_fixed", L[-2:])
    end = book.number("full_batch_annealed", ours.loss)
    half = book.number("full_batch_half_rate", calm[-1])
    better = ours.loss < min(fixed)
    jumps = zigzags(L)
    between = f"keeps jumping between {min(fixed):.6f} and {max(fixed):.6f}"
    course = between if jumps else f"ends at {fixed[1]:.6f}"
    verdict = (
        "The jumping is cured."
        if jumps and better
        else "That is lower."
        if better
        else "That is not lower."
    )
    book.say(
        f"""With all points in every update there is no noise, but a step can still be
        too long. At the fixed rate of {rate:g} full batch {course}. Straight down
        from {rate:g}, in the same {passes:,} passes, it ends at {end:.6f}. {verdict}
        Half the rate, fixed, ends at {half:.6f}."""
    )
    described = (
        f"Two panels, each with two lines. Left, fixed, the loss {course}; annealed, "
        f"it ends at {end:.6f}."
    )
    before_and_after(
        book, (L, np.append(ours.seen, ours.loss)), ends, lowest, described
    )


def before_and_after(
    book: Book,
    full_batch: tuple[Array, Array],
    ends: Array,
    lowest: float,
    described: str,
) -> None:
    """Fixed and straight down: full batch by updates, and minibatches by the rate they
    begin with.
    """
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
    with book.figure("8.2-annealed", caption, described, (11.0, 4.2)) as fig:
        left, right = fig.subplots(1, 2)
        for loss, end, style in zip(full_batch, ends, (FIXED, ANNEALED), strict=True):
            left.plot(update, np.maximum(loss[update] - base, LEAST), **style)
            above = np.maximum(end - lowest, LEAST)
            right.plot(RATES, above.mean(axis=1), marker="o", **style)
            right.scatter(
                np.repeat(RATES, above.shape[1]),
                above.ravel(),
                s=12,
                c=style["c"],
                alpha=0.6,
                linewidths=0,
            )
        left.set(
            xscale="log",
            xlabel="updates",
            ylabel=ABOVE,
            title="Full batch, all updates",
        )
        set_log_scale(left, DECADES)
        right.set(
            xscale="log",
            xlabel="learning rate at the beginning",
            ylabel=ABOVE,
            title="Minibatches, at the end",
        )
        set_log_scale(right)
        right.set_xticks(RATES)
        for ax in (left, right):
            ax.legend(frameon=False)
