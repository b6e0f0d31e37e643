"""Section 5: the loss, its gradient, and what really happens in 20,000 passes."""

from typing import Any

import numpy as np
from matplotlib.ticker import LogLocator

from halfmoon.arrays.elementary import Array
from halfmoon.displays.style import COLOURS, INK
from halfmoon.inspection.gradient_check import check_gradients
from halfmoon.inspection.trace import trace
from halfmoon.pages.book import Book
from halfmoon.tutorial.experiment import (
    EPSILON,
    L2,
    RATE,
    REG_LAMBDA,
    ROWS,
    Experiment,
    descend,
    is_zigzag,
)
from halfmoon.tutorial.prediction import ROW

TITLE = "How it learns: loss, gradient, descent"
BACKWARD = ("L3", "B1", "B2", "B3", "B4", "O4")

# "Loss after iteration i" as the author's notebook prints it: i = 0, 1000, ..., 19000
PUBLISHED = [
    0.432387,
    0.068947,
    0.068936,
    0.071218,
    0.071253,
    0.071278,
    0.071293,
    0.071303,
    0.071308,
    0.071312,
]
PUBLISHED += [0.071314, 0.071315, 0.071315, *[0.071316] * 7]


def tell(book: Book, experiment: Experiment) -> None:
    """Loss and gradient, the check, the published losses, errata and two-cycle."""
    loss(book)
    backward(book, experiment)
    check(book, experiment)
    losses(book, experiment)
    errata(book)
    two_cycle(book, experiment)


def loss(book: Book) -> None:
    """What is to be made small."""
    book.say(
        """Learning is going downhill. What goes down is the loss: the cross-entropy,
        also called negative log-likelihood, which is the mean over the points of
        minus the logarithm of the probability given to the true class (to make it
        small is to make the true classes likely), plus a small penalty on large
        weights, not on biases, called regularization. With `y` 1 for the true class
        and 0 for the other, over N points:"""
    )
    book.formulas(
        (
            "L = -1/N sum_n sum_c y_nc log y_hat_nc + lam/2 sum |W|^2",
            r"L = -\frac1N \sum_{n=1}^{N} \sum_{c} y_{nc} \log\,\hat y_{nc} "
            r"+ \frac\lambda2 \sum W^2",
        )
    )


def backward(book: Book, experiment: Experiment) -> None:
    """The gradient, its lines of code, and the last section's row carried back."""
    X, y = experiment.data
    book.say(
        """The gradient says how the loss changes with each weight. It is found from
        the output backwards, by the chain rule: the error of the scores is simply
        `y_hat - y`, and each layer hands the layer below its share. (The tutorial
        counts layers of nodes, and calls these deltas the third and the second. It
        leaves out the sum over the points.)"""
    )
    book.formulas(
        ("delta2 = (y_hat - y) / N", r"\delta_2 = (\hat y - y) / N"),
        (
            "delta1 = (1 - a1^2) * (delta2 W2^T)",
            r"\delta_1 = (1 - a_1^2) \circ \delta_2 W_2^{\mathsf T}",
        ),
        (
            "dL/dW2 = a1^T delta2 + lam W2,  dL/db2 = sum_n delta2",
            r"\frac{\partial L}{\partial W_2} "
            r"= a_1^{\mathsf T} \delta_2 + \lambda W_2, \quad "
            r"\frac{\partial L}{\partial b_2} = \sum_n \delta_{2,n}",
        ),
        (
            "dL/dW1 = x^T delta1 + lam W1,   dL/db1 = sum_n delta1",
            r"\frac{\partial L}{\partial W_1} "
            r"= x^{\mathsf T} \delta_1 + \lambda W_1, \quad "
            r"\frac{\partial L}{\partial b_1} = \sum_n \delta_{1,n}",
        ),
    )
    book.say(
        """The slope of tanh is $1 - a^2|1 - a^2$, from the value that the forward
        pass has made already. (So it is with others: the logistic function has $a (1
        - a)|a (1 - a)$, relu 1 where a is positive.) Then every weight takes a step
        against its gradient. How long a step is, the learning rate says:"""
    )
    book.formulas(
        (
            "W <- W - rate dL/dW",
            r"W \leftarrow W - \mathit{rate} \cdot \frac{\partial L}{\partial W}",
        )
    )
    whole(book, experiment)
    book.say(
        """The project has these lines once, whatever the layers. (In the last, plain
        descent has the gradient for u, 1 for c, and no decay; other optimizers make
        another u of it. The division by N and the penalty are added for all layers at
        once, in `Network.objective`.)"""
    )
    book.equations("The backward pass, the step, and their lines of code", *BACKWARD)
    book.say(
        "For the point of the last section, before training (one point, so N is 1, "
        "and without the penalty):"
    )
    steps = trace(experiment.network(), X[ROW], y[ROW])
    book.show(steps.only_backward())
    for line in steps.backward:
        book.number(line.name, line.value)


