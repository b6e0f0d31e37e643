"""Rows and columns that repeat others, against loops and exact probabilities."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from halfmoon.tables.findings import repeats
from halfmoon.tables.findings.repeats import codes_of, expected_leak, ranks, same_rows


@pytest.mark.parametrize(
    "column",
    [
        np.array(["b", None, "a", "b", None], dtype=object),
        np.array([3.0, np.nan, -0.0, 3.0, 0.0, np.nan]),
        np.array(["2024-01-01", "NaT", "2023-01-01", "NaT"], "M8[s]"),
        np.array(["y", "x", "y"]),
    ],
)
def test_values_are_numbered_as_pandas_numbers_them(column):
    expected = pd.factorize(column, use_na_sentinel=False)[0]
    assert codes_of(column).tolist() == expected.tolist()


def test_ranks_are_in_the_order_of_the_values():
    assert ranks(np.array([3.0, -1.0, 3.0, 9.0])).tolist() == [1, 0, 1, 2]
    assert ranks(np.array(["2024-01-01", "2020-01-01"], "M8[s]")).tolist() == [1, 0]


@pytest.mark.parametrize("room", [2**62, 7])
def test_equal_rows_have_one_number(monkeypatch, room):
    monkeypatch.setattr(repeats, "ROOM", room)
    rng = np.random.default_rng(0)
    columns = rng.integers(0, [2, 3, 4, 2], (60, 4)).T
    found = same_rows(columns, 60)
    rows = [tuple(row) for row in columns.T]
    assert len(set(found.tolist())) == len(set(rows))
    for i, j in combinations(range(60), 2):
        assert (found[i] == found[j]) == (rows[i] == rows[j])
    assert same_rows([], 3).tolist() == [0, 0, 0]


def test_the_leak_is_the_mean_over_all_splits():
    groups = np.array([0, 0, 1, 2, 2, 2, 3])
    for t in range(1, 7):
        leaked = [
            sum(
                any(groups[i] == groups[j] for j in {*range(7)} - {*test}) for i in test
            )
            for test in combinations(range(7), t)
        ]
        assert expected_leak(groups, t / 7) == pytest.approx(np.mean(leaked))
    assert expected_leak(np.arange(9), 0.3) == 0.0
