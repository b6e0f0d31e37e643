"""Section 7: seven sizes of the hidden layer, old and new points, and the penalty."""

from types import SimpleNamespace
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from halfmoon.displays.style import COLOURS, INK
from halfmoon.inspection.evaluation import accuracy, log_loss
from halfmoon.network import Network
from halfmoon.pages.book import Book
from halfmoon.tutorial import overfitting, penalties
from halfmoon.tutorial.experiment import RATE, Experiment, descend
from halfmoon.tutorial.maps import draw_moons_map
from halfmoon.tutorial.study import (
    LARGE,
    SMALL,
    Scores,
    Study,
    count_higher,
    describe_stuck,
    draw_scores,
    format_cells,
    truth,
)

TITLE = "How many hidden units? Seven sizes, and points never seen"
SIZES = (1, 2, 3, 4, 5, 20, 50)


def tell(book: Book, experiment: Experiment) -> None:
    """The grid, the test set, one run watched, and the stronger penalty."""
    sizes = book.number("hidden_units", SIZES)
    study = Study(experiment)
    compare_with_truth(book, experiment, grid(book, experiment, sizes), sizes)
    floor = by_size(book, study, sizes)
    overfitting.watch(book, study)
    penalties.strengthen(book, study, floor)


# The grid


def grid(book: Book, experiment: Experiment, sizes: list[int]) -> list[Network]:
    """Train one network of each size: what each costs, and how it fits its points."""
    passes = book.number("passes", experiment.passes)
    book.say(
        f"""How many hidden units should a network have? The tutorial tries seven
        sizes and judges them by eye. Here are the same seven, `build([2, H, 2],
        seed=seed)`, each with the same seed and settings, {passes:,} passes. A
        network with $H|H$ hidden units has $5H + 2|5H + 2$ numbers to learn: $2H|2H$
        weights and $H|H$ biases into the hidden layer, $2H|2H$ weights and 2 biases
        out of it. Log-loss, in the last column, is the cross-entropy without the
        penalty."""
    )
    X, y = experiment.data
    # else the first would pay for the start
    experiment.fit(descend, "warming up", 200, experiment.network(1), X, y, RATE)
    networks = [experiment.network(hidden) for hidden in SIZES]
    rows = []
    spent = {}
    for hidden, shown, network in zip(SIZES, sizes, networks, strict=True):
        run = experiment.fit(
            descend, f"{hidden} hidden units", experiment.passes, network, X, y, RATE
        )
        spent[hidden] = float(run.history["seconds"][-1])
        rows.append(
            [
                f"{shown}",
                *cost_and_fit(book, experiment, network, hidden, spent[hidden]),
            ]
        )
    columns = [
        "hidden units",
        "numbers to learn",
        "time",
        "a pass",
        "right",
        "wrong",
        "log-loss",
    ]
    book.table(f"After {passes:,} passes, on the points learned from", columns, rows)
    longer = book.time("large_to_small", spent[LARGE] / spent[SMALL])
    book.say(
        f"A pass takes {longer:.1f} times as long with {sizes[-1]} units as with "
        f"{sizes[SIZES.index(SMALL)]}."
    )
    return networks


def cost_and_fit(
    book: Book, experiment: Experiment, network: Network, hidden: int, seconds: float
) -> list[str]:
    """Cost and fit of one network."""
    X, y = experiment.data
    p = network.predict(X)
    right = accuracy(p, y)
    numbers = {
        "parameters": network.size,
        "right": right,
        "log_loss": log_loss(p, y),
        "wrong": round((1.0 - right) * len(y)),
    }
    fit = book.number(f"size_{hidden}", numbers)
    a_pass = 1e6 * seconds / experiment.passes
    spent = book.time(f"size_{hidden}", {"seconds": seconds, "microseconds": a_pass})
    return [
        f"{fit['parameters']}",
        f"{spent['seconds']:.2f} s",
        f"{spent['microseconds']:.1f} µs",
        f"{fit['right']:.1%}",
        f"{fit['wrong']}",
        f"{fit['log_loss']:.3f}",
    ]