def from_scratch(
    X: Array, y: Any, W1: Array, b1: Array, W2: Array, b2: Array, passes: int
) -> Any:
    """The whole tutorial: forward, backward and the step, as often as it is told."""
    truth = np.eye(2)[y]
    for _ in range(passes):
        a1 = np.tanh(X @ W1 + b1)
        e = np.exp(a1 @ W2 + b2)
        y_hat = e / e.sum(axis=1, keepdims=True)

        delta2 = (y_hat - truth) / len(X)
        delta1 = (1.0 - a1**2) * (delta2 @ W2.T)
        dW2 = a1.T @ delta2 + L2 * W2
        db2 = delta2.sum(axis=0)
        dW1 = X.T @ delta1 + L2 * W1
        db1 = delta1.sum(axis=0)

        W1 = W1 - RATE * dW1
        b1 = b1 - RATE * db1
        W2 = W2 - RATE * dW2
        b2 = b2 - RATE * db2
    return W1, b1, W2, b2


def whole(book: Book, experiment: Experiment) -> None:
    """The program in NumPy alone, and that the project's own gives the same weights."""
    rate = book.number("learning_rate", RATE)
    strength = book.number("l2", L2)
    book.say(
        f"""That is all there is to it. Here is the whole tutorial, in NumPy alone.
        `RATE` is {rate} and `L2`, the formulas' lambda, {strength:.5f}. The tutorial,
        which picked them by hand, writes {book.number("epsilon", EPSILON)} for both;
        the second of the corrections below tells why these are the same:"""
    )
    book.code(from_scratch)
    network = experiment.network()
    passes = book.number("passes_from_scratch", 100)
    below, above = network.views(network.theta)
    by_hand = from_scratch(
        *experiment.data, below.W, below.b, above.W, above.b, int(passes)
    )
    experiment.fit(
        descend, "the same, by the engine", int(passes), network, *experiment.data, RATE
    )
    below, above = network.views(network.theta)
    pairs = zip(by_hand, (below.W, below.b, above.W, above.b), strict=True)
    largest = max(np.abs(mine - theirs).max() for mine, theirs in pairs)
    apart = book.number("from_scratch_differs", largest)
    book.say(
        f"""After {passes} passes over the data its weights and those of halfmoon's
        engine differ by {apart:.0e} at most. (A pass looks at every point once; here
        it is one update.)"""
    )


def check(book: Book, experiment: Experiment) -> None:
    """Every derivative against the slope that is measured."""
    X, y = experiment.data
    report = check_gradients(experiment.network(), X, y, l2=L2)
    book.say(
        """Is every derivative right? We need not trust the algebra: move each
        parameter, and the input of each function, a little to either side, measure
        the slope, and compare. Errors are relative to the slope. (The check counts
        layers from nought: its layer 1 is the second.)"""
    )
    slopes = {
        one.name: {"slopes": one.slopes, "worst": one.worst} for one in report.checks
    }
    kept = book.number("gradient_check", slopes)
    rows = []
    for one in report.checks:
        numbers = kept[one.name]
        right = "yes" if one.ok else "NO"
        rows.append([one.name, numbers["slopes"], f"{numbers['worst']:.1g}", right])
    book.table(
        "Gradient check",
        ["derivative", "slopes measured", "worst error", "right"],
        rows,
    )
    book.number("gradients_right", report.ok)


