"""Section 8: the five exercises with which the tutorial ends; each is told by a module of its own."""

from matplotlib.axes import Axes

from halfmoon.tutorial.book import Book
from halfmoon.tutorial.common import Common

TITLE = "The five exercises"
TICKS = (1e-5, 1e-4, 0.001, 0.003, 0.01, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0)
DECADES = (1e-5, 1e-4, 0.001, 0.01, 0.1, 1.0)


def tell(book: Book, common: Common) -> None:
    """What they ask for; the parts that follow do it."""
    book.say(
        """The tutorial ends with five exercises and no answers. Here they are, done: each with the few lines of code
        that do it, a picture of before and after, and what was measured. Where a measurement does not say what the
        exercise expects of it, we tell it as it is."""
    )
    book.items(
        [
            "Take minibatches, a few rows for each update, in place of the full batch.",
            "Anneal: let the learning rate fall as training goes on.",
            "Try other activation functions, each with a derivative of its own.",
            "Tell three classes apart, on data made for it.",
            "Add a second hidden layer, and choose the sizes of both.",
        ]
    )


def plain_scale(ax: Axes, ticks: tuple[float, ...] = TICKS) -> None:
    """A logarithmic scale for losses, with few numbers and these without powers."""
    ax.set_yscale("log")
    low, high = ax.get_ylim()
    ax.set_yticks([tick for tick in ticks if low <= tick <= high])
    ax.set_yticks([], minor=True)
    ax.yaxis.set_major_formatter(plain_number)


def plain_number(x: float, place: float) -> str:
    """A tick's label without a power."""
    return f"{x:.5f}".rstrip("0").rstrip(".")
