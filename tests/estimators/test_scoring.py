"""How validation rows are scored, which epoch stays, and when they stop a fit."""

import copy
import pickle
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    f1_score,
    log_loss,
    make_scorer,
    mean_absolute_error,
    r2_score,
    roc_auc_score,
)
from sklearn.model_selection import ShuffleSplit

from halfmoon import MLPRegressor, datasets
from halfmoon.components.losses import SquaredError
from small import (
    COLUMNS,
    IRIS,
    LABELS,
    NAMES,
    NAN,
    WAVE,
    X2,
    Y2,
    X,
    Y,
    brief,
    classifier,
    one_thread,
    regressor,
    same_fit,
    short,
    theta,
    unfinished,
)

pytestmark = [unfinished, one_thread]


NAMES2 = np.array(["full", "new"])[Y2]


WAVE2 = (WAVE[0][::3] + 0.05, WAVE[1][::3])


ROWS = {"validation_fraction": 0.3, "early_stopping": True}


# scores that go up and down
LOUD = {"learning_rate_init": 0.1, "max_iter": 25, "n_iter_no_change": 10**6}


# How they are scored, and that the best stays

KINDS = {
    "two": (short, (X, NAMES), (X2, NAMES2), accuracy_score),
    "three": (short, IRIS, (IRIS[0][::4] * 0.9, IRIS[1][::4]), accuracy_score),
    "labels": (short, (X, LABELS), (X2, LABELS[:60]), accuracy_score),
    "columns": (
        short,
        (X, COLUMNS),
        (X2, COLUMNS[:60]),
        lambda y, p: (y == p).all(axis=1).mean(),
    ),
    "values": (brief, WAVE, WAVE2, r2_score),
    "two values": (
        brief,
        (WAVE[0], np.c_[WAVE[1], 9 * WAVE[1] ** 2]),
        (WAVE2[0], np.c_[WAVE2[1], WAVE2[1]]),
        r2_score,
    ),
}


each_kind = pytest.mark.parametrize(
    ("made", "data", "held", "score"), KINDS.values(), ids=KINDS
)


SOLVERS = {
    "adam": LOUD,
    "lbfgs": {
        "solver": "lbfgs",
        "batch_size": "auto",
        "learning_rate_init": 0.001,
        "max_iter": 25,
    },
}


each_solver = pytest.mark.parametrize("options", SOLVERS.values(), ids=SOLVERS)


@each_solver
@each_kind
def test_the_best_epochs_weights_stay(made, data, held, score, options):
    """The final model's score is the best one, and as many were recorded as there were
    epochs.
    """
    model = made(**options, hidden_layer_sizes=(20,)).fit(
        *data, X_val=held[0], y_val=held[1]
    )
    assert score(held[1], model.predict(held[0])) == pytest.approx(
        model.best_validation_score_, rel=1e-9
    )
    assert model.best_validation_score_ == max(model.validation_scores_)
    last = len(model.validation_scores_) - model.validation_scores_[::-1].index(
        model.best_validation_score_
    )
    assert model.best_epoch_ == last  # of equals, the one that learned longer
    assert (
        len(model.validation_scores_)
        == len(model.validation_loss_curve_)
        == len(model.loss_curve_)
        == model.n_iter_
    )
    assert model.best_loss_ is None
    assert model.validation_scores_ == model.history_["validation_score"].tolist()


@each_solver
@each_kind
def test_with_scoring_loss_the_epoch_of_least_loss_stays(
    made, data, held, score, options
):
    options = {**options, "hidden_layer_sizes": (20,), "scoring": "loss", "alpha": 3.0}
    model = made(**options)
    model.fit(*data, X_val=held[0], y_val=held[1])
    losses = model.validation_loss_curve_
    assert model.validation_scores_ == [-loss for loss in losses]
    assert model.best_validation_score_ == -min(losses)
    assert model.best_epoch_ == 1 + int(np.argmin(losses))
    judge = made(**{**options, "max_iter": model.best_epoch_})
    judge.fit(*data, X_val=held[0], y_val=held[1])
    assert np.array_equal(theta(judge), theta(model))  # which ended there


def test_the_validation_loss_is_the_loss_without_penalty():
    model = short(**LOUD, scoring="loss", alpha=5.0).fit(
        X, NAMES, X_val=X2, y_val=NAMES2
    )
    assert -model.best_validation_score_ == pytest.approx(
        log_loss(NAMES2, model.predict_proba(X2)), rel=1e-9
    )
    values = brief(**LOUD, scoring="loss").fit(*WAVE, X_val=WAVE2[0], y_val=WAVE2[1])
    half = ((values.predict(WAVE2[0]) - WAVE2[1]) ** 2).mean() / 2.0
    assert min(values.validation_loss_curve_) == pytest.approx(half, rel=1e-9)


