"""Section 8.2: every schedule on the shelf, and one of our own, against the fixed learning rate."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from halfmoon import plots
from halfmoon.elementary import Array
from halfmoon.loop import Run
from halfmoon.network import Network
from halfmoon.schedules import SCHEDULES, Progress, Schedule
from halfmoon.solvers import LBFGS, solve
from halfmoon.training import train
from halfmoon.tutorial.book import Book
from halfmoon.tutorial.common import L2, RATE, Common
from halfmoon.tutorial.exercises import DECADES, TICKS, plain_scale
from halfmoon.tutorial.figures import grid, rows_for

TITLE = "Annealing schedules"
BATCH, START = 20, 1.0
RATES = (0.25, 0.5, START, 2.0, 4.0)
OURS = "straight, our own"
POINTS, WIDE = 50, 3  # in a small picture, and how many stand beside one another
LEAST = 1e-6  # nothing below is drawn
LABELS = ("fixed rate", "straight down")
FIXED: dict[str, Any] = {"c": plots.INK, "ls": (0, (4, 2)), "lw": 1.3}
ANNEALED: dict[str, Any] = {"c": plots.COLOURS[1], "lw": 1.9}


@dataclass(frozen=True)
class Straight(Schedule):
    """factor = 1 - the share of the training that is done."""

    def factor(self, progress: Progress) -> Any:
        """From one down to nought."""
        return 1.0 - progress.share


def anneal(
    network: Network, X: Array, y: Any, rate: float, schedule: Any, **more: Any
) -> Run:  # fmt: skip
    """Gradient descent whose learning rate begins at `rate` and follows a schedule."""
    return train(
        network, X, y, optimizer="gd", learning_rate=rate, schedule=schedule, l2=L2, **more
    )  # fmt: skip


@dataclass
class Trial:
    """One way to anneal, and where it led."""

    name: str
    schedule: Schedule
    network: Network
    rates: Array  # by pass
    seen: Array  # the loss of each pass as the run saw it
    loss: float  # of all points, with the penalty, at the end
    told: dict[str, Any] = field(default_factory=dict)  # the numbers, once kept


def tell(book: Book, common: Common) -> None:
    """The schedules and their curves, how much they forgive, and the cure of the two-cycle."""
    more = {"epochs": 200 if common.quick else 500, "batch_size": BATCH}
    trials = [attempt(common, name, one, START, **more) for name, one in suited(more["epochs"]).items()]
    lowest = bottom(common, trials)
    what(book)
    compare(book, trials, lowest)
    curves(book, trials, lowest)
    losses = [
        [one.loss if rate == START else attempt(common, one.name, one.schedule, rate, **more).loss for rate in RATES]
        for one in (trials[0], trials[-1])
    ]
    sweep(book, *np.array(losses))
    cured(book, common, np.array(losses), lowest)


def suited(passes: int) -> dict[str, Schedule]:
    """Every schedule on the shelf, with settings for so many passes where its own are not, and ours."""
    settings = {
        "step": f"every={passes // 6}",
        "exponential": f"rate={5.0 / passes:g}",
        "inverse_time": f"rate={20.0 / passes:g}",
        "inverse_scaling": "unit=epochs",
        "plateau": f"rate=0.5,patience={passes // 20}",
    }
    return {name: SCHEDULES.make(f"{name}:{settings.get(name, '')}") for name in SCHEDULES} | {OURS: Straight()}


def attempt(common: Common, name: str, schedule: Schedule, rate: float, epochs: int, batch_size: int | None) -> Trial:
    """Train the tutorial's network by this schedule."""
    network, (X, y) = common.network(), common.data
    more = {"batch_size": batch_size, "seed": common.seed}
    run = common.fit(anneal, name, epochs, network, X, y, rate, schedule, **more)
    history = run.history
    return Trial(name, schedule, network, history["learning_rate"], history["loss"], full(common, network))


def full(common: Common, network: Network) -> float:
    """The loss of all points, with the penalty."""
    part = network.objective(network.theta, *network.read(*common.data), L2)
    return part.loss + part.penalty


def bottom(common: Common, trials: list[Trial]) -> float:
    """The lowest loss there is to be had where the best of them ended."""
    best = min(trials, key=lambda trial: trial.loss)
    network = common.network()
    network.theta = best.network.theta.copy()
    common.fit(solve, "the lowest loss", 2000, network, *common.data, LBFGS(gradient=1e-8), l2=L2)
    return min(full(common, network), best.loss)


# What is told


