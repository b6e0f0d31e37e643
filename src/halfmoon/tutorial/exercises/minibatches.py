"""Section 8.1: a few rows in each update against all of them, by passes and by the clock."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from halfmoon import datasets, plots
from halfmoon.elementary import Array
from halfmoon.loop import Run
from halfmoon.network import Network
from halfmoon.random import SHUFFLE, key, permutation
from halfmoon.training import train
from halfmoon.tutorial.book import Book
from halfmoon.tutorial.common import L2, NOISE, ROWS, Common
from halfmoon.tutorial.exercises import plain_scale

TITLE = "Minibatches"
MANY = 10 * ROWS
BATCHES = (50, 10)
RATES = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
SPRINT = 10  # passes by which a learning rate is chosen
LOW = 0.2  # a loss that no nearly straight boundary has
STYLES: tuple[dict[str, Any], ...] = (
    {"c": plots.INK, "ls": (0, (5, 2)), "lw": 1.9},
    {"c": plots.COLOURS[0], "lw": 1.4, "marker": "o", "ms": 3.2},
    {"c": plots.COLOURS[1], "lw": 1.4, "marker": "^", "ms": 3.8},
)


def minibatches(
    network: Network, X: Array, y: Any, size: int, rate: float, **more: Any
) -> Run:  # fmt: skip
    """Gradient descent with `size` rows in every update."""
    return train(
        network, X, y, optimizer="gd", batch_size=size, learning_rate=rate, l2=L2, **more
    )  # fmt: skip


def by_hand(net: Network, X: Array, y: Any, size: int, rate: float, order: Any) -> None:
    """One pass of the same: the rows in random order, and a step after every few."""
    for start in range(0, len(X), size):
        rows = order[start : start + size]
        batch = net.objective(net.theta, *net.read(X[rows], y[rows]), L2)
        net.theta = net.theta - rate * batch.g


@dataclass
class Course:
    """Training with one batch size, at the rate that the rule gave it."""

    n: int
    size: int
    rate: float
    stops: list[int]  # passes after which it was looked at
    thetas: list[Array]
    losses: Array  # of all points there, with the penalty
    seconds: float  # a pass
    told: dict[str, Any] = field(default_factory=dict)  # the numbers, once kept

    @property
    def name(self) -> str:
        """What it is called, once its numbers are kept."""
        return f"all {self.told['of']:,}" if self.size == self.n else f"{self.told['rows']} of {self.told['of']:,}"


def tell(book: Book, common: Common) -> None:
    """The lines, why a step is noisy, both races by passes, and what the clock says of them."""
    passes = (100, 30) if common.quick else (500, 100)
    few = race(common, *common.data, passes[0])
    many = race(common, *datasets.make("moons", n=MANY, noise=NOISE, seed=common.seed), passes[1])
    for course in (*few, *many):
        keep(book, course)
    lines(book, common)
    noise(book, common, few[0])
    rule(book)
    ahead = early(book, few, many)
    boundaries(book, common, few[0], few[-1])
    by_passes(book, few, many)
    end(book, few, ahead)
    by_time(book, few, many)


def race(common: Common, X: Array, y: Any, passes: int) -> list[Course]:
    """The full batch and the minibatches, each at its own rate, looked at more and more rarely."""
    later = [*np.geomspace(SPRINT, passes, 20).tolist(), *np.linspace(passes / 2, passes, 8).tolist()]
    stops = sorted({*range(1, SPRINT + 1), *map(round, later)})
    courses = []
    for size in (len(X), *BATCHES):
        means = [watch(common, X, y, size, rate, stops[:SPRINT])[1].mean() for rate in RATES]
        rate = RATES[int(np.argmin(means))]
        thetas, losses = watch(common, X, y, size, rate, stops)
        courses.append(Course(len(X), size, rate, stops, thetas, losses, clock(common, X, y, size, rate, stops[-1])))
    return courses


def watch(common: Common, X: Array, y: Any, size: int, rate: float, stops: list[int]) -> tuple[list[Array], Array]:
    """The weights and the full objective after each of these passes; infinite after a run that diverged."""
    start, losses = common.network(), np.full(len(stops), np.inf)
    data, thetas = start.read(X, y), list[Array]()

    def look(network: Network, run: Run) -> None:
        if run.epoch in stops:
            part = network.objective(network.theta, *data, L2)
            losses[len(thetas)] = part.loss + part.penalty
            thetas.append(network.theta)

    more = {"seed": common.seed, "callbacks": [look]}
    common.fit(minibatches, f"{size} of {len(X):,} rows", stops[-1], start, X, y, size, rate, **more)
    return thetas, losses


def clock(common: Common, X: Array, y: Any, size: int, rate: float, passes: int) -> float:
    """Seconds for a pass of a run that nobody watches; where they are short, of the fastest of five."""
    runs = [
        common.fit(minibatches, "by the clock", passes, common.network(), X, y, size, rate, seed=common.seed)
        for _ in range(1 if common.quick or common.engine == "numpy" else 5)
    ]
    return min(float(run.history["seconds"][-1]) for run in runs) / passes


def keep(book: Book, one: Course) -> None:
    """The numbers of one course."""
    late = one.losses[np.array(one.stops) >= one.stops[-1] // 2]
    below = next((stop for stop, L in zip(one.stops, one.losses, strict=True) if L < LOW), None)
    numbers = {"rows": one.size, "of": one.n, "rate": one.rate, "passes": one.stops[-1], "below_after": below}
    numbers |= {"early": one.losses[SPRINT - 1], "end": one.losses[-1], "least": late.min(), "most": late.max()}
    one.told = book.number(f"{one.size}_of_{one.n}", numbers)


def lines(book: Book, common: Common) -> None:
    """The lines of code, and that both ways are one."""
    X, y = common.data
    size, updates = book.number("small_batch", BATCHES[-1]), book.number("updates_a_pass", ROWS // BATCHES[-1])
    book.say(
        f"""So far every update took all the points. Minibatch gradient descent takes a few of them, drawn at random,
        then a few others, until each has had its turn. That is one pass over the data, and with batches of {size} it
        has made {updates} updates where the full batch makes one. The code needs one word more, `batch_size`; below it
        is the same by hand."""
    )
    book.code(minibatches, by_hand)
    trained, moved = common.network(), common.network()
    common.fit(minibatches, "one pass", 1, trained, X, y, BATCHES[-1], 0.5, seed=common.seed)
    by_hand(moved, X, y, BATCHES[-1], 0.5, permutation(key(common.seed, SHUFFLE, 0), len(X)))
    apart = book.number("by_hand_largest_difference", np.abs(trained.theta - moved.theta).max())
    close = f"to {apart:.0e}" if apart else "bit for bit"
    book.say(f"With the rows in the same order, both end a pass at the same weights ({close}).")


def noise(book: Book, common: Common, full: Course) -> None:
    """How far a batch's gradient is from the full one, where training starts and where it ends."""
    X, y = common.data
    network, shares, apart = common.network(), [], 0.0
    order = permutation(key(common.seed, SHUFFLE, 0), len(X)).reshape(-1, BATCHES[-1])
    for theta in (network.theta, full.thetas[-1]):
        g = network.objective(theta, *network.read(X, y), L2).g
        parts = np.array([network.objective(theta, *network.read(X[rows], y[rows]), L2).g for rows in order])
        apart = max(apart, np.abs(parts.mean(axis=0) - g).max())
        shares.append(np.sqrt(((parts - g) ** 2).sum(axis=1).mean()) / np.linalg.norm(g))
    first, last = book.number("gradient_noise", shares)
    apart, size = book.number("gradients_largest_difference", apart), book.number("small_batch", BATCHES[-1])
    book.say(
        f"""A batch's gradient is a sample of the full one. Ours are weighted so that, at the same weights, those of one
        pass average to the full gradient, penalty included (to {apart:.0e}). But each alone is off, and we move after
        each: with {size} points by {first:.2f} times the full gradient's length at the first weights, and by {last:.1f}
        times its length where {full.told["passes"]} passes of full batch end.
        {"The flatter the ground, the more of a step is noise." if last > first else ""}"""
    )