NAMED = {
    "accuracy": accuracy_score,
    "balanced_accuracy": balanced_accuracy_score,
    "f1_macro": lambda y, p: f1_score(y, p, average="macro"),
    "neg_log_loss": lambda y, p: -log_loss(y, p),
    "roc_auc": lambda y, p: roc_auc_score(y, p[:, 1]),
}


@pytest.mark.parametrize("name", NAMED)
@each_solver
def test_any_scorer_by_name(name, options):
    model = short(**options, scoring=name).fit(X, NAMES, X_val=X2, y_val=NAMES2)
    predicted = (
        model.predict_proba if name in ("neg_log_loss", "roc_auc") else model.predict
    )(X2)
    assert model.best_validation_score_ == pytest.approx(
        NAMED[name](NAMES2, predicted), rel=1e-9
    )
    assert model.best_validation_score_ == max(model.validation_scores_)
    assert len(set(model.validation_scores_)) > 1


@pytest.mark.parametrize("name", ["r2", "neg_mean_absolute_error", "max_error"])
@pytest.mark.parametrize("normalize_y", [False, True])
def test_any_scorer_of_values_by_name(name, normalize_y):
    """In y's own units, with normalize_y too."""
    y = 50.0 + 10.0 * WAVE[1]
    y2 = 50.0 + 10.0 * WAVE2[1]
    model = brief(
        **LOUD,
        scoring="neg_max_error" if name == "max_error" else name,
        normalize_y=normalize_y,
    )
    model.fit(WAVE[0], y, X_val=WAVE2[0], y_val=y2)
    predicted = model.predict(WAVE2[0])
    found = {
        "r2": r2_score(y2, predicted),
        "neg_mean_absolute_error": -mean_absolute_error(y2, predicted),
        "max_error": -np.abs(y2 - predicted).max(),
    }[name]
    assert model.best_validation_score_ == pytest.approx(found, rel=1e-9)


def test_a_scorer_of_scikit_learns_making():
    scorer = make_scorer(f1_score, pos_label="new")
    model = short(**LOUD, scoring=scorer).fit(X, NAMES, X_val=X2, y_val=NAMES2)
    assert model.best_validation_score_ == pytest.approx(
        f1_score(NAMES2, model.predict(X2), pos_label="new")
    )


@pytest.mark.parametrize("frame", [False, True])
def test_a_function_gets_the_estimator_the_rows_and_the_labels_as_they_were_brought(
    frame,
):
    told = []

    def score(estimator, rows, labels):
        told.append(
            (rows.copy(), labels.copy(), estimator.predict(rows), estimator.classes_)
        )
        return accuracy_score(labels, estimator.predict(rows))

    rows, held = (
        pd.DataFrame(part, columns=["x", "y"]) if frame else part for part in (X, X2)
    )
    model = short(scoring=score, max_iter=2).fit(rows, NAMES, X_val=held, y_val=NAMES2)
    for (found, labels, predicted, classes), (rows_in, labels_in) in zip(
        told, [(X2, NAMES2)] * 2, strict=True
    ):
        assert np.array_equal(np.asarray(found), rows_in)
        assert labels.tolist() == labels_in.tolist()
        assert set(predicted) <= {"full", "new"}
        assert classes.tolist() == ["full", "new"]
    assert model.validation_scores_ == [
        accuracy_score(NAMES2, told[i][2]) for i in (0, 1)
    ]


def test_a_function_may_ask_for_anything_that_a_fitted_estimator_answers():
    """Other rows, fewer rows, probabilities and their logarithms, its own score."""
    found = []

    def score(estimator, rows, labels):
        if len(labels) == 60:
            found.append(
                (
                    estimator.predict(X[:7]),
                    estimator.predict_proba(X[::-1]),
                    estimator.predict_log_proba(rows),
                    estimator.score(rows, labels),
                )
            )
        return float(len(found))

    # the last epoch is the best
    model = short(scoring=score).fit(X, NAMES, X_val=X2, y_val=NAMES2)
    few, turned, logarithms, own = found[-1]
    assert np.array_equal(few, model.predict(X[:7]))
    np.testing.assert_allclose(turned, model.predict_proba(X[::-1]), rtol=1e-9)
    np.testing.assert_allclose(logarithms, model.predict_log_proba(X2), rtol=1e-9)
    assert own == model.score(X2, NAMES2)


def test_a_function_may_ask_a_regressor_for_its_own_score():
    model = brief(**LOUD, scoring=lambda estimator, rows, y: estimator.score(rows, y))
    model.fit(*WAVE, X_val=WAVE2[0], y_val=WAVE2[1])
    assert model.best_validation_score_ == pytest.approx(model.score(*WAVE2), rel=1e-9)


