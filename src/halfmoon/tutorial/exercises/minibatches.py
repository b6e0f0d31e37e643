"""Section 8.1: a few rows in each update against all of them, by passes and time."""

from typing import Any

import numpy as np

from halfmoon import datasets
from halfmoon.arrays.elementary import Array
from halfmoon.arrays.random import SHUFFLE, key, permutation
from halfmoon.displays.scales import set_log_scale
from halfmoon.displays.style import COLOURS, INK
from halfmoon.inspection.evaluation import accuracy
from halfmoon.network import Network
from halfmoon.pages.book import Book
from halfmoon.tutorial.exercises.batch_sizes import (
    BATCHES,
    FIRST_PASSES,
    LOW,
    RATES,
    BatchTrial,
    BatchTrials,
    train_in_batches,
    try_batch_sizes,
)
from halfmoon.tutorial.experiment import L2, NOISE, ROWS, Experiment
from halfmoon.tutorial.maps import draw_map

TITLE = "Minibatches"
MANY = 10 * ROWS
# of the full batch's loss: what is below is no matter of the order of the rows
CLEARLY = 0.9
STYLES: tuple[dict[str, Any], ...] = (
    {"c": INK, "ls": (0, (5, 2)), "lw": 1.9, "zorder": 3},
    {"c": COLOURS[2], "lw": 1.2, "marker": "o", "ms": 3.6},
    {"c": COLOURS[3], "lw": 1.2, "marker": "^", "ms": 4.2},
)


def by_hand(net: Network, X: Array, y: Any, size: int, rate: float, order: Any) -> None:
    """One pass of the same: the rows in random order, and a step after every few."""
    for start in range(0, len(X), size):
        rows = order[start : start + size]
        batch = net.objective(net.theta, *net.read(X[rows], y[rows]), L2)
        net.theta = net.theta - rate * batch.g


def tell(book: Book, experiment: Experiment) -> None:
    """The lines, why a step is noisy, and both comparisons, by passes and by time."""
    passes = (100, 30) if experiment.quick else (500, 100)
    few = try_batch_sizes(book, experiment, *experiment.data, passes[0])
    X, y = datasets.make("moons", n=MANY, noise=NOISE, seed=experiment.seed)
    many = try_batch_sizes(book, experiment, X, y, passes[1])
    lines(book, experiment)
    noise(book, experiment, few[0])
    rule(book)
    first_passes(book, few, many)
    boundaries(book, experiment, few[0], few[-1])
    by_passes(book, few, many)
    last_passes(book, few, many)
    by_time(book, few, many)


