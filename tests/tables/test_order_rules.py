"""Rows in an order: of time or place, or sorted by what they hold."""

import numpy as np
import pytest

from halfmoon.tables.findings import findings
from halfmoon.tables.findings.order_rules import neighbour_correlation
from halfmoon.tables.task import read_target

N = 600
RNG = np.random.default_rng(0)
NO_BLOCKS = np.zeros(N, dtype=np.intp)


def walk(rng=RNG):
    """Numbers each of which lies near the one before."""
    return np.cumsum(rng.normal(size=N))


def texts(values):
    return np.array([str(value) for value in values], dtype=object)


def series():
    rng = np.random.default_rng(1)
    signals = {f"signal {j}": walk(rng).round(3) for j in range(4)}
    state = texts(np.digitize(walk(rng), [-3, 3]))
    return signals | {"state": state, "noise": rng.normal(size=N).round(6)}


def codes(table, target=None):
    read = None if target is None else read_target(target, table[target])
    return [finding.code for finding in findings(table, target=read)]


# The correlation


def test_it_is_the_correlation_with_the_row_before():
    """For many different numbers, nearly that of their ranks."""
    noise = RNG.normal(size=N)
    smooth = np.convolve(noise, np.ones(5) / 5, mode="same")
    for x in (noise, smooth, walk(), np.arange(N)):
        ranks = np.argsort(np.argsort(x)).astype(float)
        expected = np.corrcoef(ranks[1:], ranks[:-1])[0, 1]
        found = neighbour_correlation(x.astype(float), NO_BLOCKS)
        assert found == pytest.approx(expected, abs=0.02)


def test_of_texts_it_is_the_share_of_equal_neighbours_beyond_chance():
    shuffled = texts(RNG.integers(0, 3, N))
    assert abs(neighbour_correlation(shuffled, NO_BLOCKS)) < 0.1
    assert neighbour_correlation(np.sort(shuffled), NO_BLOCKS) > 0.98
    rows = 12
    small = texts([0, 0, 1, 1, 1, 0, 2, 2, 0, 0, 0, 1])
    blocks = np.repeat([0, 1], [5, 7])
    pairs = [(i, j) for i in range(rows) for j in range(rows)]
    within = [(i, j) for i, j in pairs if i != j and blocks[i] == blocks[j]]
    chance = np.mean([small[i] == small[j] for i, j in within])
    beside = [(i, j) for i, j in within if j == i + 1]
    equal = np.mean([small[i] == small[j] for i, j in beside])
    found = neighbour_correlation(small, blocks)
    assert found == pytest.approx((equal - chance) / (1 - chance))


def test_what_blocks_share_is_taken_off():
    blocks = np.arange(N) // 100
    x = 10.0 * blocks + RNG.normal(size=N)
    assert neighbour_correlation(x, NO_BLOCKS) > 0.9
    assert abs(neighbour_correlation(x, blocks)) < 0.15
    assert neighbour_correlation(np.ones(N), NO_BLOCKS) == 0.0
    assert neighbour_correlation(texts(np.ones(N)), NO_BLOCKS) == 0.0


# The rule


def test_series_are_rows_like_their_neighbours():
    assert codes(series()) == ["HM-D12"]
    assert "HM-D12" in codes(series(), "state")
    assert "HM-D12" in codes(series(), "signal 0")


def test_rows_in_random_order_are_not():
    order = RNG.permutation(N)
    assert codes({name: column[order] for name, column in series().items()}) == []


@pytest.mark.parametrize("tables", [1, 2])
def test_rows_sorted_by_class_are_not(tables):
    """Also where two tables, each sorted, were joined."""
    kind = np.tile(np.repeat(np.arange(6), N // 6 // tables), tables)
    table = {f"size {j}": 5.0 * kind + RNG.normal(size=N) for j in range(5)}
    table["kind"] = texts(kind)
    assert codes(table, "kind") == []
    assert codes(table) == []


def test_rows_sorted_by_a_value_are_not():
    price = np.sort(RNG.lognormal(size=N))
    table = {f"size {j}": price + 0.01 * RNG.normal(size=N) for j in range(4)}
    assert codes(table | {"price": price}, "price") == []


def test_all_combinations_in_their_order_are_not():
    places = np.stack(np.unravel_index(np.arange(4**5), (4,) * 5))
    table = {f"x{j}": texts(column) for j, column in enumerate(places)}
    assert codes(table) == []


def test_few_rows_or_columns_say_nothing():
    table = series()
    assert codes({name: column[:90] for name, column in table.items()}) == []
    assert codes({name: table[name] for name in ("signal 0", "signal 1")}) == []
