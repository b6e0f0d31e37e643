"""Features: each is what its line of Python says."""

import numpy as np
import pytest

from halfmoon.components.features import (
    FEATURES,
    apply_features,
    extend_inputs,
    features_of,
    usable_features,
)

X = np.array([[0.5, -2.0], [1.0, 3.0], [-0.25, 0.0]])


def test_features_by_hand():
    names = ["x1", "x2", "x1^2", "x2^2", "x1 * x2"]
    expected = [
        [0.5, -2.0, 0.25, 4.0, -1.0],
        [1.0, 3.0, 1.0, 9.0, 3.0],
        [-0.25, 0.0, 0.0625, 0.0, 0.0],
    ]
    np.testing.assert_array_equal(apply_features(names, X), expected)
    sines = apply_features(["sin(pi x1)"], X)[:, 0]
    np.testing.assert_allclose(sines, [1.0, 0.0, -(0.5**0.5)], atol=1e-15)


@pytest.mark.parametrize("name", FEATURES)
def test_its_line_of_python_makes_it(name):
    made = eval(FEATURES[name].python, {"np": np, "X": X})
    np.testing.assert_array_equal(apply_features([name], X)[:, 0], made)


def test_columns_have_names_of_their_own():
    assert [*features_of(["age"])] == ["age", "age^2", "sin(pi age)"]
    made = apply_features(["b * c", "a^2"], np.array([[2.0, 3.0, 5.0]]), "abc")
    np.testing.assert_array_equal(made, [[15.0, 4.0]])


def test_one_column_has_the_features_of_one_column():
    assert usable_features(("x1", "x2", "x1^2"), 1) == ("x1", "x1^2")
    assert usable_features(("x2",), 1) == ("x1",)
    assert usable_features(("x2",), 2) == ("x2",)


def test_impossible_features_are_refused_in_words():
    with pytest.raises(ValueError, match="no feature 'x3'; did you mean"):
        usable_features(("x1", "x3"), 2)
    with pytest.raises(ValueError, match="at least one feature"):
        usable_features((), 2)
    with pytest.raises(ValueError, match="each once"):
        usable_features(("x1", "x1"), 2)


def test_inputs_are_extended_by_features_of_those_that_are_named():
    X = np.arange(6.0).reshape(2, 3)
    inputs = ["size", "is a", "age"]
    assert extend_inputs([], X, inputs) is X
    extended = extend_inputs(["size * age", "sin(pi size)"], X, inputs)
    np.testing.assert_array_equal(extended[:, :3], X)
    np.testing.assert_array_equal(extended[:, 3], X[:, 0] * X[:, 2])
    np.testing.assert_array_equal(extended[:, 4], np.sin(np.pi * X[:, 0]))
