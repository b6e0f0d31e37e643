"""Section 8.5: four layers, wider ones, deeper ones, and what goes wrong in depth."""

from typing import Any

import numpy as np

from halfmoon.arrays.elementary import Array
from halfmoon.displays.style import COLOURS
from halfmoon.inspection.gradient_check import check_gradients
from halfmoon.network import Network
from halfmoon.pages.book import Book
from halfmoon.tutorial.exercises import (
    COUNTS,
    Hidden,
    Trials,
    describe_layers,
    run_trials,
    show_table,
    trial_key,
)
from halfmoon.tutorial.experiment import L2, NOISE, ROWS, Experiment, build, seeds_from
from halfmoon.tutorial.maps import draw_map
from halfmoon.tutorial.trials import Points, run_trial, sample_points

TITLE = "Four layers, and more"
NEW = 2_000
ON_MOONS: tuple[Hidden, ...] = ((3,), (3, 3), (5, 5), (10, 10), (20, 20), (5, 5, 5, 5))
EIGHT = (10,) * 8
ON_SPIRAL: tuple[Hidden, ...] = (
    (3,),
    (30,),
    (3, 3),
    (5, 5),
    (10, 10),
    (20, 20),
    (10,) * 4,
    EIGHT,
)
SHOWN: tuple[Hidden, ...] = ((3,), (30,), (10, 10), EIGHT)
RATES = {"gd": 0.5, "adam": 0.01}
SLOW = 0.1  # a lower rate for the deepest
CLEAR = 0.05  # a gain in the share right that is more than luck with the start
BENDS = (("tanh", "o", "-", 2), ("logistic", "s", "--", 3), ("relu", "^", ":", 4))
# marker and colour of each run of the deepest
LINES = (("o", 2), ("D", 5), ("s", 3), ("v", 6))


def by_layer(network: Network, X: Array, y: Any) -> list[float]:
    """The size of the gradient in each layer's weights, as a root mean square."""
    g = network.objective(network.theta, *network.read(X, y)).g
    return [float(np.sqrt(np.mean(dp.W**2))) for dp in network.views(g)]


def tell(book: Book, experiment: Experiment) -> None:
    """What had to change, two hidden layers, depth, and what goes wrong in it."""
    moons = sample_points(experiment, "moons", ROWS, NOISE, NEW)
    same_passes(book, experiment, moons)
    sizes(book, experiment, moons)
    spiral = sample_points(experiment, "spiral:turns=2.0", 300, 0.03, NEW)
    trials, numbers = deep_networks(book, experiment, spiral)
    maps(book, spiral, trials, numbers)
    gradients = gradients_by_layer(book, experiment, spiral)
    eight_layers(book, experiment, spiral, trials, gradients)


def same_passes(book: Book, experiment: Experiment, points: Points) -> None:
    """The lines that run a network of any depth, checked for four layers."""
    book.say(
        """A fourth layer is one more number in a list of sizes, `build([2, 3, 3,
        2])`. The tutorial expects the forward and the backward pass to need changes.
        Here they stay as they are, as each layer brings its own backward pass along:
        `forward` calls the layers in turn and lays what they hand back on a tape;
        `sums` walks the tape back, and each layer gives the one below its share of
        the error."""
    )
    book.code(Network.forward, Network.sums)
    book.equations(
        "What a layer does on the way back, whatever lies above and below",
        "B1",
        "B2",
        "B3",
        "B4",
    )
    report = check_gradients(
        build([2, 3, 3, 2], seed=experiment.seed), *points.data, l2=L2
    )
    slopes = book.number("slopes_checked", sum(check.slopes for check in report.checks))
    worst = book.number("worst_error", max(check.worst for check in report.checks))
    book.number("gradients_right", report.ok)
    verdict = "every derivative is right"
    if not report.ok:
        verdict = "not every derivative is right"
    book.say(
        f"""`check_gradients` measures {slopes} slopes of a network with two hidden
        layers of three units: {verdict}, with a largest error of {worst:.0e}."""
    )


def sizes(book: Book, experiment: Experiment, points: Points) -> None:
    """Layer sizes on the moons, where there is little to gain."""
    passes = 1_000 if experiment.quick else 2_000
    learned = run_trials(experiment, points, ON_MOONS, {"gd": RATES["gd"]}, passes)
    count = book.number("moons_passes", passes)
    rate = book.number("moons_rate", RATES["gd"])
    title = f"The moons: {count:,} passes of gradient descent at a rate of {rate}"
    before, *others = show_table(book, "moons", title, learned).values()
    lowest = min(others, key=lambda one: float(one["loss"]))
    others_new = [one["new"] for one in others]
    low = min(others_new)
    high = max(others_new)
    share = before["new"]
    chance = book.number("chance", float(np.sqrt(share * (1.0 - share) / NEW)))
    gain = float(high - share)
    task = " A smooth bend is all that the moons ask for; depth needs a harder task."
    if gain > 0.05:
        size = "a large gain"
        task = ""
    elif gain > 2.0 * chance:
        size = "a small gain"
    else:
        size = "no gain to speak of"
    new = book.number("moons_new_points", NEW)
    book.say(
        f"""On the moons the loss goes from {before["loss"]:.4f} with the tutorial's
        three hidden units to {lowest["loss"]:.4f} with {COUNTS[lowest["layers"]]}
        hidden layers of {lowest["units"]}. New points are another matter: the small
        network has {before["new"]:.1%} of them right, the others between {low:.1%}
        and {high:.1%}. With {new:,} points such a share has a standard error of about
        {chance:.1%}, so that is {size}.{task}"""
    )


