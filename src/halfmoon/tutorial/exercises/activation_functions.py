"""Section 8.3: every activation function on the shelf, and one of our own, in the tutorial's network."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from halfmoon import plots
from halfmoon.activations import ACTIVATIONS, Activation
from halfmoon.datasets import make
from halfmoon.elementary import Array
from halfmoon.gradcheck import check_gradients
from halfmoon.network import Network
from halfmoon.tutorial.book import Book
from halfmoon.tutorial.common import L2, NOISE, RATE, Common, descend
from halfmoon.tutorial.figures import grid, rows_for

TITLE = "Other activation functions"
NEW = 2_000  # points that no network has seen
CALM = RATE / 2.0  # at the tutorial's own rate even tanh zigzags
PASSES = 1_000
OURS = "our bump"
ACROSS = 4  # small pictures beside one another


@dataclass(frozen=True)
class Bump(Activation):
    """a = e^(-z^2),  f'(z) = -2 z a: a bump at z = 0."""

    def f(self, z: Any) -> Any:
        """[F2]'s f."""
        return np.exp(-z * z)

    def df(self, z: Any, a: Any) -> Any:
        """[B1]'s f'; a = f(z) is at hand."""
        return -2.0 * z * a


@dataclass(frozen=True)
class Forgotten(Bump):
    """The bump, with the derivative of tanh left in place."""

    def df(self, z: Any, a: Any) -> Any:
        """Not the slope of this f."""
        return 1.0 - a * a


def bent_by(activation: str | Activation, seed: int, hidden: int = 3) -> Network:
    """The tutorial's network with another bend in its hidden layer."""
    rng = np.random.RandomState(seed)
    sizes = [2, hidden, 2]
    return Network.dense(sizes, activation, initializer="tutorial", rng=rng)


def right(network: Network, X: Array, y: Array) -> float:
    """The share of rows whose likeliest class is their own."""
    return float((network.predict(X).argmax(axis=1) == y).mean())


def tell(book: Book, common: Common) -> None:
    """The shelf with its curves, all of it trained, and a derivative that was forgotten."""
    acts = {**{name: ACTIVATIONS.make(name) for name in ACTIVATIONS}, OURS: Bump()}
    book.say(
        """The tutorial bends its hidden layer with tanh and asks us to try other functions, with the warning that a new
        function needs a new derivative. In the code an activation touches two lines: the one that bends on the way
        forward, and the one that multiplies by the slope of the bend on the way back."""
    )
    book.equations("All that an activation has to do with", "F2", "B1")
    book.say(
        """So an activation is a class with two methods, `f` and `df`, and `layers.py` stays as it is. Here is one of
        our own, a bump:"""
    )
    book.code(Bump)
    curves(book, acts)
    compare(book, common, acts)
    forgotten(book, common)


def curves(book: Book, acts: dict[str, Activation]) -> None:
    """Every f with its f', and each f' checked against the slope of its f."""
    checks = {name: check_gradients(act).checks[0] for name, act in acts.items()}
    count = book.number("activations", len(acts))
    good = book.number("derivatives_right", sum(check.ok for check in checks.values()))
    worst = book.number("worst_error", max(check.worst for check in checks.values()))
    slopes = book.number("slopes_each", checks[OURS].slopes)
    verdict = f"All {count}" if good == count else f"Only {good} of the {count}"
    book.say(
        f"""These are all the activations on halfmoon's shelf, and ours. `check_gradients(activation)` compares `df`
        with the measured slope of `f` at {slopes} places. {verdict} are right; the largest error is {worst:.0e}."""
    )
    caption = "Each activation f and its slope f'. Where f' is near 0, hardly any gradient passes back."
    described = "Small plots, one for each activation, with the curve of f as a solid and that of f' as a dashed line."
    z = np.linspace(-4.0, 4.0, 161)
    with book.figure("8.3-curves", caption, described, (11.0, 2.1 * rows_for(acts, ACROSS))) as fig:
        for ax, (name, act) in zip(grid(fig, len(acts), ACROSS), acts.items(), strict=True):
            a = act.f(z)
            ax.plot(z, a, c=plots.COLOURS[0], lw=2.2, label="f")
            ax.plot(z, act.df(z, a), c=plots.COLOURS[1], lw=1.8, ls="--", label="f'")
            ax.axhline(0.0, c=plots.INK, lw=0.6, alpha=0.5, zorder=0)
            ax.set(xlabel="z", title=name, xlim=(-4.0, 4.0), ylim=(-2.2, 4.2), xticks=(-4, 0, 4), yticks=(-2, 0, 2, 4))
        fig.axes[0].legend(frameon=False, loc="upper left")


