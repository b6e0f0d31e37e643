"""Section 8.5: four layers, wider ones, and deeper ones, and what goes wrong in the deepest."""

from typing import Any

import numpy as np

from halfmoon import plots
from halfmoon.elementary import Array
from halfmoon.gradcheck import check_gradients
from halfmoon.network import Network
from halfmoon.tutorial.book import Book
from halfmoon.tutorial.common import L2, NOISE, ROWS, Common
from halfmoon.tutorial.exercises.classes import Learned, Task, learn

TITLE = "Four layers, and more"
NEW = 2_000
ON_MOONS = ((3,), (3, 3), (5, 5), (10, 10), (20, 20), (5, 5, 5, 5))  # units in each hidden layer
EIGHT = (10,) * 8
ON_SPIRAL = ((3,), (30,), (3, 3), (5, 5), (10, 10), (20, 20), (10,) * 4, EIGHT)
NAMED = ("1 of 3", "1 of 30", "2 of 10", "8 of 10")
SHOWN = ((3,), (30,), (10, 10), EIGHT)
WORDS = {1: "one", 2: "two", 4: "four", 8: "eight"}
BENDS = (("tanh", "o", "-"), ("logistic", "s", "--"), ("relu", "^", ":"))


def deep(hidden: tuple[int, ...], activation: str, seed: int) -> Network:
    """Two inputs, hidden layers of these sizes, two outputs."""
    rng = np.random.RandomState(seed)
    return Network.dense([2, *hidden, 2], activation, initializer="tutorial", rng=rng)


def by_layer(network: Network, X: Array, y: Any) -> list[float]:
    """The size of the gradient in each layer's weights, as a root mean square."""
    g = network.objective(network.theta, *network.read(X, y)).g
    return [float(np.sqrt(np.mean(dp.W**2))) for dp in network.views(g)]


def fit(task: Task, hidden: Any, way: str, rate: float, passes: int, activation: str = "tanh") -> Learned:
    """A network of these hidden layers, trained and judged."""
    return task.learned(deep(hidden, activation, task.common.seed), way, rate, passes)


def tell(book: Book, common: Common) -> None:
    """What had to change, two hidden layers on the moons, depth on a spiral, and the diseases of depth."""
    moons = Task(common, "moons", NOISE, (ROWS, NEW))
    unchanged(book, moons)
    sizes(book, moons)
    spiral = Task(common, "spiral:turns=2.0", 0.03, (300, NEW))
    learned = deeper(book, spiral)
    maps(book, spiral, learned)
    diseases(book, spiral, learned)


def unchanged(book: Book, task: Task) -> None:
    """The lines that run a network of any depth, and the proof that they are right for four layers."""
    book.say("A fourth layer is one more number in a list of sizes:")
    book.code(deep, learn)
    book.say(
        """The tutorial expects the forward and the backward pass to be written anew. Here they stay as they are, as
        each layer brings its own backward pass along: `forward` calls the layers in turn and lays what they hand back
        on a tape; `sums` walks the tape back, and each layer gives the one below its share of the error."""
    )
    book.code(Network.forward, Network.sums)
    book.equations("What a layer does on the way back, whatever lies above and below", "B1", "B2", "B3", "B4")
    report = check_gradients(deep((3, 3), "tanh", task.common.seed), *task.data, l2=L2)
    slopes = book.number("slopes_checked", sum(check.slopes for check in report.checks))
    worst = book.number("worst_error", max(check.worst for check in report.checks))
    book.number("gradients_right", report.ok)
    book.say(
        f"""`check_gradients` measures {slopes} slopes of a network with two hidden layers of three units:
        {"every derivative is right" if report.ok else "not every derivative is right"}, with a largest error of
        {worst:.0e}."""
    )


def sizes(book: Book, task: Task) -> None:
    """Layer sizes on the moons, where there is little to gain."""
    passes = 1_000 if task.common.quick else 2_000
    learned = {(hidden, "gd"): fit(task, hidden, "gd", 0.5, passes) for hidden in ON_MOONS}
    told = kept(book, "moons", learned)
    clock = book.time("moons", {name: one.seconds for name, one in zip(told, learned.values(), strict=True)})
    rows = [
        [layers(one), one["parameters"], f"{one['loss']:.4f}", f"{one['right']:.1%}", f"{one['new']:.1%}",
         f"{clock[name]:.2f}"]
        for name, one in told.items()
    ]  # fmt: skip
    count, rate = book.number("moons_passes", passes), book.number("moons_rate", 0.5)
    columns = ["hidden layers", "numbers to learn", "loss", "right", "new points right", "seconds"]
    book.table(f"The moons: {count:,} passes of gradient descent at a rate of {rate}", columns, rows)
    before, *others = told.values()
    lowest = min(others, key=lambda one: one["loss"])
    low, high = (rank(others, key=lambda one: one["new"])["new"] for rank in (min, max))
    chance = book.number("chance", float(np.sqrt(before["new"] * (1.0 - before["new"]) / NEW)))
    verdict = "a gain, if a small one" if high > before["new"] + 2.0 * chance else "no gain to speak of"
    fresh = book.number("moons_new_points", NEW)
    book.say(
        f"""On the moons the loss goes from {before["loss"]:.4f} with the tutorial's three hidden units to
        {lowest["loss"]:.4f} with {layers(lowest)}. New points are another matter: the small network has
        {before["new"]:.1%} of them right, the others between {low:.1%} and {high:.1%}. With {fresh:,} points such a
        share is uncertain by about {chance:.1%}, so that is {verdict}. A smooth bend is all that the moons ask
        for; depth needs a harder task."""
    )


