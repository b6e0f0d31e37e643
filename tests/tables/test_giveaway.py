"""What one column tells of a target, against leave-one-out by scalar loops."""

from collections import Counter

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from halfmoon.tables.findings.giveaway import share_told

RNG = np.random.default_rng(0)
N = 400


def texts(codes):
    return np.array([f"c{code}" for code in codes], dtype=object)


def test_groups_are_judged_by_their_other_rows():
    group = RNG.integers(0, 12, 60)
    y = RNG.integers(0, 3, 60)
    errors = 0
    for i in range(60):
        others = Counter(y[j] for j in range(60) if j != i and group[j] == group[i])
        best = max(others.values(), default=0)
        errors += not (others[y[i]] == best and [*others.values()].count(best) == 1)
    most = 60 - np.bincount(y).max()
    told = share_told(texts(group), y, classes=True)
    assert told == pytest.approx(1.0 - (errors - 2) / most)


def test_values_of_groups_are_judged_by_the_mean_of_the_others():
    group = RNG.integers(0, 12, 60)
    y = RNG.normal(size=60)
    total = 0.0
    for i in range(60):
        others = [y[j] for j in range(60) if j != i and group[j] == group[i]]
        total += (y[i] - (np.mean(others) if others else y.mean())) ** 2
    expected = 1.0 - total / np.sum((y - y.mean()) ** 2)
    assert share_told(texts(group), y, classes=False) == pytest.approx(expected)


def test_neighbours_are_those_of_scikit_learn():
    """In between the ends, the two that stand beside a row in the order of ranks."""
    x = RNG.permutation(N).astype(float)
    y = (x > 150).astype(int) ^ (RNG.uniform(size=N) < 0.1)
    near = KNeighborsClassifier(3).fit(x[:, None], y)
    _, indices = near.kneighbors(x[:, None])
    errors = np.mean(y[indices[:, 1:]] != y[:, None], axis=1).sum()
    expected = 1.0 - (errors - 1) / min(y.sum(), N - y.sum())
    assert share_told(x, y, classes=True) == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize("share", [0.5, 0.05])
def test_copies_and_thresholds_tell_all_of_a_class(share):
    x = RNG.normal(size=N)
    y = (x > np.quantile(x, 1 - share)).astype(int)
    assert share_told(x, y, classes=True) == 1.0
    assert share_told(y.astype(float), y, classes=True) > 0.9
    assert share_told(texts(y), y, classes=True) == 1.0
    with_gaps = np.where(RNG.uniform(size=N) < 0.1, np.nan, x)
    assert share_told(with_gaps, y, classes=True) < 0.99


def test_a_function_of_any_shape_tells_a_value():
    x = RNG.uniform(-3, 3, N)
    assert share_told(x, np.sin(2 * x), classes=False) > 0.99
    assert share_told(x, 3 * x + 1, classes=False) > 0.99
    days = (1e5 * x).astype("M8[s]")
    assert share_told(days, x, classes=False) > 0.99
    assert share_told(texts(np.round(x)), np.round(x), classes=False) > 0.99


def test_noise_and_names_of_rows_tell_nothing():
    y = RNG.integers(0, 2, N)
    assert share_told(RNG.normal(size=N), y, classes=True) < 0.3
    assert share_told(texts(range(N)), y, classes=True) < 0.0
    assert share_told(RNG.normal(size=N), RNG.normal(size=N), classes=False) < 0.3
    assert share_told(texts(range(N)), RNG.normal(size=N), classes=False) < 0.1
    assert share_told(np.ones(N), y, classes=True) <= 0.05
    assert share_told(RNG.normal(size=N), np.zeros(N, int), classes=True) == 0.0
    assert share_told(RNG.normal(size=N), np.zeros(N), classes=False) == 0.0


def test_gaps_may_tell_all():
    y = RNG.integers(0, 2, N)
    x = np.where(y == 1, RNG.normal(size=N), np.nan)
    assert share_told(x, y, classes=True) > 0.99
    assert share_told(np.full(N, np.nan), y, classes=True) <= 0.05
