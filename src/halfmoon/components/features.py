"""Features: what the network is given besides the columns of X themselves.

A hidden layer can bend the plane by itself; a feature bends it beforehand.
"""

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from halfmoon.arrays.elementary import Array
from halfmoon.components.rules import check_name

PLANE = ("x1", "x2")  # the columns of points on a plane


class Feature(NamedTuple):
    """A column made of the columns of X, and the line of Python that makes it."""

    of: Callable[[Array], Any]
    python: str


def features_of(columns: Sequence[str]) -> dict[str, Feature]:
    """The features of columns with these names: themselves, squares, products, sines.

    >>> [*features_of(PLANE)]
    ['x1', 'x2', 'x1^2', 'x2^2', 'x1 * x2', 'sin(pi x1)', 'sin(pi x2)']
    """
    named = list(enumerate(columns))
    products = {
        f"{one} * {other}": _product(i, j)
        for (i, one), (j, other) in combinations(named, 2)
    }
    return {
        **{name: _column(i) for i, name in named},
        **{f"{name}^2": _square(i) for i, name in named},
        **products,
        **{f"sin(pi {name})": _sine(i) for i, name in named},
    }


def _column(i: int) -> Feature:
    return Feature(lambda X: X[:, i], f"X[:, {i}]")


def _square(i: int) -> Feature:
    return Feature(lambda X: X[:, i] ** 2, f"X[:, {i}] ** 2")


def _product(i: int, j: int) -> Feature:
    return Feature(lambda X: X[:, i] * X[:, j], f"X[:, {i}] * X[:, {j}]")


def _sine(i: int) -> Feature:
    return Feature(lambda X: np.sin(np.pi * X[:, i]), f"np.sin(np.pi * X[:, {i}])")


FEATURES = features_of(PLANE)


def usable_features(names: Sequence[str], columns: int) -> tuple[str, ...]:
    """Those of the features that one or two columns have; "x1" if they have none.

    Raises ValueError for a name that is no feature, and for no name or one twice.
    """
    for name in names:
        check_name("feature", name, FEATURES)
    if not names or len(set(names)) < len(names):
        raise ValueError(
            f"The network needs at least one feature, each once; got {list(names)}."
        )
    known = features_of(PLANE[:columns])
    return tuple(name for name in names if name in known) or ("x1",)


def extend_inputs(names: Sequence[str], X: Array, inputs: Sequence[str]) -> Array:
    """Inputs X (n, d) of these names, and after them the features that are named.

    >>> extend_inputs(["age^2"], np.array([[2.0, 3.0]]), ["size", "age"])
    array([[2., 3., 9.]])
    """
    if not names:
        return X
    places = [i for i, each in enumerate(inputs) if any(each in name for name in names)]
    columns = [inputs[i] for i in places]
    return np.column_stack([X, apply_features(names, X[:, places], columns)])


def apply_features(
    names: Sequence[str], X: Array, columns: Sequence[str] = PLANE
) -> Array:
    """The features of X (n, columns), which has columns of these names, as (n, d).

    >>> apply_features(["x1", "x1 * x2"], np.array([[2.0, 3.0]]))
    array([[2., 6.]])
    """
    known = features_of(columns)
    return np.column_stack([known[name].of(X) for name in names])
