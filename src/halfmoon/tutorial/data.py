"""Section 1: two half moons."""

import numpy as np

from halfmoon.displays import draw_points
from halfmoon.pages.book import Book
from halfmoon.tutorial.experiment import NOISE, ROWS, Experiment
from halfmoon.tutorial.maps import LONG_LABELS

TITLE = "The data: two half moons"


def tell(book: Book, experiment: Experiment) -> None:
    """Draw the points and say why they are hard."""
    X, y = experiment.data
    first, second = np.bincount(y)
    rows_drawn = book.number("rows", ROWS)
    noise = book.number("noise", NOISE)
    year = book.number("published", 2015)
    book.say(
        f"""This retells a tutorial by Denny Britz, "Implementing a Neural Network
        from Scratch in Python" (WildML, {year}), and goes on where it ends. "The
        tutorial" and "the text" are that one."""
    )
    book.say(
        f"""We start with {rows_drawn} points in the plane: {
            book.number("class_0", first)
        } of class 0 and {book.number("class_1", second)} of class 1, drawn as
        two interleaved half moons with Gaussian noise of standard deviation {noise}.
        Think of each point as a patient, of the classes as women and men, and of the
        coordinates as two medical measurements; from them we want to tell the
        class."""
    )
    book.say(
        "The moons reach around each other, so no straight line can part the classes. "
        "That is the point of them."
    )
    means = book.number("means", [X[y == c].mean(axis=0) for c in (0, 1)])
    spreads = book.number(
        "standard_deviations", [X[y == c].std(axis=0) for c in (0, 1)]
    )
    rows = [
        [f"class {c}", *(f"{v:.3f}" for v in (*means[c], *spreads[c]))] for c in (0, 1)
    ]
    book.table(
        "Where the classes lie", ["", "mean x1", "mean x2", "std x1", "std x2"], rows
    )
    caption = (
        f"{rows_drawn} points, noise {noise}. Class 0 is the upper moon, class 1 the "
        "lower."
    )
    description = (
        "Scatter plot of two crescent-shaped clouds of points that interlock: class 0 "
        "above, class 1 below."
    )
    with book.figure("1-data", caption, description, (5.8, 4.3)) as fig:
        ax = fig.subplots()
        draw_points(ax, X, y)
        ax.set(**LONG_LABELS)
        ax.legend(frameon=False, loc="upper right")
        ax.set_title("Two half moons")
