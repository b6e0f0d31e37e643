"""Section 6: the boundary it learned."""

from halfmoon.inspection.evaluation import accuracy
from halfmoon.pages.book import Book
from halfmoon.tutorial.experiment import Experiment
from halfmoon.tutorial.maps import draw_map

TITLE = "The boundary with three hidden units"


def tell(book: Book, experiment: Experiment) -> None:
    """Draw it, count the errors, and compare with the line."""
    X, y = experiment.data
    network, L = experiment.trained
    right = book.number("accuracy", accuracy(network.predict(X), y))
    line = book.number("line_accuracy", float(experiment.regression(1).score(X, y)))
    book.number("final_loss", L[-1])
    sentence = (
        f"With three hidden units {right:.1%} of the points are on their own side, "
        f"where the line had {line:.1%}."
    )
    if right > line + 0.05:
        sentence += (
            " The boundary bends around the moons, and we made no features by hand: "
            "the hidden layer learned them."
        )
    else:
        sentence += (
            " That is hardly more: from these initial weights, descent ended in a poor "
            "valley."
        )
    book.say(sentence)
    book.say(
        """These are the points it learned from. How it does on new ones, and how many
        hidden units it should have, is another question."""
    )
    caption = (
        "The decision boundary of the trained network with 3 hidden units. The paler "
        "the colour, the less sure."
    )
    description = (
        f"The moons with the boundary that the network has learned; {right:.1%} of the "
        "points are right."
    )
    with book.figure("6-boundary", caption, description, (6.2, 4.4)) as fig:
        ax = fig.subplots()
        draw_map(ax, network, X, y, resolution=200)
        ax.set_title(book.plain(f"A network with 3 hidden units: {right:.1%} right"))
        ax.legend(loc="upper right", framealpha=0.9)
