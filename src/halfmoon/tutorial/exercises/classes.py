"""Section 8.4: three classes on a spiral with three arms, then five."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from halfmoon import datasets, plots
from halfmoon.elementary import Array
from halfmoon.loop import Run
from halfmoon.network import Network
from halfmoon.training import train
from halfmoon.tutorial.book import Book
from halfmoon.tutorial.common import L2, Common, descend

TITLE = "Three classes, and five"
ARM, NOISE, NEW = 100, 0.03, 1_000  # rows of each class to learn from, their noise, and rows of each to judge by
THREE = ((), (3,), (5,), (10,))  # units in each hidden layer
FIVE = ((), (10,), (50,), (10, 10))
BEST = ((10, 10), "adam")
RATES = {"gd": 1.0, "adam": 0.02}
WAYS = {"gd": "gradient descent", "adam": "Adam"}
TICKS = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


def classifier(hidden: tuple[int, ...], classes: int, seed: int) -> Network:
    """Two inputs, tanh units in layers of these sizes, an output for each class."""
    rng = np.random.RandomState(seed)
    return Network.dense([2, *hidden, classes], "tanh", initializer="tutorial", rng=rng)


def learn(net: Network, X: Array, y: Any, way: str, rate: float, **more: Any) -> Run:
    """All rows in every update, by gradient descent ("gd") or by Adam ("adam")."""
    return train(net, X, y, optimizer=way, learning_rate=rate, l2=L2, **more)


@dataclass
class Learned:
    """A network, its losses, the shares of points right (those it learned from, and new ones), and the seconds."""

    network: Network
    losses: Array
    right: float
    new: float
    seconds: float


@dataclass
class Task:
    """A data set drawn twice: points to learn from, and new ones to judge by, `rows` of each."""

    common: Common
    name: str
    noise: float
    rows: tuple[int, int]

    def __post_init__(self) -> None:
        seeds = (self.common.seed, (self.common.seed + 10_000) % 2**32)
        self.data, self.new = (
            datasets.make(self.name, n, self.noise, seed) for n, seed in zip(self.rows, seeds, strict=True)
        )

    def learned(self, network: Network, way: str, rate: float, passes: int) -> Learned:
        """The network, trained and judged."""
        label = f"{self.name}, {network.size} numbers, {way}"
        history = self.common.fit(learn, label, passes, network, *self.data, way, rate).history
        right, new = ((network.predict(X).argmax(axis=1) == y).mean() for X, y in (self.data, self.new))
        return Learned(network, history["loss"], float(right), float(new), float(history["seconds"][-1]))


class Spiral(Task):
    """A spiral whose arms are the classes."""

    def __init__(self, common: Common, arms: int) -> None:
        super().__init__(common, f"spiral:arms={arms}", NOISE, (ARM * arms, NEW * arms))
        self.arms = arms

    def fit(self, hidden: tuple[int, ...], way: str, passes: int) -> Learned:
        """A network of these hidden layers, trained and judged."""
        return self.learned(classifier(hidden, self.arms, self.common.seed), way, RATES[way], passes)


def tell(book: Book, common: Common) -> None:
    """Why a spiral, three arms, what changed, five arms."""
    choose(book, common)
    three = Spiral(common, 3)
    few = three_arms(book, three)
    nothing_changed(book)
    five = Spiral(common, 5)
    many = five_arms(book, five)
    maps(book, [(three, few[(), "gd"]), (three, few[(10,), "gd"]), (five, many[(), "adam"]), (five, many[BEST])])
    descent(book, five, many)
    mistakes(book, five, many[BEST].network)


def choose(book: Book, common: Common) -> None:
    """The easy data set, on which a hidden layer has nothing to do."""
    noise, units = book.number("blobs_noise", 0.4), book.number("blobs_units", 10)
    blobs = Task(common, "blobs:classes=3", float(noise), (3 * ARM, 3 * NEW))
    line, bent = book.number(
        "blobs_right_new",
        [blobs.learned(classifier(hidden, 3, common.seed), "gd", RATES["gd"], 1_000).new for hidden in ((), (10,))],
    )
    book.say(
        f"""A third class needs data that have one; the moons are two. Three round clouds (`blobs:classes=3`) come to
        mind. But at noise {noise} a network without a hidden layer, which can only draw straight lines, gets
        {line:.1%} of new points right, and one with {units} hidden units {bent:.1%}. A hidden layer has
        {"nothing" if bent < line + 0.01 else "little"} to do there. So we take the arms of a spiral, which no straight
        lines part: `datasets.make("spiral:arms=3", n=300, noise=0.03)`. The lines that learn it:"""
    )
    book.code(classifier, learn)


def three_arms(book: Book, task: Spiral) -> dict[Any, Learned]:
    """Networks of several sizes on three arms."""
    passes = 1_000 if task.common.quick else 2_000
    learned = {(hidden, "gd"): task.fit(hidden, "gd", passes) for hidden in THREE}
    told = table(book, "three_arms", "Three arms, by gradient descent", learned, passes)
    line, tutorials, best = told["none, gd"], told["3, gd"], max(told.values(), key=lambda one: one["new"])
    enough = "too few" if tutorials["new"] < best["new"] - 0.05 else "about enough"
    rows, noise = book.number("rows", len(task.data[1])), book.number("noise", NOISE)
    book.say(
        f"""On {rows} points with noise {noise}, straight lines get {line["new"]:.1%} of new points right; guessing
        would get a third. The tutorial's three hidden units get {tutorials["new"]:.1%}, {enough} for three arms;
        {layers(best)} units get {best["new"]:.1%}."""
    )
    return learned


def table(book: Book, key: str, title: str, learned: dict[Any, Learned], passes: int) -> Any:
    """Show what became of the networks; gives the kept numbers by name."""
    kept = book.number(
        key,
        {
            f"{'+'.join(map(str, hidden)) or 'none'}, {optimizer}": {
                "hidden": hidden, "parameters": one.network.size, "loss": one.losses[-1], "right": one.right,
                "new": one.new,
            }
            for (hidden, optimizer), one in learned.items()
        },
    )  # fmt: skip
    clock = book.time(key, dict(zip(kept, (one.seconds for one in learned.values()), strict=True)))
    rows = [
        [layers(one), WAYS[name.split(", ")[1]], one["parameters"], f"{one['loss']:.3f}", f"{one['right']:.1%}",
         f"{one['new']:.1%}", f"{clock[name]:.2f}"]
        for name, one in kept.items()
    ]  # fmt: skip
    columns = ["hidden units", "optimizer", "numbers to learn", "loss", "right", "new points right", "seconds"]
    book.table(f"{title}, {book.number(f'{key}_passes', passes):,} passes", columns, rows)
    return kept


def layers(one: Any) -> str:
    """Hidden layers in words."""
    return " and ".join(f"{units}" for units in one["hidden"]) or "none"


def nothing_changed(book: Book) -> None:
    """The equations hold for any number of classes."""
    sizes = {str(classes): classifier((10,), classes, 0).size for classes in (2, 3, 5)}
    counts, units = book.number("parameters_of_ten", sizes), book.number("units", 10)
    book.say(
        f"""What had to change in the network for a third class? One number, the size of the output layer. The softmax,
        its loss and its gradient are written as sums over the classes, however many there are. With {units} hidden
        units, two classes have {counts["2"]} numbers to learn, three {counts["3"]}, five {counts["5"]}."""
    )
    book.equations("The same lines for any number of classes", "L1", "L2", "L3")


def five_arms(book: Book, task: Spiral) -> dict[Any, Learned]:
    """More classes than a narrow layer can part, and two ways to descend."""
    passes = 400 if task.common.quick else 1_000
    learned = {(h, o): task.fit(h, o, passes) for h in FIVE for o in ("gd", "adam")}
    told = table(book, "five_arms", "Five arms", learned, passes)
    line, wide, deep = (told[f"{name}, adam"] for name in ("none", "50", "10+10"))
    slow = told["50, gd"]
    ahead = all(learned[h, "adam"].losses[-1] < learned[h, "gd"].losses[-1] for h in FIVE if h)
    book.say(
        f"""Five arms are harder: straight lines get {line["new"]:.1%}. What does it take? More units, and a better way
        down: after the same passes Adam is {"" if ahead else "not always "}ahead of gradient descent; with
        {layers(wide)} units it gets {wide["new"]:.1%} against {slow["new"]:.1%}. Two layers of {deep["hidden"][0]}
        units with Adam reach {deep["new"]:.1%}, and have {deep["parameters"]} numbers where the one of {layers(wide)}
        has {wide["parameters"]}."""
    )
    return learned


def maps(book: Book, shown: list[tuple[Spiral, Learned]]) -> None:
    """Before and after, of three arms and of five."""
    new = book.number("shown_right_new", [one.new for _, one in shown])
    titles = [
        f"{before}, {task.arms} arms: {share:.1%} of new points right"
        for (task, _), share, before in zip(shown, new, ("before", "after") * 2, strict=True)
    ]
    caption = (
        "Before: straight lines, a network without a hidden layer. After: a hidden layer for three arms, two hidden "
        "layers for five. Each class has its colour and its marker; the black lines are where two classes tie."
    )
    described = "Four maps of spirals with the boundaries between their arms. " + "; ".join(titles) + "."
    with book.figure("8.4-spirals", caption, described, (8.8, 7.4)) as fig:
        for ax, (task, one), title in zip(np.ravel(fig.subplots(2, 2)), shown, titles, strict=True):
            plots.boundary(one.network, *task.data, ax, resolution=120, show=False)
            plots.points(*task.data, ax, size=12)
            ax.set_title(book.plain(title))


def descent(book: Book, task: Spiral, learned: dict[Any, Learned]) -> None:
    """The losses of two networks on five arms, each by both optimizers."""
    lines = [(hidden, optimizer) for hidden in (FIVE[2], FIVE[3]) for optimizer in ("gd", "adam")]
    ends = book.number("descent_ends", [learned[line].losses[-1] for line in lines])
    caption = "Five arms: the loss after each pass, for one wide layer and for two narrow ones."
    described = "Four falling curves. They end, in the legend's order, at " + ", ".join(f"{v:.3f}" for v in ends) + "."
    with book.figure("8.4-descent", caption, described, (6.6, 4.2)) as fig:
        ax = fig.subplots()
        for (hidden, optimizer), colour, style in zip(lines, (0, 0, 1, 1), ("--", "-") * 2, strict=True):
            label = f"{' and '.join(map(str, hidden))} units, {WAYS[optimizer]}"
            losses = learned[hidden, optimizer].losses
            ax.plot(np.arange(1, len(losses) + 1), losses, c=plots.COLOURS[colour], ls=style, lw=1.8, label=label)
        ax.set(yscale="log", xlabel="passes over the data", ylabel="loss (cross-entropy)")
        ax.set_yticks(TICKS, map(str, TICKS))
        ax.minorticks_off()
        ax.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
    spikes(book, task, learned[FIVE[3], "gd"].losses)


def spikes(book: Book, task: Spiral, losses: Array) -> None:
    """Gradient descent again, at half the rate."""
    network = classifier(FIVE[3], task.arms, task.common.seed)
    calm = task.common.fit(descend, "at half the rate", len(losses), network, *task.data, 0.5).history["loss"]
    rises = book.number("rises", [int((np.diff(loss) > 0.0).sum()) for loss in (losses, calm)])
    ends = book.number("rises_end", [losses[-1], calm[-1]])
    book.say(
        f"""Where the curve of gradient descent jumps, a step was too long: with the two narrow layers the loss rises
        {rises[0]} times. At half the rate it rises {rises[1]} times, and ends
        {"higher" if calm[-1] > losses[-1] else "lower"}, at {ends[1]:.3f} against {ends[0]:.3f}. Adam gives each weight
        a step of its own."""
    )


def mistakes(book: Book, task: Spiral, network: Network) -> None:
    """Which classes are taken for which, on new points."""
    X, y = task.new
    told = network.predict(X).argmax(axis=1)
    counts = np.zeros((task.arms, task.arms), dtype=int)
    np.add.at(counts, (y, told), 1)
    confusion = book.number("confusion", counts)
    right = book.number("right_by_class", np.diag(counts) / NEW)
    rows = [[f"of class {c}", *row, f"{right[c]:.1%}"] for c, row in enumerate(confusion)]
    columns = ["new points", *(f"called {c}" for c in range(task.arms)), "right"]
    book.table("What the last network calls the new points of five arms", columns, rows)
    wrong = counts.sum() - np.trace(counts)
    beside = sum(counts[c, (c + side) % task.arms] for c in range(task.arms) for side in (-1, 1))
    wrong, beside = book.number("wrong", wrong), book.number("wrong_for_a_neighbour", beside)
    if wrong:
        which = f"All {wrong} mistakes" if beside == wrong else f"Of the {wrong} mistakes {beside}"
        book.say(
            f"""{which} take an arm for one of the two beside it, where the noise mixes them. Guesses would do so in
            half of the cases."""
        )
