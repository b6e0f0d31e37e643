"""A typed table whose cells and rows can be changed, and changed back."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from halfmoon.arrays.columns import missing_rows
from halfmoon.tables.cells import LONGEST, as_text
from halfmoon.tables.decision import Decision
from halfmoon.tables.number_texts import NumberFormat
from halfmoon.tables.parsing import MISSING, read_column
from halfmoon.tables.raw import Table
from halfmoon.tables.schema import Schema

MOST_UNDONE = 50  # changes that can be taken back


@dataclass(frozen=True, eq=False)
class EditableTable:
    """A table of which each change makes another one.

    `columns` (n,) are float64 where they hold numbers, datetime64 for dates, else texts
    and None. `values` are those that can be learned from, parsed by the schema.

    Examples
    --------
    >>> table = EditableTable.of({"age": np.array(["20", "30"], dtype=object)})
    >>> table.with_cells("age", [1], ["31.5"]).columns["age"]
    array([20. , 31.5])
    """

    columns: dict[str, NDArray[Any]]
    values: dict[str, NDArray[Any]]
    schema: Schema
    # the rows' own numbers (n,): from `original` on they were added later
    numbers: NDArray[np.int64]
    original: int
    earlier: tuple["EditableTable", ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, table: Table, said: Mapping[str, Any] | None = None) -> Self:
        """A table of raw columns; `said` is what some are, as `Schema.of` takes it."""
        schema, values = Schema.learn(table, said)
        columns = {}
        for decision in schema.decisions:
            name = decision.column
            if decision.kind in ("number", "date"):
                columns[name] = values[name]
            else:
                cells = decision.cells(table[name])
                columns[name] = cells.spread(np.array(cells.texts, dtype=object), None)
        n = len(next(iter(columns.values())))
        return cls(columns, values, schema, np.arange(n), n)

    @classmethod
    def of_numbers(cls, columns: Mapping[str, Any]) -> Self:
        """A table of columns (n,) of numbers, to which rows of numbers can be added.

        >>> EditableTable.of_numbers({"x": [1, 2]}).with_rows({"x": [3]}).columns["x"]
        array([1., 2., 3.])
        """
        numbers = {name: np.array(column, float) for name, column in columns.items()}
        decisions = tuple(
            Decision(name, "number", "it is given as numbers", held="numbers")
            for name in numbers
        )
        n = len(next(iter(numbers.values())))
        return cls(numbers, numbers, Schema(decisions), np.arange(n), n)

    @property
    def n(self) -> int:
        """The number of rows."""
        return len(self.numbers)

    def decision(self, name: str) -> Decision:
        """What was decided about a column; ValueError if there is none."""
        for decision in self.schema.decisions:
            if decision.column == name:
                return decision
        raise ValueError(f"There is no column {name!r} in this table.")

    def read_cell(self, name: str, text: str) -> Any:
        """What a text stands for in a column, parsed; ValueError if it is nothing."""
        decision = self.decision(name)
        if len(text) > LONGEST:
            raise ValueError(
                f"A cell of {name!r} may have at most {LONGEST:,} characters; got "
                f"{len(text):,}."
            )
        if decision.kind == "yes/no" and text:
            rows = np.flatnonzero(self.columns[name] == text)
            if not len(rows):
                known = [one for one in self.columns[name] if one is not None]
                words = " or ".join(map(repr, dict.fromkeys(known)))
                raise ValueError(f"A cell of {name!r} is {words}; got {text!r:.60}.")
            return self.values[name][rows[0]]
        if decision.kind not in MISSING or not text:
            return text if text else MISSING.get(decision.kind)
        plain = dataclasses.replace(decision, number=NumberFormat(), format=None)
        for way in (plain, decision):  # as cells are shown here, as in the file
            reading = read_column(way, np.array([text], dtype=object))
            if reading.is_read.all():
                return reading.cells.spread(reading.values, MISSING[decision.kind])[0]
        raise ValueError(
            f"Column {name!r} holds {decision.kind}s, and {text!r:.60} is none; "
            "correct it, or leave the cell empty."
        )

    # Changes

    def with_cells(self, name: str, rows: Sequence[int], cells: Sequence[str]) -> Self:
        """Other cells in some rows of a column."""
        check_rows(rows, self.n)
        read = [self.read_cell(name, cell) for cell in cells]
        column = self.columns[name].copy()
        is_text = column.dtype.kind == "O"
        column[list(rows)] = [cell or None for cell in cells] if is_text else read
        values = self.values
        if name in values:
            changed = values[name].copy()
            changed[list(rows)] = read
            values = values | {name: changed}
        columns = self.columns | {name: column}
        return self._next(columns=columns, values=values)

    def with_rows(self, added: Mapping[str, Sequence[Any]]) -> Self:
        """More rows at the end: a number for each column, all of which hold numbers."""
        columns = {
            name: np.append(column, added[name])
            for name, column in self.columns.items()
        }
        count = len(next(iter(columns.values()))) - self.n
        first = max(self.original, int(self.numbers.max()) + 1)
        numbers = np.append(self.numbers, np.arange(first, first + count))
        return self._next(columns=columns, values=columns, numbers=numbers)

    def without_rows(self, rows: Sequence[int]) -> Self:
        """All rows but these; ValueError if none would be left."""
        check_rows(rows, self.n)
        keep = np.ones(self.n, dtype=bool)
        keep[list(rows)] = False
        if not keep.any():
            raise ValueError("One row must stay; add others before it is removed.")
        return self._next(
            columns={name: column[keep] for name, column in self.columns.items()},
            values={name: column[keep] for name, column in self.values.items()},
            numbers=self.numbers[keep],
        )

    def before(self) -> "EditableTable":
        """The rows before the latest change; ValueError if there was none."""
        if not self.earlier:
            raise ValueError("No change of the rows is left to be taken back.")
        *others, last = self.earlier
        earlier: tuple[Any, ...] = tuple(others)
        return dataclasses.replace(last, earlier=earlier)

    def after(self, table: "EditableTable") -> Self:
        """This table, with all changes since an earlier one as one change."""
        earlier: tuple[Any, ...] = table.earlier
        if table is not self:
            earlier = (*earlier, dataclasses.replace(table, earlier=()))
        return dataclasses.replace(self, earlier=earlier[-MOST_UNDONE:])

    def _next(self, **changes: Any) -> Self:
        return dataclasses.replace(self, **changes).after(self)


def check_rows(rows: Sequence[Any], n: int) -> None:
    """ValueError for what is no number of one of n rows.

    >>> check_rows([0, 3], 3)
    Traceback (most recent call last):
    ValueError: A row is a number from 0 to 2; got 3.
    """
    for row in rows:
        if isinstance(row, bool) or not isinstance(row, int) or not 0 <= row < n:
            raise ValueError(f"A row is a number from 0 to {n - 1}; got {row!r:.60}.")


def shown_cell(value: Any) -> str:
    """A cell as text; numbers with six digits, midnight without its time.

    >>> shown_cell(1 / 3), shown_cell(None), shown_cell(2.0)
    ('0.333333', '', '2')
    """
    if isinstance(value, float | np.floating) and not np.isnan(value):
        return f"{value:.6g}"
    return as_text(value).removesuffix("T00:00:00")


def sorted_rows(column: NDArray[Any], descending: bool = False) -> NDArray[np.intp]:
    """The numbers of the rows in the order of a column (n,), empty cells last.

    >>> sorted_rows(np.array([3.0, np.nan, 1.0]))
    array([2, 0, 1])
    """
    is_missing = missing_rows(column)
    there = np.flatnonzero(~is_missing)
    ranks = np.unique(column[there], return_inverse=True)[1]
    order = there[np.argsort(-ranks if descending else ranks, kind="stable")]
    return np.append(order, np.flatnonzero(is_missing))
