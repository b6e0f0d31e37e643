"""Section 9: the patients that Britz asks us to imagine, real ones."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, PercentFormatter
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import RepeatedStratifiedKFold, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from halfmoon.arrays.elementary import Array
from halfmoon.displays import draw_boundary, draw_points
from halfmoon.displays.style import COLOURS, DARK, INK, MARKERS
from halfmoon.estimators.mlp import MLPClassifier
from halfmoon.pages.texts import Material, Picture
from halfmoon.tutorial.experiment import Experiment, quiet_fits
from halfmoon.tutorial.splits import (
    COSTS,
    FOLDS,
    THRESHOLDS,
    compare,
    evaluate,
    tally_round,
)

SHARE = 0.3
NAMES = {
    "logistic": "logistic\nregression",
    "three": "network,\n3 units",
    "sixteen": "network,\n16 units",
}


def patients():
    """Thirty measurements of each; 1 for a malignant tumour, else 0."""
    table = load_breast_cancer()
    return table.data, (table.target == 0).astype(int)


def network(hidden, **more):
    """Standardised measurements, then a layer of tanh units."""
    mlp = MLPClassifier(
        (hidden,),
        "tanh",
        solver="lbfgs",
        alpha=1.0,
        **more,
    )
    return make_pipeline(StandardScaler(), mlp)


def predict_held_out(model, X, y, splits):
    """The probability of "malignant" for each split's new patients."""
    probabilities = []
    for known, new in splits:
        model.fit(X[known], y[known])
        probabilities.append(model.predict_proba(X[new])[:, 1])
    return probabilities


def measure(experiment: Experiment) -> Material:
    """A straight line and networks on real patients, split by split."""
    X, y = patients()
    models = {
        "dummy": DummyClassifier(),
        "logistic": make_pipeline(StandardScaler(), LogisticRegression()),
    }
    for name, hidden in (("three", 3), ("sixteen", 16)):
        models[name] = network(
            hidden,
            max_iter=2_000,
            random_state=experiment.seed,
            engine=experiment.engine,
        )
    pair = (models["logistic"], models["three"])
    two = two_measurements(X[:, :2], y, pair, experiment.seed)
    thirty = thirty_measurements(X, y, models, experiment)
    return Material(
        numbers=two.numbers | thirty.numbers,
        claims=thirty.claims,
        figures=two.figures | thirty.figures,
        code={"network": network, "predict_held_out": predict_held_out},
    )


def two_measurements(X: Array, y: Array, models: Any, seed: int) -> Material:
    """The first two measurements: a line and a network, on patients new to both."""
    X, X_new, y, y_new = train_test_split(
        X, y, test_size=SHARE, stratify=y, random_state=seed
    )
    with quiet_fits():
        models = [clone(model).fit(X, y) for model in models]
    wrong = [model.predict(X_new) != y_new for model in models]
    return Material(
        numbers={
            "held_out": len(y_new),
            "wrong_with_two": [part.sum() for part in wrong],
        },
        figures={
            "9-two-measurements": Picture(
                lambda fig: draw_two(fig, models, X_new, y_new, wrong), (11.0, 4.9)
            )
        },
    )


def draw_two(
    fig: Figure, models: list[Any], X: Array, y: Array, wrong: list[Any]
) -> None:
    """Both boundaries over the held-out patients, the wrong ones ringed."""
    axes = fig.subplots(1, 2)
    names = ("logistic regression", "network, 3 hidden units")
    for i, (ax, name) in enumerate(zip(axes, names, strict=True)):
        draw_boundary(ax, models[i], X, resolution=120)
        draw_points(ax, X, y, names=("benign", "malignant"), size=26.0)
        ring: dict[str, Any] = {"fc": "none", "ec": DARK, "linewidths": 1.3}
        ax.scatter(*X[wrong[i]].T, 90, label="wrong", zorder=4, **ring)
        ax.set(xlabel="mean radius of the nuclei", ylabel="mean texture")
        ax.set_title(f"{name}: {wrong[i].sum()} wrong")
    legend = axes[0].legend(
        loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=3, frameon=False
    )
    legend.legend_handles[-1].set_edgecolor(INK)