def kept(book: Book, key: str, learned: dict[Any, Learned]) -> Any:
    """The numbers of several networks, kept under a name for each."""
    return book.number(
        key,
        {
            f"{len(hidden)} of {hidden[0]}, {optimizer}": {
                "count": len(hidden), "units": hidden[0], "parameters": one.network.size, "loss": one.losses[-1],
                "right": one.right, "new": one.new,
            }
            for (hidden, optimizer), one in learned.items()
        },
    )  # fmt: skip


def layers(one: Any) -> str:
    """Hidden layers in words."""
    return f"{WORDS[one['count']]} of {one['units']}"


def deeper(book: Book, task: Task) -> dict[Any, Learned]:
    """Up to eight hidden layers on a spiral, by gradient descent and by Adam."""
    passes = 600 if task.common.quick else 1_500
    rates = {"gd": 0.5, "adam": 0.01}
    sizes = SHOWN if task.common.quick else ON_SPIRAL
    learned = {(h, o): fit(task, h, o, rate, passes) for h in sizes for o, rate in rates.items()}
    told = kept(book, "spiral", learned)
    names = list(told)
    clock = book.time("spiral", {name: one.seconds for name, one in zip(told, learned.values(), strict=True)})
    rows = []
    for slow, fast in zip(names[::2], names[1::2], strict=True):
        gd, adam = told[slow], told[fast]
        rows.append([layers(gd), gd["parameters"], f"{gd['loss']:.3f}", f"{gd['new']:.1%}",
                     f"{adam['loss']:.3f}", f"{adam['new']:.1%}", f"{clock[fast]:.2f}"])  # fmt: skip
    columns = ["hidden layers", "numbers to learn", "loss, gradient descent", "new points", "loss, Adam", "new points"]
    points, count = book.number("spiral_rows", task.rows[0]), book.number("spiral_passes", passes)
    title = f"Two arms that each wind around twice: {points} points, {count:,} passes"
    book.table(title, [*columns, "seconds, Adam"], rows)
    judge(book, told)
    return learned


def judge(book: Book, told: Any) -> None:
    """What depth brings by either way down, and where gradient descent ends."""
    three, wide, two, eight = ([told[f"{name}, {way}"] for way in ("gd", "adam")] for name in NAMED)
    text = f"""On this spiral the tutorial's layer of three gets {three[0]["new"]:.1%} of new points right by gradient
        descent, and one wide layer of {wide[0]["units"]} units {wide[0]["new"]:.1%}. Two layers of {two[0]["units"]},
        which have about as many numbers, get {two[0]["new"]:.1%}. With Adam these are {three[1]["new"]:.1%},
        {wide[1]["new"]:.1%} and {two[1]["new"]:.1%}."""
    gains = [two[i]["new"] - max(three[i]["new"], wide[i]["new"]) for i in (0, 1)]
    if max(gains) > 0.005:
        text += " Depth pays here" if min(gains) > 0.005 else " Depth pays here, if one gets down"
        text += ": the second layer bends what the first has bent."
    if eight[0]["new"] < two[0]["new"]:
        text += f" But deeper is not always better: by gradient descent, eight layers end at {eight[0]['new']:.1%}."
        if eight[1]["new"] > eight[0]["new"] + 0.05:
            text += f""" The network is able to do it, only the way down is hard: Adam takes the same eight layers, from
                the same start, to {eight[1]["new"]:.1%}."""
    book.say(text)


def maps(book: Book, task: Task, learned: dict[Any, Learned]) -> None:
    """What four of them have learned by gradient descent."""
    told = kept(book, "shown", {(hidden, "gd"): learned[hidden, "gd"] for hidden in SHOWN}).values()
    titles = [f"{layers(one)}: {one['new']:.1%} right" for one in told]
    caption = (
        "Hidden layers and their units, trained by gradient descent: the tutorial's (before), one wide layer, two with "
        "about as many numbers, and eight. The share is that of new points; where it is pale, the network is unsure."
    )
    described = "Four maps of a spiral with two arms and the boundary between them. " + "; ".join(titles) + "."
    with book.figure("8.5-boundaries", caption, described, (8.8, 7.4)) as fig:
        for ax, hidden, title in zip(np.ravel(fig.subplots(2, 2)), SHOWN, titles, strict=True):
            plots.boundary(learned[hidden, "gd"].network, *task.data, ax, resolution=120, show=False)
            plots.points(*task.data, ax, size=12)
            ax.set_title(book.plain(f"before, {title}" if hidden == SHOWN[0] else title))


