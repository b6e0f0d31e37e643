"""A table as data: what is predicted, what is learned from, what is seen of it."""

import numpy as np
from numpy.typing import NDArray

from halfmoon.displays.table_plane import TablePlane, choose_axes
from halfmoon.playground.data import Data
from halfmoon.playground.setup import Setup
from halfmoon.playground.sources import Source
from halfmoon.tables.cells import cells_of
from halfmoon.tables.editable import EditableTable
from halfmoon.tables.held_out import hold_out
from halfmoon.tables.learnable import LearnableTable, find_target

MOST_CLASSES = 20


def table_setup(setup: Setup, source: Source, target: str | None = None) -> Setup:
    """A setup with which learning a table begins well.

    Raises ValueError where no column can be predicted.
    """
    rows = source.table.n
    return setup.change(
        data="table",
        target=find_target(source.table, target).column,
        task=None,
        groups=None,
        axes=(),
        hidden=(8,),
        activations=("tanh",),
        loss="auto",
        optimizer="adam",
        learning_rate=0.01,
        batch_size=32 if rows <= 5_000 else 128,
        epochs=200,
    )


def table_data(setup: Setup, source: Source) -> Data:
    """The rows of a table that have a target, with what the setup says of columns.

    Raises ValueError, in one sentence, where nothing can be learned.
    """
    table = source.table
    target = find_target(table, setup.target, setup.task)
    is_test = _test_rows(setup, table)
    learned = LearnableTable.of(
        table, target, is_test, (setup.groups,), scaled=source.scaled
    )
    if len(learned.classes) > MOST_CLASSES:
        raise ValueError(
            f"Column {target.column!r} has {len(learned.classes)} classes, and up to "
            f"{MOST_CLASSES} can be shown; choose another column."
        )
    plane = _plane(setup, learned)
    roles = {setup.groups: "groups"} if setup.groups else {}
    return Data(
        X=learned.inputs(learned.values),
        y=learned.y,
        is_test=is_test[learned.rows],
        task=target.task,
        inputs=tuple(learned.encoder.names),
        classes=learned.classes,
        target=target.column,
        axes=plane.axes,
        positions=plane.positions,
        inputs_at=lambda places: learned.inputs(plane.at(places)),
        gap_at=plane.gap,
        middle=learned.middle,
        spread=learned.spread,
        inputs_of=learned.inputs_of,
        kind="table",
        axis_labels=plane.labels(),
        notes=(*source.notes, *learned.notes()),
        table={name: each[learned.rows] for name, each in table.columns.items()},
        kinds=table.schema.kinds | roles | {target.column: "target"},
        axis_choices=tuple(plane.kinds),
        source_rows=learned.rows,
    )


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
    return hold_out(
        table.numbers, table.original, setup.test_share, setup.data_seed, groups
    )


def _plane(setup: Setup, learned: LearnableTable) -> TablePlane:
    """The plane of the two columns that are asked for, else of two that tell most.

    Where there is one column only, the target is the second.
    """
    for name in setup.axes:
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
    axes = setup.axes
    if len(set(axes)) != 2 or not set(axes) <= set(columns):
        axes = tuple(columns)
        if len(axes) > 2:
            axes = choose_axes(columns, learned.truth())
    numbers = learned.table.numbers[learned.rows]
    return TablePlane(columns, kinds, (axes[0], axes[1]), numbers)
