"""How good a fit is: against shares, means, quantiles and textbook formulas."""

import numpy as np
import pytest
from sklearn.metrics import (
    accuracy_score,
    confusion_matrix,
    mean_absolute_error,
    r2_score,
    root_mean_squared_error,
)

from halfmoon.components.losses import LOSSES
from halfmoon.inspection.evaluation import (
    accuracy,
    confusion_counts,
    fewest_errors_of_a_line,
    log_loss,
    off_scale,
    r2,
    score,
    standard_error,
    standard_error_of_splits,
    value_errors,
)
from inspection.diagnosis.fits import counts, labels, linear, unfitted, votes


def pinball(y, level):
    """The mean pinball loss of the quantile."""
    over = y - np.quantile(y, level)
    return np.maximum(level * over, (level - 1.0) * over).mean()


BEST = {
    "softmax_cross_entropy": (
        votes,
        lambda y: -np.log(np.bincount(y) / len(y)) @ (np.bincount(y) / len(y)),
    ),
    "logistic_cross_entropy": (
        labels,
        lambda y: sum(-m * np.log(m) - (1 - m) * np.log(1 - m) for m in y.mean(axis=0)),
    ),
    "squared_error": (linear, lambda y: y.var() / 2.0),
    "absolute_error": (linear, lambda y: np.abs(y - np.median(y)).mean()),
    "pinball:level=0.9": (
        linear,
        lambda y: pinball(y, 0.9),
    ),
    "quantiles": (
        linear,
        lambda y: sum(pinball(y, level) for level in (0.1, 0.5, 0.9)),
    ),
    "poisson": (
        counts,
        lambda y: (
            y.mean() - y * np.log(y.mean()) + y * np.log(np.maximum(y, 1)) - y
        ).mean(),
    ),
}


@pytest.mark.parametrize("loss", BEST)
@pytest.mark.parametrize("scale", [1.0, 1e4])
def test_the_best_constants_loss_is_that_of_shares_means_and_quantiles(loss, scale):
    make, best = BEST[loss]
    X, y = make()
    y = scale * y + scale if LOSSES.make(loss).target == "real" else y
    columns = 2 if loss.startswith("softmax") else np.reshape(y, (len(y), -1)).shape[1]
    fit = unfitted(X, y, loss, LOSSES.make(loss).outputs(columns))
    assert fit.case().constant_loss == pytest.approx(best(y), rel=1e-3)


def test_the_standard_error_of_a_mean_is_the_textbooks():
    values = np.random.default_rng(0).normal(size=50)
    error = values.std() / np.sqrt(50)
    assert standard_error(values, np.ones(50)) == pytest.approx(error)
    assert standard_error(values, np.full(50, 7.0)) == pytest.approx(error)
    weight = np.repeat([1.0, 0.0], 25)
    first = values[:25].std() / np.sqrt(25)
    assert standard_error(values, weight) == pytest.approx(first)


@pytest.mark.parametrize(
    ("mean", "spread", "excess"),
    [(0.0, 1.0, 0.1), (0.0, 20.0, 2.0), (0.0, 0.05, 2.0), (30.0, 1.0, 3.0)],
)
def test_a_target_is_off_scale_by_its_mean_and_its_spread(mean, spread, excess):
    y = mean + spread * np.array([[-1.0], [1.0]])
    assert off_scale(y) == pytest.approx([excess])


def test_of_a_constant_target_only_the_mean_counts():
    assert off_scale(np.full((5, 1), 30.0)) == pytest.approx([3.0])


def test_accuracy_and_log_loss_are_counted_by_hand():
    y_hat = np.array([[0.9, 0.1], [0.4, 0.6], [0.5, 0.5], [0.2, 0.8]])
    y = np.array([0, 0, 0, 1])
    assert accuracy(y_hat, y) == 0.75
    assert log_loss(y_hat, y) == pytest.approx(-np.log([0.9, 0.4, 0.5, 0.8]).mean())