def diseases(book: Book, task: Task, learned: dict[Any, Learned]) -> None:
    """Gradients by layer at the start, and the losses of the deepest."""
    starts = [(task.common.seed + i) % 2**32 for i in range(9)]
    sizes = book.number(
        "gradient_by_layer",
        {
            bend: np.median([by_layer(deep(EIGHT, bend, start), *task.data) for start in starts], axis=0)
            for bend, *_ in BENDS
        },
    )
    ratio = book.number("last_to_first", {bend: size[-1] / size[0] for bend, size in sizes.items()})
    book.say("What goes wrong in eight layers? Before any training, look how large the gradient is in each layer:")
    book.code(by_layer)
    book.say(
        f"""With logistic units it fades on its way back: in the last layer it is {ratio["logistic"]:,.0f} times as
        large as in the first. Each layer multiplies by a slope ([B1]), which for the logistic function is a quarter at
        most. With tanh the last layer's is {ratio["tanh"]:.1f} times the first's, with relu {ratio["relu"]:.1f} times.
        That is the vanishing gradient: a first layer below many logistic ones hardly learns."""
    )
    passes = len(learned[EIGHT, "gd"].losses)
    runs = {
        "tanh, rate 0.5": learned[EIGHT, "gd"].losses,
        "tanh, rate 0.1": fit(task, EIGHT, "gd", 0.1, passes).losses,
        "logistic, rate 0.5": fit(task, EIGHT, "gd", 0.5, passes, "logistic").losses,
        "tanh, Adam": learned[EIGHT, "adam"].losses,
    }
    cure(book, runs)
    figure(book, sizes, runs)


def cure(book: Book, runs: dict[str, Array]) -> None:
    """What the losses of the deepest networks say."""
    names = ("long", "short", "logistic", "adam")
    ends = book.number("deepest_loss", {name: loss[-1] for name, loss in zip(names, runs.values(), strict=True)})
    rises = book.number("deepest_rises", [int((np.diff(loss) > 0.0).sum()) for loss in list(runs.values())[:2]])
    coin, rates = book.number("loss_of_a_coin", np.log(2.0)), book.number("deepest_rates", [0.5, 0.1])
    coins = abs(ends["logistic"] - coin) < 0.02
    book.say(
        f"""And so it ends: after all passes the eight logistic layers are at a loss of {ends["logistic"]:.3f}, where
        {"tossing a coin, too," if coins else "tossing a coin"} would get {coin:.3f}. The trouble with tanh is another.
        At a rate of {rates[0]} the loss rises {rises[0]:,} times, each time after a step that was too long, and ends at
        {ends["long"]:.3f}. At {rates[1]} it rises {rises[1]:,} times and ends
        {"lower" if ends["short"] < ends["long"] else "higher"}, at {ends["short"]:.3f}; with Adam it ends at
        {ends["adam"]:.3f}."""
    )


def figure(book: Book, sizes: Any, runs: dict[str, Array]) -> None:
    """Gradients by layer, and losses by passes."""
    caption = (
        "Eight hidden layers. Left: the size of the gradient in each layer's weights before training (root mean "
        "square, the median of nine starts). Right: the loss of four ways to train them; as it jumps, each mark is the "
        "median of a fortieth of the passes."
    )
    listed = "; ".join(f"{bend}: " + ", ".join(f"{v:.0e}" for v in size) for bend, size in sizes.items())
    described = f"Left, gradients from the first to the last layer. {listed}. Right, four curves of the loss."
    with book.figure("8.5-deep", caption, described, (11.0, 4.4)) as fig:
        left, right = fig.subplots(1, 2)
        for (bend, marker, style), colour in zip(BENDS, plots.COLOURS, strict=False):
            layer = np.arange(1, len(sizes[bend]) + 1)
            left.plot(layer, sizes[bend], c=colour, marker=marker, ls=style, lw=1.8, label=bend)
        left.set(yscale="log", xlabel="layer, from the inputs up", ylabel="size of dL/dW before training")
        left.minorticks_off()
        left.legend(frameon=False)
        for (name, loss), colour, marker in zip(runs.items(), plots.COLOURS, plots.MARKERS, strict=False):
            parts = np.array_split(np.arange(len(loss)), min(40, len(loss)))
            x, middle = [part.mean() + 1.0 for part in parts], [np.median(loss[part]) for part in parts]
            right.plot(x, middle, c=colour, marker=marker, ms=4, lw=1.4, label=name)
        right.set(xlabel="passes over the data", ylabel="loss (cross-entropy)", ylim=(0.0, None))
        right.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
