"""Section 8.3: every activation function, and one of our own, in the same network."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from halfmoon.components.activations import ACTIVATIONS, Activation
from halfmoon.displays import draw_points
from halfmoon.displays.style import COLOURS, INK
from halfmoon.inspection.gradient_check import check_gradients
from halfmoon.pages.book import Book
from halfmoon.tutorial.exercises.grids import add_grid, row_count
from halfmoon.tutorial.experiment import (
    L2,
    NOISE,
    RATE,
    ROWS,
    Experiment,
    build,
    seeds_from,
)
from halfmoon.tutorial.maps import draw_moons_map
from halfmoon.tutorial.trials import Trial, run_trial, sample_points

TITLE = "Other activation functions"
NEW = 2_000  # points that no network has seen
CALM = RATE / 2.0  # at the tutorial's own rate even tanh zigzags
OURS = "our bump"
ACROSS = 4  # small pictures beside one another


@dataclass(frozen=True)
class Bump(Activation):
    """a = e^(-z^2),  f'(z) = -2 z a: a bump at z = 0."""

    def f(self, z: Any) -> Any:
        """a = f(z), the f of [F2]."""
        return np.exp(-z * z)

    def df(self, z: Any, a: Any) -> Any:
        """f'(z), the f' of [B1]; a = f(z) is given."""
        return -2.0 * z * a


@dataclass(frozen=True)
class Forgotten(Bump):
    """The bump, with the derivative of tanh left in place."""

    def df(self, z: Any, a: Any) -> Any:
        """Not the slope of this f."""
        return 1.0 - a * a


def tell(book: Book, experiment: Experiment) -> None:
    """All activations: their curves, what they learn, and a forgotten derivative."""
    acts = {**{name: ACTIVATIONS.make(name) for name in ACTIVATIONS}, OURS: Bump()}
    book.say(
        """The tutorial bends its hidden layer with tanh and asks us to try other
        functions, with the warning that a new function needs a new derivative. In the
        code an activation touches two lines: the one that bends on the way forward,
        and the one that multiplies by the slope of the bend on the way back."""
    )
    book.equations("All that an activation has to do with", "F2", "B1")
    book.say(
        """So an activation is a class with two methods, `f` and `df`, and `layers.py`
        stays as it is. Here is one of our own, a bump:"""
    )
    book.code(Bump)
    curves(book, acts)
    compare(book, experiment, acts)
    wrong_derivative(book, experiment)


def curves(book: Book, acts: dict[str, Activation]) -> None:
    """Every f with its f', and each f' checked against the slope of its f."""
    checks = {name: check_gradients(act).checks[0] for name, act in acts.items()}
    count = book.number("activations", len(acts))
    good = book.number("derivatives_right", sum(check.ok for check in checks.values()))
    worst = book.number("worst_error", max(check.worst for check in checks.values()))
    slopes = book.number("slopes_each", checks[OURS].slopes)
    verdict = f"All {count}" if good == count else f"Only {good} of the {count}"
    book.say(
        f"""These are all the activations on halfmoon's registry, and ours.
        `check_gradients(activation)` compares `df` with the measured slope of `f` at
        {slopes} places. {verdict} are right; the largest error is {worst:.0e}."""
    )
    caption = (
        "Each activation f and its slope f'. Where f' is near 0, hardly any gradient "
        "passes back."
    )
    description = (
        "Small plots, one for each activation, with the curve of f as a solid and that "
        "of f' as a dashed line."
    )
    z = np.linspace(-4.0, 4.0, 161)
    with book.figure(
        "8.3-curves", caption, description, (11.0, 2.1 * row_count(acts, ACROSS))
    ) as fig:
        for ax, (name, act) in zip(
            add_grid(fig, acts, ACROSS), acts.items(), strict=True
        ):
            a = act.f(z)
            ax.plot(z, a, c=COLOURS[2], lw=2.2, label="f")
            ax.plot(z, act.df(z, a), c=COLOURS[3], lw=1.8, ls="--", label="f'")
            ax.axhline(0.0, c=INK, lw=0.6, alpha=0.5, zorder=0)
            ax.set(
                xlabel="z",
                title=name,
                xlim=(-4.0, 4.0),
                ylim=(-2.2, 4.2),
                xticks=(-4, 0, 4),
                yticks=(-2, 0, 2, 4),
            )
        fig.axes[0].legend(frameon=False, loc="upper left")


