"""Section 8.4: three classes on a spiral with three arms, then five."""

import numpy as np

from halfmoon.displays.scales import set_log_scale
from halfmoon.displays.style import COLOURS
from halfmoon.network import Network
from halfmoon.pages.book import Book
from halfmoon.tutorial.exercises import (
    WAYS,
    Hidden,
    Trials,
    run_trials,
    show_table,
    trial_key,
)
from halfmoon.tutorial.experiment import Experiment, build
from halfmoon.tutorial.maps import draw_map
from halfmoon.tutorial.trials import Points, Trial, run_trial, sample_points

TITLE = "Three classes, and five"
# rows of each class to learn from, their noise, and rows of each to judge by
ARM = 100
NOISE = 0.03
NEW = 1_000
THREE: tuple[Hidden, ...] = ((), (3,), (5,), (10,))
FIVE: tuple[Hidden, ...] = ((), (10,), (50,), (10, 10))
RATES = {"gd": 1.0, "adam": 0.02}
TICKS = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


def tell(book: Book, experiment: Experiment) -> None:
    """Why a spiral, three arms, what changed, five arms."""
    choose_data(book, experiment)
    three, five = (
        sample_points(experiment, f"spiral:arms={arms}", ARM * arms, NOISE, NEW * arms)
        for arms in (3, 5)
    )
    few = three_arms(book, experiment, three)
    same_equations(book)
    many = five_arms(book, experiment, five)
    shown = (
        (three, few[(), "gd"]),
        (three, few[(10,), "gd"]),
        (five, many[(), "adam"]),
        (five, many[FIVE[-1], "adam"]),
    )
    maps(book, *shown)
    descent(book, many)
    spikes(book, experiment, five, many[FIVE[-1], "gd"])
    confusion(book, five, many[FIVE[-1], "adam"].network)


def choose_data(book: Book, experiment: Experiment) -> None:
    """The easy data set, on which a hidden layer has nothing to do."""
    noise = book.number("blobs_noise", 0.4)
    units = book.number("blobs_units", 10)
    blobs = sample_points(experiment, "blobs:classes=3", 3 * ARM, float(noise), 3 * NEW)
    trials = run_trials(experiment, blobs, ((), (10,)), {"gd": RATES["gd"]}, 1_000)
    line, bent = book.number(
        "blobs_right_new", [trial.accuracy_new for trial in trials.values()]
    )
    book.say(
        f"""A third class needs data that have one; the moons are two. Three round
        clouds (`blobs:classes=3`) come to mind. But at noise {noise} a network
        without a hidden layer, which can only draw straight lines, gets {line:.1%} of
        new points right, and one with {units} hidden units {bent:.1%}. A hidden layer
        has {"nothing" if bent < line + 0.01 else "little"} to do there. So we take
        the arms of a spiral, which no straight lines part:
        `datasets.make("spiral:arms=3", n=300, noise=0.03)`. A network for them is
        `build([2, 10, 3])`."""
    )


def three_arms(book: Book, experiment: Experiment, points: Points) -> Trials:
    """Networks of several sizes on three arms."""
    passes = 1_000 if experiment.quick else 2_000
    rate = book.number("rate", RATES["gd"])
    trials = run_trials(experiment, points, THREE, {"gd": RATES["gd"]}, passes)
    title = (
        f"Three arms: {book.number('three_arms_passes', passes):,} passes of gradient "
        f"descent at a rate of {rate:g}"
    )
    line, tutorials, *more = show_table(book, "three_arms", title, trials).values()
    best = max(more, key=lambda one: float(one["new"]))
    rows = book.number("rows", len(points.data[1]))
    noise = book.number("noise", NOISE)
    enough = "too few" if tutorials["new"] < best["new"] - 0.05 else "about enough"
    book.say(
        f"""On {rows} points with noise {noise}, straight lines get {line["new"]:.1%}
        of new points right; guessing would get a third. The tutorial's three hidden
        units get {tutorials["new"]:.1%}, {enough} for three arms; {best["units"]}
        units get {best["new"]:.1%}."""
    )
    return trials


def same_equations(book: Book) -> None:
    """The equations hold for any number of classes."""
    sizes = {str(classes): build([2, 10, classes]).size for classes in (2, 3, 5)}
    counts = book.number("parameters_of_ten", sizes)
    units = book.number("units", 10)
    book.say(
        f"""What had to change in the network for a third class? One number, the size
        of the output layer. The softmax, its loss and its gradient are written as
        sums over the classes, however many there are. With {units} hidden units, two
        classes have {counts["2"]} numbers to learn, three {counts["3"]}, five
        {counts["5"]}."""
    )
    book.equations("The same lines for any number of classes", "L1", "L2", "L3")


