"""How much a column tells of a target."""

import numpy as np
import pytest

from halfmoon.tables.association import association


def test_two_groups_by_hand():
    # means 1 and 3; squares within: 2 + 2, in all: 4 + 4 + ... = 4 + 8
    column = np.array(["a", "a", "b", "b"], dtype=object)
    y = np.array([[0.0], [2.0], [2.0], [4.0]])
    within = 1.0 + 1.0 + 1.0 + 1.0
    total = 4.0 + 0.0 + 0.0 + 4.0
    assert association(column, y) == pytest.approx(1.0 - within / total * 3 / 2)


def test_what_says_nothing_is_near_zero():
    rng = np.random.default_rng(0)
    y = rng.normal(size=(400, 1))
    found = [association(rng.normal(size=400), y) for _ in range(50)]
    assert np.mean(found) == pytest.approx(0.0, abs=0.01)
    many = np.array([f"name {i % 200}" for i in range(400)], dtype=object)
    assert association(many, y) < 0.3


def test_bends_and_classes_are_seen_too():
    x = np.linspace(-1.0, 1.0, 1000)
    assert association(x, x[:, None] ** 2) > 0.9
    classes = np.eye(3)[np.floor(np.abs(x) * 2.999).astype(int)]
    assert association(x, classes) > 0.7


def test_missing_values_are_a_bin_of_their_own():
    y = np.repeat([[0.0], [1.0]], 50, axis=0)
    gaps = np.where(y[:, 0] > 0.0, np.nan, 5.0)
    assert association(gaps, y) == pytest.approx(1.0)
    dates = np.datetime64("2020-01-01", "s") + np.arange(100) * 86400
    assert association(dates, y) == pytest.approx(1.0)
    dates[:50] = np.datetime64("NaT")
    assert association(dates, y) == pytest.approx(1.0)
    texts = np.array([None] * 50 + ["a"] * 50, dtype=object)
    assert association(texts, y) == pytest.approx(1.0)


@pytest.mark.parametrize(
    "column", [np.zeros(6), np.full(6, np.nan), np.array(list("abcdef"), dtype=object)]
)
def test_a_column_that_cannot_tell_is_zero(column):
    assert association(column, np.arange(6.0)[:, None]) == 0.0
