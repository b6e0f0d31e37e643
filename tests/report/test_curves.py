"""Curves and counts as scikit-learn and plain counting give them."""

import numpy as np
import pytest
from sklearn import metrics
from sklearn.calibration import calibration_curve

from halfmoon.report import curves
from halfmoon.training.history import History

RNG = np.random.default_rng(0)
N = 700
T = (RNG.random(N) < 0.3).astype(np.intp)
SCORE = np.clip(0.25 * T + 0.7 * RNG.random(N), 0.0, 1.0).round(2)
P = np.column_stack([1.0 - SCORE, SCORE])
NAMES = ("no", "yes")
T3 = RNG.integers(0, 3, N)
P3 = RNG.dirichlet([1.0, 1.0, 1.0], N) + 0.5 * np.eye(3)[T3]
P3 /= P3.sum(axis=1, keepdims=True)


def test_the_confusion_matrix_is_scikit_learns():
    found = curves.confusion(T3, P3.argmax(axis=1), ("a", "b", "c"))
    expected = metrics.confusion_matrix(T3, P3.argmax(axis=1))
    assert found.classes == ("a", "b", "c")
    assert np.array_equal(found.counts, expected)


def test_rare_classes_of_many_are_one():
    t = np.repeat(np.arange(30), np.arange(1, 31))
    found = curves.confusion(t, np.roll(t, 1), [str(c) for c in range(30)])
    assert found.classes == (*map(str, range(19, 30)), "other classes")
    assert np.sum(found.counts) == len(t)
    assert found.counts[-1][-1] == np.sum((t < 19) & (np.roll(t, 1) < 19))
    assert len(curves.class_curves(t, np.eye(30)[t], list(map(str, range(30))))) == 12


def test_curves_are_scikit_learns():
    (found,) = curves.class_curves(T, P, NAMES)
    assert found.name == "yes"
    fpr, tpr, _ = metrics.roc_curve(T, SCORE, drop_intermediate=False)
    assert found.false_positive_rate == pytest.approx(fpr)
    assert found.true_positive_rate == pytest.approx(tpr)
    assert found.auc == pytest.approx(metrics.roc_auc_score(T, SCORE))
    precision, recall, _ = metrics.precision_recall_curve(T, SCORE)
    assert found.precision == pytest.approx(precision[:-1][::-1])
    assert found.recall == pytest.approx(recall[:-1][::-1])
    average = metrics.average_precision_score(T, SCORE)
    assert found.average_precision == pytest.approx(average)
    assert found.share == pytest.approx(T.mean())


def test_each_of_several_classes_has_curves():
    found = curves.class_curves(T3, P3, ("a", "b", "c"))
    for c, one in enumerate(found):
        assert one.auc == pytest.approx(metrics.roc_auc_score(c == T3, P3[:, c]))
        assert len(one.false_positive_rate) <= curves.POINTS
        # thinned, its area is nearly the same
        area = metrics.auc(one.false_positive_rate, one.true_positive_rate)
        assert area == pytest.approx(one.auc, abs=0.003)
        assert one.true_positive_rate[-1] == one.recall[-1] == 1.0
    assert curves.class_curves(np.zeros(5, dtype=np.intp), P[:5], NAMES) == ()


def test_calibration_is_scikit_learns():
    p = RNG.random(N)
    t = (RNG.random(N) < p).astype(np.intp)
    found = curves.calibration(t, np.column_stack([1.0 - p, p]), NAMES)
    observed, predicted = calibration_curve(t, p, n_bins=10, strategy="quantile")
    assert [one.observed for one in found.bins] == pytest.approx(observed)
    assert [one.predicted for one in found.bins] == pytest.approx(predicted)
    assert found.error == pytest.approx(np.abs(observed - predicted).mean())
    assert found.of == "yes"
    kept = [one.low <= one.predicted <= one.high for one in found.bins]
    assert sum(kept) >= 8


def test_calibration_of_several_classes_is_of_the_predicted_one():
    found = curves.calibration(T3[:80], P3[:80], ("a", "b", "c"))
    assert found.of == "the predicted class"
    assert [one.rows for one in found.bins] == [27, 27, 26]
    right = (P3[:80].argmax(axis=1) == T3[:80]).sum()
    assert sum(one.rows * one.observed for one in found.bins) == pytest.approx(right)


