"""Features: what the network is given of a point on the plane.

A hidden layer can bend the plane by itself; a feature bends it beforehand.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from halfmoon.arrays.elementary import Array
from halfmoon.components.rules import nearest


class Feature(NamedTuple):
    """A column made of the columns of X, and the line of Python that makes it."""

    of: Callable[[Array], Any]
    python: str
    columns: int  # how many columns X must have


FEATURES = {
    "x1": Feature(lambda X: X[:, 0], "X[:, 0]", 1),
    "x2": Feature(lambda X: X[:, 1], "X[:, 1]", 2),
    "x1^2": Feature(lambda X: X[:, 0] ** 2, "X[:, 0] ** 2", 1),
    "x2^2": Feature(lambda X: X[:, 1] ** 2, "X[:, 1] ** 2", 2),
    "x1 x2": Feature(lambda X: X[:, 0] * X[:, 1], "X[:, 0] * X[:, 1]", 2),
    "sin(pi x1)": Feature(
        lambda X: np.sin(np.pi * X[:, 0]), "np.sin(np.pi * X[:, 0])", 1
    ),
    "sin(pi x2)": Feature(
        lambda X: np.sin(np.pi * X[:, 1]), "np.sin(np.pi * X[:, 1])", 2
    ),
}


def usable_features(names: Sequence[str], columns: int) -> tuple[str, ...]:
    """Those of the features that X of so many columns has; "x1" if it has none.

    Raises ValueError for a name that is no feature, and for no name or one twice.
    """
    for name in names:
        if name not in FEATURES:
            raise ValueError(f"There is no feature {name!r}; {nearest(name, FEATURES)}")
    if not names or len(set(names)) < len(names):
        raise ValueError(
            f"The network needs at least one feature, each once; got {list(names)}."
        )
    usable = tuple(name for name in names if FEATURES[name].columns <= columns)
    return usable or ("x1",)


def apply_features(names: Sequence[str], X: Array) -> Array:
    """The features of points X (n, 1 or 2), a column each (n, d).

    >>> apply_features(["x1", "x1 x2"], np.array([[2.0, 3.0]]))
    array([[2., 6.]])
    """
    return np.column_stack([FEATURES[name].of(X) for name in names])
