"""A plane through a table whose columns are of any kind, two of them its axes."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from halfmoon.arrays.columns import missing_rows
from halfmoon.arrays.elementary import Array
from halfmoon.displays.plane import Plane
from halfmoon.tables.association import association
from halfmoon.tables.dates import days_of
from halfmoon.tables.learnable import LearnableTable

SPREAD = 0.3  # how far rows of one category are scattered along an axis
FEW = 10  # so many different numbers are steps rather than an axis
FARTHEST = 1e150  # a number from 0, so that its square is finite
NAMED = 4  # categories of an axis that are named


class TablePlane:
    """The parsed columns of a table over the plane of two of them.

    `columns` (n,) are those of a `Schema`: a "number" is float64 with NaN, "yes/no" 1,
    0 and NaN, a "date" datetime64, a "category" text and None. A missing value of an
    axis stands at the median. A date's axis counts days since 1970; categories stand at
    0, 1, 2, ... and their rows are scattered a little around it. The other columns
    follow the data, as `Plane` says; dates as numbers do. `numbers` (n,) are the rows'
    own, by which they are scattered.

    Raises ValueError for axes that are no two different columns.

    Examples
    --------
    >>> table = {"age": np.array([20.0, 40.0, 60.0]), "sex": np.array(["f", "m", "f"])}
    >>> kinds = {"age": "number", "sex": "category"}
    >>> plane = TablePlane(table, kinds, ("age", "sex"))
    >>> plane.at(np.array([[30.0, 0.2], [50.0, 0.9]]))
    {'age': array([30., 50.]), 'sex': array(['f', 'm'], dtype=object)}
    """

    def __init__(
        self,
        columns: Mapping[str, NDArray[Any]],
        kinds: Mapping[str, str],
        axes: tuple[str, str],
        numbers: NDArray[np.int64] | None = None,
    ) -> None:
        if len(axes) != 2 or axes[0] == axes[1] or not set(axes) <= set(columns):
            known = ", ".join(columns)
            raise ValueError(
                f"axes must be two different columns ({known}); got {axes!r}."
            )
        self.kinds = kinds
        self.axes = axes
        self.categories: dict[str, NDArray[Any]] = {}
        filled = {name: self._filled(name, column) for name, column in columns.items()}
        for name in axes:
            if name in self.categories:
                codes = filled[name]
                middle = np.round(np.median(codes[codes >= 0]))
                codes = np.where(codes < 0, middle, codes)
                filled[name] = codes.astype(np.float64)
        followers = self.categories.keys() - set(axes)
        self.plane = Plane(filled, axes, "neighbours", None, followers)
        rows = np.arange(len(filled[axes[0]])) if numbers is None else numbers
        rng = np.random.default_rng(0)
        self.positions = self.plane.rows.copy()
        for i, name in enumerate(axes):
            scatter = rng.uniform(-SPREAD, SPREAD, int(rows.max()) + 1)[rows]
            if name in self.categories:
                self.positions[:, i] += scatter

    def _filled(self, name: str, column: NDArray[Any]) -> NDArray[Any]:
        """A column without gaps: numbers, or the number of each category, or -1."""
        kind = self.kinds[name]
        if kind in ("number", "date"):
            numbers = days_of(column) if kind == "date" else column
            numbers = np.clip(numbers, -FARTHEST, FARTHEST)
            missing = np.isnan(numbers)
            middle = np.median(numbers[~missing]) if not missing.all() else 0.0
            return np.where(missing, middle, numbers)
        missing = missing_rows(column)
        known = np.unique(column[~missing])
        self.categories[name] = np.array([*known.tolist(), None], dtype=object)
        codes = np.full(len(column), -1)
        codes[~missing] = np.searchsorted(known, column[~missing])
        return codes

    def at(self, points: Array) -> dict[str, NDArray[Any]]:
        """The columns at points (m, 2) of the plane, parsed as those of the table."""
        columns = self.plane.table(points)
        return {name: self._parsed(name, column) for name, column in columns.items()}

    def _parsed(self, name: str, column: NDArray[Any]) -> NDArray[Any]:
        """A column of the plane as it is in the table."""
        kind = self.kinds[name]
        if kind == "number":
            return column
        if kind == "date":
            seconds = np.round(column * 86400.0).astype(np.int64)
            return seconds.astype("datetime64[s]")
        known = self.categories[name]
        first = 0 if name in self.axes else -1  # a missing one, the last of them
        codes = np.round(column)
        codes = np.clip(codes, first, len(known) - 2).astype(np.intp)
        values = known[codes]
        return values.astype(np.float64) if kind == "yes/no" else values

    def gap(self, points: Array) -> Array:
        """Distance from points of the plane to the nearest row (m,).

        In standard deviations of the two columns.
        """
        return self.plane.gap(points)

    def labels(self) -> tuple[str, str]:
        """What the axes are, with what their numbers stand for."""
        first, second = (self._label(name) for name in self.axes)
        return first, second

    def _label(self, name: str) -> str:
        if self.kinds[name] == "date":
            return f"{name} (days since 1970)"
        if name not in self.categories:
            return name
        known = self.categories[name][:-1].tolist()
        if self.kinds[name] == "yes/no":
            known = ["yes" if value else "no" for value in known]
        listed = ", ".join(f"{code} {text}" for code, text in enumerate(known[:NAMED]))
        return f"{name} ({listed}{', ...' if len(known) > NAMED else ''})"


def choose_axes(
    columns: Mapping[str, NDArray[Any]], y: NDArray[np.float64]
) -> tuple[str, str]:
    """The two columns that tell most of y (n, k) alone, numbers before categories.

    >>> x = np.arange(40.0)
    >>> columns = {"x": x, "noise": x * 7 % 11, "step": x // 20}
    >>> choose_axes(columns, x[:, None])
    ('x', 'noise')
    """

    def worth(name: str) -> tuple[bool, float]:
        column = columns[name]
        is_axis = column.dtype.kind in "fM" and len(np.unique(column)) > FEW
        return is_axis, association(column, y)

    first, second, *_ = sorted(columns, key=worth, reverse=True)
    return first, second


def learnable_plane(learned: LearnableTable, axes: Sequence[str] = ()) -> TablePlane:
    """The plane of two columns that are learned from, else of the two that tell most.

    Where there is one column only, the target is the second. Raises ValueError for axes
    that are no columns of the table.

    >>> from halfmoon.tables.editable import EditableTable
    >>> from halfmoon.tables.learnable import find_target
    >>> table = EditableTable.of({"x": np.arange(9.0), "y": np.arange(9.0) / 2})
    >>> learned = LearnableTable.of(table, find_target(table, "y"), np.zeros(9, bool))
    >>> learnable_plane(learned).axes
    ('x', 'y')
    """
    for name in axes:
        learned.table.decision(name)
    columns = dict(learned.values)
    kinds = dict(learned.kinds)
    if len(columns) == 1:
        target = learned.target.column
        columns[target] = learned.y
        kinds[target] = "number"
        if learned.classes:
            columns[target] = np.array(learned.classes, dtype=object)[learned.y]
            kinds[target] = "category"
    if len(set(axes)) != 2 or not set(axes) <= set(columns):
        axes = tuple(columns)
        if len(axes) > 2:
            axes = choose_axes(columns, learned.truth())
    numbers = learned.table.numbers[learned.rows]
    return TablePlane(columns, kinds, (axes[0], axes[1]), numbers)
