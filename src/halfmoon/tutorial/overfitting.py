"""Section 7 continued: overfitting made visible, pass by pass."""

from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.ticker import LogLocator

from halfmoon.arrays.elementary import Array
from halfmoon.displays.style import COLOURS, DARK, MARKERS
from halfmoon.network import Network
from halfmoon.pages.book import Book
from halfmoon.training.run import Run
from halfmoon.tutorial.experiment import RATE, descend
from halfmoon.tutorial.maps import draw_moons_map
from halfmoon.tutorial.study import (
    LARGE,
    MEASURED,
    SMALL,
    STYLES,
    Predict,
    Study,
    truth,
)


def descend_with_pauses(
    look: Callable[[Run], None], *data: Any, epochs: int, **more: Any
) -> Run:
    """`descend`, pausing some thirty times to look, and going on as if it had not."""
    run: Any = None
    for upto in np.unique(np.geomspace(1, epochs, 36).astype(int)):
        run = descend(*data, epochs=int(upto), run=run, **more)
        look(run)
        if run.stopped != "epochs":  # but interrupted, say
            break
    return run


def watch(book: Book, study: Study) -> None:
    """Both losses by passes with few and many units, and what the mistakes cost."""
    small, large = book.number("watched_units", [SMALL, LARGE])
    book.say(
        f"""Can overfitting be watched as it happens? Here is a run with {small} units
        and one with {large}, half as long as the tutorial's and at half its rate. Now
        and then each pauses, and we look at both sets of points. (It is one seed; the
        table shows how far seeds differ.)"""
    )
    book.code(descend_with_pauses)
    networks = {hidden: study.experiment.network(hidden) for hidden in (SMALL, LARGE)}
    courses = {
        hidden: observe(book, study, hidden, network)
        for hidden, network in networks.items()
    }
    book.say(describe_course(large, courses[LARGE]))
    book.say(describe_course(small, courses[SMALL]))
    predictions: list[Predict] = [
        *(network.predict for network in networks.values()),
        truth,
    ]
    few, many, best = book.number(
        "mistakes", [mistakes(study, predict) for predict in predictions]
    )
    book.say(
        f"""At the end {large} units have {many["wrong"]} of the new points wrong, and
        these make up {many["share"]:.0%} of the log-loss: on average the network
        gives the wrong class {many["sure"]:.1%} there, where the true probabilities
        give it {many["truly"]:.1%}. With {small} units it is {few["wrong"]} points,
        at {few["sure"]:.1%} instead of {few["truly"]:.1%}. The true boundary has
        {best["wrong"]} wrong."""
    )
    draw_watched(book, study, networks, courses, [few["wrong"], many["wrong"]])


