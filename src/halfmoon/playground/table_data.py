"""A table as data: what is predicted, what is learned from, what is seen of it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from halfmoon.arrays.elementary import Array
from halfmoon.components.features import PLANE, extend_inputs, features_of
from halfmoon.components.rules import check_name
from halfmoon.displays.table_plane import learnable_plane
from halfmoon.playground.data import Data
from halfmoon.playground.setup import Setup
from halfmoon.playground.sources import Source
from halfmoon.tables.cells import cells_of
from halfmoon.tables.editable import EditableTable
from halfmoon.tables.held_out import hold_out
from halfmoon.tables.learnable import LearnableTable, find_target

MOST_CLASSES = 20
# what a table begins with, in place of the defaults
BEGINS = {
    "hidden": (8,),
    "activations": ("tanh",),
    "loss": "auto",
    "optimizer": "adam",
    "learning_rate": 0.01,
    "epochs": 200,
}
# where rows may come from a file, these are told whatever they are
TOLD = ("data", "batch_size", *BEGINS)


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
        features=PLANE,
        batch_size=32 if rows <= 5_000 else 128,
        **BEGINS,
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
    plane = learnable_plane(learned, setup.axes)
    roles = {setup.groups: "groups"} if setup.groups else {}
    features = _features(setup.features, learned)

    def inputs(X: Array) -> Array:
        return extend_inputs(features, X, learned.encoder.names)

    return Data(
        X=inputs(learned.inputs(learned.values)),
        y=learned.y,
        is_test=is_test[learned.rows],
        task=target.task,
        inputs=(*learned.encoder.names, *features),
        classes=learned.classes,
        target=target.column,
        axes=plane.axes,
        positions=plane.positions,
        inputs_at=lambda places: inputs(learned.inputs(plane.at(places))),
        gap_at=plane.gap,
        middle=learned.middle,
        spread=learned.spread,
        inputs_of=lambda cells: inputs(learned.inputs_of(cells)),
        kind="table",
        axis_labels=plane.labels(),
        notes=(*source.notes, *learned.notes()),
        table={name: each[learned.rows] for name, each in table.columns.items()},
        kinds=table.schema.kinds | roles | {target.column: "target"},
        axis_choices=tuple(plane.kinds),
        features=_offered(plane.axes, features, learned),
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


def _numbers(learned: LearnableTable) -> tuple[str, ...]:
    """The columns of which the network is given a number."""
    return tuple(
        name
        for name, kind in learned.kinds.items()
        if kind in ("number", "date") and name in learned.encoder.names
    )


def _features(names: Sequence[str], learned: LearnableTable) -> tuple[str, ...]:
    """Those of the features that the network is given besides the columns' inputs.

    They are made of columns of numbers, as these are scaled for the network. Features
    of a column that is no input now are left out; so are x1 and x2, the features of
    points. Raises ValueError for a name that no column makes a feature of.
    """
    columns = learned.table.columns
    made = features_of([each for each in columns if any(each in n for n in names)])
    for name in set(names) - set(PLANE):
        check_name("feature", name, made)
    known = features_of([each for each in _numbers(learned) if each in made])
    usable = (name for name in names if name in known and name not in columns)
    return tuple(dict.fromkeys(usable))


def _offered(
    axes: Sequence[str], features: Sequence[str], learned: LearnableTable
) -> tuple[str, ...]:
    """The features that can be chosen: those of the axes, and those that are chosen."""
    numbers = [name for name in _numbers(learned) if name in axes]
    offered = [name for name in features_of(numbers) if name not in numbers]
    return tuple(dict.fromkeys([*offered, *features]))