def rule(book: Book) -> None:
    """How the comparison is made fair."""
    rates, passes = book.number("rates", RATES), book.number("sprint", SPRINT)
    few, many = book.number("rows", ROWS), book.number("many_rows", MANY)
    book.say(
        f"""Which is better? That hangs on the learning rate, so each batch size gets its own, by one rule: of the rates
        {rates[0]}, {rates[1]} and so on, doubled up to {rates[-1]:g}, the one whose loss is lowest on average over the
        first {passes} passes. The loss is always that of all points, penalty included, between two passes. The race is
        run twice: on the tutorial's {few} points, and on {many:,} that are drawn the same way."""
    )


def early(book: Book, *races: list[Course]) -> bool:
    """Who is ahead after a few passes; whether it is all minibatches in all races."""
    passes, ahead = book.number("sprint", SPRINT), []
    for courses in races:
        full, *others = courses
        L = [round(float(one.losses[SPRINT - 1]), 3) for one in courses]  # to the digits that are shown
        ahead += [loss < L[0] for loss in L[1:]]
        verdict = ("minibatches are not ahead", "one of these is ahead", "minibatches are ahead")[sum(ahead[-2:])]
        verdict = "the smaller the batch, the lower" if L[0] > L[1] > L[2] else verdict
        found = " and ".join(f"{one.told['early']:.3f} with {one.told['rows']}" for one in others)
        book.say(
            f"""Of {full.told["of"]:,} points, after {passes} passes: a loss of {full.told["early"]:.3f} with all of
            them in every update, {found}; {verdict}."""
        )
    book.say(
        """More points make a pass longer, but to the full batch it is still one update. Minibatches make more updates
        of it: they need not see every point to know roughly which way is down."""
    )
    return all(ahead)


