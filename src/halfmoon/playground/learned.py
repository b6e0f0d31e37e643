"""A table as data: what is predicted, what is learned from, what is seen of it.

Columns are typed and encoded as `halfmoon fit` does it, but without bins and ranks:
each number is one input, so that the network can be read.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from halfmoon.arrays.elementary import Array
from halfmoon.displays.table_plane import TablePlane
from halfmoon.playground.data import Data, choose_test_rows
from halfmoon.playground.given import Source
from halfmoon.playground.setup import Setup
from halfmoon.tables.association import association
from halfmoon.tables.cells import cells_of
from halfmoon.tables.decision import USED
from halfmoon.tables.editable import EditableTable
from halfmoon.tables.encoding import Encoder
from halfmoon.tables.task import Target, read_target, suggest_target

MOST_CLASSES = 20
FEW = 10  # so many different numbers are steps rather than an axis
NAMED = 5  # columns in a note


class Truth(NamedTuple):
    """What is predicted, as the network learns it: value = middle + spread y."""

    y: NDArray[Any]
    classes: tuple[str, ...] = ()
    middle: float = 0.0
    spread: float = 1.0

    def columns(self) -> NDArray[np.float64]:
        """The values (n, 1), or a column of 0 and 1 for each class."""
        if not self.classes:
            return np.asarray(self.y[:, None])
        return np.asarray(np.eye(len(self.classes))[self.y])


def table_data(setup: Setup, source: Source) -> Data:
    """The rows of a table that have a target, with what the setup says of columns.

    Raises ValueError, in one sentence, where nothing can be learned.
    """
    table = source.table
    target = find_target(table, setup.target)
    rows = np.flatnonzero(target.known)
    is_test = _test_rows(setup, table)[rows]
    if is_test.all():
        raise ValueError(
            f"No row with a value in {target.column!r} is left to learn from; lower "
            "the test share."
        )
    truth = _read_truth(target, rows, is_test)
    encoder, values = _encode(setup, table, target, rows[~is_test])
    kinds = {name: table.schema.kinds[name] for name in values}
    values = {name: column[rows] for name, column in values.items()}
    plane = _plane(setup, table, values, truth, target.column, rows)
    roles = {target.column: "target"} | (
        {setup.groups: "groups"} if setup.groups else {}
    )
    return Data(
        X=_inputs(encoder, values),
        y=truth.y,
        is_test=is_test,
        task=target.task,
        inputs=tuple(encoder.names),
        classes=truth.classes,
        target=target.column,
        axes=plane.axes,
        positions=plane.positions,
        inputs_at=lambda places: _inputs(encoder, plane.at(places)),
        gap_at=plane.gap,
        middle=truth.middle,
        spread=truth.spread,
        inputs_of=partial(_inputs_of, encoder, table, tuple(kinds)),
        kind="table",
        axis_labels=plane.labels(),
        notes=_notes(source, target, encoder, len(rows)),
        table={name: column[rows] for name, column in table.columns.items()},
        kinds=table.schema.kinds | roles,
        axis_choices=tuple(plane.kinds),
        source_rows=rows,
    )


def find_target(table: EditableTable, name: str | None) -> Target:
    """The column that is to be predicted, or the one that is probably meant."""
    if name is not None:
        table.decision(name)  # there is one
        return read_target(name, table.columns[name])
    suggested = suggest_target(table.columns)
    if suggested is None:
        raise ValueError(
            "No column of this table can be predicted; give one with a column of "
            "classes or numbers that vary."
        )
    return suggested.target


def _test_rows(setup: Setup, table: EditableTable) -> NDArray[np.bool_]:
    """Which of all rows are tested on; those without a target, too."""
    groups = None
    if setup.groups is not None:
        table.decision(setup.groups)
        if setup.groups == setup.target:
            raise ValueError(
                f"{setup.groups!r} is predicted, so it cannot name the groups; choose "
                "another column."
            )
        groups = cells_of(table.columns[setup.groups]).codes
    return choose_test_rows(
        table.numbers, table.original, setup.test_share, setup.data_seed, groups
    )


def _read_truth(
    target: Target, rows: NDArray[np.intp], is_test: NDArray[np.bool_]
) -> Truth:
    """Class numbers, or values of which those learned from have mean 0, deviation 1."""
    known = target.values[rows]
    if target.task == "classification":
        classes, y = np.unique(known, return_inverse=True)
        if len(classes) > MOST_CLASSES:
            raise ValueError(
                f"Column {target.column!r} has {len(classes)} classes, and up to "
                f"{MOST_CLASSES} can be shown; choose another column."
            )
        return Truth(y, tuple(map(str, classes.tolist())))
    learned = known[~is_test]
    middle = float(learned.mean())
    spread = float(learned.std()) or 1.0
    return Truth((known - middle) / spread, (), middle, spread)


def _encode(
    setup: Setup, table: EditableTable, target: Target, learned: NDArray[np.intp]
) -> tuple[Encoder, dict[str, NDArray[Any]]]:
    """How columns become inputs, by the rows learned from, and those columns."""
    kinds = {
        name: kind
        for name, kind in table.schema.kinds.items()
        if kind in USED and name not in (target.column, setup.groups)
    }
    rows = {name: table.values[name][learned] for name in kinds}
    encoder = Encoder.of(rows, kinds, classification=False, bins=0)
    used = {name: table.values[name] for name in kinds if name not in encoder.left_out}
    return encoder, used


def _inputs(encoder: Encoder, values: Mapping[str, NDArray[Any]]) -> Array:
    return encoder.encode(values).astype(np.float64)


def _inputs_of(
    encoder: Encoder,
    table: EditableTable,
    names: Sequence[str],
    cells: Mapping[str, Any],
) -> Array:
    """The inputs (1, d) of one row, from its cells as texts; those not told are empty.

    Raises ValueError for a cell that stands for nothing.
    """
    values = {}
    for name in names:
        value = table.read_cell(name, str(cells.get(name, "")))
        values[name] = np.array([value], dtype=table.values[name].dtype)
    return _inputs(encoder, values)


def _plane(
    setup: Setup,
    table: EditableTable,
    values: Mapping[str, NDArray[Any]],
    truth: Truth,
    target: str,
    rows: NDArray[np.intp],
) -> TablePlane:
    """The plane of the two columns that are asked for, else of two that tell most.

    Where there is one column only, the target is the second.
    """
    for name in setup.axes:
        table.decision(name)
    columns = dict(values)
    kinds = {name: table.schema.kinds[name] for name in values}
    if len(columns) == 1:
        columns[target] = truth.y
        kinds[target] = "number"
        if truth.classes:
            columns[target] = np.array(truth.classes, dtype=object)[truth.y]
            kinds[target] = "category"
    axes = setup.axes
    if len(set(axes)) != 2 or not set(axes) <= set(columns):
        axes = _choose_axes(columns, truth)
    return TablePlane(columns, kinds, (axes[0], axes[1]), table.numbers[rows])


def _choose_axes(columns: Mapping[str, NDArray[Any]], truth: Truth) -> tuple[str, str]:
    """The two columns that tell most of the target alone, numbers before words."""
    y = truth.columns()

    def worth(name: str) -> tuple[bool, float]:
        column = columns[name]
        is_axis = column.dtype.kind in "fM" and len(np.unique(column)) > FEW
        return is_axis, association(column, y)

    first, second, *_ = sorted(columns, key=worth, reverse=True)
    return first, second


def _notes(
    source: Source, target: Target, encoder: Encoder, rows: int
) -> tuple[str, ...]:
    """What was decided, in sentences."""
    notes = [*source.notes, f"{target}."]
    if rows < source.table.n:
        notes.append(
            f"{source.table.n - rows:,} rows without {target.column!r} are left out."
        )
    left = {
        name: kind
        for name, kind in source.table.schema.kinds.items()
        if kind not in USED
    } | encoder.left_out
    told = [f"{name!r} ({why})" for name, why in left.items() if name != target.column]
    if told:
        more = f" and {len(told) - NAMED} more" if len(told) > NAMED else ""
        notes.append(f"Not learned from: {', '.join(told[:NAMED])}{more}.")
    return tuple(notes)
