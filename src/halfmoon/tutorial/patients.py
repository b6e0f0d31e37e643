"""Section 9: the patients that the text asks us to imagine, real ones."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, PercentFormatter
from sklearn.datasets import load_breast_cancer
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import RepeatedStratifiedKFold, train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from halfmoon.arrays.elementary import Array
from halfmoon.displays import draw_boundary, draw_points
from halfmoon.displays.style import COLOURS, DARK, INK, MARKERS
from halfmoon.estimators.mlp import MLPClassifier
from halfmoon.pages.book import Book
from halfmoon.tutorial.experiment import REG_LAMBDA, Experiment, quiet_fits
from halfmoon.tutorial.splits import (
    FOLDS,
    FORMATS,
    MEASURES,
    compare_splits,
    measure,
    thresholds,
)

TITLE = "Real patients"
SHARE = 0.3
PENALTY = 1.0
UNITS = (3, 16)


def patients() -> tuple[Array, Array]:
    """Measurements (n, 30), and 1 for a malignant tumour, 0 for a benign one."""
    table = load_breast_cancer()
    return table.data, (table.target == 0).astype(int)


def network(hidden: int, alpha: float, **more: Any) -> Pipeline:
    """Standardised measurements, then one hidden layer of tanh units."""
    mlp = MLPClassifier((hidden,), "tanh", solver="lbfgs", alpha=alpha, **more)
    return make_pipeline(StandardScaler(), mlp)


def predict_held_out(model: Any, X: Array, y: Array, splits: Any) -> list[Array]:
    """P(malignant) of each split's unseen patients."""
    probabilities = []
    for known, unseen in splits:
        model.fit(X[known], y[known])
        probabilities.append(model.predict_proba(X[unseen])[:, 1])
    return probabilities


def tell(book: Book, experiment: Experiment) -> None:
    """Compare methods on real patients, split by split, and by what errors cost."""
    X, y = patients()
    rows = book.number("patients", len(X))
    bad = book.number("malignant", int(y.sum()))
    year = book.number("published", 1993)
    book.say(
        f"""The text asks you to think of the points as patients and of the axes as
        measurements. Here are {rows} real ones, the breast-cancer table that comes
        with scikit-learn (Street, Wolberg & Mangasarian {year}). Cells were drawn
        from each tumour with a fine needle and photographed through a microscope. Ten
        properties of the cells' nuclei (radius, texture, smoothness, ...) became
        thirty numbers: the mean of each over the picture, its standard error, and the
        mean of its three largest values. {bad} of the tumours were malignant, the
        others benign. What follows is an exercise in measuring a classifier. It is
        not a medical device."""
    )
    more = {
        "max_iter": 2000,
        "random_state": experiment.seed,
        "engine": experiment.engine,
    }
    two_measurements(book, experiment, X[:, :2], y, more)
    thirty_measurements(book, experiment, X, y, more)


def two_measurements(
    book: Book, experiment: Experiment, X: Array, y: Array, more: dict[str, Any]
) -> None:
    """The first two measurements: a line and a network, on patients new to both."""
    share = book.number("share_held_out", SHARE)
    alpha = book.number("tutorials_penalty", REG_LAMBDA)
    book.say(
        f"""First, two measurements, so that there is something to see: the mean
        radius of the nuclei and their mean texture, which is how much the grey values
        vary. Why these two? They are the first two columns. To pick the pair that
        parts the classes best would mean to look at everybody, and then nobody is
        left to test on. The network is the tutorial's, three tanh units and a penalty
        of {alpha}, with the one output that section 3 found enough. Each measurement
        is standardised for both (mean 0, deviation 1), and in place of descent at a
        fixed rate L-BFGS finds its own steps. (`MLPClassifier` is halfmoon's; the
        last section says more of it.)"""
    )
    book.code(network)
    X, X_new, y, y_new = train_test_split(
        X, y, test_size=SHARE, stratify=y, random_state=experiment.seed
    )
    line = make_pipeline(StandardScaler(), LogisticRegression())
    models = [line, network(3, REG_LAMBDA, **more)]
    with quiet_fits():
        wrong = [
            np.asarray(model.fit(X, y).predict(X_new) != y_new) for model in models
        ]
    count = book.number("held_out", len(y_new))
    apart = book.number("differ", (wrong[0] != wrong[1]).sum())
    straight, bent = book.number("wrong_with_two", [part.sum() for part in wrong])
    lead = describe_lead(book, *wrong)
    book.say(
        f"""{share:.0%} of the patients, {count}, were set aside before anything was
        fitted. Of these the straight line gets {straight} wrong and the network
        {bent}, and they differ on {apart}: {lead}. These are no moons: the classes lie
        side by side and overlap, and where they overlap no boundary in this plane
        parts them. Sharp corners in the network's curve, if you see
        any, come from the patients it learned from, who are not drawn."""
    )
    draw_two(book, models, X_new, y_new, wrong)


