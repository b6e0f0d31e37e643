"""Section 9: the patients that Britz asks us to imagine, real ones."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import RepeatedStratifiedKFold, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from halfmoon.arrays.elementary import Array
from halfmoon.displays import draw_boundary, draw_points
from halfmoon.displays.scales import set_log_scale
from halfmoon.displays.splits import draw_splits
from halfmoon.displays.style import DARK, INK
from halfmoon.estimators.mlp import MLPClassifier
from halfmoon.estimators.quiet import quiet_fits
from halfmoon.inspection.evaluation import standard_error_of_splits
from halfmoon.pages.texts import Material, Picture
from halfmoon.tutorial.experiment import Experiment

SHARE = 0.3  # of the patients that are held out of a single split
FOLDS = 5
HELD_OUT = 1.0 / (FOLDS - 1)  # ratio of patients held out to patients learned from
COSTS = np.array([1, 4, 19])  # what a missed tumour may cost, in false alarms
# the probability from which on an alarm is the cheaper mistake
THRESHOLDS = 1.0 / (1.0 + COSTS)
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
    truths = [y[new] for _, new in splits]
    probabilities = {}
    with quiet_fits() as unfinished:
        for name, model in models.items():
            probabilities[name] = predict_held_out(model, X, y, splits)
    scores = {
        name: np.array(list(map(evaluate, truths, each)))
        for name, each in probabilities.items()
    }
    mistakes = count_mistakes(truths, probabilities["three"], rounds)
    gains = compare(scores["three"], scores["logistic"])
    two_errors = 2.0 * gains["standard_error"]
    return Material(
        numbers={
            "patients": len(y),
            "malignant": int(y.sum()),
            "benign": int((1 - y).sum()),
            "rounds": rounds,
            "folds": FOLDS,
            "splits": len(splits),
            "means": {name: s.mean(axis=0) for name, s in scores.items()},
            "deviations": {name: s.std(axis=0, ddof=1) for name, s in scores.items()},
            "miss_costs_false_alarms": COSTS,
            "thresholds": THRESHOLDS,
            "mistakes": mistakes,
            **gains,
        },
        claims={
            "network_no_better": (gains["mean_gain"] <= two_errors).all(),
            "cannot_tell": (np.abs(gains["mean_gain"]) <= two_errors).all(),
            "all_finished": not unfinished,
            "fewer_missed": mistakes[-1, 0] < mistakes[0, 0],
        },
        figures={"9-splits": Picture(lambda fig: draw_scores(fig, scores), (11, 4.8))},
    )


def evaluate(y: Array, p: Array) -> tuple[float, float, float]:
    """Accuracy, log-loss, and the share of the malignant tumours that is found.

    p (n,) is the probability of the class 1.
    """
    positive = p > 0.5
    accuracy = (positive == y).mean()
    return accuracy, float(log_loss(y, p, labels=[0, 1])), positive[y == 1].mean()


def compare(scores: Array, others: Array) -> dict[str, Any]:
    """How much better `scores` (splits, 3) of `evaluate` are than others, by split."""
    gain = (scores - others) * [1.0, -1.0, 1.0]  # a lower log-loss is a better one
    counts = [(gain > 0.0).sum(axis=0), (gain == 0.0).sum(axis=0)]
    counts += [(gain < 0.0).sum(axis=0)]
    return {
        "better_equal_worse": np.stack(counts, axis=1),
        "mean_gain": gain.mean(axis=0),
        "standard_error": standard_error_of_splits(gain, HELD_OUT),
    }


def count_mistakes(
    truths: list[Array], probabilities: list[Array], rounds: int
) -> Array:
    """Missed tumours and false alarms of each threshold, (thresholds, 2), in a round.

    In a round every patient is held out once.
    """
    malignant = np.concatenate(truths) == 1
    alarm = np.concatenate(probabilities) > THRESHOLDS[:, None]
    missed = (~alarm & malignant).sum(axis=1)
    false_alarms = (alarm & ~malignant).sum(axis=1)
    return np.stack([missed, false_alarms], axis=1) / rounds


def draw_scores(fig: Figure, scores: dict[str, Array]) -> None:
    """Accuracy and log-loss of three methods, every split a dot for each."""
    axes = fig.subplots(1, 2)
    for i, (ax, form) in enumerate(zip(axes, (".1%", ".3f"), strict=True)):
        each = np.array([scores[name][:, i] for name in NAMES])
        draw_splits(ax, each, list(NAMES.values()), form)
    axes[0].set(ylabel="accuracy on held-out patients", title="Accuracy")
    axes[0].yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes[1].set(ylabel="log-loss on them", title="Log-loss")
    set_log_scale(axes[1])