def five_arms(book: Book, experiment: Experiment, points: Points) -> Trials:
    """More classes than a narrow layer can part, and two ways to descend."""
    rates = book.number("rates", RATES)
    book.say(
        f"""Five arms are harder. What does it take? More units, and a better way
        down: Adam gives each weight a step of its own, from running means of its
        gradient and of its square (Kingma and Ba 2015). The code needs one word more,
        `descend(network, X, y, rate, optimizer="adam")`. The rates, {rates["gd"]:g}
        for gradient descent and {rates["adam"]} for Adam, were picked by hand."""
    )
    passes = 400 if experiment.quick else 1_000
    trials = run_trials(experiment, points, FIVE, RATES, passes)
    title = (
        f"Five arms, {book.number('five_arms_passes', passes):,} passes, by gradient "
        "descent and by Adam"
    )
    numbers = show_table(book, "five_arms", title, trials)
    straight, _, one_wide, two = FIVE
    shown = (straight, "gd"), (one_wide, "gd"), (one_wide, "adam"), (two, "adam")
    line, slow, wide, deep = (numbers[trial_key(*which)] for which in shown)
    bent = [hidden for hidden in FIVE if hidden]
    ahead = "Adam's loss is not always the lower one after the same passes."
    if all(trials[each, "adam"].loss < trials[each, "gd"].loss for each in bent):
        ahead = (
            "With a hidden layer, Adam's loss is the lower one after the same passes."
        )
    book.say(
        f"""Straight lines get {line["new"]:.1%} of new points right. {ahead} With
        {wide["units"]} units Adam gets {wide["new"]:.1%} right, gradient descent
        {slow["new"]:.1%}. Two layers of {deep["units"]} units with Adam get
        {deep["new"]:.1%}, and have {deep["parameters"]} numbers where the one of
        {wide["units"]} has {wide["parameters"]}."""
    )
    return trials


def maps(book: Book, *shown: tuple[Points, Trial]) -> None:
    """Before and after, of three arms and of five."""
    new = book.number("shown_right_new", [trial.accuracy_new for _, trial in shown])
    names = (
        "3 arms, straight",
        "3 arms, bent",
        "5 arms, straight",
        "5 arms, bent twice",
    )
    titles = [f"{name}: {share:.1%}" for name, share in zip(names, new, strict=True)]
    caption = (
        "Before: straight lines, a network without a hidden layer. After: a hidden "
        "layer for three arms, two hidden layers for five; and the new points right. "
        "Each class has its colour and its marker; the black lines are where two "
        "classes tie."
    )
    listed = "; ".join(titles)
    description = (
        f"Four maps of spirals with the boundaries between their arms. {listed}."
    )
    with book.figure("8.4-spirals", caption, description, (8.8, 7.4)) as fig:
        axes = np.ravel(fig.subplots(2, 2))
        for ax, (points, trial), title in zip(axes, shown, titles, strict=True):
            draw_map(ax, trial.network, *points.data, size=12.0)
            ax.set_title(book.plain(title))


def descent(book: Book, trials: Trials) -> None:
    """The losses of two networks on five arms, each by both optimizers."""
    lines = [(hidden, way) for hidden in FIVE[2:] for way in RATES]
    ends = book.number("descent_ends", [trials[line].loss for line in lines])
    caption = (
        "Five arms: the loss after each pass, for one wide layer and for two narrow "
        "ones."
    )
    listed = ", ".join(f"{end:.3f}" for end in ends)
    description = f"Four falling curves. They end, in the legend's order, at {listed}."
    with book.figure("8.4-descent", caption, description, (5.6, 4.2)) as fig:
        ax = fig.subplots()
        for (hidden, way), colour, style in zip(
            lines, (2, 2, 3, 3), ("--", "-") * 2, strict=True
        ):
            label = f"{' and '.join(map(str, hidden))} units, {WAYS[way]}"
            ax.plot(
                trials[hidden, way].losses,
                c=COLOURS[colour],
                ls=style,
                lw=1.8,
                label=label,
            )
        ax.set(
            yscale="log",
            xlabel="passes over the data",
            ylabel="loss (cross-entropy)",
            title="Five arms",
        )
        ax.set_ylim(top=5.0 * ax.get_ylim()[1])  # room for the legend
        set_log_scale(ax, TICKS)
        ax.legend(frameon=False)


def spikes(book: Book, experiment: Experiment, points: Points, fast: Trial) -> None:
    """Gradient descent again, at half the rate."""
    passes = fast.passes
    network = build([2, *FIVE[-1], 5], seed=experiment.seed)
    calm = run_trial(
        experiment, "at half the rate", network, points, passes, RATES["gd"] / 2.0
    )
    rises = book.number(
        "rises", [int((np.diff(one.losses) > 0.0).sum()) for one in (fast, calm)]
    )
    ends = book.number("rises_end", [fast.loss, calm.loss])
    book.say(
        f"""Where the curve of gradient descent jumps, a step was too long: with the
        two narrow layers the loss rises {rises[0]} times. At half the rate it rises
        {rises[1]} times, and ends {"higher" if calm.loss > fast.loss else "lower"},
        at {ends[1]:.3f} against {ends[0]:.3f}."""
    )


def confusion(book: Book, points: Points, network: Network) -> None:
    """Which classes are taken for which, on new points."""
    (X, y) = points.new
    arms = len(points.new[1]) // NEW
    counts = np.zeros((arms, arms), dtype=int)
    np.add.at(counts, (y, network.predict(X).argmax(axis=1)), 1)
    taken = book.number("confusion", counts)
    right = book.number("right_by_class", np.diag(counts) / NEW)
    rows = [[f"class {c}", *row, f"{right[c]:.1%}"] for c, row in enumerate(taken)]
    columns = ["points of", *(f"as {c}" for c in range(arms)), "right"]
    book.table("What the last network takes new points for", columns, rows)
    near = sum(counts[c, (c + side) % arms] for c in range(arms) for side in (-1, 1))
    wrong = book.number("wrong", counts.sum() - np.trace(counts))
    beside = book.number("wrong_for_a_neighbour", near)
    if wrong:
        which = f"Of the {wrong} mistakes {beside}"
        if beside == wrong:
            which = f"All {wrong} mistakes"
        book.say(
            f"{which} take an arm for one of the two beside it; of wrong guesses half "
            "would."
        )
