"""A typed table as what a network learns: its inputs, and what is predicted.

    table, target -> rows that have a target -> inputs X, truth y

Columns are encoded as for a fit, but without bins and ranks: each number is one input,
so that the network can be read.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from halfmoon.arrays.cached import cached_property
from halfmoon.tables.decision import USED
from halfmoon.tables.editable import EditableTable
from halfmoon.tables.encoding import Encoder
from halfmoon.tables.task import Target, read_target, suggest_target

NAMED = 5  # columns in a note


@dataclass(frozen=True, eq=False)
class LearnableTable:
    """The n rows of a table that have a target, encoded by those learned from.

    `y` (n,) holds class numbers, or values in the network's units, which of the rows
    learned from have mean 0 and deviation 1: value = `middle` + `spread` y. Without
    `scaled`, numbers are inputs as they are, and so are values.

    Examples
    --------
    >>> x = np.arange(10.0)
    >>> table = EditableTable.of({"x": x, "y": 2.0 * x + 0.5})
    >>> target = find_target(table, "y")
    >>> learned = LearnableTable.of(table, target, np.zeros(10, bool))
    >>> learned.inputs(learned.values).shape, learned.middle
    ((10, 1), 9.5)
    """

    table: EditableTable
    target: Target
    encoder: Encoder
    rows: NDArray[np.intp]  # (n,) their numbers in the table
    y: NDArray[Any]
    classes: tuple[str, ...] = ()
    middle: float = 0.0
    spread: float = 1.0
    scaled: bool = True

    @classmethod
    def of(
        cls,
        table: EditableTable,
        target: Target,
        is_test: NDArray[np.bool_],
        without: Iterable[str | None] = (),
        scaled: bool = True,
    ) -> Self:
        """A table to be learned; `is_test` (rows of the table,) are not looked at.

        The columns `without` are no inputs. Raises ValueError where no row or no column
        is left to learn from.
        """
        rows = np.flatnonzero(target.known)
        learned = np.flatnonzero(target.known & ~is_test)
        if not len(learned):
            raise ValueError(
                f"No row with a value in {target.column!r} is left to learn from; test "
                "on fewer rows."
            )
        kinds = {
            name: kind
            for name, kind in table.schema.kinds.items()
            if kind in USED and name not in (target.column, *without)
        }
        values = {name: table.values[name][learned] for name in kinds}
        encoder = Encoder.of(values, kinds, classification=False, bins=0)
        known = target.values[rows]
        if target.task == "classification":
            classes, numbers = np.unique(known, return_inverse=True)
            named = tuple(map(str, classes.tolist()))
            return cls(table, target, encoder, rows, numbers, named, scaled=scaled)
        if not scaled:
            return cls(table, target, encoder, rows, known, scaled=False)
        middle = float(target.values[learned].mean())
        spread = float(target.values[learned].std()) or 1.0
        y = (known - middle) / spread
        return cls(table, target, encoder, rows, y, (), middle, spread)

    @cached_property
    def kinds(self) -> dict[str, str]:
        """The kind of each column that is learned from."""
        names = [name for name in self.table.schema.kinds if name in self.values]
        return {name: self.table.schema.kinds[name] for name in names}

    @cached_property
    def values(self) -> dict[str, NDArray[Any]]:
        """The columns that are learned from, parsed (n,)."""
        encoder = self.encoder  # a date is a number, too
        used = {number.name for number in encoder.numbers.columns}
        used |= {category.name for category in encoder.categories}
        values = self.table.values
        return {name: values[name][self.rows] for name in values if name in used}

    def inputs(self, values: Mapping[str, NDArray[Any]]) -> NDArray[np.float64]:
        """The inputs (m, d) of parsed columns (m,)."""
        if not self.scaled:
            return np.column_stack([values[name] for name in self.encoder.names])
        return self.encoder.encode(values).astype(np.float64)

    def inputs_of(self, cells: Mapping[str, Any]) -> NDArray[np.float64]:
        """The inputs (1, d) of one row, from its cells as texts; others are empty.

        Raises ValueError for a cell that stands for nothing.
        """
        values = {}
        for name, column in self.values.items():
            value = self.table.read_cell(name, str(cells.get(name, "")))
            values[name] = np.array([value], dtype=column.dtype)
        return self.inputs(values)

    def truth(self) -> NDArray[np.float64]:
        """The values (n, 1), or a column of 0 and 1 for each class."""
        if not self.classes:
            return np.asarray(self.y[:, None])
        return np.asarray(np.eye(len(self.classes))[self.y])

    def notes(self) -> list[str]:
        """What was decided, in sentences."""
        notes = [f"{self.target}."]
        missing = self.table.n - len(self.rows)
        if missing:
            notes.append(
                f"{missing:,} rows without {self.target.column!r} are left out."
            )
        kinds = self.table.schema.kinds
        left = {name: kind for name, kind in kinds.items() if kind not in USED}
        left |= self.encoder.left_out
        left.pop(self.target.column, None)
        if left:
            told = [f"{name!r} ({why})" for name, why in left.items()]
            more = f" and {len(told) - NAMED} more" if len(told) > NAMED else ""
            notes.append(f"Not learned from: {', '.join(told[:NAMED])}{more}.")
        return notes


def find_target(
    table: EditableTable, name: str | None, task: str | None = None
) -> Target:
    """The column that is to be predicted, or the one that is probably meant.

    A task that is given holds whatever the column's values would say.

    Raises ValueError for a column that is none or cannot be, and if none can be.
    """
    if name is not None:
        table.decision(name)  # there is one
        return read_target(name, table.columns[name], task)
    suggested = suggest_target(table.columns)
    if suggested is None:
        raise ValueError(
            "No column of this table can be predicted; give one with a column of "
            "classes or numbers that vary."
        )
    if task in (None, suggested.target.task):
        return suggested.target
    return find_target(table, suggested.target.column, task)