def run_starts(
    experiment: Experiment,
    name: str,
    activation: Activation,
    hidden: int = 3,
    rate: float = CALM,
) -> list[Trial]:
    """The same network with one activation from several starts, the best first."""
    points = sample_points(experiment, "moons", ROWS, NOISE, NEW)
    trials = []
    for start in seeds_from(experiment.seed, 3 if experiment.quick else 5):
        network = build([2, hidden, 2], activation, start)
        label = f"{name}, {hidden} units, start {start}"
        passes = passes_of(experiment)
        trials.append(run_trial(experiment, label, network, points, passes, rate))
    return sorted(trials, key=lambda trial: trial.loss)


def passes_of(experiment: Experiment) -> int:
    """Passes of each network here."""
    return 600 if experiment.quick else 1_000


def compare(book: Book, experiment: Experiment, acts: dict[str, Activation]) -> None:
    """All of them in the tutorial's network, on its data."""
    tried = {name: run_starts(experiment, name, act) for name, act in acts.items()}
    middle = {name: trials[len(trials) // 2] for name, trials in tried.items()}
    count = book.number("starts", len(tried["tanh"]))
    rate = book.number("learning_rate", CALM)
    passes = book.number("passes", middle["tanh"].passes)
    new = book.number("new_points", NEW)
    book.say(
        f"""Now each one in the tutorial's network with three hidden units, `build([2,
        3, 2], activation)`: the same points, {passes:,} passes of `descend`, half the
        tutorial's rate ({rate}). Each is trained {count} times, from the same {count}
        sets of initial weights. (The time is that of short runs, their start
        included.)"""
    )
    losses = {}
    accuracies = {}
    accuracies_new = {}
    microseconds = {}
    for name, trials in tried.items():
        losses[name] = {
            "middle": middle[name].loss,
            "lowest": trials[0].loss,
            "highest": trials[-1].loss,
        }
        accuracies[name] = middle[name].accuracy
        accuracies_new[name] = middle[name].accuracy_new
        seconds = sum(trial.seconds for trial in trials)
        microseconds[name] = 1e6 * seconds / (int(count) * int(passes))
    loss = book.number("final_loss", losses)
    shares = book.number("right", accuracies)
    news = book.number("right_new", accuracies_new)
    clock = book.time("microseconds_a_pass", microseconds)
    rows = []
    for name in tried:
        ends = [short_number(value) for value in loss[name].values()]
        right = [f"{shares[name]:.1%}", f"{news[name]:.1%}"]
        rows.append([name, *ends, *right, f"{clock[name]:.1f}"])
    title = (
        f"The loss from {count} starts; of the median one the share right, of {new:,} "
        "new points too; time"
    )
    columns = ["activation", "median", "lowest", "highest"]
    columns += ["right", "new right", "µs a pass"]
    book.table(title, columns, rows)
    boundaries(book, experiment, middle, news)
    rank(book, loss, news)
    vary(book, experiment, acts, loss)


def short_number(loss: Any) -> str:
    """A loss, also one that went wild."""
    if loss < 10_000.0:
        return f"{loss:.4f}"
    return f"{loss:.0e}"


def boundaries(
    book: Book, experiment: Experiment, middle: dict[str, Trial], new: Any
) -> None:
    """What each has learned, with every second point, so that boundaries are seen."""
    X, y = experiment.data
    caption = (
        "The boundary that each activation learned from its median start, and how "
        "many of the new points are right. tanh is where we came from. Every second "
        "point is drawn, circles of class 0 and squares of class 1."
    )
    listed = ", ".join(f"{name} {share:.1%}" for name, share in new.items())
    description = (
        "Small maps of the moons, one for each activation. Right on new points: "
        f"{listed}."
    )
    size = (11.0, 2.5 * row_count(middle, ACROSS))
    with book.figure("8.3-boundaries", caption, description, size) as fig:
        axes = add_grid(fig, middle, ACROSS)
        for ax, (name, one) in zip(axes, middle.items(), strict=True):
            draw_moons_map(ax, one.network, X, y, resolution=80)
            draw_points(ax, X[::2], y[::2], size=10.0)
            before = " (before)" if name == "tanh" else ""
            ax.set_title(book.plain(f"{name}{before}: {new[name]:.1%}"))


def rank(book: Book, loss: Any, new: Any) -> None:
    """Which did best, and by how much."""
    bent = [name for name in loss if name != "identity"]
    order = sorted(bent, key=lambda name: loss[name]["middle"])
    best = order[0]
    place = book.number("place_of_tanh", order.index("tanh") + 1)
    count = book.number("bent", len(bent))
    lowest = short_number(loss[best]["middle"])
    tanh = short_number(loss["tanh"]["middle"])
    ours = f"; tanh has {tanh} and is number {place} of the {count} that bend"
    if best == "tanh":
        ours = ""
    sentences = [f"{best} has the lowest median loss, {lowest}{ours}."]
    top = max(new[name] for name in bent)
    first = [name for name in bent if new[name] == top]
    has = "has" if len(first) == 1 else "have"
    close = [name for name in bent if new[name] >= top - 0.01]
    near = book.number("within_one_point", len(close))
    sentences.append(
        f"""Most new points right, {top:.1%}, {has} {" and ".join(first)}; of the
        {count} that bend {near} lie within one percentage point of that."""
    )
    if loss["identity"]["highest"] - loss["identity"]["lowest"] < 0.001:
        sentences.append(
            f"""identity has no bend: the network draws a straight line, the same one
            from every start, and {new["identity"]:.1%} of the new points is what a
            line can do."""
        )
    if no_better := [name for name in bent if new[name] <= new["identity"]]:
        names = " and ".join(no_better)
        sentences.append(f"From the median start {names} did no better.")
    book.say(" ".join(sentences))


def vary(
    book: Book, experiment: Experiment, acts: dict[str, Activation], loss: Any
) -> None:
    """The activation with the widest spread, at another rate and another size."""
    bent = [name for name in loss if name != "identity"]
    medians = [loss[name]["middle"] for name in bent]
    apart = book.number("between_middles", max(medians) - min(medians))
    spread = {name: loss[name]["highest"] - loss[name]["lowest"] for name in bent}
    worst = max(bent, key=lambda name: spread[name])
    within = book.number("widest_spread", spread[worst])
    calm = book.number("lower_rate", CALM / 5.0)
    many = book.number("more_units", 10)
    slower = run_starts(experiment, worst, acts[worst], rate=float(calm))
    wider = run_starts(experiment, worst, acts[worst], hidden=int(many))
    ranges = [[trials[0].loss, trials[-1].loss] for trials in (slower, wider)]
    again = book.number("again", ranges)
    (slow_low, slow_high), (wide_low, wide_high) = (
        [short_number(loss) for loss in each] for each in again
    )
    book.say(
        f"""Do not take the table for a ranking. The starts of {worst} alone end up to
        {within:.3f} apart; the medians of all that bend lie within {apart:.3f}. With
        three units, each is a third of the layer and there is none to spare. And
        every activation has a rate and a size of its own that suit it: the same
        starts of {worst} end between {slow_low} and {slow_high} at a rate of {calm},
        and with {many} hidden units instead of three between {wide_low} and
        {wide_high}."""
    )


def wrong_derivative(book: Book, experiment: Experiment) -> None:
    """The exercise's warning, come true: a new f with the old f'."""
    book.say(
        "What the exercise warns of is to change `f` and to leave `df` as it was. Let "
        "us do just that:"
    )
    book.code(Forgotten)
    networks = {
        "right": build([2, 3, 2], Bump(), experiment.seed),
        "forgotten": build([2, 3, 2], Forgotten(), experiment.seed),
    }
    report = check_gradients(networks["forgotten"], *experiment.data, l2=L2)
    checks = book.number(
        "check",
        {one.name: {"worst": one.worst, "right": one.ok} for one in report.checks},
    )
    rows = [
        [name, f"{one['worst']:.1g}", "yes" if one["right"] else "NO"]
        for name, one in checks.items()
    ]
    book.table(
        "Gradient check of the network with the wrong derivative",
        ["derivative", "worst error", "right"],
        rows,
    )
    verdict = book.number("verdict", report.message)
    book.say(
        f"""The network runs without an error message, but the check says: `{verdict}`
        The gradients of the first layer are off as well: the verdict names the cause,
        not what follows from it."""
    )
    ends = {}
    points = sample_points(experiment, "moons", ROWS, NOISE, NEW)
    for name, network in networks.items():
        label = f"bump, derivative {name}"
        passes = passes_of(experiment)
        trial = run_trial(experiment, label, network, points, passes, CALM)
        ends[name] = [trial.losses[0], trial.loss]
    (before, good), (_, bad) = book.number("loss_from_to", ends).values()
    if bad > before:
        outcome = "It goes up where it should go down."
    elif bad > good:
        outcome = ""
    else:
        outcome = "That it is not higher is luck, and no reason to trust it."
    start = short_number(before)
    right_end = short_number(good)
    wrong_end = short_number(bad)
    book.say(
        f"""Trained all the same, both from a loss of {start}: with the right
        derivative it ends at {right_end}, with the forgotten one at {wrong_end}.
        {outcome}"""
    )
