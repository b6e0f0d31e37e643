"""The other columns follow the data."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy.sparse import csr_array

from halfmoon.displays.plane import Plane
from pictures import X2, X4


@pytest.mark.parametrize("k", [1, 7, None])
def test_the_other_columns_follow_the_data(k):
    """Against loops over rows: standardised distances, the k nearest, their weights."""
    X = np.random.default_rng(0).normal(size=(196, 4)) * [1.0, 10.0, 0.1, 5.0] + 3.0
    points = np.array([[3.0, 3.0], [3.05, 2.0], [2.5, 9.0], X[7, [2, 0]]])
    got = Plane(X, (2, 0), "neighbours", k).at(points)
    np.testing.assert_array_equal(np.column_stack([got[2], got[0]]), points)
    k = k or 14  # the square root of 196
    for n, point in enumerate(points):
        away = [
            np.hypot(*((row[[2, 0]] - point) / X[:, [2, 0]].std(axis=0))) for row in X
        ]
        near = sorted(range(len(X)), key=away.__getitem__)[:k]
        furthest = away[near[-1]] * (1.0 + 1e-9) or 1.0
        weight = [(1.0 - (away[i] / furthest) ** 3) ** 3 for i in near]
        for column in (1, 3):
            mean = sum(
                w * X[i, column] for w, i in zip(weight, near, strict=True)
            ) / sum(weight)
            assert got[column][n] == pytest.approx(mean, rel=1e-6)


def test_medians_are_the_same_everywhere_and_categories_take_the_most_frequent():
    kinds = np.array(["a", "b", "b"] * 50, dtype=object)
    X = np.column_stack([X4.astype(object), kinds])
    rest = Plane(X, (0, 1), "median", None).at(X4[:9, :2])
    np.testing.assert_array_equal(rest[3], np.full(9, np.median(X4[:, 3])))
    assert list(rest[4]) == ["b"] * 9
    X[:, 4] = np.where(X4[:, 0] > 6.0, "long", "short")
    follows = Plane(X, (0, 1), "neighbours", 9).at(np.array([[4.5, 3.0], [7.5, 3.0]]))
    assert list(follows[4]) == ["short", "long"]
    assert follows[2][0] < follows[2][1]


def test_the_distance_from_the_slice_is_in_standard_deviations():
    plane = Plane(X4, (0, 1), "median", None)
    expected = []
    for row in X4:
        away = [(row[i] - np.median(X4[:, i])) / X4[:, i].std() for i in (2, 3)]
        expected.append(np.sqrt(np.mean(np.square(away))))
    np.testing.assert_allclose(plane.distance(), expected)
    assert (Plane(X2, (0, 1), "neighbours", None).distance() == 0.0).all()
    kinds = np.column_stack([X2, np.where(np.arange(120) == 7, "odd", "even")]).astype(
        object
    )
    assert list(np.flatnonzero(Plane(kinds, (0, 1), "median", None).distance())) == [7]


def test_the_gap_is_the_way_to_the_nearest_row():
    points = np.array([[0.0, 0.0], [9.0, -9.0]])
    expected = [
        min(np.hypot(*((row - point) / X2.std(axis=0))) for row in X2)
        for point in points
    ]
    np.testing.assert_allclose(
        Plane(X2, (0, 1), "neighbours", None).gap(points), expected
    )


def test_an_axis_may_be_true_and_false_and_elsewhere_these_are_categories():
    flags = X4[:, 1] > 3.0
    both = np.column_stack([flags, ~flags])
    assert Plane(both, (0, 1), "neighbours", None).rows.tolist() == both.tolist()
    for frame in (pd.DataFrame, pl.DataFrame):
        X = frame({"long": X4[:, 0], "wide": flags, "tall": X4[:, 2]})
        plane = Plane(X, ("long", "wide"), "neighbours", None)
        assert plane.rows[:, 1].tolist() == flags.tolist()
        rest = Plane(X, ("long", "tall"), "neighbours", 9).at(X4[:20, [0, 2]])
        assert {type(value) for value in rest[1].tolist()} == {bool}


def test_a_dict_of_columns_is_a_table():
    X = np.random.default_rng(0).normal(size=(50, 3))
    points = X[:4, :2] + 0.1
    table = {"a": X[:, 0], "b": X[:, 1], "c": X[:, 2]}
    got = Plane(table, ("a", "b"), "neighbours", 9).table(points)
    expected = Plane(X, (0, 1), "neighbours", 9).table(points)
    assert list(got) == ["a", "b", "c"]
    np.testing.assert_array_equal(np.column_stack(list(got.values())), expected)


def test_integers_may_be_categories():
    x = np.repeat([0.0, 10.0], 20)
    table = {"a": x, "b": x, "code": np.repeat([3, 8], 20)}
    plane = Plane(table, ("a", "b"), "neighbours", 25, ["code"])
    found = plane.table(np.array([[1.0, 1.0], [9.0, 9.0]]))["code"]
    np.testing.assert_array_equal(found, [3, 8])


@pytest.mark.parametrize(
    ("X", "says"),
    [
        ({"a": np.arange(5.0)}, "at least 2 rows and 2 columns"),
        (csr_array(X4), r"is sparse \(csr_array\); give X\.toarray\(\)"),
        (pl.DataFrame(X4).lazy(), "X is a LazyFrame"),
        (np.ma.array(X4, mask=X4 > 7.0), "X holds masked values"),
    ],
    ids=["one column", "sparse", "lazy", "masked"],
)
def test_tables_without_all_their_values_are_refused(X, says):
    with pytest.raises(ValueError, match=says):
        Plane(X, (0, 1), "neighbours", None)