def test_scorers_change_no_update():
    """They see predictions, and nothing that they ask for reaches the fit."""
    options = {"max_iter": 12, "n_iter_no_change": 10**6}
    blind = short(**options).fit(X, NAMES)
    for scoring in (
        None,
        "loss",
        "roc_auc",
        lambda estimator, rows, y: float(estimator.predict_proba(rows)[0, 0]),
    ):
        model = short(**options, scoring=scoring).fit(X, NAMES, X_val=X2, y_val=NAMES2)
        assert model.loss_curve_ == blind.loss_curve_


def test_nan_scores_are_never_the_best():
    scores = iter([0.1, NAN, 0.3, NAN, NAN, 0.2])
    model = short(
        scoring=lambda estimator, rows, y: next(scores) if len(y) == 60 else 0.0
    )
    model.fit(X, Y, X_val=X2, y_val=Y2)
    assert np.array_equal(
        model.validation_scores_, [0.1, NAN, 0.3, NAN, NAN, 0.2], equal_nan=True
    )
    assert (model.best_epoch_, model.best_validation_score_) == (3, 0.3)
    assert same_theta(model, short(max_iter=3).fit(X, Y))


def same_theta(one, other):
    return np.array_equal(theta(one), theta(other))


def test_scores_that_are_all_nan_leave_the_last_weights():
    model = short(scoring=lambda estimator, rows, y: NAN, max_iter=4)
    with pytest.warns(UserWarning, match="not finite in any epoch"):
        model.fit(X, Y, X_val=X2, y_val=Y2)
    assert (model.n_iter_, model.stopped_, model.best_epoch_) == (4, "epochs", None)
    assert same_theta(model, short(max_iter=4).fit(X, Y))
    assert np.isnan(model.validation_scores_).all()


# Weights


def test_weights_of_validation_rows_count_rows():
    times = np.arange(60) % 3
    rows = np.repeat(np.arange(60), times)
    for options in ({}, {"scoring": "roc_auc"}, {"scoring": "loss"}):
        one = short(**LOUD, **options).fit(
            X, NAMES, X_val=X2, y_val=NAMES2, sample_weight_val=times
        )
        other = short(**LOUD, **options).fit(
            X, NAMES, X_val=X2[rows], y_val=NAMES2[rows]
        )
        np.testing.assert_allclose(
            one.validation_scores_, other.validation_scores_, rtol=1e-12
        )
        assert (
            one.validation_scores_
            != short(**LOUD, **options)
            .fit(X, NAMES, X_val=X2, y_val=NAMES2)
            .validation_scores_
        )


def test_weights_go_with_the_rows_that_are_set_aside():
    """Rows of the first half weigh nothing, so their exchanged labels are never
    seen.
    """
    w = (np.arange(120) >= 60).astype(float)
    wrong = np.where(w == 0.0, 1 - Y, Y)
    options = {
        **LOUD,
        "early_stopping": True,
        "validation_fraction": ShuffleSplit(1, test_size=0.3, random_state=0),
    }
    one = short(**options)
    other = short(**options)
    one.fit(X, wrong, w)
    other.fit(X, Y, w)
    assert one.validation_scores_ == other.validation_scores_
    assert same_fit(one, other)


def test_class_weights_are_in_the_scores():
    """By hand: accuracy with the classes' weights."""
    weights = {"full": 9.0, "new": 1.0}
    model = short(**LOUD, class_weight=weights).fit(X, NAMES, X_val=X2, y_val=NAMES2)
    w = np.where(NAMES2 == "full", 9.0, 1.0)
    assert model.best_validation_score_ == pytest.approx(
        accuracy_score(NAMES2, model.predict(X2), sample_weight=w)
    )


def test_scorers_that_take_no_weights_get_none():
    def plain(estimator, rows, y):
        return accuracy_score(y, estimator.predict(rows))

    model = short(scoring=plain).fit(
        X, NAMES, X_val=X2, y_val=NAMES2, sample_weight_val=1.0 + Y2
    )
    assert model.best_validation_score_ == accuracy_score(NAMES2, model.predict(X2))


# When they stop a fit


def test_patience_ends_the_fit():
    model = short(
        **ROWS | {"max_iter": 400, "n_iter_no_change": 4, "hidden_layer_sizes": (30,)}
    )
    scores = model.fit(X, Y).validation_scores_
    assert (len(scores), model.stopped_) == (model.n_iter_, "patience")
    assert model.n_iter_ < 400
    last_improvement = max(
        i for i in range(len(scores)) if scores[i] > max([-1.0, *scores[:i]])
    )
    assert len(scores) - 1 - last_improvement == 4


