"""Section 8.2: every schedule of the learning rate against a fixed rate."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from halfmoon.arrays.elementary import Array
from halfmoon.components.schedules import SCHEDULES, Progress, Schedule
from halfmoon.displays.grids import add_grid, row_count
from halfmoon.displays.scales import DECADES, set_log_scale
from halfmoon.displays.style import COLOURS, INK
from halfmoon.pages.numbers import write_range
from halfmoon.pages.texts import Material, Picture
from halfmoon.tutorial.exercises.trials import (
    Points,
    Trial,
    run_trial,
    span,
)
from halfmoon.tutorial.experiment import RATE, Experiment, is_zigzag
from halfmoon.tutorial.programs import program

BATCH = 20
RATES = (0.25, 0.5, 1.0, 2.0, 4.0)
HIGH_RATE = 1.0  # from which on annealing helps in every run
FIXED = "constant"
OURS = "straight line"
# in a small picture, and how many stand beside one another
POINTS = 50
ACROSS = 3
LEAST = 1e-6  # nothing below is drawn
ABOVE = "loss above lowest"
STYLES: dict[str, dict[str, Any]] = {
    FIXED: {"label": "fixed rate", "c": INK, "ls": (0, (4, 2)), "lw": 1.3},
    OURS: {"label": "annealed", "c": COLOURS[1], "lw": 1.9},
}


@dataclass(frozen=True)
class Straight(Schedule):
    """factor = 1 - the share of the training that is done."""

    def factor(self, progress: Progress) -> Any:
        """From 1 down to 0."""
        return 1.0 - progress.share


def measure(experiment: Experiment) -> Material:
    """Train by every schedule, from several rates, and with all points at once."""
    passes = 200 if experiment.quick else 500
    schedules = schedules_for(passes)
    trials = {
        name: train_orders(experiment, schedule, RATE, passes)
        for name, schedule in schedules.items()
    }
    ends = {}
    for name in STYLES:
        swept = [train_orders(experiment, schedules[name], r, passes) for r in RATES]
        ends[name] = np.array([[trial.loss for trial in each] for each in swept])
    straight = train_by(experiment, Straight(), RATE, experiment.passes)
    full = {FIXED: experiment.trained[1], OURS: straight.losses}
    known = (experiment.trained_at_half_rate[1], *full.values())
    lowest = min(loss.min() for loss in known)
    spans = {name: span([one.loss for one in each]) for name, each in trials.items()}
    numbers = {
        "rate": RATE,
        "batch": BATCH,
        "passes": passes,
        "orders": len(experiment.seeds),
        "schedules": spans,
        "lowest": lowest,
        "high_rate": HIGH_RATE,
        "sweep": {name: [span(each) for each in loss] for name, loss in ends.items()},
        "full_passes": experiment.passes,
        "full_fixed": full[FIXED][-2:],
        "full_annealed": straight.loss,
        "three_quarters": experiment.passes * 3 // 4,
        "rate_after_three_quarters": RATE / 4.0,
    }
    draw_ends = Picture(lambda fig: draw_annealed(fig, full, ends, lowest), (11.0, 4.2))
    size = (8.8, 2.0 * row_count(trials, ACROSS))
    draw_each = Picture(lambda fig: draw_schedules(fig, trials, lowest), size)
    version = program("annealing")
    return Material(
        numbers=numbers,
        claims=find_claims(spans, ends, full),
        figures={"8.2-annealed": draw_ends, "8.2-schedules": draw_each},
        tables={"schedules": table_of_schedules},
        code={"annealing": version, "changes": version.changes},
    )


def train_by(
    experiment: Experiment, schedule: Schedule, rate: float, passes: int, **more: Any
) -> Trial:
    """Train Britz's network by a schedule that begins at this rate."""
    label = f"{schedule}, rate {rate:g}"
    network = experiment.network()
    points = Points(experiment.data, experiment.data)
    more |= {"schedule": schedule}
    return run_trial(experiment, label, network, points, passes, rate, **more)


def train_orders(
    experiment: Experiment, schedule: Schedule, rate: float, passes: int
) -> list[Trial]:
    """The same with minibatches, in as many orders as there are seeds."""
    return [
        train_by(experiment, schedule, rate, passes, batch_size=BATCH, seed=order)
        for order in experiment.seeds
    ]


