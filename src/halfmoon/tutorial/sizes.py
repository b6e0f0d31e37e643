"""Section 7: seven sizes of the hidden layer, on points learned from and on fresh ones, and a stronger penalty."""

from types import SimpleNamespace
from typing import Any

import numpy as np
from matplotlib.ticker import MultipleLocator, PercentFormatter

from halfmoon import plots
from halfmoon.network import Network
from halfmoon.tutorial import overfitting, penalties
from halfmoon.tutorial.book import Book
from halfmoon.tutorial.common import RATE, Common, descend
from halfmoon.tutorial.trials import (
    LARGE,
    SMALL,
    Study,
    cells,
    come_to_rest,
    draw_map,
    draw_marks,
    higher,
    marks,
    of_size,
    stuck,
    truth,
)

TITLE = "How many hidden units? Seven sizes, and points never seen"
SIZES = (1, 2, 3, 4, 5, 20, 50)


def tell(book: Book, common: Common) -> None:
    """The grid, the test set, one run watched, and the stronger penalty."""
    sizes = dict(zip(SIZES, book.number("hidden_units", SIZES), strict=True))
    study = Study(common)
    grid(book, common, sizes)
    best = by_size(book, study, sizes)
    overfitting.watch(book, study)
    penalties.strengthen(book, study, best["log_loss_new"]["mean"])


# The grid


def grid(book: Book, common: Common, sizes: dict[int, int]) -> None:
    """Train one network of each size; what each costs, and how it fits the points it learns from."""
    passes = book.number("passes", common.passes)
    book.say(
        f"""How many hidden units should a network have? The tutorial tries seven sizes and judges them by eye. Here are
        the same seven, each from the same seed and with the same settings, {passes:,} passes. A network with $H|H$
        hidden units has $5H + 2|5H + 2$ numbers to learn: $2H|2H$ weights and $H|H$ biases into the hidden layer,
        $2H|2H$ weights and 2 biases out of it."""
    )
    book.code(of_size)
    X, y = common.data
    common.fit(descend, "warming up", 200, of_size(1), X, y, RATE)  # else the first would be charged for the start
    networks, rows, spent = [], [], {}
    for hidden, shown in sizes.items():
        network = of_size(hidden, common.seed)
        run = common.fit(descend, f"{hidden} hidden units", common.passes, network, X, y, RATE)
        networks.append(network)
        spent[hidden] = float(run.history["seconds"][-1])
        rows.append([f"{shown}", *row(book, common, network, hidden, spent[hidden])])
    columns = ["hidden units", "numbers to learn", "time", "a pass", "right", "wrong", "log-loss"]
    book.table(f"After {passes:,} passes, on the points learned from", columns, rows)
    longer = book.time("large_to_small", spent[LARGE] / spent[SMALL])
    book.say(f"A pass takes {longer:.1f} times as long with {sizes[LARGE]} units as with {sizes[SMALL]}.")
    memorized(book, common, networks, sizes)


def row(book: Book, common: Common, network: Network, hidden: int, seconds: float) -> list[str]:
    """Cost and fit of one network."""
    X, y = common.data
    right, loss = marks(network.predict(X), y)
    fit = {"parameters": network.size, "right": right, "wrong": round((1.0 - right) * len(y)), "log_loss": loss}
    told = book.number(f"size_{hidden}", fit)
    spent = book.time(f"size_{hidden}", {"seconds": seconds, "microseconds": 1e6 * seconds / common.passes})
    cost = [f"{told['parameters']}", f"{spent['seconds']:.2f} s", f"{spent['microseconds']:.1f} µs"]
    return [*cost, f"{told['right']:.1%}", f"{told['wrong']}", f"{told['log_loss']:.3f}"]