def lines(book: Book, experiment: Experiment) -> None:
    """The lines of code, and that both ways are one."""
    X, y = experiment.data
    size = book.number("small_batch", BATCHES[-1])
    updates = book.number("updates_a_pass", ROWS // BATCHES[-1])
    book.say(
        f"""So far every update took all the points. Minibatch gradient descent takes
        a few of them, drawn at random, then a few others, until each has had its
        turn. That is one pass over the data, and with batches of {size} it has made
        {updates} updates where the full batch makes one. (With a single point in each
        it is stochastic gradient descent, SGD, a name that often stands for all of
        these.) The code needs one word more, `descend(network, X, y, rate,
        batch_size=10)`. Here is the same by hand:"""
    )
    book.code(by_hand)
    trained = experiment.network()
    moved = experiment.network()
    size_of_batch = BATCHES[-1]
    order = permutation(key(experiment.seed, SHUFFLE, 0), len(X))
    train_in_batches(experiment, trained, X, y, size_of_batch, 0.5, 1)
    by_hand(moved, X, y, size_of_batch, 0.5, order)
    largest = np.abs(trained.theta - moved.theta).max()
    apart = book.number("by_hand_largest_difference", largest)
    close = f"to {apart:.0e}" if apart else "bit for bit"
    book.say(
        "With the rows in the same order, both end a pass at the same weights "
        f"({close})."
    )


def noise(book: Book, experiment: Experiment, full: BatchTrial) -> None:
    """How far a batch's gradient is from the full one, at the start and at the end."""
    X, y = experiment.data
    network = experiment.network()
    shares = []
    apart = 0.0
    order = permutation(key(experiment.seed, SHUFFLE, 0), len(X))
    for theta in (network.theta, full.weights[-1]):
        g = network.objective(theta, *network.read(X, y), L2).g
        each = []
        for rows in order.reshape(-1, BATCHES[-1]):
            batch = network.read(X[rows], y[rows])
            each.append(network.objective(theta, *batch, L2).g)
        parts = np.array(each)
        apart = max(apart, np.abs(parts.mean(axis=0) - g).max())
        distance = np.sqrt(((parts - g) ** 2).sum(axis=1).mean())
        shares.append(distance / np.linalg.norm(g))
    first, last = book.number("gradient_noise", shares)
    apart = book.number("gradients_largest_difference", apart)
    size = book.number("small_batch", BATCHES[-1])
    flat = ""
    if last > first:
        flat = "The flatter the ground, the more of a step is noise."
    book.say(
        f"""A batch's gradient is a sample of the full one. At the same weights those
        of one pass average to the full gradient, penalty included (to {apart:.0e}).
        But each alone is off, and we move after each: with {size} points by
        {first:.2f} times the full gradient's length at the first weights, and by
        {last:,.0f} times its length where {full.numbers["passes"]} passes of full
        batch end. {flat}"""
    )


def rule(book: Book) -> None:
    """How the comparison is made fair."""
    rates = book.number("rates", RATES)
    passes = book.number("sprint", FIRST_PASSES)
    few = book.number("rows", ROWS)
    many = book.number("many_rows", MANY)
    book.say(
        f"""Which is better? That depends on the learning rate, so each batch size
        gets its own, by one rule: of the rates {rates[0]}, {rates[1]} and so on,
        doubled up to {rates[-1]:g}, the one whose loss is lowest on average over the
        first {passes} passes. (What is good for the first passes may be too high for
        the last.) The loss is always that of all points, penalty included, between
        two passes. The order of the rows is chance, so ahead means by
        {book.number("clearly", 1.0 - CLEARLY):.0%} or more. The race is run twice: on
        the tutorial's {few} points, and on {many:,} that are drawn the same way. More
        points make a pass longer, but to the full batch it is still one update.
        Minibatches make more updates of it: they need not see every point to know
        roughly which way is down."""
    )


def lower(trials: BatchTrials, theirs: str, full: str) -> str:
    """How many of the two minibatches are clearly below the full batch."""
    limit = CLEARLY * trials[0].numbers[full]
    count = sum(one.numbers[theirs] < limit for one in trials[1:])
    return ("neither is", "one is", "both are")[count]


def first_passes(book: Book, few: BatchTrials, many: BatchTrials) -> None:
    """Who is ahead after a few passes."""
    passes = book.number("sprint", FIRST_PASSES)
    for trials in (few, many):
        full, *others = (one.numbers for one in trials)
        ends = [f"{one['early']:.4f} with {one['rows']}" for one in others]
        book.say(
            f"""Of {full["of"]:,} points, after {passes} passes: a loss of
            {full["early"]:.4f} with all of them in every update, {" and ".join(ends)}:
            {lower(trials, "early", "early")} ahead of the full batch."""
        )


def boundaries(
    book: Book, experiment: Experiment, full: BatchTrial, small: BatchTrial
) -> None:
    """What the full batch and the smallest have learned after a few passes."""
    X, y = experiment.data
    networks = [experiment.network(), experiment.network()]
    passes = book.number("sprint", FIRST_PASSES)
    for network, one in zip(networks, (full, small), strict=True):
        network.theta = one.weights[0]
    accuracies = [accuracy(network.predict(X), y) for network in networks]
    shares = book.number("right_early", accuracies)
    titles = (
        f"full batch: {shares[0]:.1%} right",
        f"batches of {small.numbers['rows']}: {shares[1]:.1%} right",
    )
    caption = (
        "Before, with the full batch, and after, with the smallest: the boundary "
        f"after {passes} passes."
    )
    description = (
        f"Two panels with the moons and a boundary. Left, {titles[0]}. Right, "
        f"{titles[1]}."
    )
    with book.figure("8.1-boundaries", caption, description, (10.0, 4.2)) as fig:
        axes = fig.subplots(1, 2)
        for ax, network, title in zip(axes, networks, titles, strict=True):
            draw_map(ax, network, X, y)
            ax.set_title(book.plain(title))


def by_passes(book: Book, few: BatchTrials, many: BatchTrials) -> None:
    """The losses by passes, as a figure and as a table."""
    low = book.number("low_loss", LOW)
    caption = (
        "The loss of all points after each pass over the data, on logarithmic axes; "
        "each line at the rate of the rule."
    )
    description = (
        "Two panels of falling lines, one for each batch size; the table that follows "
        "has their numbers."
    )
    draw(book, "8.1-minibatches", caption, description, few, many)
    rows = []
    for trial in (*few, *many):
        one = trial.numbers
        below = "never" if one["below_after"] is None else f"{one['below_after']}"
        losses = [f"{one[when]:.4f}" for when in ("least", "middle", "most", "end")]
        rows.append([trial.name, f"{one['rate']:g}", below, *losses])
    columns = ["update of", "rate", f"below {low}", "least", "median", "most", "end"]
    title = (
        f"Passes to a loss below {low}; the loss of all points over the second half, "
        "and at the end"
    )
    book.table(title, columns, rows)


def draw(
    book: Book,
    name: str,
    caption: str,
    description: str,
    *comparisons: BatchTrials,
    by_clock: bool = False,
) -> None:
    """The losses of both comparisons, by passes or by the clock."""
    with book.figure(name, caption, description, (11.0, 4.4)) as fig:
        axes = fig.subplots(1, len(comparisons))
        for ax, trials in zip(axes, comparisons, strict=True):
            for one, style in zip(trials, STYLES, strict=True):
                x = np.arange(1, len(one.losses) + 1.0)
                # the passes that are marked
                some = np.unique(np.geomspace(1, len(x), 24).astype(int)) - 1
                if by_clock:
                    x = 1e3 * one.seconds * x
                label = book.plain(f"{one.name}, rate {one.numbers['rate']:g}")
                ax.plot(x, one.losses, label=label, markevery=some.tolist(), **style)
            ax.set(xscale="log", yscale="log", ylabel="loss of all points")
            ax.set_xlabel("milliseconds" if by_clock else "passes over the data")
            ax.set_title(book.plain(f"{trials[0].numbers['of']:,} points"))
            ax.set_ylim(top=1.7 * ax.get_ylim()[1])  # room for the legend
            set_log_scale(ax)
            ax.legend(frameon=False, loc="upper right", title="points in an update")


def last_passes(book: Book, few: BatchTrials, many: BatchTrials) -> None:
    """Where both comparisons end, and what the tutorial's sentence is worth."""
    for trials in (few, many):
        full, *others = (one.numbers for one in trials)
        moves = ", and ".join(
            f"between {o['least']:.4f} and {o['most']:.4f} with {o['rows']}"
            for o in others
        )
        book.say(
            f"""After {full["passes"]} passes (as many updates) over {full["of"]:,}
            points the full batch is at {full["end"]:.4f}. Over the second half of the
            run the minibatches move {moves}."""
        )
    first = book.number("sprint", FIRST_PASSES)
    outcomes = []
    for trials in (few, many):
        full = trials[0].numbers
        outcomes.append(
            f"on {full['of']:,} points {lower(trials, 'early', 'early')} ahead after "
            f"{first} passes, and {lower(trials, 'middle', 'end')} after "
            f"{full['passes']}"
        )
    book.say(
        f"""Minibatches typically perform better in practice, says the tutorial. By
        passes, of our two batch sizes, {"; ".join(outcomes)}. (At the end their
        median over the second half counts.) A fixed rate cannot settle: near a
        minimum a step is mostly noise, and the weights keep circling it. A smaller
        rate circles closer and takes longer to arrive; the next exercise has both,
        one after the other."""
    )


def by_time(book: Book, few: BatchTrials, many: BatchTrials) -> None:
    """What a pass costs, and the losses by the clock."""
    book.say(
        """Passes are not the price; time is. An update with few points is cheaper
        than one with all, but not in proportion, since each has fixed costs: a pass
        in small steps takes longer, and by the clock a line moves right, the farther
        the smaller its batch. The next picture shows who is first by the clock."""
    )
    caption = (
        "The same losses by the clock: passes times the time of one in a long run "
        "without pauses."
    )
    description = (
        "Two panels, the same lines as before, each moved sideways by the time that "
        "its passes took."
    )
    draw(book, "8.1-minibatches-time", caption, description, few, many, by_clock=True)
    rows = []
    for trial in (*few, *many):
        one = trial.numbers
        pass_us = 1e6 * trial.seconds
        spent = {"update_us": pass_us * one["rows"] / one["of"], "pass_us": pass_us}
        if one["below_after"] is not None:
            spent["below_ms"] = 1e-3 * pass_us * one["below_after"]
        clock = book.time(book.plain(f"{one['rows']}_of_{one['of']}"), spent)
        below = "not reached"
        if "below_ms" in clock:
            below = f"{clock['below_ms']:.2f} ms"
        rows.append(
            [
                trial.name,
                f"{clock['update_us']:.1f} µs",
                f"{clock['pass_us']:.1f} µs",
                below,
            ]
        )
    columns = [
        "update of",
        "an update",
        "a pass",
        f"below {book.number('low_loss', LOW)} after",
    ]
    book.table("Times of this run", columns, rows)