@dataclass
class Tried:
    """One activation, trained from several starts: the networks and, in their order, what became of them."""

    networks: list[Network]
    loss: list[float]
    learned: list[float]
    new: list[float]
    seconds: float


def attempt(common: Common, name: str, activation: Activation, hidden: int = 3, rate: float = CALM) -> Tried:
    """Train the same network with one activation, from each start."""
    starts = [(common.seed + i) % 2**32 for i in range(2 if common.quick else 5)]
    networks, X, y = [bent_by(activation, start, hidden) for start in starts], *common.data
    seconds = 0.0
    for start, network in zip(starts, networks, strict=True):
        label = f"{name}, {hidden} units, start {start}"
        seconds += common.fit(descend, label, PASSES, network, X, y, rate).history["seconds"][-1]
    fresh = make("moons", NEW, NOISE, (common.seed + 10_000) % 2**32)
    ends = [network.objective(network.theta, *network.read(X, y), L2) for network in networks]
    loss = [end.loss + end.penalty for end in ends]
    learned, new = ([right(network, *data) for network in networks] for data in ((X, y), fresh))
    return Tried(networks, loss, learned, new, seconds)


def compare(book: Book, common: Common, acts: dict[str, Activation]) -> None:
    """All of them in the tutorial's network, on its data."""
    tried = {name: attempt(common, name, act) for name, act in acts.items()}
    starts, rate = book.number("starts", len(tried["tanh"].loss)), book.number("learning_rate", CALM)
    count, fresh = book.number("passes", PASSES), book.number("new_points", NEW)
    book.say(
        f"""Now each one in the tutorial's network with three hidden units: the same points, {count:,} passes, half the
        tutorial's rate ({rate}). Each is trained {starts} times, from the same {starts} sets of initial weights. The
        lines that do it:"""
    )
    book.code(bent_by, descend)
    marks: dict[str, Any] = {"middle": np.median, "lowest": min, "highest": max}
    ends = {name: {mark: of(t.loss) for mark, of in marks.items()} for name, t in tried.items()}
    loss = book.number("final_loss", ends)
    learned = book.number("right", {name: np.median(t.learned) for name, t in tried.items()})
    new = book.number("right_new", {name: np.median(t.new) for name, t in tried.items()})
    updates = int(starts) * PASSES
    clock = book.time("microseconds_a_pass", {name: 1e6 * t.seconds / updates for name, t in tried.items()})
    rows = [
        [name, *(short(loss[name][key]) for key in loss[name]), f"{learned[name]:.1%}", f"{new[name]:.1%}",
         f"{clock[name]:.1f}"]
        for name in tried
    ]  # fmt: skip
    book.table(
        f"{starts} starts each, the middle is the median; {fresh:,} new points",
        ["activation", "loss, middle", "lowest", "highest", "right, middle", "new points", "microseconds a pass"],
        rows,
    )
    boundaries(book, common, tried)
    judge(book, loss, new)
    doubt(book, common, acts, loss)


def short(loss: Any) -> str:
    """A loss, also one that went wild."""
    return f"{loss:.4f}" if loss < 10_000.0 else f"{loss:.0e}"


def boundaries(book: Book, common: Common, tried: dict[str, Tried]) -> None:
    """What the first start of each has learned; every second point is drawn, so that the boundaries are seen."""
    X, y = common.data
    first = book.number("first_start_right_new", {name: t.new[0] for name, t in tried.items()})
    caption = (
        "The boundary that each activation learned from the first start, and how many of the new points are right. "
        "tanh is where we came from. Every second point is drawn, circles of class 0 and squares of class 1."
    )
    listed = ", ".join(f"{name} {share:.1%}" for name, share in first.items())
    described = f"Small maps of the moons, one for each activation. Right on new points: {listed}."
    with book.figure("8.3-boundaries", caption, described, (11.0, 2.5 * rows_for(tried, ACROSS))) as fig:
        for ax, (name, one) in zip(grid(fig, len(tried), ACROSS), tried.items(), strict=True):
            plots.boundary(one.networks[0], X, y, ax, resolution=80, show=False)
            plots.points(X[::2], y[::2], ax, size=10)
            title = book.plain(f"{name}{' (before)' if name == 'tanh' else ''}: {first[name]:.1%}")
            ax.set(title=title, xlabel="$x_1$", ylabel="$x_2$", xticks=(-1, 0, 1, 2), yticks=(-1, 0, 1))