def what(book: Book) -> None:
    """Schedules as formulas, and one of our own as code."""
    book.say(
        """A fixed learning rate has to be two things at once: large enough to get far, small enough to settle. To
        anneal is to begin large and let the rate fall. A schedule is a factor on the learning rate. Some of those on
        the shelf:"""
    )
    epoch, rate = r"\mathit{epoch}", r"\mathit{rate}"
    book.formulas(
        (
            "step [S2]: rate^floor(epoch / every)",
            rf"\text{{step [S2]:}} \quad {rate}^{{\lfloor {epoch} / \mathit{{every}} \rfloor}}",
        ),
        ("exponential [S3]: e^(-rate epoch)", rf"\text{{exponential [S3]:}} \quad e^{{-{rate} \cdot {epoch}}}"),
        (
            "inverse time [S4]: 1 / (1 + rate epoch)",
            rf"\text{{inverse time [S4]:}} \quad 1 / (1 + {rate} \cdot {epoch})",
        ),
        (
            "cosine [S6]: (1 + cos(pi x)) / 2, x the share done",
            r"\text{cosine [S6]:} \quad (1 + \cos \pi x) / 2, \quad x \text{ the share that is done}",
        ),
    )
    book.say("One of our own takes four lines: straight down. The training below it is the same for all.")
    book.code(Straight, anneal)


def compare(book: Book, trials: list[Trial], lowest: float) -> None:
    """Where each ends, as a table, the best first."""
    fixed, *others = trials
    kept = {t.name: {"last_rate": t.rates[-1], "loss": t.loss, "above": t.loss - lowest} for t in trials}
    told = book.number("schedules", kept)
    for trial in trials:
        trial.told = told[trial.name]
    low, size, start = book.number("lowest_loss", lowest), book.number("batch", BATCH), book.number("start", START)
    passes, count = book.number("passes", len(fixed.seen)), book.number("schedules_that_change", len(others))
    below = book.number("below_fixed", sum(t.loss < fixed.loss for t in others))
    book.say(
        f"""Each has batches of {size} points, the same first weights, the same {passes} passes, and a rate
        of {start:g} to multiply. The lowest loss in reach is {low:.4f}: from the best of their ends L-BFGS, a method
        without a learning rate, went on as
        far as it could. Of the {count} schedules that change the
        rate, {below} end nearer to it than the fixed rate, `constant`."""
    )
    ranked = sorted(trials, key=lambda trial: trial.loss)
    rows = [
        [called(t), f"{t.told['last_rate']:.2g}", f"{t.told['loss']:.4f}", f"{t.told['above']:.4f}"] for t in ranked
    ]
    book.table("The loss of all points at the end", ["schedule", "last rate", "loss", "above the lowest"], rows)
    if ranked[-1].rates.mean() == min(t.rates.mean() for t in trials):
        book.say(f"The last, {called(ranked[-1])}, fell too soon: small steps leave no noise, but stop on the way.")


def called(trial: Trial) -> str:
    """A schedule as `Shelf.make` reads it."""
    return f"`{trial.schedule}`, our own" if trial.name == OURS else f"`{trial.schedule}`"


def curves(book: Book, trials: list[Trial], lowest: float) -> None:
    """A small picture for each: the rate as a shade, the loss as a line, the fixed rate's behind it."""
    ends = "; ".join(f"{t.name}: {t.told['loss']:.4f}" for t in trials)
    caption = (
        "A picture for each schedule, with the loss at its end. Shaded: the learning rate, from nought to its highest. "
        "Solid: how far above the lowest the loss is, as the batches of a pass find it before their updates (a little "
        "high, as theirs are the points not seen for longest). Dashed: the same with the fixed rate."
    )
    described = f"One panel for each schedule: its rate, and the loss. The losses at the end are {ends}."
    with book.figure("8.2-schedules", caption, described, (11.0, 2.5 * rows_for(trials, WIDE))) as fig:
        axes = grid(fig, len(trials), WIDE)
        for ax, trial in zip(axes, trials, strict=True):
            small(ax, trial, trials[0], lowest)
            ax.set_title(book.plain(f"{trial.name}: ends at {trial.told['loss']:.4f}"))
        bottoms, tops = zip(*(ax.get_ylim() for ax in axes), strict=True)
        for ax in axes:
            ax.set_ylim(min(bottoms), max(tops))
            plain_scale(ax, DECADES)


