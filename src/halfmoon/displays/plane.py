"""A plane through data of many columns: two are free, the others follow the data."""

from collections.abc import Collection, Mapping
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from halfmoon.arrays.columns import refuse_masked, refuse_not_computed
from halfmoon.arrays.elementary import Array
from halfmoon.arrays.sparse import is_sparse
from halfmoon.displays.fitted import numbered
from halfmoon.displays.neighbours import Neighbours


class Plane:
    """All columns of X (n, d) over the plane of two of them.

    X is an array, a frame, or a dict of columns (n,).

    The two are `features`, by index or name. With others="neighbours" each other column
    is, at a point, a mean over the `k` rows that are nearest in the two columns, each
    divided by its standard deviation; k = None is the square root of n, at least 10. A
    row at distance d weighs

        (1 - (d/h)^3)^3

    where h is the distance of the furthest of the k, so that the mean changes without
    steps (Cleveland 1979). A column without numbers has the value of the largest
    weight, and so has one that is named among the `categories`, even if it holds
    integers. With others="median" a column is its median (or its most frequent value)
    everywhere.

    Raises ValueError for a table with other than finite numbers and categories, and for
    settings that do not fit it.
    """

    def __init__(
        self,
        X: Any,
        features: Any,
        others: str,
        k: int | None,
        categories: Collection[str] = (),
    ) -> None:
        self._read(X, categories)
        self._choose(features)
        n = len(self.columns[0])
        self.others = others
        self.k = min(n, max(10, round(n**0.5))) if k is None else k
        if others not in ("neighbours", "median") or not 1 <= self.k <= n:
            raise ValueError(
                "others must be 'neighbours' or 'median', and neighbours from 1 to "
                f"the number of rows, {n}; got {others!r} and {self.k}."
            )
        self.rows = np.column_stack([self.columns[i] for i in self.pair])
        self.neighbours = Neighbours(self.rows, self.k)

    def _read(self, X: Any, categories: Collection[str]) -> None:
        """The columns of X, their names, and which of them are numbers."""
        refuse_not_computed(X, "X")
        refuse_masked(X, "X")
        if is_sparse(X):
            raise ValueError(
                f"X must be an array or a frame, and is sparse ({type(X).__name__}); "
                "give X.toarray()."
            )
        self.frame: Any = None
        if nw.dependencies.is_into_dataframe(X):
            self.frame = nw.from_native(X, eager_only=True)
        self.is_dict = isinstance(X, Mapping)
        self.keys, columns = self._columns_of(X)
        shape: Any = np.shape(columns[0]) if columns else ()
        if len(columns) < 2 or len(shape) != 1 or shape[0] < 2:
            raise ValueError(
                "X must be a table of at least 2 rows and 2 columns; got "
                f"{len(columns)} columns of shape {shape}."
            )
        self.names = list(map(str, self.keys))
        self.columns = [
            column if name in categories else _as_numbers(column)
            for name, column in zip(self.names, columns, strict=True)
        ]
        self.is_number = [column.dtype == np.float64 for column in self.columns]
        incomplete = []
        for i, column in enumerate(self.columns):
            if self.is_number[i] and not np.isfinite(column).all():
                incomplete.append(self.names[i])
        if incomplete:
            raise ValueError(
                f"X has missing or infinite values in {', '.join(incomplete)}; fill "
                "them, or leave out those rows."
            )

    def _columns_of(self, X: Any) -> tuple[list[Any], list[Any]]:
        """The keys of X's columns, and the columns."""
        if self.is_dict:
            return list(X), list(X.values())
        if self.frame is not None:
            keys = self.frame.columns
            return keys, [self.frame.get_column(key).to_numpy() for key in keys]
        array = np.asarray(X)
        return numbered(array.shape[-1] if array.ndim == 2 else 0), list(array.T)

    def _choose(self, features: Any) -> None:
        """The indices of the two columns, and of the rest.

        An axis may be True and False, 1 and 0; elsewhere these are categories.
        """
        index = {name: i for i, name in enumerate(self.names)}
        pair = tuple(index.get(feature, feature) for feature in features)
        numbers = [
            i
            for i, is_number in enumerate(self.is_number)
            if is_number or self.columns[i].dtype == bool
        ]
        if len(pair) != 2 or pair[0] == pair[1] or not set(pair) <= set(numbers):
            known = ", ".join(self.names[i] for i in numbers)
            raise ValueError(
                "features must be two different columns of numbers, by index or name "
                f"({known}); got {features!r}."
            )
        for i in pair:
            self.columns[i] = self.columns[i].astype(np.float64)
        self.pair = pair
        self.rest = [i for i in range(len(self.names)) if i not in pair]

    def at(self, points: Array) -> list[Any]:
        """Every column at points (m, 2) of the plane, in X's order."""
        columns: list[Any] = [None] * len(self.names)
        columns[self.pair[0]], columns[self.pair[1]] = points.T
        near, weight = self._near_rows(points)
        for i in self.rest:
            column = self.columns[i]
            if not self.is_number[i]:
                value = _most_frequent(column, near, weight)
            elif self.others == "median":
                value = np.median(column)
            else:
                value = (column[near] * weight).sum(axis=1)
            columns[i] = np.broadcast_to(value, len(points))
        return columns

    def _near_rows(self, points: Array) -> tuple[Any, Array]:
        """Rows and their weights: those near each point, or all rows for medians."""
        if not self.rest or self.others == "median":
            n = len(self.rows)
            return np.arange(n)[None], np.full((1, n), 1.0 / n)
        distance, near = self.neighbours.of(points)
        furthest = distance[:, -1:] * (1.0 + 1e-9)  # which then weighs a little
        furthest = np.where(furthest > 0.0, furthest, 1.0)
        weight = (1.0 - (distance / furthest) ** 3) ** 3
        return near, weight / weight.sum(axis=1, keepdims=True)

    def table(self, points: Array) -> Any:
        """The plane's points (m, 2) as m rows of the kind that X is."""
        columns = self.at(points)
        named = dict(zip(self.keys, columns, strict=True))
        if self.is_dict:
            return named
        if self.frame is None:
            return np.column_stack(columns)
        return nw.from_dict(named, backend=self.frame.implementation).to_native()

    def distance(self) -> Array:
        """How far each row lies from the plane (n,), in standard deviations.

        The root mean square over the other columns of the row's value less the value
        used at its point, each divided by its standard deviation; a different category
        counts as 1.
        """
        total = np.zeros(len(self.rows))
        used = self.at(self.rows)
        for i in self.rest:
            column: Any = self.columns[i]
            if self.is_number[i]:
                total += ((column - used[i]) / (column.std() or 1.0)) ** 2
            else:
                total += column != used[i]
        return np.sqrt(total / max(1, len(self.rest)))

    def gap(self, points: Array) -> Array:
        """Distance from points of the plane to the nearest row (m,).

        In standard deviations of the two columns.
        """
        return self.neighbours.gap(points)


def _as_numbers(column: Any) -> Any:
    """A column as float64 if it holds numbers, else as it is."""
    if column.dtype.kind not in "iufO":
        return column
    try:
        return column.astype(np.float64)
    except (TypeError, ValueError):
        return column


def _most_frequent(column: Any, near: Any, weight: Array) -> Any:
    """The category of the largest weight among the near rows, for each point."""
    kinds, codes = np.unique(column, return_inverse=True)
    points = len(weight)
    cells = codes[near] + len(kinds) * np.arange(points)[:, None]
    shares = np.bincount(cells.ravel(), weight.ravel(), points * len(kinds))
    return kinds[np.argmax(shares.reshape(points, len(kinds)), axis=1)]
