"""Where the rows come from: a data set that is drawn at random, points, a table."""

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors

from halfmoon import datasets
from halfmoon.arrays.elementary import Array
from halfmoon.playground.data import Data
from halfmoon.playground.features import apply_features, usable_features
from halfmoon.playground.setup import Setup


def make_data(setup: Setup, source: Any = None) -> Data:
    """The rows that a setup asks for; `source` holds those that are not generated.

    Raises ValueError for a data set, a feature or a column that does not exist.

    Examples
    --------
    >>> data = make_data(Setup(rows=50, features=["x1", "x2", "x1 x2"]))
    >>> data.X.shape, data.classes, int(data.is_test.sum())
    ((50, 3), ('0', '1'), 10)
    """
    return _generated(setup)


def _generated(setup: Setup) -> Data:
    """Rows of a data set by name."""
    X, y = datasets.make(setup.data, setup.rows, setup.noise, setup.data_seed)
    task = datasets.DATASETS.make(setup.data).task
    n = len(y)
    is_test = choose_test_rows(np.arange(n), n, setup.test_share, setup.data_seed)
    return _on_the_plane(setup, X, y, is_test, task, kind="generator")


def choose_test_rows(
    numbers: NDArray[np.int64], original: int, share: float, seed: int
) -> NDArray[np.bool_]:
    """Which rows are tested on (n,): of the original ones a share, drawn at random.

    `numbers` are the rows' own: a row that is moved, or whose neighbour is removed,
    stays where it is. Those from `original` on were added later.
    """
    rng = np.random.default_rng(seed)
    order = (rng.permutation(original) + 0.5) / original
    added = max(0, int(numbers.max()) + 1 - original)
    order = np.append(order, rng.uniform(size=added))[numbers]
    is_test = order < share
    if is_test.all():  # something must be learned from
        is_test[np.argmax(order)] = False
    return is_test


def _on_the_plane(
    setup: Setup,
    X: Array,
    y: NDArray[Any],
    is_test: NDArray[np.bool_],
    task: str,
    kind: str,
) -> Data:
    """Rows with one or two columns, which are the plane, and features made of them.

    Of one column the plane's second axis is y, on which nothing depends.
    """
    columns = X.shape[1]
    features = usable_features(setup.features, columns)
    classes: tuple[str, ...] = ()
    if task == "classification":
        classes = tuple(map(str, range(max(2, int(y.max()) + 1))))
    return Data(
        X=apply_features(features, X),
        y=y,
        is_test=is_test,
        task=task,
        inputs=features,
        classes=classes,
        target="y",
        axes=("x1", "x2" if columns == 2 else "y"),
        positions=X if columns == 2 else np.column_stack([X, y]),
        inputs_at=partial(apply_features, features),
        gap_at=_distance_to(X),
        kind=kind,
    )


def _distance_to(X: Array) -> Any:
    """A function: how far points (m, 2) are from the next row of X (n, 1 or 2).

    In standard deviations of each column.
    """
    deviation = X.std(axis=0)
    scale = np.where(deviation > 0.0, deviation, 1.0)
    nearest = NearestNeighbors(n_neighbors=1).fit(X / scale)

    def gap_at(points: Array) -> Array:
        return nearest.kneighbors(points[:, : X.shape[1]] / scale)[0][:, 0]

    return gap_at