def deep_networks(
    book: Book, experiment: Experiment, points: Points
) -> tuple[Trials, Any]:
    """Up to eight hidden layers on a spiral, by gradient descent and by Adam.

    Returns the trials and their kept numbers.
    """
    passes = 600 if experiment.quick else 1_500
    sizes = SHOWN if experiment.quick else ON_SPIRAL
    trials = run_trials(experiment, points, sizes, RATES, passes)
    rows = book.number("spiral_rows", len(points.data[1]))
    count = book.number("spiral_passes", passes)
    rates = book.number("spiral_rates", RATES)
    book.say(
        f"""Here is one: two arms that each wind around twice, {rows} points. Gradient
        descent has a rate of {rates["gd"]}, Adam of {rates["adam"]}, both picked by
        hand."""
    )
    title = f"Two arms that wind around twice, {count:,} passes"
    numbers = show_table(book, "spiral", title, trials)
    compare_depths(book, numbers)
    return trials, numbers


def compare_depths(book: Book, numbers: Any) -> None:
    """What depth brings by either way down, and where gradient descent ends."""
    three, wide, two, eight = (
        [numbers[trial_key(hidden, way)] for way in RATES] for hidden in SHOWN
    )
    sentences = [
        f"""On this spiral the tutorial's layer of three gets {three[0]["new"]:.1%} of
        new points right by gradient descent, and one wide layer of {wide[0]["units"]}
        units {wide[0]["new"]:.1%}. Two layers of {two[0]["units"]}, which have about
        as many numbers, get {two[0]["new"]:.1%}. With Adam these are
        {three[1]["new"]:.1%}, {wide[1]["new"]:.1%} and {two[1]["new"]:.1%}."""
    ]
    gains = [two[i]["new"] - max(three[i]["new"], wide[i]["new"]) for i in (0, 1)]
    if max(gains) > CLEAR:
        if min(gains) > CLEAR:
            where = "Depth pays here"
        elif gains[0] >= gains[1]:
            where = "By gradient descent depth pays here"
        else:
            where = "With Adam depth pays here"
        why = "The second layer bends what the first has bent."
        if wide[1]["new"] > two[0]["new"]:
            why = (
                "The one wide layer is able to do it too: Adam takes it to "
                f"{wide[1]['new']:.1%}."
            )
        sentences.append(f"{where}. {why}")
    if eight[0]["new"] < two[0]["new"]:
        sentences.append(
            "But deeper is not always better: by gradient descent, eight layers end "
            f"at {eight[0]['new']:.1%}."
        )
        if eight[1]["new"] > eight[0]["new"] + CLEAR:
            sentences.append(
                f"""The network is able to do it, only the way down is hard: Adam
                takes the same eight layers, from the same start, to
                {eight[1]["new"]:.1%}."""
            )
    sentences.append(
        "(It is one start for each; from others the deepest networks end elsewhere.)"
    )
    book.say(" ".join(sentences))


def maps(book: Book, points: Points, trials: Trials, numbers: Any) -> None:
    """What four of them have learned by gradient descent."""
    shown = [numbers[trial_key(hidden, "gd")] for hidden in SHOWN]
    titles = [f"{describe_layers(one)}: {one['new']:.1%} right" for one in shown]
    caption = (
        "Hidden layers and their units, trained by gradient descent: the tutorial's "
        "(before), one wide layer, two with about as many numbers, and eight. The "
        "share is that of new points; where it is pale, the network is undecided."
    )
    listed = "; ".join(titles)
    description = (
        f"Four maps of a spiral with two arms and the boundary between them. {listed}."
    )
    with book.figure("8.5-boundaries", caption, description, (8.8, 7.4)) as fig:
        axes = np.ravel(fig.subplots(2, 2))
        for ax, hidden, title in zip(axes, SHOWN, titles, strict=True):
            draw_map(ax, trials[hidden, "gd"].network, *points.data, size=12.0)
            ax.set_title(book.plain(title))
        axes[0].set_title(book.plain(f"before, {titles[0]}"))


