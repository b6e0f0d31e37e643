"""Section 6: the boundary it learned."""

from halfmoon.pages.book import Book
from halfmoon.tutorial.common import Common
from halfmoon.tutorial.maps import draw_map

TITLE = "The boundary with three hidden units"


def tell(book: Book, common: Common) -> None:
    """Draw it, count the errors, and compare with the line."""
    X, y = common.data
    network, L = common.trained
    right = book.number(
        "accuracy", float((network.predict(X).argmax(axis=1) == y).mean())
    )
    line = book.number("line_accuracy", float(common.regression(1).score(X, y)))
    book.number("final_loss", L[-1])
    told = (
        f"With three hidden units {right:.1%} of the points are on their own side, "
        f"where the line had {line:.1%}."
    )
    if right > line + 0.05:
        told += (
            " The boundary bends around the moons, and we made no features by hand: "
            "the hidden layer learned them."
        )
    else:
        told += (
            " That is hardly more: from these initial weights, descent ended in a poor "
            "valley."
        )
    book.say(told)
    book.say(
        """These are the points it learned from. How it does on new ones, and how many
        hidden units it should have, is another question."""
    )
    caption = (
        "The decision boundary of the trained network with 3 hidden units. The paler "
        "the colour, the less sure."
    )
    described = (
        f"The moons with the boundary that the network has learned; {right:.1%} of the "
        "points are right."
    )
    with book.figure("6-boundary", caption, described, (6.2, 4.4)) as fig:
        ax = fig.subplots()
        draw_map(ax, network, X, y, resolution=200)
        ax.set_title(book.plain(f"A network with 3 hidden units: {right:.1%} right"))
        ax.legend(loc="upper right", framealpha=0.9)