def boundaries(book: Book, common: Common, *ends: Course) -> None:
    """Before and after: what the full batch and the smallest have learned after a few passes."""
    X, y = common.data
    networks, passes = [common.network(), common.network()], book.number("sprint", SPRINT)
    for network, one in zip(networks, ends, strict=True):
        network.theta = one.thetas[SPRINT - 1]
    right = book.number("right_early", [(net.predict(X).argmax(axis=1) == y).mean() for net in networks])
    before, after = (f"{one.name} in an update, {share:.1%} right" for one, share in zip(ends, right, strict=True))
    caption = f"The boundary after {passes} passes over the data, with the full batch and with the smallest."
    described = f"Two panels with the moons and the boundary after {passes} passes. Left, {before}. Right, {after}."
    with book.figure("8.1-boundaries", caption, described, (10.0, 4.2)) as fig:
        for ax, network, title in zip(
            fig.subplots(1, 2), networks, (f"before: {before}", f"after: {after}"), strict=True
        ):
            plots.boundary(network, X, y, ax, resolution=120).set_title(book.plain(title))


def by_passes(book: Book, few: list[Course], many: list[Course]) -> None:
    """The losses by passes, as a figure and as a table."""
    low, passes = book.number("low_loss", LOW), book.number("sprint", SPRINT)
    caption = "The loss of all points by passes over the data, on logarithmic axes; each line at the rate of the rule."
    described = "Two panels of falling lines, one for each batch size; the table that follows has their numbers."
    draw(book, "8.1-minibatches", caption, described, few, many)
    rows = []
    for one in (*few, *many):
        told = one.told
        below = f"not in {told['passes']}" if told["below_after"] is None else f"{told['below_after']}"
        later = f"{told['least']:.4f} to {told['most']:.4f}"
        rows.append([one.name, f"{told['rate']:g}", f"{told['early']:.3f}", below, later, f"{told['end']:.4f}"])
    columns = [
        "points in an update",
        "rate",
        f"after {passes} passes",
        f"below {low} at pass",
        "second half",
        "at last",
    ]
    book.table("The loss of all points, as often as it was looked at", columns, rows)