def compare_with_truth(
    book: Book, experiment: Experiment, networks: list[Network], sizes: list[int]
) -> None:
    """The boundaries, beside the best one there is."""
    X, y = experiment.data
    predictions = [network.predict(X) for network in networks]
    missed = [p.argmax(axis=1) != y for p in (*predictions, truth(X))]
    *wrong, best = book.number("wrong_and_with_the_best", [one.sum() for one in missed])
    won = book.number("won_back_by_the_largest", (missed[-1] & ~missed[-2]).sum())
    second = ""
    if wrong[1] >= wrong[0]:
        second = "In this run the second unit gets no more points right. "
    book.say(
        f"""One unit can only draw a straight line; more units can bend it.
        {second}But how far should it bend? We made these moons ourselves, so for once
        we can look up the answer: the arcs and the noise give the probability of each
        class at every place. The line where the two are equal is the best boundary
        there is for new points, by any method, and even it leaves {best} of these
        points on the wrong side, because the noise has carried them there."""
    )
    book.code(truth)
    counts = zip(sizes, wrong, strict=True)
    fewer = [f"{hidden}" for hidden, count in counts if count < best]
    who = "Here none of the seven does."
    if fewer:
        who = f"Here that is so with {', '.join(fewer)} units."
    around = ""
    if wrong[-1] < best:
        around = (
            f" The largest network has bent its boundary around {won} of the {best}."
        )
    book.say(
        f"""A network that makes fewer mistakes than that must have bent around points
        that the noise misplaced. {who}{around}"""
    )
    draw_grid(book, experiment, networks, wrong, best)


def draw_grid(
    book: Book,
    experiment: Experiment,
    networks: list[Network],
    wrong: list[int],
    best: int,
) -> None:
    """Seven boundaries and the best."""
    caption = (
        "The boundaries that the seven networks learned, and last the true one, the "
        "best there is. The paler the ground, the less sure; wrong are the points on "
        "ground of the other colour."
    )
    description = (
        "Eight maps of the moons, each cut in two by a boundary; with one unit it is "
        "straight. Points on the wrong side, from the smallest network to the "
        f"largest: {', '.join(f'{count}' for count in wrong)}. With the best "
        f"boundary, a smooth S between the moons, it is {best}."
    )
    names = [f"{hidden} hidden units" for hidden in SIZES]
    names[0] = "1 hidden unit"
    names.append("the true boundary")
    with book.figure("7-boundaries", caption, description, (11.0, 5.8)) as fig:
        axes = np.ravel(fig.subplots(2, 4))
        models = [*networks, SimpleNamespace(predict_proba=truth)]
        counts = [*wrong, best]
        for ax, model, name, count in zip(axes, models, names, counts, strict=True):
            draw_moons_map(ax, model, *experiment.data, size=12.0)
            ax.set_title(book.plain(f"{name}: {count} wrong"), fontsize="medium")


# Points never seen


def by_size(book: Book, study: Study, sizes: list[int]) -> float:
    """Every size for several seeds; returns the lowest log-loss there is."""
    fresh = book.number("fresh_points", len(study.test[0]))
    seeds = book.number("seeds", len(study.repeats))
    passes = book.number("passes_each", study.passes)
    points = book.number("points_each", len(study.experiment.data[0]))
    book.say(
        f"""All this was about points that the networks learned from. The text advises
        a separate test set, so here is one: {fresh:,} fresh points from the same
        source. And one seed proves little, so every size is trained for {seeds}
        seeds, each with {points} points and initial weights of its own. To save time
        it is {passes:,} passes each, the last tenth of them at a quarter of the rate,
        to calm a zigzag like section 5's before we measure: `descend(network, X, y,
        rate, schedule=Step(every=epochs * 9 // 10, rate=0.25), epochs=epochs)`."""
    )
    book.say(
        """Two marks are given. Accuracy asks only on which side of the boundary a
        point lies. Log-loss asks how sure the network was: a point adds next to
        nothing when it was sure and right, $log 2|\\log 2$ when it could not tell,
        and without limit when it was sure and wrong."""
    )
    book.code(accuracy, log_loss)
    kept = book.number("by_size", {hidden: study.scores(hidden) for hidden in SIZES})
    scores = dict(zip(SIZES, kept.values(), strict=True))
    best = book.number("best_there_is", study.scores())
    order = ("right_learned", "right_new", "log_loss_learned", "log_loss_new")
    rows = []
    for hidden, shown in zip(SIZES, sizes, strict=True):
        rows.append([f"{shown}", *format_cells(scores[hidden], *order)])
    rows.append(["the truth", *format_cells(best, *order)])
    columns = ["hidden units", "right, learned", "right, new"]
    columns += ["log-loss, learned", "log-loss, new"]
    title = (
        "On points learned from and on new ones: mean ± standard deviation over the "
        "seeds"
    )
    book.table(title, columns, rows)
    compare_small_and_large(book, scores, sizes)
    extremes(book, scores, best, sizes)
    draw_by_size(book, scores, best)
    return float(best["log_loss_new"]["mean"])