def losses(book: Book, experiment: Experiment) -> None:
    """Our losses, beside the published ones where the data are the tutorial's own."""
    _, L = experiment.trained  # L[t]: the loss after t updates
    own = experiment.seed == 0
    before = book.number("loss_before_training", L[0])
    shown = range(0, len(L) - 1, 1000)
    ours = book.number("loss_after_iteration", {i: L[i + 1] for i in shown})
    published = {}
    beside = ""
    columns = ["", "here"]
    if own:
        published = book.number("published", {i: PUBLISHED[i // 1000] for i in shown})
        beside = " The table sets our loss beside what the tutorial's author published."
        columns = ["", "published", "here"]
    rows = [["before training", *([""] if own else []), f"{before:.6f}"]]
    for i in book.number("iterations", shown):
        row = [f"iteration {i:,}", f"{ours[str(int(i))]:.6f}"]
        if own:
            row.insert(1, f"{published[str(int(i))]:.6f}")
        rows.append(row)
    passes = book.number("passes", len(L) - 1)
    points = book.number("rows", ROWS)
    book.say(
        f"""Now {passes:,} passes of gradient descent over all {points}
        points.{beside} "Iteration i" is the loss after update i + 1. The lines that
        do it:"""
    )
    book.code(descend)
    book.table("Loss by passes", columns, rows)
    if own:
        largest = max(abs(ours[str(i)] - PUBLISHED[i // 1000]) for i in shown)
        apart = book.number("largest_difference", largest)
        book.say(
            f"""The first two figures agree to the last digit. Later ones differ, by
            up to {apart:.6f}, and nobody's arithmetic is at fault: of the corrections
            that the text needs, the last explains it."""
        )


def errata(book: Book) -> None:
    """What the text says and what is so."""
    epsilon = book.number("epsilon", EPSILON)
    strength = book.number("reg_lambda", REG_LAMBDA)
    rate = book.number("learning_rate", RATE)
    l2 = book.number("l2", L2)
    rows = book.number("rows", ROWS)
    book.say("Five corrections to the text:")
    book.items(
        [
            "It has dL/db2 = delta3 and dL/db1 = delta2; the sums over the rows are "
            "missing. So is the penalty in its formulas for the loss and the "
            "gradient. (Its code has all of them.)",
            f"Its loss is divided by N, its gradients are not: epsilon = {epsilon} "
            f"and lambda = {strength} on {rows} rows are a learning rate of {rate} "
            f"and a penalty of {l2} on the mean loss.",
            "It lets the loss grow where a wrong class is predicted. Every point adds "
            "to it, on the right side too: the more, the less probable its own class "
            "was said to be.",
            "Its softmax does not subtract the largest score before exp, and "
            "overflows for large ones. (Nor does the short program above; halfmoon "
            "does.)",
            f"On its data, a learning rate of {rate} is beyond the edge of stability. "
            "(Across a valley of curvature h, a step at rate r ends farther up the "
            "other side than it came from if r h is more than 2.)",
        ]
    )


def two_cycle(book: Book, experiment: Experiment) -> None:
    """The run at the tutorial's rate beside one at half of it, whatever the data."""
    (_, L) = experiment.trained
    (_, half) = experiment.calm
    rises = np.flatnonzero(np.diff(L) > 1e-9)
    calm_rises = np.flatnonzero(np.diff(half) > 1e-9)
    zigzag = book.number("zigzag", is_zigzag(L))
    low, high = sorted(book.number("last_two_losses", L[-2:]))
    lowest = book.number("lowest_loss", L.min())
    bottom = book.number("lowest_near", L.argmin())
    count = book.number("rises", len(rises))
    calm_count = book.number("calm_rises", len(calm_rises))
    begin = book.number("first_rise_at_iteration", rises[0] if len(rises) else None)
    end = book.number("calm_last_loss", half[-1])
    rate = book.number("learning_rate", RATE)
    updates = book.number("passes", len(L) - 1)
    rose = "never rises"
    if len(rises):
        rose = f"rises, first at iteration {begin}, and in all {count:,} times"
    calm_rose = "never rises"
    if len(calm_rises):
        calm_rose = f"rises {calm_count:,} times"
    lower = "a lower loss" if half[-1] < low else "not a lower loss"
    book.say(
        f"""With steps that are small enough, descent never goes up. But a step may be
        too long for a narrow valley: it ends higher up on the other side. At rate
        {rate} the loss {rose} in {updates:,} updates; at its lowest, after update
        {bottom:,}, it is {lowest:.6f}."""
    )
    printed = L[1:-1:1000]
    printed = printed[-(len(printed) // 2) :]  # the later half of what the table shows
    distance = np.minimum(np.abs(printed - low), np.abs(printed - high))
    near = distance < 0.05 * (high - low)
    if zigzag and near.all():
        book.say(
            f"""It ends by jumping between two values on successive updates, {low:.6f}
            and {high:.6f}. A print-out every thousand passes shows one of the two,
            and rounding decides which. On the way there it leaps, and where it leaps
            is up to rounding too: there print-outs may differ by more."""
        )
    elif zigzag:
        book.say("It ends in a zigzag, up and down on successive updates.")
    book.say(
        f"""At half the rate the loss {calm_rose}, and ends at {end:.6f}: smaller steps,
        and {lower} at the end."""
    )
    if experiment.seed == 0 and half[-1] < min(PUBLISHED):
        book.say("That is lower than any loss the tutorial prints.")
    leap(book, half, calm_rises)
    figure(book, experiment, L, half)


def leap(book: Book, L: Array, rises: Any) -> None:
    """How high the loss has leapt, if it has."""
    if len(rises) and L[rises[0] :].max() > 1.5 * L[rises[0]]:
        top = book.number("calm_highest_leap", L[rises[0] :].max())
        higher = "higher than it began, " if top > L[0] else ""
        book.say(
            f"Even so it once leaps, to {top:.3f}, {higher}before it comes down for "
            "good."
        )


def figure(book: Book, experiment: Experiment, L: Array, half: Array) -> None:
    """Both runs, whole and at their ends."""
    caption = (
        "Left: the loss after each update, on logarithmic axes; the spikes are steps "
        "that left the valley. Right: the last thirty updates; a zigzag is a rate "
        "beyond the edge of stability."
    )
    description = (
        f"Two panels. Left, the run at rate {RATE} falls to {L[-1]:.3f}, that at "
        f"{RATE / 2} to {half[-1]:.3f}. Right, the first moves between "
        f"{L[-30:].min():.5f} and {L[-30:].max():.5f}; the second is at "
        f"{half[-1]:.5f}."
    )
    with book.figure("5-two-cycle", caption, description, (11.0, 4.4)) as fig:
        left, right = fig.subplots(1, 2)
        draw(left, L, half, 0)
        draw(right, L, half, len(L) - 31)
        if experiment.seed == 0:
            i = np.arange(0, len(L) - 1, 1000)
            losses = np.array(PUBLISHED)[i // 1000]
            ring: dict[str, Any] = {"facecolors": "none", "edgecolors": INK}
            left.scatter(i + 1, losses, s=30, zorder=3, label="published", **ring)
        left.set(
            xscale="log", yscale="log", xlim=(0.9, 1.2 * len(L)), title="All updates"
        )
        left.xaxis.set_major_formatter("{x:,.0f}")
        left.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        left.yaxis.set_major_formatter("{x:.2f}")
        left.yaxis.set_minor_formatter("")
        left.legend(frameon=False)
        right.set_title("The last 30 updates")
        right.ticklabel_format(useOffset=False)


def draw(ax: Any, fast: Array, calm: Array, start: int) -> None:
    """The losses after each update from `start` on."""
    update = np.arange(start + 1, len(fast))
    marker = "o" if start else ""
    labels = (f"learning rate {RATE}", f"learning rate {RATE / 2}")
    style: dict[str, Any] = {"marker": marker, "ms": 4, "lw": 1.2, "c": COLOURS[3]}
    ax.plot(update, fast[start + 1 :], label=labels[0], **style)
    style = {"ls": "--", "lw": 1.8, "c": COLOURS[2]}
    ax.plot(update, calm[start + 1 :], label=labels[1], **style)
    ax.set(xlabel="updates", ylabel="loss")