def describe_lead(book: Book, straight: Any, bent: Any) -> str:
    """Whether the line or the network has fewer patients wrong, and by how much."""
    ahead = int(straight.sum() - bent.sum())
    apart = int((straight != bent).sum())
    if ahead == 0:
        return "nobody is ahead"
    gap = book.number("ahead_by", abs(ahead))
    winner = "network" if ahead > 0 else "line"
    by = "one patient" if gap == 1 else f"{gap} patients"
    chance = ", which may be chance" if gap <= 2.0 * np.sqrt(apart) else ""
    return f"the {winner} is ahead by {by}{chance}"


def draw_two(
    book: Book, models: list[Any], X: Array, y: Array, wrong: list[Array]
) -> None:
    """Both boundaries over the held-out patients, the wrong ones ringed."""
    right = book.number("right_with_two", [1.0 - part.mean() for part in wrong])
    caption = (
        "The patients held out, and the boundary of each method; rings mark patients "
        "on the wrong side. The axes are the measurements as they stand in the table, "
        "which names no units."
    )
    description = (
        "Two panels with the patients by mean radius and mean texture; malignant "
        "tumours lie to the right, at large radii. On the left a straight boundary, "
        f"{right[0]:.1%} right; on the right the network's, {right[1]:.1%}."
    )
    with book.figure("9-two-measurements", caption, description, (11.0, 4.9)) as fig:
        axes = fig.subplots(1, 2)
        names = ("logistic regression", "network, 3 hidden units")
        for i, (ax, name) in enumerate(zip(axes, names, strict=True)):
            draw_boundary(ax, models[i], X, resolution=120)
            draw_points(ax, X, y, names=("benign", "malignant"), size=26.0)
            ring: dict[str, Any] = {"fc": "none", "ec": DARK, "linewidths": 1.3}
            label = "on the wrong side"
            ax.scatter(*X[wrong[i]].T, 90, label=label, zorder=4, **ring)
            ax.set(
                xlabel="mean radius of the nuclei",
                ylabel="mean texture (deviation of the grey values)",
            )
            ax.set_title(book.plain(f"{name}: {right[i]:.1%} right"))
        legend = axes[0].legend(
            loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=3, frameon=False
        )
        legend.legend_handles[-1].set_edgecolor(INK)


def thirty_measurements(
    book: Book, experiment: Experiment, X: Array, y: Array, more: dict[str, Any]
) -> None:
    """All measurements: five methods, the same splits for each."""
    rounds = book.number("rounds", 1 if experiment.quick else 4)
    folds = book.number("folds", FOLDS)
    cut = RepeatedStratifiedKFold(
        n_splits=FOLDS, n_repeats=int(rounds), random_state=experiment.seed
    )
    splits = list(cut.split(X, y))
    same = book.number("penalty", PENALTY)
    count = book.number("splits", len(splits))
    often = "one round" if rounds == 1 else f"each of {rounds} rounds"
    book.say(
        f"""Now all thirty, and not one split but {count}. In {often} the patients are
        shuffled and dealt into {folds} parts; each part is held out in turn, and
        every method learns from the other parts. Beside the tutorial's penalty there
        is one of {same}, the strength that scikit-learn's logistic regression has by
        default."""
    )
    book.code(predict_held_out)
    few, many = book.number("units", UNITS)
    names = {
        "dummy": "the same answer for all",
        "logistic": "logistic regression",
        "tutorial": f"network, {few} units, tutorial's penalty",
        "three": f"network, {few} units",
        "sixteen": f"network, {many} units",
    }
    predictions = predict_by_each_method(book, X, y, splits, more)
    answers = dict(zip(names, predictions, strict=True))
    tests = [test for _, test in splits]
    scores = {}
    for key, answer in answers.items():
        pairs = zip(tests, answer, strict=True)
        scores[key] = np.array([measure(y[test], p) for test, p in pairs])
    summary(book, names, scores)
    weak_penalty(
        book, scores, np.concatenate(answers["tutorial"]), y[np.concatenate(tests)]
    )
    compare_splits(book, scores)
    thresholds(book, names, y, tests, answers)


def predict_by_each_method(
    book: Book, X: Array, y: Array, splits: Any, more: dict[str, Any]
) -> list[list[Array]]:
    """The probabilities by every method."""
    line = make_pipeline(StandardScaler(), LogisticRegression())
    (few, many) = UNITS
    networks = [
        network(*each, **more)
        for each in ((few, REG_LAMBDA), (few, PENALTY), (many, PENALTY))
    ]
    answers = []
    with quiet_fits() as late:
        for model in (DummyClassifier(), line, *networks):
            answers.append(predict_held_out(model, X, y, splits))
            book.stop_if_interrupted()
    if book.number("unfinished_fits", len(late)):
        book.say(
            "Some of the fits ran out of iterations before they came to rest; they "
            "count as they are."
        )
    return answers