def compare_small_and_large(
    book: Book, scores: dict[int, Any], sizes: list[int]
) -> None:
    """What the text expects of a small and a large layer, held against the table."""
    small = scores[SMALL]
    large = scores[LARGE]
    right = [one["right_new"]["mean"] for one in (small, large)]
    loss = [one["log_loss_new"]["mean"] for one in (small, large)]
    spread = max(one["right_new"]["spread"] for one in (small, large))
    better = right[0] - right[1]
    count, of = count_higher(book, "large_has_the_higher_log_loss", large, small)
    by_right = who_leads(better > spread, better < -spread)
    by_loss = who_leads(
        loss[0] < loss[1] and count >= 0.8 * of, loss[1] < loss[0] and count <= 0.2 * of
    )
    few = sizes[SIZES.index(SMALL)]
    many = sizes[-1]
    differ = "more" if abs(better) <= spread else "less"
    stuck = describe_stuck(book, "small_is_stuck", small, large, few)
    book.say(
        f"""The text expects the smaller layer to do better on a test set. By accuracy
        {by_right}: on new points {few} units get {right[0]:.1%} right and {many}
        units {right[1]:.1%}, and the seeds differ by {differ}. By log-loss {by_loss}:
        it is {loss[0]:.3f} for {few} units and {loss[1]:.3f} for {many} on average,
        and {many} units have the higher in {count} of {of} seeds. {stuck}"""
    )


def who_leads(small: bool, large: bool) -> str:
    """Which layer does better, if either does clearly."""
    if small:
        return "the smaller does"
    if large:
        return "the larger does"
    return "neither is clearly ahead"


def extremes(
    book: Book, scores: dict[int, Scores], best: Scores, sizes: list[int]
) -> None:
    """The best size on new points, and whether too small or too large is worse."""
    loss = [one["log_loss_new"]["mean"] for one in scores.values()]
    right = [one["right_new"]["mean"] for one in scores.values()]
    i = int(np.argmin(loss))
    small = ""
    if loss[0] > loss[-1] and right[0] < right[-1]:
        small = f""" Too small is worse than too large: one unit, with its straight
            line, gets {right[0]:.1%} right, at a log-loss of {loss[0]:.3f}."""
    book.say(
        f"""Of the seven, {sizes[i]} units have the lowest log-loss on new points,
        {loss[i]:.3f}. The true probabilities have
        {best["log_loss_new"]["mean"]:.3f}.{small}"""
    )


def draw_by_size(book: Book, scores: dict[int, Scores], best: Scores) -> None:
    """Both marks by size, on points learned from and new ones."""
    caption = (
        "Accuracy and log-loss by size: lines join the means, small marks are single "
        "seeds. Dotted: the true probabilities and their boundary, on the new points."
    )
    ends = [
        scores[hidden][mark]["mean"]
        for mark in ("log_loss_learned", "log_loss_new")
        for hidden in (SMALL, LARGE)
    ]
    description = (
        "Two panels with curves by hidden units. The log-loss on points learned from "
        f"is {ends[0]:.3f} with three units and {ends[1]:.3f} with the largest layer; "
        f"on new points it is {ends[2]:.3f} and {ends[3]:.3f}."
    )
    with book.figure("7-test-set", caption, description, (11.0, 4.2)) as fig:
        left, right = fig.subplots(1, 2)
        draw_mark(left, scores, best, "right", "accuracy")
        draw_mark(right, scores, best, "log_loss", "log-loss")
        left.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))


def draw_mark(
    ax: Axes, scores: dict[int, Scores], best: Scores, mark: str, title: str
) -> None:
    """One score by size."""
    at = np.arange(float(len(SIZES)))
    each = list(scores.values())
    new: dict[str, Any] = {"c": INK, "marker": "v"}
    learned: dict[str, Any] = {"c": COLOURS[6], "marker": "P"}
    draw_scores(ax, at, each, f"{mark}_new", "new points", **new)
    draw_scores(ax, at + 0.1, each, f"{mark}_learned", "learned from", **learned)
    line: dict[str, Any] = {"c": INK, "ls": ":", "lw": 1.3}
    ax.axhline(best[f"{mark}_new"]["mean"], label="the truth, new points", **line)
    ax.set_xticks(at, [str(hidden) for hidden in SIZES])
    ax.set(xlabel="hidden units", ylabel=title, title=f"{title.capitalize()} by size")
    ax.legend(frameon=False)
