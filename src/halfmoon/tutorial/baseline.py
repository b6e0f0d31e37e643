"""Section 2: what a straight line can do."""

from halfmoon.pages.book import Book
from halfmoon.tutorial.experiment import Experiment
from halfmoon.tutorial.maps import draw_map

TITLE = "A straight line: logistic regression"
DEGREE = 3
LINE = "$w1 x1 + w2 x2 + b = 0|w_1 x_1 + w_2 x_2 + b = 0$"
PRODUCTS = "$x1^2|x_1^2$, $x1 x2|x_1 x_2$, $x1^3|x_1^3$"


def tell(book: Book, experiment: Experiment) -> None:
    """Fit the line, fit the cubic, and draw both."""
    X, y = experiment.data
    line = experiment.regression(1)
    cubic = experiment.regression(DEGREE)
    right, bent = book.number("accuracy", [line.score(X, y), cubic.score(X, y)])
    wrong, still = book.number(
        "errors", [round((1.0 - p) * len(y)) for p in (right, bent)]
    )
    book.say(
        f"""Before a network, a baseline: logistic regression, with a penalty on large
        weights whose strength is chosen by cross-validation, on parts of the points
        held out in turn (scikit-learn's `LogisticRegressionCV`). It gets {right:.1%}
        of the points right and {wrong} of them wrong. Its boundary is where {LINE},
        and that is a straight line, whatever the three numbers are: it cannot bend
        around a moon."""
    )
    count = book.number("cubic_features", cubic[0].n_output_features_)
    book.say(
        f"""We could help it by hand: give it the {count} products of the measurements
        up to degree {DEGREE} ({PRODUCTS}, ...), and the same method reaches
        {bent:.1%}. But we had to guess which features would do. A hidden layer learns
        its features from the data; that is what we build next."""
    )
    rows = [["the two measurements", 2, f"{right:.1%}", wrong]]
    rows.append([f"all products up to degree {DEGREE}", count, f"{bent:.1%}", still])
    title = "Logistic regression on the moons (the points it was fitted to)"
    book.table(title, ["features", "how many", "right", "wrong"], rows)
    draw(book, experiment, right, bent)


def draw(book: Book, experiment: Experiment, right: float, bent: float) -> None:
    """Draw both boundaries, side by side."""
    caption = (
        "Left: the line of logistic regression. Right: the same method with cubic "
        "features made by hand."
    )
    description = (
        "Two panels with the moons. Left, a straight boundary cuts both moons, "
        f"{right:.1%} right. Right, an S-shaped boundary runs between them, "
        f"{bent:.1%} right."
    )
    titles = (
        f"straight line: {right:.1%} right",
        f"cubic features, by hand: {bent:.1%} right",
    )
    with book.figure("2-baseline", caption, description, (11.0, 4.6)) as fig:
        axes = fig.subplots(1, 2)
        for ax, degree, title in zip(axes, (1, DEGREE), titles, strict=True):
            draw_map(
                ax, experiment.regression(degree), *experiment.data, resolution=200
            )
            ax.set_title(book.plain(title))
        axes[0].legend(loc="upper right", framealpha=0.9)