def judge(book: Book, loss: Any, new: Any) -> None:
    """Which did best, and by how much."""
    bent = [name for name in loss if name != "identity"]
    order = sorted(bent, key=lambda name: loss[name]["middle"])
    best, place = order[0], book.number("place_of_tanh", order.index("tanh") + 1)
    of = book.number("bent", len(bent))
    told = f"The lowest loss, from the middle one of its starts, is that of {best}, {short(loss[best]['middle'])}"
    if best != "tanh":
        told += f"; tanh has {short(loss['tanh']['middle'])} and is number {place} of the {of} that bend"
    ahead = max(bent, key=lambda name: new[name])
    near = book.number("within_one_point", sum(new[name] >= new[ahead] - 0.01 for name in bent))
    told += f""". On new points {ahead} is ahead with {new[ahead]:.1%}; {near} of the {of}, counting it, lie within one
        percentage point of that."""
    flat = loss["identity"]
    if flat["highest"] - flat["lowest"] < 0.001:
        told += f""" identity is the odd one out: without a bend the network draws a straight line, the same one from
            every start, and {new["identity"]:.1%} of the new points is what a line can do."""
    book.say(told)


def doubt(book: Book, common: Common, acts: dict[str, Activation], loss: Any) -> None:
    """How much of this is the start, the rate and the size: the activation with the widest spread, tried again."""
    bent = [name for name in loss if name != "identity"]
    middles = [loss[name]["middle"] for name in bent]
    apart = book.number("between_middles", max(middles) - min(middles))
    worst = max(bent, key=lambda name: loss[name]["highest"] - loss[name]["lowest"])
    within = book.number("widest_spread", loss[worst]["highest"] - loss[worst]["lowest"])
    calm, many = book.number("lower_rate", CALM / 5.0), book.number("more_units", 10)
    again = attempt(common, worst, acts[worst], rate=float(calm)), attempt(common, worst, acts[worst], hidden=int(many))
    slow, wide = book.number("again", [[min(tried.loss), max(tried.loss)] for tried in again])
    book.say(
        f"""Do not take the table for a ranking. The starts of {worst} alone end up to {within:.3f} apart,
        {"more" if within > apart else "less"} than the middles of all that bend ({apart:.3f}). With three units, each
        is a third of the layer and there is none to spare. And every activation has a rate and a size of its own that
        suit it: the same starts of {worst} end between {short(slow[0])} and {short(slow[1])} at a rate of {calm}, and
        with {many} hidden units instead of three between {short(wide[0])} and {short(wide[1])}."""
    )


def forgotten(book: Book, common: Common) -> None:
    """The exercise's warning, come true: a new f with the old f'."""
    X, y = common.data
    book.say("What the exercise warns of is to change `f` and to leave `df` as it was. Let us do just that:")
    book.code(Forgotten)
    networks = {"right": bent_by(Bump(), common.seed), "forgotten": bent_by(Forgotten(), common.seed)}
    report = check_gradients(networks["forgotten"], X, y, l2=L2)
    found = book.number("check", {one.name: {"worst": one.worst, "right": one.ok} for one in report.checks})
    rows = [[name, f"{one['worst']:.0e}", "yes" if one["right"] else "NO"] for name, one in found.items()]
    book.table("Gradient check of the network with the wrong derivative", ["derivative", "worst error", "right"], rows)
    verdict = book.number("verdict", report.verdict)
    book.say(
        f"""The network runs without an error message, but the check says: `{verdict}` The gradients of the first layer
        are off as well; they are named only when the functions themselves are in order."""
    )
    ends = {}
    for name, network in networks.items():
        run = common.fit(descend, f"bump, derivative {name}", PASSES, network, X, y, CALM)
        ends[name] = run.history["loss"][[0, -1]]
    (before, good), (_, bad) = book.number("loss_from_to", ends).values()
    told = f"""Trained all the same: with the right derivative the loss goes from {short(before)} to {short(good)}; with
        the forgotten one {"it goes up instead, to" if bad > before else "it ends at"} {short(bad)}."""
    book.say(told if bad > good else f"{told} That it is not higher is luck, and no reason to trust it.")