def summary(book: Book, names: dict[str, str], scores: dict[str, Array]) -> None:
    """Means and standard deviations over the splits, as a table and drawn."""
    means = {key: each.mean(axis=0) for key, each in scores.items()}
    spreads = {key: each.std(axis=0, ddof=1) for key, each in scores.items()}
    mean = book.number("means", means)
    spread = book.number("standard_deviations", spreads)
    rows = []
    for key in scores:
        row = [names[key]]
        for m, s, form in zip(mean[key], spread[key], FORMATS, strict=True):
            row.append(f"{m:{form}} ± {s:{form}}")
        rows.append(row)
    book.table(
        "Held-out patients: mean and standard deviation over the splits",
        ["", *MEASURES],
        rows,
    )
    draw_splits(book, names, scores, mean)


def weak_penalty(book: Book, scores: dict[str, Array], p: Array, y: Array) -> None:
    """What a weak penalty does: the mistakes are made with more certainty."""
    loose, tight = (
        book.number(f"log_loss_{key}", scores[key][:, 1].mean())
        for key in ("tutorial", "three")
    )
    mistaken = book.number("sure_of_mistakes", np.median(np.abs(p - y)[(p > 0.5) != y]))
    if loose > tight:
        book.say(
            f"""With the tutorial's penalty the weights may grow, and with them how
            sure the network is. Where it is wrong about new patients, it gave the
            wrong class a probability of {mistaken:.1%} (the median over its
            mistakes). Log-loss counts that: it is {loose:.3f}, and {tight:.3f} with
            the stronger penalty."""
        )


def draw_splits(
    book: Book, names: dict[str, str], scores: dict[str, Array], mean: dict[str, Any]
) -> None:
    """Every split a dot for each method, joined to its others."""
    caption = (
        "A grey line is one split; its dots are the four methods on the same "
        "held-out patients. Bars are means. Left, higher is better (the same answer "
        f"for all is right in {mean['dummy'][0]:.1%}, far below); right, on a "
        "logarithmic axis, lower is better."
    )
    keys = list(names)[1:]
    listed = "; ".join(
        f"{names[key]} {mean[key][0]:.1%} and {mean[key][1]:.3f}" for key in keys
    )
    description = (
        "Two panels of dots, a column for each method. Mean accuracy and log-loss: "
        f"{listed}"
    )
    with book.figure("9-splits", caption, description, (11.0, 4.8)) as fig:
        axes = fig.subplots(1, 2)
        axes[0].set(ylabel="held-out patients called rightly", title="Accuracy")
        axes[1].set(
            ylabel="log-loss (mean cross-entropy)", yscale="log", title="Log-loss"
        )
        axes[0].yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        axes[1].yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes[1].yaxis.set_major_formatter("{x:.2f}")
        axes[1].minorticks_off()
        for i, ax in enumerate(axes):
            columns(ax, np.array([scores[key][:, i] for key in keys]))
            ticks = []
            for key in keys:
                words = book.plain(names[key]).replace(", ", ",\n")
                ticks.append(words.replace("logistic ", "logistic\n"))
            ax.set_xticks(range(len(keys)), ticks)
            box = {"fc": "white", "ec": "none", "pad": 1.0}
            bold: dict[str, Any] = {"fontsize": 9.5, "fontweight": "bold", "bbox": box}
            for at, key in enumerate(keys):
                digits = book.plain(f"{mean[key][i]:{FORMATS[i]}}")
                ax.text(at + 0.27, mean[key][i], digits, va="center", **bold)


def columns(ax: Axes, values: Array) -> None:
    """A column of dots a method, lines between the dots of a split, bars for means."""
    colours = [COLOURS[c] for c in (6, 2, 3, 5)]
    # equal ones side by side
    at = np.arange(len(values))[:, None] + np.linspace(-0.13, 0.13, values.shape[1])
    ax.plot(at, values, c=INK, lw=0.6, alpha=0.22, zorder=1)
    for i, each in enumerate(values):
        ax.scatter(
            at[i],
            each,
            s=30,
            c=colours[i],
            marker=MARKERS[i + 2],
            linewidths=0.5,
            edgecolors="white",
            zorder=2,
        )
        ax.hlines(each.mean(), i - 0.24, i + 0.24, colors=INK, lw=2.4, zorder=3)
    ax.set_xlim(-0.4, len(values) - 0.3)