def small(ax: Axes, trial: Trial, fixed: Trial, lowest: float) -> None:
    """One schedule."""
    n, each = len(trial.seen), len(trial.seen) // POINTS
    passes = np.arange(1, n + 1)
    shade: dict[str, Any] = {"transform": ax.get_xaxis_transform(), "color": plots.COLOURS[5], "alpha": 0.25, "lw": 0}
    some = np.linspace(0, n - 1, 126).astype(int)
    ax.fill_between(passes[some], 0.0, trial.rates[some] / trial.rates.max(), **shade)
    for one, style in ((fixed, FIXED), (trial, ANNEALED)):
        x, seen = (v[: POINTS * each].reshape(POINTS, each).mean(axis=1) for v in (passes, one.seen))
        ax.plot(x, np.maximum(seen - lowest, LEAST), **style)
    ax.set(yscale="log", xlim=(0, n), xticks=(0, n // 2, n), xlabel="passes", ylabel="above the lowest")


def sweep(book: Book, still: Array, falling: Array) -> None:
    """From other rates, fixed and straight down: what annealing is worth."""
    kept = {"rates": RATES, "fixed": still, "annealed": falling}
    kept |= {"best_fixed": still.min(), "rate_fixed": RATES[still.argmin()]}
    kept |= {"best": falling.min(), "rate": RATES[falling.argmin()]}
    told = book.number("sweep", kept)
    won = (
        "so even against the best of them it wins" if falling.min() < still.min() else "no gain over a rate well chosen"
    )
    fast = (falling < still)[np.array(RATES) > START].all()
    more = "It forgives a start that is too fast" if fast else "It does not always forgive a start that is too fast"
    more += ", and one that is too slow" if falling[0] < still[0] else ", and is no help to one that is too slow"
    (slow, *_, quick), fixed, ours = told["rates"], told["fixed"], told["annealed"]
    book.say(
        f"""Is it the schedule, or was the fixed rate only too large? Both, from each of five rates, {slow:g}
        to {quick:g}: the best fixed rate is {told["rate_fixed"]:g} and ends at {told["best_fixed"]:.4f}; straight down,
        the best begins at {told["rate"]:g} and ends at {told["best"]:.4f}: {won}. {more}: from {quick:g} it ends
        at {ours[-1]:.4f}, fixed at {fixed[-1]:.4f}; from {slow:g} it ends at {ours[0]:.4f}, fixed at {fixed[0]:.4f}."""
    )


def cured(book: Book, common: Common, ends: Array, lowest: float) -> None:
    """The two-cycle of section 5 with and without annealing."""
    (_, L), (_, calm) = common.trained, common.calm
    ours = attempt(common, OURS, Straight(), RATE, epochs=common.passes, batch_size=None)
    steps = np.diff(L[-31:])
    zigzag = bool((steps[1:] * steps[:-1] < 0.0).all() and np.abs(steps).min() > 1e-6)
    rate, passes = book.number("full_batch_rate", RATE), book.number("full_batch_passes", common.passes)
    fixed, end = book.number("full_batch_fixed", L[-2:]), book.number("full_batch_annealed", ours.loss)
    jumps = (
        f"keeps jumping between {min(fixed):.6f} and {max(fixed):.6f}, as section 5 tells"
        if zigzag
        else f"ends at {fixed[1]:.6f}"
    )
    better = ours.loss < min(fixed)
    verdict = "The jumping is cured." if zigzag and better else "That is lower." if better else "That is not lower."
    book.say(
        f"""With all points in every update there is no noise, but a step can still be too long. At the fixed rate
        of {rate:g} full batch {jumps}; straight down from {rate:g}, in the same {passes:,} passes,
        it ends at {end:.6f}. {verdict} Half the rate, fixed, ends
        at {book.number("full_batch_half_rate", calm[-1]):.6f}."""
    )
    described = f"Two panels, each with two lines. Left, fixed, the loss {jumps}; annealed, it falls to {end:.6f}."
    before_and_after(book, (L, np.append(ours.seen, ours.loss)), ends, lowest, described)


def before_and_after(book: Book, full_batch: tuple[Array, Array], ends: Array, lowest: float, described: str) -> None:
    """Fixed and straight down: full batch by updates, and minibatches by the rate they begin with."""
    rate, size = book.number("full_batch_rate", RATE), book.number("batch", BATCH)
    caption = (
        f"Before, at a fixed rate (dashed), and after, annealed straight down (solid). Left: full batch from a "
        f"rate of {rate:g}. Right: where batches of {size} end, by the rate they begin with."
    )
    update = np.unique(np.geomspace(1, len(full_batch[0]) - 2, 300).astype(int))
    update = np.unique([update, update + 1])  # both phases of a zigzag
    base = min(lowest, *(loss.min() for loss in full_batch))
    with book.figure("8.2-annealed", caption, described, (11.0, 4.2)) as fig:
        left, right = fig.subplots(1, 2)
        for loss, end, style, label in zip(full_batch, ends, (FIXED, ANNEALED), LABELS, strict=True):
            left.plot(update, np.maximum(loss[update] - base, LEAST), label=label, **style)
            right.plot(RATES, np.maximum(end - lowest, LEAST), label=label, marker="o", **style)
        left.set(xscale="log", xlabel="updates", ylabel="loss above the lowest")
        finish(left, "Full batch, all updates", DECADES)
        right.set(xscale="log", xlabel="learning rate at the beginning", ylabel="loss above the lowest")
        finish(right, "Minibatches, at the end", TICKS)
        right.set_xticks(RATES)


def finish(ax: Axes, title: str, ticks: tuple[float, ...]) -> None:
    """Plain numbers on both axes, and a legend."""
    ax.xaxis.set_major_formatter("{x:,g}")
    ax.xaxis.set_minor_formatter("")
    ax.set_title(title)
    plain_scale(ax, ticks)
    ax.legend(frameon=False)
