"""The rows that a setup asks for: of a data set drawn at random, points, a table."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from halfmoon import datasets
from halfmoon.arrays.elementary import Array
from halfmoon.components.features import (
    FEATURES,
    PLANE,
    apply_features,
    usable_features,
)
from halfmoon.components.registry import settings_of
from halfmoon.displays.neighbours import Neighbours
from halfmoon.playground.data import Data
from halfmoon.playground.setup import Setup
from halfmoon.playground.sources import Box, Source
from halfmoon.playground.table_data import table_data
from halfmoon.tables.held_out import hold_out

GIVEN = ("drawn", "table")
LARGEST = 20  # setting of a data set, such as how many classes it has


def make_data(setup: Setup, source: Source | None = None) -> Data:
    """The rows that a setup asks for; `source` holds those that are not generated.

    Raises ValueError for a data set, a feature or a column that does not exist.

    Examples
    --------
    >>> data = make_data(Setup(rows=50, features=["x1", "x2", "x1 * x2"]))
    >>> data.X.shape, data.classes, int(data.is_test.sum())
    ((50, 3), ('0', '1'), 10)
    """
    if setup.data not in GIVEN:
        return _generated(setup)
    if source is None or source.kind != setup.data:
        what = "is no table" if setup.data == "table" else "are no drawn points"
        raise ValueError(f"There {what} here; choose a data set, or give one.")
    if source.kind == "table":
        return table_data(setup, source)
    return _drawn(setup, source)


def _drawn(setup: Setup, source: Source) -> Data:
    """Points as they are."""
    table = source.table
    y = table.columns["y"]
    if source.task == "classification":
        y = y.astype(np.int64)
    X = np.column_stack([table.columns[x] for x in ("x1", "x2") if x in table.columns])
    is_test = hold_out(table.numbers, table.original, setup.test_share, setup.data_seed)
    return _on_the_plane(setup, X, y, is_test, source.task, "drawn", source.box)


def _generated(setup: Setup) -> Data:
    """Rows of a data set by name."""
    dataset = datasets.DATASETS.make(setup.data)
    for field in settings_of(type(dataset)):
        value = getattr(dataset, field.name)
        if not isinstance(value, str) and value > LARGEST:  # it would take for ever
            raise ValueError(
                f"{field.name} may be at most {LARGEST} in the playground; got "
                f"{value:g}."
            )
    X, y = datasets.make(dataset, setup.rows, setup.noise, setup.data_seed)
    task = dataset.task
    n = len(y)
    is_test = hold_out(np.arange(n), n, setup.test_share, setup.data_seed)
    data = _on_the_plane(setup, X, y, is_test, task, "generator")
    return replace(data, border=dataset.border)


def _on_the_plane(
    setup: Setup,
    X: Array,
    y: NDArray[Any],
    is_test: NDArray[np.bool_],
    task: str,
    kind: str,
    box: Box | None = None,
) -> Data:
    """Rows with one or two columns, which are the plane, and features made of them.

    Of one column the plane's second axis is y, on which nothing depends.
    """
    names = PLANE[: X.shape[1]]
    features = usable_features(setup.features, len(names))
    neighbours = Neighbours(X)
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
        axes=("x1", "x2" if len(names) == 2 else "y"),
        features=usable_features([*FEATURES], len(names)),
        positions=X if len(names) == 2 else np.column_stack([X, y]),
        inputs_at=partial(apply_features, features),
        gap_at=lambda places: neighbours.gap(places[:, : len(names)]),
        inputs_of=partial(_features_of, names, features),
        kind=kind,
        least_box=box,
        table={**dict(zip(names, X.T, strict=True)), "y": y},
        kinds={**dict.fromkeys(names, "number"), "y": "target"},
    )


def _features_of(
    names: Sequence[str], features: Sequence[str], cells: Mapping[str, Any]
) -> Array:
    """The features (1, d) of a point whose columns are given as numbers or texts."""
    try:
        X = np.array([[float(cells[name]) for name in names]])
    except (KeyError, TypeError, ValueError):
        X = np.full((1, 1), np.nan)
    if not np.isfinite(X).all():
        raise ValueError(f"A point is a number for each of {', '.join(names)}.")
    return apply_features(features, X)