def observe(book: Book, study: Study, hidden: int, network: Network) -> Any:
    """Train a network with pauses; what is MEASURED at each."""
    experiment = study.experiment
    rows = []

    def look(run: Run) -> None:
        rows.append((run.epoch, *study.evaluate(experiment, network.predict)))

    data = (look, network, *experiment.data, RATE / 2.0)
    label = f"{hidden} units, watched"
    experiment.fit(descend_with_pauses, label, experiment.passes // 2, *data)
    columns = zip(("passes", *MEASURED), zip(*rows, strict=True), strict=True)
    return book.number(f"watched_{hidden}", dict(columns))


def describe_course(hidden: int, columns: dict[str, list[float]]) -> str:
    """How the loss on new points went, and whether that is overfitting."""
    new = columns["log_loss_new"]
    learned = columns["log_loss_learned"]
    least = int(np.argmin(new))
    sentence = f"""With {hidden} units the log-loss on new points is lowest after
        {columns["passes"][least]:,} passes, {new[least]:.3f}, and {new[-1]:.3f} at
        the end"""
    if new[-1] < 1.2 * new[least]:
        return f"{sentence}: not much is lost."
    if learned[-1] >= learned[least]:
        return f"{sentence}; on the points learned from it does not fall either."
    return f"""{sentence}, while on the points learned from it goes on falling, from
        {learned[least]:.3f} to {learned[-1]:.3f}. That is overfitting. To stop in
        time is a cure too, if points set aside for it say when."""


def losses_and_errors(study: Study, predict: Predict) -> tuple[Array, Any]:
    """What each new point adds to the log-loss, and whether it is on the wrong side."""
    X, y = study.test
    p = predict(X)
    return -np.log(p[np.arange(len(y)), y]), p.argmax(axis=1) != y


def mistakes(study: Study, predict: Predict) -> dict[str, Any]:
    """New points on the wrong side: how many, their share of the log-loss, how sure.

    "sure" is the mean probability that the wrong class is given there, "truly" the one
    that it has.
    """
    cost, wrong = losses_and_errors(study, predict)
    X = study.test[0][wrong]
    other = 1 - study.test[1][wrong]
    rows = np.arange(len(X))
    return {
        "wrong": wrong.sum(),
        "share": cost[wrong].sum() / cost.sum(),
        "sure": float(predict(X)[rows, other].mean()),
        "truly": float(truth(X)[rows, other].mean()),
    }


def draw_watched(
    book: Book,
    study: Study,
    networks: dict[int, Network],
    courses: dict[int, Any],
    wrong: Any,
) -> None:
    """The losses by passes, and the new points on the wrong side of each boundary."""
    caption = (
        "First, log-loss by passes over the data, both axes logarithmic. Then the new "
        "points that each network has on the wrong side at the end: the larger the "
        "mark, the more it adds to the log-loss. Dashed: the true boundary."
    )
    ends = []
    for columns in courses.values():
        ends += [columns["log_loss_learned"][-1], columns["log_loss_new"][-1]]
    description = (
        f"First, curves of the log-loss: with three units they end at {ends[0]:.3f} "
        f"on points learned from and at {ends[1]:.3f} on new ones, with the largest "
        f"layer at {ends[2]:.3f} and {ends[3]:.3f}. Then two maps, with {wrong[0]} "
        f"and {wrong[1]} misplaced points along the boundaries."
    )
    errors = [
        losses_and_errors(study, network.predict)[1] for network in networks.values()
    ]
    either = np.any(errors, axis=0)
    (left, low) = study.test[0][either].min(axis=0) - 0.3
    (right, high) = study.test[0][either].max(axis=0) + 0.3
    with book.figure("7-overfitting", caption, description, (11.0, 3.9)) as fig:
        first, *maps = fig.subplots(1, 3, width_ratios=(1.25, 1.0, 1.0))
        draw_curves(courses, first)
        pairs = networks.items()
        for ax, (hidden, network), count in zip(maps, pairs, wrong, strict=True):
            draw_misplaced(network, study, ax)
            ax.set(xlim=(left, right), ylim=(low, high))
            ax.set_title(book.plain(f"{hidden} units: {count} new points wrong"))


def draw_curves(courses: dict[int, Any], ax: Any) -> None:
    """Both losses by passes."""
    for i, (hidden, columns) in enumerate(courses.items()):
        for of, line, points in (
            ("learned", "--", "learned from"),
            ("new", "-", "new points"),
        ):
            style = {
                "c": STYLES[hidden]["c"],
                "ls": line,
                "lw": (1.3, 2.2)[i],
                "label": f"{hidden} units, {points}",
            }
            ax.plot(columns["passes"], columns[f"log_loss_{of}"], **style)
    ax.set(
        xscale="log",
        yscale="log",
        xlabel="passes over the data",
        ylabel="log-loss",
        title="Pass by pass",
    )
    ax.xaxis.set_major_formatter("{x:,.0f}")
    ax.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    ax.yaxis.set_major_formatter("{x:g}")
    ax.yaxis.set_minor_formatter("")
    ax.legend(frameon=False, loc="lower left")


def draw_misplaced(network: Network, study: Study, ax: Any) -> None:
    """Both boundaries, and the new points on the wrong side, as large as their loss."""
    cost, wrong = losses_and_errors(study, network.predict)
    draw_moons_map(ax, network, *study.experiment.data)
    (left, right) = ax.get_xlim()
    (low, high) = ax.get_ylim()
    u = np.linspace(left, right, 60)
    v = np.linspace(low, high, 60)
    points = np.stack(np.meshgrid(u, v), axis=-1).reshape(-1, 2)
    lead = truth(points)[:, 0].reshape(60, 60) - 0.5
    line: dict[str, Any] = {"colors": DARK, "linewidths": 1.2, "linestyles": "--"}
    ax.contour(u, v, lead, levels=[0.0], zorder=2, **line)
    for c in (0, 1):
        here = wrong & (study.test[1] == c)
        style = {
            "c": COLOURS[c],
            "marker": MARKERS[c],
            "edgecolors": "white",
            "lw": 0.6,
            "zorder": 3,
        }
        ax.scatter(*study.test[0][here].T, s=9.0 * cost[here], **style)