def memorized(book: Book, common: Common, networks: list[Network], sizes: dict[int, int]) -> None:
    """The boundaries, beside the best one there is."""
    X, y = common.data
    missed = [network.predict(X).argmax(axis=1) != y for network in networks]
    out = truth(X).argmax(axis=1) != y
    wrong, best = book.number("wrong", [one.sum() for one in missed]), book.number("wrong_with_the_best", out.sum())
    won = book.number("won_back_by_the_largest", (out & ~missed[-1]).sum())
    book.say(
        f"""One unit can only draw a straight line; more units can bend it.
        {"Here the second unit alone does not help. " if wrong[1] >= wrong[0] else ""}But how far should it bend? We
        made these moons ourselves, so for once we can look up the answer: the arcs and the noise give the probability
        of each class at every place. The line where the two are equal is the best boundary there is, for any method,
        and even it leaves {best} of these points on the wrong side, because the noise has carried them there."""
    )
    book.code(truth)
    fewer = [f"{hidden}" for hidden, count in zip(sizes.values(), wrong, strict=True) if count < best]
    listed = " and ".join([", ".join(fewer[:-1]), fewer[-1]] if len(fewer) > 1 else fewer)
    units = "unit" if fewer == [f"{sizes[1]}"] else "units"
    told = f"Here that is so with {listed} {units}." if fewer else "Here none of the seven does."
    around = f" The largest network has bent its boundary around {won} of the {best}." if won else ""
    book.say(f"A network that makes fewer mistakes than that has begun to learn the noise. {told}{around}")
    draw_grid(book, common, networks, wrong, best)


def draw_grid(book: Book, common: Common, networks: list[Network], wrong: list[int], best: int) -> None:
    """Seven boundaries and the best."""
    caption = (
        "The boundaries that the seven networks learned, and last the best boundary there is. The paler the ground, "
        "the less sure; wrong are the points on ground of the other colour."
    )
    described = (
        "Eight maps of the moons, each cut in two by a boundary; with one unit it is straight. Points on the wrong "
        f"side, from the smallest network to the largest: {', '.join(f'{count}' for count in wrong)}. With the best "
        f"boundary, a smooth S between the moons, it is {best}."
    )
    names = [f"{hidden} hidden unit{'s' if hidden > 1 else ''}" for hidden in SIZES] + ["the best there is"]
    with book.figure("7-boundaries", caption, described, (12.0, 6.2)) as fig:
        axes, models = np.ravel(fig.subplots(2, 4)), [*networks, SimpleNamespace(predict_proba=truth)]
        for ax, model, name, count in zip(axes, models, names, [*wrong, best], strict=True):
            draw_map(model, common, ax, 12.0)
            ax.set_title(book.plain(f"{name}: {count} wrong"))


# Points never seen


def by_size(book: Book, study: Study, sizes: dict[int, int]) -> dict[str, Any]:
    """Every size for several seeds, judged on the test set; returns the marks of the best there is."""
    fresh, seeds = book.number("fresh_points", len(study.test[0])), book.number("seeds", len(study.seeds))
    passes, points = book.number("passes_each", study.passes), book.number("points_each", len(study.common.data[0]))
    book.say(
        f"""All this was about points that the networks learned from. The text advises a separate test set, so here is
        one: {fresh:,} fresh points from the same source. And one seed proves little, so every size is trained for
        {seeds} seeds, each with {points} points and initial weights of its own. To save time it is {passes:,} passes
        each, the last of them at a lower rate: then the zigzag of section 5 has come to rest before we measure. Two
        marks are given. Accuracy asks only on which side of the boundary a point lies. Log-loss, the cross-entropy
        without the penalty, asks how sure the network was: a point adds next to nothing when it was sure and right,
        $log 2|\\log 2$ when it could not tell, and without limit when it was sure and wrong."""
    )
    book.code(come_to_rest, marks)
    scores = [study.scores(hidden) for hidden in SIZES]
    found = dict(zip(SIZES, book.number("by_size", dict(zip(SIZES, scores, strict=True))).values(), strict=True))
    best = book.number("best_there_is", study.scores())
    order = ("right_learned", "right_new", "log_loss_learned", "log_loss_new")
    rows = [[f"{sizes[hidden]}", *cells(one, *order)] for hidden, one in found.items()]
    columns = ["hidden units", "right, learned", "right, new", "log-loss, learned", "log-loss, new"]
    title = "On points learned from and on new ones: mean ± standard deviation over the seeds"
    book.table(title, columns, [*rows, ["best there is", *cells(best, *order)]])
    verdict(book, found, sizes)
    extremes(book, found, best, sizes)
    draw_by_size(book, found, best)
    return best


