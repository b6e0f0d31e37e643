"""Rows by a setup: what the generators draw, and what the page shows of it."""

import numpy as np
import pytest
from sklearn.datasets import make_moons

from halfmoon.datasets import DATASETS
from halfmoon.playground.make_data import make_data
from halfmoon.playground.setup import Setup
from halfmoon.playground.sources import drawn_points


def test_moons_are_the_tutorials_points():
    data = make_data(Setup())
    np.random.seed(0)
    X, y = make_moons(200, noise=0.20)
    np.testing.assert_array_equal(data.X, X)
    np.testing.assert_array_equal(data.y, y)
    assert data.is_test.sum() == 40


@pytest.mark.parametrize("name", DATASETS)
def test_every_generator_gives_rows_on_a_plane(name):
    data = make_data(Setup(data=name, rows=60, noise=0.1))
    assert data.task == DATASETS[name].task
    assert data.positions.shape == (60, 2)
    x0, x1, y0, y1 = data.box
    corners = np.array([[x0, y0], [x1, y1]])
    assert data.inputs_at(corners).shape == (2, len(data.inputs))
    # a row is no distance from itself, and its place is what the network is given
    np.testing.assert_allclose(data.gap_at(data.positions), 0.0, atol=1e-7)
    np.testing.assert_array_equal(data.inputs_at(data.positions), data.X)
    assert len(data.classes) == len(np.unique(data.y)) or data.task == "regression"


def test_of_one_column_the_other_axis_is_y():
    data = make_data(Setup(data="wave", rows=30))
    assert data.inputs == ("x1",)
    assert data.axes == ("x1", "y")
    np.testing.assert_array_equal(data.positions, np.column_stack([data.X, data.y]))
    np.testing.assert_array_equal(data.inputs_at(np.array([[0.5, 9.0]])), [[0.5]])


def test_the_gap_is_counted_in_standard_deviations():
    data = make_data(Setup(data="blobs:classes=1", rows=40, noise=0.3))
    deviation = data.positions.std(axis=0)
    far = data.positions.max(axis=0) + 1000.0
    expected = np.sqrt((((far - data.positions) / deviation) ** 2).sum(axis=1)).min()
    np.testing.assert_allclose(data.gap_at(far[None]), [expected])


@pytest.mark.parametrize(
    ("rows", "share", "expected"),
    [(200, 0.0, 0), (200, 0.25, 50), (4, 0.9, 3), (5, 0.01, 0)],
)
def test_a_share_is_tested_on(rows, share, expected):
    data = make_data(Setup(rows=rows, test_share=share))
    assert data.is_test.sum() == expected


def test_test_rows_are_one_line_of_numpy():
    data = make_data(Setup(rows=200, test_share=0.2, data_seed=7))
    again = np.random.default_rng(7).permutation(200) < 40
    np.testing.assert_array_equal(data.is_test, again)


def test_one_class_still_makes_a_question():
    data = make_data(Setup(data="blobs:classes=1"))
    assert data.classes == ("0", "1")
    assert data.outputs == 2


def test_an_unknown_data_set_is_refused_in_words():
    with pytest.raises(ValueError, match="no data set 'moon'; did you mean 'moons'"):
        make_data(Setup(data="moon"))


def test_drawn_points_are_data():
    points = drawn_points(
        {"x1": [0.0, 1.0, 2.0], "x2": [5.0, 6.0, 7.0], "y": [0, 1, 1]}
    )
    setup = Setup(data="drawn", features=["x2", "x1^2"], test_share=0)
    data = make_data(setup, points)
    np.testing.assert_array_equal(data.X, [[5.0, 0.0], [6.0, 1.0], [7.0, 4.0]])
    np.testing.assert_array_equal(data.positions, [[0, 5], [1, 6], [2, 7]])
    assert data.y.tolist() == [0, 1, 1]
    assert data.y.dtype.kind == "i"
    assert data.kind == "drawn"


def test_the_shown_part_of_the_plane_stays_while_points_are_drawn():
    box = (-2.0, 2.0, -1.0, 1.0)
    inside = drawn_points({"x1": [0.0], "x2": [0.0], "y": [0]}, box=box)
    assert make_data(Setup(data="drawn"), inside).box == box
    outside = drawn_points({"x1": [0.0, 5.0], "x2": [0.0, 0.5], "y": [0, 1]}, box=box)
    assert make_data(Setup(data="drawn"), outside).box == (-2.0, 5.4, -1.0, 1.0)


def test_drawn_values_in_one_column_are_a_curve():
    points = drawn_points({"x1": [0.0, 1.0], "y": [0.5, -0.5]}, "regression")
    data = make_data(Setup(data="drawn"), points)
    assert data.axes == ("x1", "y")
    assert data.classes == ()
    np.testing.assert_array_equal(data.positions, [[0.0, 0.5], [1.0, -0.5]])


def test_a_point_is_typed_in():
    data = make_data(Setup(features=["x1", "x1 * x2"]))
    np.testing.assert_array_equal(data.inputs_of({"x1": "2", "x2": 3}), [[2.0, 6.0]])
    with pytest.raises(ValueError, match="a number for each of x1, x2"):
        data.inputs_of({"x1": "2"})


def test_a_data_set_that_would_take_for_ever_is_refused():
    with pytest.raises(ValueError, match=r"classes may be at most 20 .* got 1e"):
        make_data(Setup(data="blobs:classes=100000000"))
