"""Metrics as scikit-learn gives them, and intervals as resampling and scipy do."""

import numpy as np
import pytest
from scipy import special, stats
from sklearn import metrics

from halfmoon.report import scores

RNG = np.random.default_rng(0)
N = 400
TRUTH = RNG.integers(0, 3, N)
RAW = RNG.normal(size=(N, 3)) + 1.5 * np.eye(3)[TRUTH]
P = np.exp(RAW) / np.exp(RAW).sum(axis=1, keepdims=True)
OTHER = 0.5 * P + 0.5 / 3 * RNG.uniform(0.5, 1.5, size=(N, 3))
OTHER /= OTHER.sum(axis=1, keepdims=True)
BINARY = (RNG.random(N) < 0.3).astype(np.intp)
TIED = np.round(np.clip(0.3 * BINARY + 0.6 * RNG.random(N), 0, 1), 1)
TWO = np.column_stack([1 - TIED, TIED])
Y = RNG.normal(5.0, 2.0, N)
Y_HAT = Y + RNG.standard_t(5, N)
OTHER_Y = Y + 1.2 * RNG.standard_t(5, N)


def by_name(found):
    return {metric.name: metric for metric in found}


THREE_CLASSES = by_name(scores.class_metrics(TRUTH, P))
TWO_CLASSES = by_name(scores.class_metrics(BINARY, TWO))
VALUES = by_name(scores.value_metrics(Y, Y_HAT))


def test_metrics_are_scikit_learns():
    guessed = P.argmax(axis=1)
    expected = {
        "accuracy": metrics.accuracy_score(TRUTH, guessed),
        "balanced_accuracy": metrics.balanced_accuracy_score(TRUTH, guessed),
        "log_loss": metrics.log_loss(TRUTH, P),
        "auc": metrics.roc_auc_score(TRUTH, P, multi_class="ovr"),
    }
    assert {k: m.value for k, m in THREE_CLASSES.items()} == pytest.approx(expected)
    auc = metrics.roc_auc_score(BINARY, TIED)
    assert TWO_CLASSES["auc"].value == pytest.approx(auc)
    expected = {
        "rmse": np.sqrt(metrics.mean_squared_error(Y, Y_HAT)),
        "mae": metrics.mean_absolute_error(Y, Y_HAT),
        "r2": metrics.r2_score(Y, Y_HAT),
    }
    assert {k: m.value for k, m in VALUES.items()} == pytest.approx(expected)


def test_a_probability_of_zero_costs_as_in_scikit_learn():
    sure = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
    t = np.array([0, 0, 1])
    found = by_name(scores.class_metrics(t, sure))
    assert found["log_loss"].value == pytest.approx(metrics.log_loss(t, sure))


def test_what_cannot_be_measured_is_left_out():
    one_class = scores.class_metrics(np.zeros(5, dtype=np.intp), P[:5])
    assert "auc" not in by_name(one_class)
    constant = scores.value_metrics(np.ones(5), Y[:5])
    assert "r2" not in by_name(constant)


@pytest.mark.parametrize(
    ("measure", "truth", "guess"),
    [
        (scores.class_metrics, TRUTH, P),
        (scores.class_metrics, BINARY, TWO),
        (scores.value_metrics, Y, Y_HAT),
    ],
    ids=["three classes", "two classes", "values"],
)
def test_influence_is_what_leaving_a_row_out_does(measure, truth, guess):
    """n - 1 times the change without a row is near its influence, for each metric."""
    whole = by_name(measure(truth, guess))
    for row in range(0, N, 37):
        kept = np.arange(N) != row
        without = by_name(measure(truth[kept], guess[kept]))
        for name, metric in whole.items():
            change = (N - 1) * (metric.value - without[name].value)
            spread = metric.influence.std()
            assert change == pytest.approx(metric.influence[row], abs=0.05 * spread)


def test_influences_add_up_to_nothing():
    for found in (THREE_CLASSES, TWO_CLASSES, VALUES):
        for metric in found.values():
            assert abs(metric.influence.sum()) < 1e-8 * N


def test_standard_errors_are_those_of_the_bootstrap():
    draws = RNG.integers(0, N, size=(200, N))
    drawn = [by_name(scores.class_metrics(TRUTH[i], P[i])) for i in draws]
    for name, metric in THREE_CLASSES.items():
        spread = np.std([one[name].value for one in drawn])
        assert scores.standard_error(metric.influence) == pytest.approx(
            spread, rel=0.25
        )


def test_the_error_of_an_auc_is_delongs():
    """By the two variances of placements, from double loops."""
    ones = TIED[BINARY == 1]
    zeros = TIED[BINARY == 0]
    order = [[(a > b) + 0.5 * (a == b) for b in zeros] for a in ones]
    of_ones = np.mean(order, axis=1).var(ddof=1) / len(ones)
    of_zeros = np.mean(order, axis=0).var(ddof=1) / len(zeros)
    error = scores.standard_error(TWO_CLASSES["auc"].influence)
    assert error == pytest.approx(np.sqrt(of_ones + of_zeros), rel=0.005)


@pytest.mark.parametrize("right", [0, 1, 15, 299, 300])
def test_a_share_has_wilsons_interval(right):
    expected = stats.binomtest(right, 300).proportion_ci(method="wilson")
    found = scores.share_interval(right / 300, 300)
    assert found == pytest.approx((expected.low, expected.high))
    t = np.zeros(300, dtype=np.intp)
    p = np.zeros((300, 2))
    p[np.arange(300), (np.arange(300) >= right).astype(int)] = 1.0
    told = scores.score(by_name(scores.class_metrics(t, p))["accuracy"])
    assert (told.low, told.high) == pytest.approx(found)