def test_an_improvement_must_be_larger_than_tol():
    scores = iter([0.1, 0.15, 0.19, 0.25, 0.31, 0.32])
    model = short(
        scoring=lambda estimator, rows, y: next(scores) if len(y) == 60 else 0.0,
        tol=0.1,
        n_iter_no_change=2,
    )
    model.fit(X, Y, X_val=X2, y_val=Y2)
    assert (model.stopped_, model.n_iter_) == ("patience", 3)
    assert model.best_epoch_ == 3  # the best stays, however small the improvement


def test_the_adaptive_rate_is_divided_by_the_score_too():
    """As in scikit-learn: where the score stands still, the rate falls; the fit ends
    when it has fallen to 1e-6.
    """
    options = {
        "solver": "sgd",
        "learning_rate": "adaptive",
        "tol": 10.0,
        "n_iter_no_change": 3,
        "max_iter": 100,
    }
    model = short(**options).fit(X, Y, X_val=X2, y_val=Y2)
    assert model.history_["learning_rate"][-1] <= 1e-6
    assert len(set(model.history_["learning_rate"])) == 7  # 0.01 / 5^6 is below


# What is refused


def test_validation_rows_of_values_may_be_scored_by_another_loss():
    """A loss of one's own, and a score that has nothing to do with it."""

    @dataclass(frozen=True)
    class ShiftedError(SquaredError):
        def dz(self, z, y):
            return z - y - 0.5  # learns y + 1/2

        def value(self, z, y):
            return 0.5 * (z - y - 0.5) ** 2

    model = regressor(
        loss=ShiftedError(),
        scoring="neg_mean_absolute_error",
        max_iter=50,
        activation="tanh",
    )
    model.fit(*WAVE, X_val=WAVE2[0], y_val=WAVE2[1])
    assert model.best_validation_score_ == pytest.approx(
        -mean_absolute_error(WAVE2[1], model.predict(WAVE2[0])), rel=1e-9
    )
    assert model.best_epoch_ < model.n_iter_


def test_a_metric_in_place_of_a_scorer_is_refused():
    with pytest.raises(ValueError, match="make_scorer"):
        short(early_stopping=True, scoring=accuracy_score).fit(X, Y)
    with pytest.raises(ValueError, match="scoring must give a number"):
        short(early_stopping=True, scoring=lambda *_: "good").fit(X, Y)


def test_quantiles_have_a_score_and_can_stop_early():
    rows, y = datasets.make("wave", n=300, noise=0.2, seed=0)
    model = MLPRegressor(
        "quantiles",
        (20,),
        "tanh",
        learning_rate_init=0.02,
        max_iter=500,
        random_state=0,
    )
    model.set_params(early_stopping=True).fit(rows, y)
    low, middle, high = model.predict(rows).T
    pinball = [
        np.maximum(t * (y - q), (t - 1) * (y - q))
        for t, q in zip((0.1, 0.5, 0.9), (low, middle, high), strict=True)
    ]
    assert model.score(rows, y) == pytest.approx(-np.mean(pinball))
    assert len(model.validation_scores_) == model.n_iter_


def test_a_scorer_may_read_the_learning_rate():
    seen = []

    def score(estimator, rows, y):
        seen.append(estimator.learning_rate_init_)
        return 0.0

    short(early_stopping=True, scoring=score).fit(X, Y)
    assert set(seen) == {0.01}


@pytest.mark.filterwarnings("ignore:Only one class is present")
def test_a_score_that_is_nan_in_every_epoch_is_told_and_never_patience():
    """Area under the curve, on validation rows that hold one class."""
    ones = Y2 == 1
    held = {"X_val": X2[ones], "y_val": Y2[ones]}
    words = r"\(roc_auc\) .* all of them have the same y"
    model = short(scoring="roc_auc", max_iter=200, n_iter_no_change=5)
    with pytest.raises(ValueError, match=words):
        model.fit(X, Y, **held)
    assert not hasattr(model, "network_")
    with pytest.warns(UserWarning, match=words):  # a solver has no patience
        classifier(scoring="roc_auc", max_iter=10).fit(X, Y, **held)


def test_a_scorer_may_copy_what_it_scores():
    def copied(estimator, X, y):
        score = estimator.score(X, y)
        assert copy.deepcopy(estimator).score(X, y) == score
        view = pickle.loads(pickle.dumps(estimator.set_params(scoring=None)))
        assert view.score(X, y) == score
        return score

    options = {"early_stopping": True, "max_iter": 5}
    model = short(**options, scoring=copied).fit(*IRIS)
    assert same_fit(model, short(**options).fit(*IRIS))