def gradients_by_layer(book: Book, experiment: Experiment, points: Points) -> Any:
    """Gradients by layer before any training: the kept numbers, by activation."""
    medians = {}
    ratios = {}
    for bend, *_ in BENDS:
        sizes = []
        for start in seeds_from(experiment.seed, 9):
            network = build([2, *EIGHT, 2], bend, start)
            sizes.append(by_layer(network, *points.data))
        median = np.median(sizes, axis=0)
        medians[bend] = median
        ratios[bend] = float(f"{median[-1] / median[0]:.2g}")
    gradients = book.number("gradient_by_layer", medians)
    ratio = book.number("last_to_first", ratios)
    book.say(
        """What goes wrong in eight layers? The usual suspect is a gradient that fades
        on its way back. Before any training, look how large it is in each layer:"""
    )
    book.code(by_layer)
    innocent = ""
    if 0.1 < ratio["tanh"] < 10.0:
        innocent = "There the suspect is innocent."
    book.say(
        f"""With logistic units it does: in the last layer it is about
        {ratio["logistic"]:,.0f} times as large as in the first. Each layer multiplies
        by a slope ([B1]), for the logistic function at most a quarter, and by weights
        ([B4]). That is the vanishing gradient: a first layer below many logistic ones
        hardly learns. With relu the last layer's is {ratio["relu"]:.1f} times the
        first's, and with tanh, which we trained, {ratio["tanh"]:.1f} times.
        {innocent}"""
    )
    return gradients


def eight_layers(
    book: Book, experiment: Experiment, points: Points, trials: Trials, gradients: Any
) -> None:
    """Eight layers, trained in four ways."""
    passes = trials[EIGHT, "gd"].passes
    slow = {}
    for name, bend, rate in (
        ("short", "tanh", SLOW),
        ("logistic", "logistic", RATES["gd"]),
    ):
        network = build([2, *EIGHT, 2], bend, experiment.seed)
        label = f"eight layers, {bend}, rate {rate}"
        slow[name] = run_trial(experiment, label, network, points, passes, rate)
    runs = {"long": trials[EIGHT, "gd"], **slow, "adam": trials[EIGHT, "adam"]}
    ends = book.number("deepest_loss", {name: one.loss for name, one in runs.items()})
    coin = book.number("loss_of_a_coin", np.log(2.0))
    rates = book.number("deepest_rates", [RATES["gd"], SLOW])
    faint = "better than tossing a coin"
    if ends["logistic"] > coin - 0.02:
        faint = "no better than tossing a coin"
    verdict = "shorter steps alone are no cure"
    if ends["long"] - ends["short"] > 0.02:
        verdict = "long steps were part of the trouble"
    book.say(
        f"""And so it ends: after all passes the eight logistic layers are at a loss
        of {ends["logistic"]:.3f}, {faint}, {coin:.3f}. With tanh, gradient descent at
        a rate of {rates[0]} ends at {ends["long"]:.3f}, at a rate of {rates[1]} at
        {ends["short"]:.3f}: {verdict}. Adam ends at {ends["adam"]:.3f}."""
    )
    figure(book, gradients, [one.losses for one in runs.values()])


def figure(book: Book, gradients: Any, losses: list[Array]) -> None:
    """Gradients by layer, and losses by passes."""
    caption = (
        "Eight hidden layers. Left: the size of the gradient in each layer's weights "
        "before training (root mean square, the median of nine starts). Right: the "
        "loss of four ways to train them; as it jumps, each mark is the median of a "
        "fortieth of the passes."
    )
    listed = "; ".join(
        f"{bend}: " + ", ".join(f"{v:.0e}" for v in size)
        for bend, size in gradients.items()
    )
    description = (
        f"Left, gradients from the first to the last layer. {listed}. Right, four "
        "curves of the loss."
    )
    names = (
        f"tanh, rate {RATES['gd']}",
        f"tanh, rate {SLOW}",
        f"logistic, rate {RATES['gd']}",
        "tanh, Adam",
    )
    with book.figure("8.5-deep", caption, description, (11.0, 4.4)) as fig:
        left, right = fig.subplots(1, 2)
        for bend, marker, style, colour in BENDS:
            layer = np.arange(1, len(gradients[bend]) + 1)
            left.plot(
                layer,
                gradients[bend],
                c=COLOURS[colour],
                marker=marker,
                ls=style,
                lw=1.8,
                label=bend,
            )
        left.set(
            yscale="log",
            xlabel="layer, from the inputs up",
            ylabel="size of dL/dW",
            title="Before training",
        )
        left.minorticks_off()
        left.legend(frameon=False)
        for name, loss, (marker, colour) in zip(names, losses, LINES, strict=True):
            parts = np.array_split(np.arange(len(loss)), 40)
            x = [part.mean() for part in parts]
            middle = [np.median(loss[part]) for part in parts]
            right.plot(
                x,
                middle,
                c=COLOURS[colour],
                marker=marker,
                ms=4,
                lw=1.4,
                label=name,
            )
        right.set(
            xlabel="passes over the data",
            ylabel="loss (cross-entropy)",
            title="Training",
        )
        right.set_ylim(0.0, 1.3 * right.get_ylim()[1])  # room for the legend
        right.legend(frameon=False, ncols=2, loc="upper center")