def draw(book: Book, name: str, caption: str, described: str, *races: list[Course], by_clock: bool = False) -> None:
    """The losses of the races, by passes or by the clock."""
    with book.figure(name, caption, described, (11.0, 4.4)) as fig:
        for ax, courses in zip(fig.subplots(1, 2), races, strict=True):
            for one, style in zip(courses, STYLES, strict=True):
                x = np.array(one.stops) * (1e3 * one.seconds if by_clock else 1.0)
                ax.plot(x, one.losses, label=book.plain(f"{one.name}, rate {one.told['rate']:g}"), **style)
            ax.set(xscale="log", yscale="log", xlabel="milliseconds" if by_clock else "passes over the data")
            ax.set(ylabel="loss of all points", title=book.plain(f"{courses[0].told['of']:,} points"))
            ax.xaxis.set_major_formatter("{x:g}")
            ax.xaxis.set_minor_formatter("")
            ax.set_ylim(top=1.7 * ax.get_ylim()[1])  # room for the legend
            plain_scale(ax)
            ax.legend(frameon=False, loc="upper right", title="points in an update")


def end(book: Book, few: list[Course], ahead: bool) -> None:
    """Where the longer race ends, and what the tutorial's sentence is worth."""
    full, *others = few
    moves = " and ".join(f"{o.told['least']:.4f} and {o.told['most']:.4f} with {o.told['rows']}" for o in others)
    behind = [bool(one.told["least"] > full.told["end"]) for one in others]
    verdict = "Neither comes as low." if all(behind) else "One comes as low." if any(behind) else "Both come lower."
    book.say(
        f"""That was the start. After {full.told["passes"]} passes over {full.told["of"]} points the full batch is
        at {full.told["end"]:.4f}; over the second half of the run the minibatches move between {moves}. {verdict} At a
        fixed rate they do not settle: near the minimum a step is mostly noise, and they keep circling it."""
    )
    start = "at first" if ahead else "not always at first"
    last = "and not at last" if all(behind) else "and as far as we went" if ahead else "but later some"
    book.say(
        f"""Minibatches typically perform better in practice, says the tutorial. By passes: {start}, {last}. A smaller
        rate circles closer and takes longer to arrive; the next exercise has both, one after the other."""
    )


def by_time(book: Book, few: list[Course], many: list[Course]) -> None:
    """What a pass costs, and the losses by the clock."""
    book.say(
        """Passes are not the price; time is. An update with few points is cheaper than one with all, but not in
        proportion, since each has fixed costs: a pass in small steps takes longer, and by the clock a line moves right,
        the farther the smaller its batch. So look for who is first in the next picture, not in the last."""
    )
    caption = "The same losses by the clock: passes times what a pass of an uninterrupted run took on this machine."
    described = "Two panels, the same lines as before, each moved sideways by the time that its passes took."
    draw(book, "8.1-minibatches-time", caption, described, few, many, by_clock=True)
    rows = []
    for one in (*few, *many):
        passes = one.told["below_after"]
        spent = {"update_us": 1e6 * one.seconds * one.size / one.n, "pass_us": 1e6 * one.seconds}
        spent |= {} if passes is None else {"below_ms": 1e3 * one.seconds * passes}
        told = book.time(f"{one.size}_of_{one.n}", spent)
        below = "not reached" if passes is None else f"{told['below_ms']:.2f} ms"
        rows.append([one.name, f"{told['update_us']:.1f} µs", f"{told['pass_us']:.1f} µs", below])
    columns = ["points in an update", "an update", "a pass", f"below {book.number('low_loss', LOW)} after"]
    book.table("Times of this run", columns, rows)