def test_the_error_of_a_mean_over_splits_is_widened():
    values = np.random.default_rng(0).normal(size=(20, 3))
    alone = values.std(axis=0, ddof=1) / np.sqrt(20)
    np.testing.assert_allclose(standard_error_of_splits(values, 0.0), alone)
    widened = np.sqrt(1.0 + 20 * 0.25)
    np.testing.assert_allclose(standard_error_of_splits(values, 0.25), alone * widened)


@pytest.mark.parametrize("ones", [0, 1, 5, 9])
def test_no_line_has_fewer_errors_than_the_best(ones):
    """Every line through two points, each of which may be on either side of it."""
    X = np.random.default_rng(ones).normal(size=(10, 2))
    y = np.arange(10) < ones
    fewest = min(ones, 10 - ones)  # of a line beside all points
    for i in range(10):
        for j in range(i):
            x1, x2 = (X - X[i]).T
            front = x1 * x2[j] - x2 * x1[j] > 0.0
            others = np.delete(np.arange(10), [i, j])
            wrong = (front != y)[others].sum()
            fewest = min(fewest, wrong, 8 - wrong)
    assert fewest_errors_of_a_line(X, y.astype(int), 3_600) == fewest


def test_confusion_counts_are_scikit_learns():
    rng = np.random.default_rng(0)
    y_hat = rng.random((60, 4))
    y = rng.integers(0, 3, 60)  # of the last class there is no row
    expected = confusion_matrix(y, y_hat.argmax(axis=1), labels=range(4))
    np.testing.assert_array_equal(confusion_counts(y_hat, y), expected)


SINE = np.sin(np.linspace(0.0, 6.0, 150))
WEIGHTS = 0.5 + np.arange(150) % 3


@pytest.mark.parametrize("w", [None, WEIGHTS], ids=["alike", "weighted"])
def test_r2_is_scikit_learns(w):
    rng = np.random.default_rng(0)
    y = rng.normal(size=(150, 3)) * [1.0, 50.0, 1e-6] + [0.0, 1e4, 1.0]
    y_hat = y + rng.normal(size=(150, 3)) * [0.3, 10.0, 1e-7]
    expected = r2_score(y, y_hat, sample_weight=w)
    assert r2(y, y_hat, w) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("constant", [0.1, 0.3, 1e9 + 0.1])
@pytest.mark.parametrize("w", [None, WEIGHTS], ids=["alike", "weighted"])
def test_a_column_constant_up_to_rounding_is_scored_as_an_exact_one(constant, w):
    """.125 is exact whatever is done to it, and .1 is not."""
    truth = np.column_stack([SINE, np.full(150, 0.125)])
    guess = np.column_stack([SINE + 0.1, np.full(150, 0.25)])
    exact = r2_score(truth, guess, sample_weight=w)
    truth[:, 1] = np.where(np.arange(150) % 2, constant, np.nextafter(constant, 2e9))
    assert r2(truth, guess, w) == pytest.approx(exact, rel=1e-6)
    shifted = (truth - constant, guess - constant)  # as y less its mean is learned
    assert r2(*shifted, w, offset=constant) == pytest.approx(exact, rel=1e-6)


def test_a_score_is_the_accuracy_or_r2_and_of_no_rows_there_is_none():
    rng = np.random.default_rng(1)
    classes = rng.integers(3, size=50)
    y_hat = rng.normal(size=(50, 3))
    expected = accuracy_score(classes, y_hat.argmax(axis=1))
    assert score(y_hat, classes, "classification") == expected
    values = rng.normal(size=50)
    expected = r2_score(values, y_hat[:, 0])
    assert score(y_hat[:, :1], values, "regression") == pytest.approx(expected)
    assert np.isnan(score(y_hat[:0], classes[:0], "classification"))


def test_errors_of_values_are_scikit_learns():
    rng = np.random.default_rng(2)
    y, y_hat = rng.normal(size=(2, 50))
    assert value_errors(y_hat, y) == pytest.approx(
        {
            "R2": r2_score(y, y_hat),
            "rmse": root_mean_squared_error(y, y_hat),
            "mae": mean_absolute_error(y, y_hat),
        }
    )
