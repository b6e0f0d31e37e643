"""Sets and intervals: scores, limits, and how often they hold the truth."""

import math

import numpy as np
import pytest

from halfmoon.estimators.conformal import (
    Scores,
    Widths,
    class_scores,
    class_sets,
    intervals,
    learn_scores,
    learn_widths,
    value_scores,
)

ONES = np.ones(200)


def limit_by_hand(scores, coverage):
    """The k-th smallest of n scores, k = ceil(c (n + 1)): Lei et al. 2018."""
    k = math.ceil(coverage * (len(scores) + 1) - 1e-9)
    return sorted(scores)[k - 1]


@pytest.mark.parametrize("coverage", [0.5, 0.8, 0.9, 0.95, 0.99])
def test_the_limit_is_an_order_statistic(coverage):
    s = np.random.default_rng(0).exponential(size=200)
    found = learn_scores(s, ONES).limit(coverage)
    assert found == limit_by_hand(s, coverage)


def test_of_many_scores_the_limit_is_a_little_larger_never_smaller():
    s = np.random.default_rng(1).exponential(size=20_000)
    scores = learn_scores(s, np.ones(len(s)))
    assert len(scores.scores) <= 256
    for coverage in (0.5, 0.8, 0.9, 0.95, 0.99, 0.999):
        exact = limit_by_hand(s, coverage)
        found = scores.limit(coverage)
        above = np.mean(s > found)
        assert found >= exact
        assert above >= (1.0 - coverage) * 0.95 - 2.0 / len(s)


def test_a_row_of_weight_two_counts_twice():
    s = np.arange(1.0, 121.0)
    w = np.where(s % 3 == 0.0, 2.0, 1.0)
    twice = np.repeat(s, w.astype(int))
    for coverage in (0.3, 0.62, 0.9):
        found = learn_scores(s, w).limit(coverage)
        assert abs(found - limit_by_hand(twice, coverage)) <= 1.0


def test_rows_of_hardly_any_weight_do_not_count():
    s = np.arange(1.0, 101.0)
    w = np.where(s % 2 == 0.0, 1e9, 1e-9)
    scores = learn_scores(s, w)
    assert set(scores.scores[1:]) == set(range(2, 101, 2))
    assert scores.rows[-1] == 100.0


def test_equal_scores_are_one():
    scores = learn_scores(np.array([0.0, 1.0, 0.0, 1.0, 0.0]), np.ones(5))
    assert scores.scores.tolist() == [0.0, 1.0]
    assert scores.rows.tolist() == [3.0, 5.0]


def test_a_coverage_that_needs_more_rows_is_refused():
    scores = learn_scores(np.arange(12.0), np.ones(12))
    assert scores.limit(12 / 13) == 11.0
    with pytest.raises(ValueError, match=r"99 rows .* there were 12; .* at most 0\.92"):
        scores.limit(0.99)
    many = learn_scores(np.arange(268.0), np.ones(268))
    with pytest.raises(ValueError, match=r"there were 268; ask for at most 0\.996,"):
        many.limit(0.9999)
    assert many.limit(0.996) == 267.0
    for coverage in (0.0, 1.0, 1.5, "most"):
        with pytest.raises(ValueError, match="coverage must be a number in"):
            scores.limit(coverage)


# Classes


def test_sets_hold_the_true_class_as_often_as_asked():
    """Of probabilities that are right, on rows that no limit has seen."""
    rng = np.random.default_rng(2)
    p = rng.dirichlet([0.4, 0.7, 1.0], size=20_000)
    t = (rng.random((len(p), 1)) > p.cumsum(axis=1)).sum(axis=1)
    learned = learn_scores(class_scores(p[:2000], t[:2000]), np.ones(2000))
    for coverage in (0.8, 0.9, 0.95):
        sets = class_sets(p[2000:], learned.limit(coverage))
        found = sets[np.arange(18_000), t[2000:]].mean()
        # the limit is that of 2000 rows, the share that of 18000
        assert coverage - 0.02 < found < coverage + 0.03
        assert sets.any(axis=1).all()


def test_a_set_holds_the_classes_likelier_than_the_limit():
    p = np.array([[0.7, 0.2, 0.1], [0.4, 0.3, 0.3]])
    assert class_sets(p, 0.75).tolist() == [[True, False, False], [True, True, True]]
    # where none is likely enough, the likeliest
    assert class_sets(p, 0.1).tolist() == [[True, False, False], [True, False, False]]


# Values


@pytest.fixture(scope="module")
def prices():
    """Values that are predicted less exactly the larger they are."""
    rng = np.random.default_rng(3)
    y_hat = rng.uniform(1.0, 100.0, 8000)
    return y_hat + rng.laplace(size=8000) * 0.2 * y_hat, y_hat


def test_intervals_hold_the_value_as_often_as_asked(prices):
    y, y_hat = prices
    widths = learn_widths(y[:3000], y_hat[:3000])
    s = value_scores(y[:3000], y_hat[:3000], widths)
    scores = learn_scores(s, np.ones(3000))
    for coverage in (0.8, 0.9, 0.95):
        ends = intervals(y_hat[3000:], widths, scores.limit(coverage))
        inside = (ends[:, 0] <= y[3000:]) & (y[3000:] <= ends[:, 1])
        assert inside.mean() == pytest.approx(coverage, abs=0.02)
        # for small and for large values alike
        small = y_hat[3000:] < 30.0
        assert inside[small].mean() == pytest.approx(coverage, abs=0.06)
        assert inside[~small].mean() == pytest.approx(coverage, abs=0.06)


def test_the_width_is_the_mean_error_of_like_predictions(prices):
    y, y_hat = prices
    widths = learn_widths(y, y_hat)
    assert len(widths.predictions) == 8
    # the mean of |Laplace| is 1
    assert widths.at(widths.predictions) == pytest.approx(
        0.2 * widths.predictions, rel=0.15
    )


def test_few_rows_have_one_width():
    widths = learn_widths(np.arange(20.0), np.arange(20.0) + 2.0)
    assert widths.errors == pytest.approx([2.0])


def test_values_that_are_always_right_have_intervals_without_length():
    y = np.repeat([1.0, 2.0, 3.0], 100)
    widths = learn_widths(y, y)
    scores = learn_scores(value_scores(y, y, widths), np.ones(300))
    ends = intervals(y, widths, scores.limit(0.9))
    assert np.array_equal(ends, np.column_stack([y, y]))


# As data


def test_both_come_back_from_lists(prices):
    y, y_hat = prices
    widths = learn_widths(y, y_hat)
    scores = learn_scores(value_scores(y, y_hat, widths), np.ones(len(y)))
    for one in (widths, scores):
        lists = {name: array.tolist() for name, array in one.as_dict().items()}
        again = type(one).from_dict(lists)
        for name, array in one.as_dict().items():
            assert np.array_equal(getattr(again, name), array)


@pytest.mark.parametrize(
    "arrays",
    [
        ([], []),
        ([1.0], [1.0, 2.0]),
        ([2.0, 1.0], [1.0, 2.0]),
        ([1.0], [0.0]),
        ([np.nan], [1.0]),
    ],
    ids=["empty", "lengths", "falling", "not positive", "not a number"],
)
@pytest.mark.parametrize("kind", [Scores, Widths])
def test_what_does_not_fit_together_is_refused(kind, arrays):
    with pytest.raises(ValueError, match="do not fit together"):
        kind(*map(np.array, arrays))