def verdict(book: Book, found: dict[int, Any], sizes: dict[int, int]) -> None:
    """What the text expects of a small and a large layer, held against the table."""
    small, large = found[SMALL], found[LARGE]
    right, loss = ([one[mark]["mean"] for one in (small, large)] for mark in ("right_new", "log_loss_new"))
    spread, better = max(one["right_new"]["spread"] for one in (small, large)), right[0] - right[1]
    count, of = higher(book, "large_has_the_higher_log_loss", large, small)
    by_right = "it does" if better > spread else "it does not"
    by_loss = "it does not" if loss[1] < loss[0] else "it does" if count >= 0.8 * of else "that is not clear"
    differ = "more" if abs(better) <= spread else "less"
    few, many = sizes[SMALL], sizes[LARGE]
    book.say(
        f"""The text expects the smaller layer to do better on a test set. By accuracy {by_right}: on new points {few}
        units get {right[0]:.1%} right and {many} units {right[1]:.1%}, and the seeds differ by {differ}. By log-loss
        {by_loss}, with {loss[0]:.3f} for {few} units and {loss[1]:.3f} for {many} on average; {many} units have the
        higher in {count} of {of} seeds.{stuck(book, "small_is_stuck", small, large, few)}"""
    )


def extremes(book: Book, found: dict[int, Any], best: dict[str, Any], sizes: dict[int, int]) -> None:
    """The size that does best on new points, and whether too small or too large is worse."""
    loss = {hidden: one["log_loss_new"]["mean"] for hidden, one in found.items()}
    lowest = min(SIZES, key=lambda hidden: float(loss[hidden]))
    told = f"""Of the seven, {sizes[lowest]} units have the lowest log-loss on new points, {loss[lowest]:.3f}. The true
        probabilities have {best["log_loss_new"]["mean"]:.3f}."""
    one, many = (found[hidden]["right_new"]["mean"] for hidden in (SIZES[0], LARGE))
    if loss[SIZES[0]] > loss[LARGE] and one < many:
        told += f""" And too small is worse than too large: one unit, with its straight line, gets {one:.1%} right, at a
            log-loss of {loss[SIZES[0]]:.3f}."""
    book.say(told)


def draw_by_size(book: Book, found: dict[int, Any], best: dict[str, Any]) -> None:
    """Both marks by size, on points learned from and new ones."""
    caption = (
        "Accuracy and log-loss by size: lines join the means, pale marks are single seeds. Dotted: the best boundary, "
        "with the true probabilities, on the new points."
    )
    ends = [found[hidden][mark]["mean"] for mark in ("log_loss_learned", "log_loss_new") for hidden in (SMALL, LARGE)]
    described = (
        f"Two panels with curves by hidden units. The log-loss on points learned from is {ends[0]:.3f} with three "
        f"units and {ends[1]:.3f} with the largest layer; on new points it is {ends[2]:.3f} and {ends[3]:.3f}."
    )
    at = np.arange(len(SIZES))
    with book.figure("7-test-set", caption, described, (11.0, 4.2)) as fig:
        for ax, mark, title in zip(fig.subplots(1, 2), ("right", "log_loss"), ("accuracy", "log-loss"), strict=True):
            for i, (of, label) in enumerate((("new", "new points"), ("learned", "points learned from"))):
                draw_marks(ax, at + 0.06 * i, list(found.values()), f"{mark}_{of}", i, label)
            ax.axhline(best[f"{mark}_new"]["mean"], c=plots.INK, ls=":", lw=1.3, label="best there is, new points")
            ax.set_xticks(at, [str(hidden) for hidden in SIZES])
            ax.set(xlabel="hidden units", ylabel=title, title=f"{title.capitalize()} by size")
            ax.legend(frameon=False)
            if mark == "right":
                ax.yaxis.set_major_locator(MultipleLocator(0.02))
                ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
