"""Rows of bins, kept as places: they are read as the table that they stand for."""

import dataclasses

import numpy as np
import pytest
from sklearn.preprocessing import KBinsDiscretizer

from halfmoon.arrays.binned import Binned, places_of, take_rows
from halfmoon.arrays.table import read_table

RNG = np.random.default_rng(0)


def binned(n=20, others=3, first=2, bins=(4, 7), dtype="float64", seed=0):
    """A table of bins and other inputs, at random."""
    rng = np.random.default_rng(seed)
    places = np.empty((n, 2 * len(bins)), dtype)
    places[:, 0::2] = rng.integers(0, bins, (n, len(bins)))
    places[:, 1::2] = rng.random((n, len(bins))).round(1)
    return Binned(
        rng.normal(size=(n, others)).astype(dtype),
        first,
        places,
        np.array(bins),
        rng.random(sum(bins)).astype(dtype),
    )


def whole(table):
    """The table by scalar loops over what `Binned` says of itself."""
    rows = []
    for others, places in zip(table.others, table.places, strict=True):
        entries = []
        for column, b in enumerate(table.bins):
            q, t = places[2 * column : 2 * column + 2]
            entries += [1.0 if i < q else (t if i == q else 0.0) for i in range(b)]
        entries = [(t - m) / 2.0 for t, m in zip(entries, table.means, strict=True)]
        rows.append([*others[: table.first], *entries, *others[table.first :]])
    return np.array(rows)


@pytest.mark.parametrize("first", [0, 2, 3])
def test_it_is_read_as_the_table_it_stands_for(first):
    table = binned(first=first)
    expected = whole(table)
    np.testing.assert_allclose(np.asarray(table), expected, rtol=1e-15)
    assert table.shape == expected.shape
    assert len(table) == 20
    rows = RNG.permutation(20)[:7]
    np.testing.assert_allclose(table[rows], expected[rows], rtol=1e-15)
    np.testing.assert_allclose(table[3:9], expected[3:9], rtol=1e-15)
    np.testing.assert_allclose(table.take(rows)[:], expected[rows], rtol=1e-15)
    np.testing.assert_allclose(take_rows(table, rows)[:], expected[rows], rtol=1e-15)
    assert np.array_equal(take_rows(expected, rows), expected[rows])


def test_a_network_takes_it_as_it_is_and_in_another_type_whole():
    table = binned()
    assert read_table(table, 14, np.dtype("float64")) is table
    other = read_table(table, 14, np.dtype("float32"))
    np.testing.assert_allclose(other, whole(table), rtol=1e-6, atol=1e-7)
    with pytest.raises(ValueError, match=r"shape \(n, 13\)"):
        read_table(table, 13, np.dtype("float64"))


def changed(name, index, value):
    array = getattr(binned(), name).copy()
    array[index] = value
    return {name: array}


@pytest.mark.parametrize(
    "wrong",
    [
        changed("places", (3, 0), 4.0),
        changed("places", (3, 0), -1.0),
        changed("places", (3, 0), 0.5),
        changed("places", (3, 1), 1.5),
        changed("places", (3, 3), np.nan),
        changed("others", (0, 0), np.inf),
        changed("means", 0, np.nan),
        {"first": 4},
        {"bins": np.array([4, 6])},
        {"bins": np.array([11])},
        {"others": np.zeros((19, 3))},
        {"means": np.zeros(11, "float32")},
    ],
    ids=str,
)
def test_parts_that_do_not_fit_are_refused(wrong):
    with pytest.raises(ValueError, match="do not fit together"):
        dataclasses.replace(binned(), **wrong)


def test_places_are_the_bins_of_scikit_learn_and_shares_of_their_width():
    x = RNG.normal(size=200)
    judge = KBinsDiscretizer(9, encode="ordinal", strategy="uniform")
    q, t = places_of(x, judge.fit(x[:, None]).bin_edges_[0])
    assert np.array_equal(q, judge.transform(x[:, None])[:, 0])
    edges = judge.bin_edges_[0]
    np.testing.assert_allclose(edges[q] + t * np.diff(edges)[q], x, rtol=1e-12)


def test_places_beyond_the_edges_are_the_ends_of_the_last_bins():
    q, t = places_of([-9.0, 0.0, 1.0, 9.0, 1e308], [0.0, 1.0, 2.0])
    assert q.tolist() == [0, 0, 1, 1, 1]
    assert t.tolist() == [0.0, 0.0, 0.0, 1.0, 1.0]