def test_other_intervals_are_students_on_a_scale_without_ends():
    told = scores.score(VALUES["mae"])
    off = np.abs(Y - Y_HAT)
    error = stats.sem(off) / off.mean()
    ends = stats.t.interval(0.95, N - 1, np.log(off.mean()), error)
    assert (told.low, told.high) == pytest.approx(np.exp(ends))
    assert not told.larger_is_better
    told = scores.score(TWO_CLASSES["auc"])
    error = scores.standard_error(TWO_CLASSES["auc"].influence)
    slope = 1.0 / (told.value * (1.0 - told.value))
    df = BINARY.sum() - 1
    ends = stats.t.interval(0.95, df, special.logit(told.value), slope * error)
    assert (told.low, told.high) == pytest.approx(special.expit(ends))
    told = scores.score(VALUES["r2"])
    error = scores.standard_error(VALUES["r2"].influence)
    rest = 1.0 - told.value
    ends = stats.t.interval(0.95, N - 1, np.log(rest), error / rest)
    assert (told.high, told.low) == pytest.approx(1.0 - np.exp(ends))


def drawn(n, rng):
    """Rows of a population of which the metrics are known: classes and values."""
    t = (rng.random(n) < 0.3).astype(np.intp)
    p = special.expit(2.1 * t - 1.2 + rng.normal(size=n))
    y = rng.normal(size=n)
    found = scores.class_metrics(t, np.column_stack([1.0 - p, p]))
    return found + scores.value_metrics(y, y + 0.6 * rng.normal(size=n))


def test_intervals_hold_what_they_promise():
    """In 300 samples of 150 rows, 95% of them within four standard errors."""
    rng = np.random.default_rng(0)
    truth = {metric.name: metric.value for metric in drawn(200_000, rng)}
    held = dict.fromkeys(truth, 0)
    for _ in range(300):
        for metric in drawn(150, rng):
            told = scores.score(metric)
            held[metric.name] += told.low <= truth[metric.name] <= told.high
    for name, count in held.items():
        assert 0.90 < count / 300 < 0.99, name


def test_few_groups_reach_as_far_as_so_many_rows():
    groups = np.arange(N) % 5
    told = scores.score(VALUES["mae"], groups)
    metric = VALUES["mae"]
    error = scores.standard_error(metric.influence, groups)
    reach = scores.reach_of(5) * error / metric.value
    assert told.high == pytest.approx(metric.value * np.exp(reach))


@pytest.mark.parametrize("rows", [4, 5, 10, 30, 1000])
def test_few_rows_reach_as_far_as_students_t(rows):
    expected = stats.t.ppf(0.975, rows - 1)
    assert scores.reach_of(rows) == pytest.approx(expected, rel=0.01)


def test_two_rows_reach_far_and_one_tells_nothing():
    assert 9.0 < scores.reach_of(2) < stats.t.ppf(0.975, 1)
    one = scores.value_metrics(np.array([1.0]), np.array([1.1]))
    other = scores.value_metrics(np.array([1.0]), np.array([1.5]))
    for model, theirs in zip(one, other, strict=True):
        assert scores.difference(model, theirs).better == "neither"


def test_a_class_of_one_row_is_not_certain():
    t = np.array([0] * 20 + [1])
    p = np.tile([0.9, 0.1], (21, 1))
    told = scores.score(by_name(scores.class_metrics(t, p))["balanced_accuracy"])
    assert told.value == 0.5
    assert told.low < 0.3
    assert told.high > 0.7


def test_a_perfect_score_is_not_certain():
    t = np.repeat([0, 1], [12, 30])
    for metric in scores.class_metrics(t, np.eye(2)[t]):
        told = scores.score(metric)
        if metric.name != "log_loss":
            assert told.value == told.high == 1.0
            assert told.low < 0.95


def test_the_difference_is_paired():
    other = by_name(scores.value_metrics(Y, OTHER_Y))
    found = scores.difference(VALUES["mae"], other["mae"])
    rows = np.abs(Y - Y_HAT) - np.abs(Y - OTHER_Y)
    expected = stats.t.interval(0.95, N - 1, rows.mean(), stats.sem(rows))
    assert (found.low, found.high) == pytest.approx(expected)
    assert found.better == "model"
    same = scores.difference(VALUES["rmse"], VALUES["rmse"])
    assert (same.low, same.value, same.high) == (0.0, 0.0, 0.0)


def test_the_difference_is_that_of_a_paired_bootstrap():
    draws = RNG.integers(0, N, size=(200, N))
    of_model = by_name(scores.class_metrics(TRUTH, P))
    of_other = by_name(scores.class_metrics(TRUTH, OTHER))
    for name in of_model:
        spread = np.std(
            [
                by_name(scores.class_metrics(TRUTH[i], P[i]))[name].value
                - by_name(scores.class_metrics(TRUTH[i], OTHER[i]))[name].value
                for i in draws
            ]
        )
        found = scores.difference(of_model[name], of_other[name])
        assert (found.high - found.low) / 3.92 == pytest.approx(spread, rel=0.25)


def test_rows_that_belong_together_count_as_one():
    """Each row five times, as a group, is no more certain than each row once."""
    five = np.repeat(np.arange(N), 5)
    metric = by_name(scores.class_metrics(TRUTH[five], P[five]))
    for name, one in THREE_CLASSES.items():
        alone = scores.score(one)
        grouped = scores.score(metric[name], five)
        assert grouped.low == pytest.approx(alone.low, abs=1e-3)
        assert grouped.high == pytest.approx(alone.high, abs=1e-3)
        assert scores.score(metric[name]).high < alone.high
        # of a single group nothing is known but its rows
        assert scores.score(one, np.zeros(N, dtype=int)) == alone
