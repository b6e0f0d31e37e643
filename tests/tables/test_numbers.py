"""Columns of numbers: by scikit-learn, SciPy, pandas, and loops over single numbers."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import norm, rankdata
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import RobustScaler, StandardScaler

from halfmoon.tables.numbers import (
    Number,
    Numbers,
    bin_edges,
    learn_number,
    number_of_bins,
)

RNG = np.random.default_rng(0)
SKEWED = np.exp(RNG.normal(size=400))
GAPS = np.where(RNG.random(400) < 0.1, np.nan, SKEWED)
FEW = RNG.integers(0, 9, 400).astype(float)
ATOM = np.where(RNG.random(400) < 0.5, 0.0, SKEWED)


def encode(numbers, X):
    out = np.empty((len(X), len(numbers.names)), dtype=np.float32)
    numbers.encode(np.asarray(X, dtype=float), out)
    return dict(zip(numbers.names, out.T, strict=True))


def encode_one(x, bins=0, with_scores=False, new=None):
    numbers = Numbers((learn_number("x", np.asarray(x, float), bins, with_scores),))
    X = np.asarray(x if new is None else new, dtype=float)[:, np.newaxis]
    return encode(numbers, X)


def smooth_clip(z):
    return z / np.sqrt(1.0 + (z / 3.0) ** 2)


@pytest.mark.parametrize("x", [SKEWED, GAPS, FEW, 1e6 + FEW, ATOM + 1e-3 * SKEWED])
def test_values_are_filled_and_scaled_as_by_scikit_learn(x):
    judge = make_pipeline(SimpleImputer(strategy="median"), RobustScaler())
    expected = smooth_clip(judge.fit_transform(x[:, np.newaxis]).ravel())
    np.testing.assert_allclose(encode_one(x)["x"], expected, rtol=1e-6, atol=1e-7)


def test_where_the_quartiles_are_equal_the_range_is_the_scale():
    encoded = encode_one([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 8.0, -2.0])["x"]
    z = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 8.0 / 5.0, -2.0 / 5.0]
    expected = [v / math.sqrt(1.0 + (v / 3.0) ** 2) for v in z]
    np.testing.assert_allclose(encoded, expected, rtol=1e-6)


def test_gaps_have_an_indicator_as_by_scikit_learn():
    judge = make_pipeline(MissingIndicator(), StandardScaler())
    expected = judge.fit_transform(GAPS[:, np.newaxis]).ravel()
    np.testing.assert_allclose(encode_one(GAPS)["x is missing"], expected, rtol=1e-5)
    assert "x is missing" not in encode_one(SKEWED)


def test_one_gap_among_many_rows_is_no_giant():
    x = np.arange(10_000.0)
    x[7] = np.nan
    assert encode_one(x)["x is missing"].max() == pytest.approx((1.0 - 1e-4) / 0.05)


def test_a_gap_that_comes_only_later_is_the_median():
    new = encode_one(SKEWED, 8, True, [np.nan, np.median(SKEWED)])
    assert "x is missing" not in new
    assert all(entries[0] == entries[1] for entries in new.values())


@pytest.mark.parametrize("x", [SKEWED, GAPS, FEW, ATOM, np.full(9, 4.0)])
def test_the_range_of_the_values_is_known(x):
    number = learn_number("x", x, bins=8, with_scores=True)
    assert (number.low, number.high) == (np.nanmin(x), np.nanmax(x))


@pytest.mark.parametrize("x", [SKEWED, GAPS, FEW, ATOM])
def test_ranks_are_normal_scores_as_by_scipy(x):
    seen = ~np.isnan(x)
    expected = norm.ppf((rankdata(x[seen]) - 0.5) / seen.sum())
    encoded = encode_one(x, with_scores=True)["x by rank"][seen]
    np.testing.assert_allclose(encoded, expected, rtol=1e-6, atol=1e-7)


def test_ranks_of_many_values_are_read_from_a_table():
    x = np.exp(RNG.normal(size=20_000))
    x[:9_000] = 1.0
    number = learn_number("x", x, 0, True)
    assert len(number.knots) <= 514
    exact = norm.ppf((rankdata(x) - 0.5) / len(x))
    error = np.abs(encode_one(x, with_scores=True)["x by rank"] - exact)
    assert error.max() < np.ptp(exact) / 256
    assert error.mean() < 1e-3
    assert error[0] < 1e-6  # the value that many rows share has its own score


def test_ranks_between_and_beyond_the_values():
    encoded = encode_one([0.0, 1.0], with_scores=True, new=[-9.0, 0.0, 0.5, 0.75, 9.0])
    low = norm.ppf(0.25)
    expected = [low, low, 0.0, -0.5 * low, -low]
    np.testing.assert_allclose(encoded["x by rank"], expected, atol=1e-7)


@pytest.mark.parametrize("x", [SKEWED, GAPS, FEW, ATOM])
def test_bins_by_a_loop_over_single_numbers(x):
    number = learn_number("x", x, 8, False)
    filled = [float(np.nanmedian(x)) if math.isnan(v) else float(v) for v in x]
    edges = number.edges.tolist()
    for i in range(len(edges) - 1):
        width = edges[i + 1] - edges[i]
        t = [min(max((v - edges[i]) / width, 0.0), 1.0) for v in filled]
        expected = [(v - sum(t) / len(t)) / 2.0 for v in t]
        (name,) = (
            name for name in encode_one(x, 8) if name.startswith(f"x in bin {i} ")
        )
        np.testing.assert_allclose(encode_one(x, 8)[name], expected, atol=1e-6)


def test_a_sum_of_bins_is_a_broken_line():
    number = learn_number("x", SKEWED, 8, False)
    widths = np.diff(number.edges)
    encoded = encode_one(SKEWED, 8)
    t = [v for name, v in encoded.items() if "in bin" in name]
    t = 2.0 * np.transpose(t) + number.means
    np.testing.assert_allclose(number.edges[0] + t @ widths, SKEWED, rtol=1e-5)


def test_bins_hold_equally_many_rows_as_by_pandas():
    _, expected = pd.qcut(SKEWED, 8, retbins=True)
    edges = bin_edges(*np.unique(SKEWED, return_counts=True), 8)
    np.testing.assert_allclose(edges, expected, rtol=1e-12)


def test_a_value_that_fills_a_bin_alone_is_an_edge_and_so_are_its_neighbours():
    x = np.concatenate([np.arange(1.0, 101.0), np.full(100, 50.5)])
    edges = bin_edges(*np.unique(x, return_counts=True), 4).tolist()
    _, others = pd.qcut(np.arange(1.0, 101.0), 3, retbins=True)
    expected = sorted({50.0, 50.5, 51.0, *others.tolist()})
    assert edges == pytest.approx(expected, rel=1e-12)


def test_of_many_such_values_the_most_frequent_are_edges():
    counts = {10.0: 26, 20.0: 30, 30.0: 28} | dict.fromkeys(np.arange(40.0, 56.0), 1)
    x = np.repeat(list(counts), list(counts.values()))
    edges = bin_edges(*np.unique(x, return_counts=True), 4)
    # 20 and 30 with their neighbours, and the thirds of the 42 rows that remain
    np.testing.assert_allclose(edges, [10.0, 20.0, 30.0, 40.0, 41.0 + 1.0 / 3.0, 55.0])


def test_a_few_values_are_the_edges_themselves():
    edges = bin_edges(*np.unique(FEW, return_counts=True), 8)
    assert edges.tolist() == list(range(9))


def test_one_bin_would_say_nothing_new():
    assert list(encode_one([0.0, 1.0] * 200, 8)) == ["x"]


@pytest.mark.parametrize(
    ("n", "columns", "bins"),
    [
        (399, 1, 0),  # 100 rows a bin, and no fewer than 4 bins
        (400, 1, 4),
        (1000, 1, 10),
        (1_000_000, 1, 64),
        (1000, 50, 5),
        (1000, 100, 0),
        (1000, 0, 10),
    ],
)
def test_bins_follow_the_rows(n, columns, bins):
    assert number_of_bins(n, columns) == bins


@given(
    arrays(float, st.integers(1, 30), elements=st.floats(-1e300, 1e300) | st.just(0.5)),
    st.lists(st.floats(-1e300, 1e300) | st.just(math.nan), min_size=1),
)
def test_everything_is_finite_and_in_order(x, new):
    x[np.abs(x) < 1e-290] = 0.0
    new = np.sort(np.where(np.abs(new) < 1e-290, 0.0, new))
    for name, entries in encode_one(x, 4, True, new).items():
        assert np.isfinite(entries).all()
        assert np.abs(entries).max() <= 3.0 + 1e-6
        if "missing" not in name:
            assert np.all(np.diff(entries[~np.isnan(new)]) >= -1e-6)


def test_columns_are_encoded_side_by_side():
    columns = {"skewed": SKEWED, "gaps": GAPS, "constant": np.ones(400), "atom": ATOM}
    columns["constant"][3] = np.nan
    numbers = Numbers(tuple(learn_number(*c, 8, True) for c in columns.items()))
    encoded = encode(numbers, np.transpose(list(columns.values())))
    assert list(encoded)[:8] == [
        "skewed",
        "gaps",
        "atom",
        "gaps is missing",
        "constant is missing",
        "skewed by rank",
        "gaps by rank",
        "atom by rank",
    ]
    for name, x in columns.items():
        for of_one, entries in encode_one(x, 8, True).items():
            np.testing.assert_array_equal(
                encoded[of_one.replace("x", name, 1)], entries
            )


def test_blocks_of_rows_do_not_matter():
    X = np.tile(GAPS, 4)[:, np.newaxis]
    whole = encode_one(GAPS, 8, True, X.ravel())
    again = [encode_one(GAPS, 8, True, row) for row in X]
    for name, entries in whole.items():
        assert entries.tolist() == [one[name][0] for one in again]


@pytest.mark.parametrize(
    "fault",
    [
        {"median": math.nan},
        {"missing": 1.0},
        {"low": 1e9},
        {"high": -1e9},
        {"spread": -1.0},
        {"scores": [0.0]},
        {"knots": [2.0, 1.0], "scores": [0.0, 0.0]},
        {"edges": [0.0, 1.0, 1.0]},
        {"means": [0.5] * 3},
        {"means": [math.inf] * 8},
    ],
)
def test_what_does_not_fit_together_is_refused(fault):
    whole = learn_number("x", SKEWED, 8, True).as_dict()
    np.testing.assert_equal(Number.from_dict(whole).as_dict(), whole)
    with pytest.raises(ValueError, match="column 'x' does not fit together"):
        Number.from_dict(whole | fault)