def schedules_for(passes: int) -> dict[str, Schedule]:
    """Every schedule of the registry, and a straight line.

    With settings for so many passes where its own do not suit.
    """
    settings = {
        "step": f"every={passes // 6}",
        "exponential": f"rate={5.0 / passes:g}",
        "inverse_time": f"rate={20.0 / passes:g}",
        "inverse_scaling": "unit=epochs",
        "plateau": f"rate=0.5,patience={passes // 20}",
    }
    made: dict[str, Schedule] = {}
    for name in SCHEDULES:
        made[name] = SCHEDULES.make(f"{name}:{settings.get(name, '')}")
    return made | {OURS: Straight()}


def find_claims(
    spans: dict[str, list[float]], ends: dict[str, Array], full: dict[str, Array]
) -> dict[str, bool]:
    """What may be said of annealing."""
    others = [highest for name, (_, _, highest) in spans.items() if name != FIXED]
    medians = {name: np.median(loss, axis=1) for name, loss in ends.items()}
    best = {name: ends[name][middle.argmin()] for name, middle in medians.items()}
    ours_is_lower = ends[OURS].max(axis=1) < ends[FIXED].min(axis=1)
    return {
        "every_schedule_is_lower": max(others) < spans[FIXED][0],
        "steadier_at_the_best": medians[OURS].min() < medians[FIXED].min()
        and np.ptp(best[OURS]) < np.ptp(best[FIXED]) / 3.0,
        "forgives_high_rates": ours_is_lower[np.array(RATES) >= HIGH_RATE].all()
        and ends[OURS][0].min() > medians[FIXED][0],
        "cycle_ends": is_zigzag(full[FIXED]) and full[OURS][-1] < full[FIXED].min(),
    }


def table_of_schedules(numbers: Any) -> tuple[list[str], list[list[str]]]:
    """Where each schedule ends, the lowest first."""
    known = numbers["schedules"]
    rows = []
    for name in sorted(known, key=lambda name: float(known[name][1])):
        cells = [f"{known[name][1]:.4f}", write_range(known[name], ".4f")]
        rows.append([name.replace("_", " "), *cells])
    return ["schedule", "median loss", "lowest to highest"], rows


def draw_annealed(
    fig: Figure, full: dict[str, Array], ends: dict[str, Array], lowest: float
) -> None:
    """Fixed and annealed: all points by updates, and minibatches by their rate."""
    left, right = fig.subplots(1, 2)
    for name, style in STYLES.items():
        # of 20,000 updates some are enough, both phases of a cycle among them
        some = np.unique(np.geomspace(1, len(full[name]) - 1, 1_500).astype(int))
        left.plot(some, np.maximum(full[name][some] - lowest, LEAST), **style)
        above = np.maximum(ends[name] - lowest, LEAST)
        right.plot(RATES, np.median(above, axis=1), marker="o", **style)
        rates = np.repeat(RATES, above.shape[1])
        right.scatter(rates, above.ravel(), s=12, c=style["c"], alpha=0.6, lw=0)
    left.set(title="All points in each update", xlabel="updates", xscale="log")
    right.set(title=f"Batches of {BATCH}, at the end", xlabel="first learning rate")
    right.set(xscale="log")
    for ax in (left, right):
        ax.set(ylabel=ABOVE)
        set_log_scale(ax, DECADES)
        ax.legend(frameon=False)
    right.set_xticks(RATES)


def draw_schedules(fig: Figure, trials: dict[str, list[Trial]], lowest: float) -> None:
    """A small picture for each schedule, with its rate, its loss and the fixed one."""
    axes = add_grid(fig, trials, ACROSS)
    for ax, (name, (trial, *_)) in zip(axes, trials.items(), strict=True):
        n = len(trial.history)
        rates = trial.history["learning_rate"]
        rates = rates / rates.max()
        shade: dict[str, Any] = {"color": COLOURS[5], "alpha": 0.25, "linewidth": 0}
        across = ax.get_xaxis_transform()
        ax.fill_between(np.arange(1, n + 1, 5), rates[::5], transform=across, **shade)
        middle = (np.arange(POINTS) + 0.5) * n / POINTS
        for one, style in zip((trials[FIXED][0], trial), STYLES.values(), strict=True):
            means = one.losses[:-1].reshape(POINTS, -1).mean(axis=1)
            ax.plot(middle, np.maximum(means - lowest, LEAST), **style)
        ax.set(title=name.replace("_", " "), xlabel="passes", ylabel=ABOVE)
        ax.set(xlim=(0, n), xticks=(0, n // 2, n), ylim=(0.002, 0.5))
        set_log_scale(ax, DECADES)