def thirty_measurements(
    X: Array, y: Array, models: dict[str, Any], experiment: Experiment
) -> Material:
    """All measurements: four methods, the same splits for each."""
    rounds = 1 if experiment.quick else 4
    cut = RepeatedStratifiedKFold(
        n_splits=FOLDS, n_repeats=rounds, random_state=experiment.seed
    )
    splits = list(cut.split(X, y))
    answers = {}
    with quiet_fits() as unfinished:
        for key, model in models.items():
            answers[key] = predict_held_out(model, X, y, splits)
    truths = [y[new] for _, new in splits]
    scores = {}
    for key, answer in answers.items():
        scores[key] = np.array(list(map(evaluate, truths, answer)))
    counted = tally_round(truths, answers["three"])
    numbers = {
        "patients": len(y),
        "malignant": int(y.sum()),
        "benign": int((1 - y).sum()),
        "rounds": rounds,
        "folds": FOLDS,
        "splits": len(splits),
        "means": {key: each.mean(axis=0) for key, each in scores.items()},
        "deviations": {key: s.std(axis=0, ddof=1) for key, s in scores.items()},
        "miss_costs_false_alarms": COSTS,
        "thresholds": THRESHOLDS,
        "missed_alarms_cost": counted,
        **compare(scores["three"], scores["logistic"]),
    }
    gain = numbers["mean_gain"]
    two_errors = 2.0 * numbers["standard_error"]
    return Material(
        numbers=numbers,
        claims={
            "network_no_better": (gain <= two_errors).all(),
            "cannot_tell": (np.abs(gain) <= two_errors).all(),
            "all_finished": not unfinished,
            "fewer_missed": counted[-1, 0] < counted[0, 0],
        },
        figures={"9-splits": Picture(lambda fig: draw_splits(fig, scores), (11, 4.8))},
    )


def draw_splits(fig: Figure, scores: dict[str, Array]) -> None:
    """Every split a dot for each method, joined to its others."""
    axes = fig.subplots(1, 2)
    axes[0].set(ylabel="accuracy on held-out patients", title="Accuracy")
    axes[1].set(ylabel="log-loss on them", yscale="log", title="Log-loss")
    axes[0].yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes[1].yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes[1].yaxis.set_major_formatter("{x:.2f}")
    axes[1].minorticks_off()
    for i, (ax, form) in enumerate(zip(axes, (".1%", ".3f"), strict=True)):
        columns(ax, np.array([scores[key][:, i] for key in NAMES]), form)
        ax.set_xticks(range(len(NAMES)), NAMES.values())


def columns(ax: Axes, values: Array, form: str) -> None:
    """A column of dots a method, lines between the dots of a split, bars for means."""
    colours = [COLOURS[c] for c in (6, 2, 5)]
    # equal ones side by side
    at = np.arange(len(values))[:, None] + np.linspace(-0.13, 0.13, values.shape[1])
    ax.plot(at, values, c=INK, lw=0.6, alpha=0.22, zorder=1)
    box = {"fc": "white", "ec": "none", "pad": 1.0}
    bold: dict[str, Any] = {"fontsize": 9.5, "fontweight": "bold", "bbox": box}
    dots: dict[str, Any] = {"s": 30, "linewidths": 0.5, "edgecolors": "white"}
    for i, each in enumerate(values):
        ax.scatter(at[i], each, c=colours[i], marker=MARKERS[i + 2], zorder=2, **dots)
        mean = each.mean()
        ax.hlines(mean, i - 0.24, i + 0.24, colors=INK, lw=2.4, zorder=3)
        ax.text(i + 0.27, mean, f"{mean:{form}}", va="center", **bold)
    ax.set_xlim(-0.4, len(values) - 0.3)