def test_chance_alone_makes_a_calibration_error():
    """That of draws from right probabilities, in the mean."""
    p = RNG.beta(2.0, 3.0, 150)
    P = np.column_stack([1.0 - p, p])
    errors = []
    for _ in range(300):
        t = (RNG.random(150) < p).astype(np.intp)
        errors.append(curves.calibration(t, P, NAMES).error)
    told = curves.calibration(t, P, NAMES).by_chance
    assert told == pytest.approx(np.mean(errors), rel=0.1)


def test_thresholds_count_as_one_counts():
    found = curves.thresholds(T, P, NAMES)
    assert found.positive == "yes"
    assert len(found.values) == 101
    for k in range(0, 101, 10):
        positive = found.values[k] <= SCORE
        counted = metrics.confusion_matrix(T, positive).ravel().tolist()
        told = [
            found.true_negative[k],
            found.false_positive[k],
            found.false_negative[k],
            found.true_positive[k],
        ]
        assert told == counted
    assert curves.thresholds(T3, P3, ("a", "b", "c")) is None


def test_residuals_are_a_sample_and_quantiles_of_all():
    y = RNG.normal(size=3_000)
    y_hat = y + RNG.normal(0.2, 0.5, size=3_000)
    found = curves.residuals(y, y_hat, np.random.default_rng(0))
    assert len(found.truth) == len(found.predicted) == 2_000
    pairs = set(zip(y, y_hat, strict=True))
    assert set(zip(found.truth, found.predicted, strict=True)) <= pairs
    for share, level in found.quantiles:
        assert np.mean(y - y_hat < level) == pytest.approx(share, abs=0.001)
    assert found.mean == pytest.approx(np.mean(y - y_hat))
    assert found.standard_deviation == pytest.approx(np.std(y - y_hat))
    few = curves.residuals(y[:9], y_hat[:9], np.random.default_rng(0))
    assert few.truth == tuple(y[:9])


def test_coverage_counts_what_was_held():
    t = np.array([0, 1, 2, 1])
    sets = np.array([[1, 0, 0], [1, 0, 1], [0, 0, 1], [1, 1, 1]], dtype=bool)
    found = curves.coverage_of_sets(t, sets, 0.9)
    assert (found.measured, found.size, found.stated) == (0.75, 7 / 4, 0.9)
    assert found.low < 0.75 < found.high
    ends = np.array([[0.0, 1.0], [0.0, 1.0], [2.0, 5.0]])
    found = curves.coverage_of_intervals(np.array([1.0, 1.5, 1.9]), ends, 0.8)
    assert found.measured == pytest.approx(1 / 3)
    assert found.size == pytest.approx(5 / 3)


def history(**columns):
    told = History()
    count = len(columns["loss"])
    told.append(
        epoch=np.arange(1, count + 1),
        update=np.arange(count),
        rows=np.arange(count),
        **columns,
    )
    return told


def test_the_best_epoch_of_a_learning_curve():
    losses = np.array([0.9, 0.5, 0.4, 0.6])
    found = curves.learning_curve(history(loss=losses, validation_loss=losses + 0.1))
    assert found.best_epoch == 3
    assert found.epochs == (1, 2, 3, 4)
    assert found.validation_loss == tuple(losses + 0.1)
    scored = history(
        loss=losses, validation_loss=losses, validation_score=-losses[::-1]
    )
    assert curves.learning_curve(scored).best_epoch == 2
    gaps = history(loss=losses, validation_loss=np.array([np.nan, 0.5, np.inf, 0.6]))
    assert curves.learning_curve(gaps).epochs == (2, 4)
    assert curves.learning_curve(gaps).best_epoch == 2
    long = history(loss=np.linspace(2.0, 1.0, 900), validation_loss=np.ones(900))
    found = curves.learning_curve(long)
    assert len(found.epochs) <= 200


def test_an_empty_history_has_an_empty_curve():
    found = curves.learning_curve(History())
    assert found.epochs == ()
    assert found.best_epoch == 0
