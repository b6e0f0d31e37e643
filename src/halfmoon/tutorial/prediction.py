"""Section 4: one row carried through the network."""

from halfmoon.displays import draw_hidden_units, draw_points
from halfmoon.displays.style import DARK
from halfmoon.inspection.trace import trace
from halfmoon.pages.book import Book
from halfmoon.tutorial.experiment import Experiment

TITLE = "How it predicts: one point, carried through"
ROW = 0


def tell(book: Book, experiment: Experiment) -> None:
    """The forward pass in numbers, then what each hidden unit sees of the plane."""
    X, y = experiment.data
    network, _ = experiment.trained
    book.say(
        f"""Prediction is a forward pass: matrix products, a tanh, a softmax. Here is
        point number {ROW} of the data, of class {int(y[ROW])}, on its way through the
        trained network. Every line is one equation of DERIVATION.md, by its tag, with
        the numbers it makes."""
    )
    steps = trace(network, X[ROW], y[ROW])
    book.show(steps.only_forward())
    for line in steps.forward:
        book.number(line.name, line.value)
    by_hand(book, experiment)
    sure = book.number("probability_of_its_class", float(steps["y_hat"][y[ROW]]))
    book.say(
        f"""The network gives class {int(y[ROW])} a probability of {sure:.4f}; the
        class with the largest probability is what it predicts. Each hidden unit has
        drawn a straight line of its own across the plane, with a soft edge; the
        output layer combines the three into a curve."""
    )
    caption = (
        "What each hidden unit answers over the plane, from -1 (violet) to 1 (amber); "
        "the ring marks our point."
    )
    description = (
        "Three maps of the plane, one for each hidden unit: each is split by a "
        "straight line with a soft edge."
    )
    with book.figure("4-hidden-units", caption, description, (12.0, 3.9)) as fig:
        axes = fig.subplots(1, 3)
        draw_hidden_units(axes, network, X)
        for ax in axes:
            draw_points(ax, X, y, size=14.0)
            ax.scatter(
                *X[ROW],
                s=150,
                facecolors="none",
                edgecolors=DARK,
                linewidths=2.2,
                zorder=4,
            )
        fig.colorbar(axes[0].images[0], ax=axes, label="activation", shrink=0.9)


def by_hand(book: Book, experiment: Experiment) -> None:
    """The first hidden unit's score, term by term."""
    x = experiment.data[0][ROW]
    layer = experiment.trained[0].views(experiment.trained[0].theta)[0]
    x1, x2 = book.number("inputs", x)
    w1, w2, b = book.number("first_unit", [*layer.W[:, 0], layer.b[0]])
    z = book.number("first_score", x @ layer.W[:, 0] + layer.b[0])
    book.say(
        f"""Check one by hand: the first hidden unit has the weights {w1:.6f} and
        {w2:.6f} and the bias {b:.6f}, so its score is {x1:.6f} times {w1:.6f}, plus
        {x2:.6f} times {w2:.6f}, plus {b:.6f}, which is {z:.4f}."""
    )
