"""A plane through data of many columns: two columns are free, and the others follow the
data.
"""

from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from sklearn.neighbors import NearestNeighbors

from halfmoon.arrays.elementary import Array
from halfmoon.displays.common import numbered


class Slice:
    """Values of all columns of X (n, d), an array or a frame, at points of the plane of
    two of them, `features`.

    With others="neighbours" each other column is, at a point, a mean over the `k` rows
    (None: the square root of n, at least 10) that are nearest in the two columns, each
    divided by its standard deviation. A row at distance d, of which the furthest of the
    k is at h, weighs (1 - (d/h)^3)^3, so that the mean changes without steps (Cleveland
    1979). Of a column without numbers it is the value of most weight. With "median" it
    is the column's median (or most frequent value) everywhere. Raises ValueError for
    what is no table of finite numbers and categories, or does not fit it.
    """

    def __init__(self, X: Any, features: Any, others: str, k: int | None) -> None:
        frame: Any = (
            nw.from_native(X, eager_only=True)
            if nw.dependencies.is_into_dataframe(X)
            else None
        )
        table = np.asarray(X) if frame is None else frame
        if len(table.shape) != 2 or table.shape[1] < 2 or len(table) < 2:
            raise ValueError(
                "X must be a table of at least 2 rows and 2 columns; got shape "
                f"{table.shape}."
            )
        self.frame = frame
        self.keys = numbered(table.shape[1]) if frame is None else frame.columns
        columns = (
            list(table.T)
            if frame is None
            else [frame.get_column(key).to_numpy() for key in self.keys]
        )
        self.columns, self.names = (
            [_number(column) for column in columns],
            list(map(str, self.keys)),
        )
        self.is_number = [column.dtype == np.float64 for column in self.columns]
        both = list(zip(self.names, self.columns, self.is_number, strict=True))
        gaps = [
            name
            for name, column, number in both
            if number and not np.isfinite(column).all()
        ]
        if gaps:
            raise ValueError(
                f"X has missing or infinite values in {', '.join(gaps)}; fill them, "
                "or leave out those rows."
            )
        pair = tuple(
            self.names.index(one) if one in self.names else one for one in features
        )
        known = {i: name for i, (name, _, number) in enumerate(both) if number}
        if len(pair) != 2 or pair[0] == pair[1] or not set(pair) <= set(known):
            allowed = (
                "two different columns of numbers, by place or name "
                f"({', '.join(known.values())})"
            )
            raise ValueError(f"features must be {allowed}; got {features!r}.")
        n = len(table)
        self.pair = pair
        self.others = others
        self.k = min(n, max(10, round(n**0.5))) if k is None else k
        if others not in ("neighbours", "median") or not 1 <= self.k <= n:
            allowed = (
                "others must be 'neighbours' or 'median', and neighbours from 1 to "
                f"the number of rows, {n}"
            )
            raise ValueError(f"{allowed}; got {others!r} and {self.k}.")
        self.rest = [i for i in range(len(self.names)) if i not in pair]
        self.rows = np.column_stack([self.columns[i] for i in pair])
        self.scale = np.where(self.rows.std(axis=0) > 0.0, self.rows.std(axis=0), 1.0)
        self.nearest = NearestNeighbors(n_neighbors=self.k).fit(self.rows / self.scale)

    def at(self, points: Array) -> list[Any]:
        """Every column at points (m, 2) of the plane, in X's order."""
        columns: list[Any] = [None] * len(self.names)
        columns[self.pair[0]], columns[self.pair[1]] = points.T
        near = np.arange(len(self.rows))[None]
        weight = np.ones((1, len(self.rows)))
        if self.rest and self.others == "neighbours":
            distance, near = self.nearest.kneighbors(points / self.scale)
            furthest = distance[:, -1:] * (1.0 + 1e-9)  # which then weighs a little
            weight = (
                1.0 - (distance / np.where(furthest > 0.0, furthest, 1.0)) ** 3
            ) ** 3
        weight = weight / weight.sum(axis=1, keepdims=True)
        for i in self.rest:
            kinds, codes = np.unique(self.columns[i], return_inverse=True)
            if not self.is_number[i]:
                shares = [
                    np.where(codes[near] == code, weight, 0.0).sum(axis=1)
                    for code in range(len(kinds))
                ]
                value = kinds[np.argmax(shares, axis=0)]
            elif self.others == "median":
                value = np.median(self.columns[i])
            else:
                value = (self.columns[i][near] * weight).sum(axis=1)
            columns[i] = np.broadcast_to(value, len(points))
        return columns

    def table(self, points: Array) -> Any:
        """The plane's points (m, 2) as m rows of the kind that X is."""
        columns = self.at(points)
        if self.frame is None:
            return np.column_stack(columns)
        named = dict(zip(self.keys, columns, strict=True))
        return nw.from_dict(named, backend=self.frame.implementation).to_native()

    def distance(self) -> Array:
        """How far each row lies from the slice (n,): of its other columns from the
        values used at its place.

        The root mean square over those columns, each in its standard deviations; a
        different category counts as 1.
        """
        squares = [np.zeros(len(self.rows))]
        used = self.at(self.rows)
        for i in self.rest:
            column: Any = self.columns[i]
            off = (
                (column - used[i]) / (column.std() or 1.0)
                if self.is_number[i]
                else column != used[i]
            )
            squares.append(off.astype(float) ** 2)
        return np.sqrt(np.sum(squares, axis=0) / max(1, len(self.rest)))

    def gap(self, points: Array) -> Array:
        """Distance (m,) from points of the plane to the nearest row, in standard
        deviations.
        """
        return self.nearest.kneighbors(points / self.scale, n_neighbors=1)[0][:, 0]


def _number(column: Any) -> Any:
    """A column as float64 if it holds numbers, else as it is."""
    try:
        return column.astype(np.float64) if column.dtype.kind in "iufO" else column
    except (TypeError, ValueError):
        return column
