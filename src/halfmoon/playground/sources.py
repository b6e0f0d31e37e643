"""Sources of rows that can be edited: points set by hand, a file, a frame."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from halfmoon.playground.data import Data
from halfmoon.tables.cells import LONGEST
from halfmoon.tables.editable import EditableTable
from halfmoon.tables.frames import declared_categories, read_frame
from halfmoon.tables.raw import Table
from halfmoon.tables.reading import read_file

MOST_BYTES = 32 * 2**20
MOST_UNPACKED = 128 * 2**20
MOST_ROWS = 20_000
MOST_COLUMNS = 500

Box = tuple[float, float, float, float]  # x from, x to, y from, y to


class Source(NamedTuple):
    """Rows that can be edited, and what else is known of them."""

    kind: str  # "drawn" or "table"
    table: EditableTable
    task: str = "classification"  # of points; of a table the target decides
    box: Box | None = None  # of points: the part of the plane that is shown at least
    notes: tuple[str, ...] = ()
    name: str = ""  # of the file
    scaled: bool = True  # whether a network is given a table's columns scaled


def drawn_points(
    columns: Mapping[str, Any], task: str = "classification", box: Box | None = None
) -> Source:
    """Points as rows: columns (n,) "x1", mostly "x2", and their class or value "y".

    >>> points = drawn_points({"x1": [0.5], "x2": [1.0], "y": [1]}).table
    >>> points.with_cells("x2", [0], ["2.5"]).columns["x2"]
    array([2.5])
    """
    return Source("drawn", EditableTable.of_numbers(columns), task, box)


def file_source(content: bytes | Path, name: str = "") -> Source:
    """The rows of a file, read as `halfmoon fit` does.

    Of bytes, which may come from anywhere, nothing is opened by their name. Raises
    ValueError, in one sentence, for what is no table, and for too large a one.
    """
    if isinstance(content, Path):
        table, understood = read_file(content)
        return table_source(table, {}, understood.notes, content.name)
    if len(content) > MOST_BYTES:
        raise ValueError(
            f"A file may have at most {MOST_BYTES // 2**20} MiB; this one has "
            f"{len(content) / 2**20:,.0f}: leave out some of its rows."
        )
    stream = io.BytesIO(content)
    stream.name = name or "the file"
    table, understood = read_file(stream, most_bytes=MOST_UNPACKED)
    return table_source(table, {}, understood.notes, name)


def frame_source(frame: Any) -> Source:
    """The rows of a frame, a dict of columns or an array; ValueError as for a file."""
    declared = {"kind": "category", "why": "its type is a category"}
    said = dict.fromkeys(declared_categories(frame), declared)
    return table_source(read_frame(frame), said)


def table_source(
    table: Table, said: dict[str, Any], notes: Sequence[str] = (), name: str = ""
) -> Source:
    """The rows of raw columns, of which some are drawn if there are too many.

    `said` are the kinds of columns that are given rather than found out. ValueError for
    too many columns.
    """
    if len(table) > MOST_COLUMNS:
        raise ValueError(
            f"A table may have at most {MOST_COLUMNS} columns here; this one has "
            f"{len(table):,}: leave some out."
        )
    rows = len(next(iter(table.values())))
    if rows > MOST_ROWS:
        chosen = np.random.default_rng(0).permutation(rows)[:MOST_ROWS]
        chosen.sort()
        table = {name: column[chosen] for name, column in table.items()}
        notes = [*notes, f"{MOST_ROWS:,} of {rows:,} rows were drawn at random."]
    editable = EditableTable.of(table, said)
    _refuse_long_cells(editable)
    return Source("table", editable, notes=tuple(notes), name=name)


def _refuse_long_cells(table: EditableTable) -> None:
    """ValueError for a class or category that is longer than a cell may be."""
    for name, kind in table.schema.kinds.items():
        if kind in ("category", "yes/no"):
            longest = max(len(cell or "") for cell in table.columns[name])
            if longest > LONGEST:
                raise ValueError(
                    f"A cell may have at most {LONGEST:,} characters here; one of "
                    f"column {name!r} has {longest:,}: shorten it, or leave the "
                    "column out."
                )


def points_of(data: Data) -> Source:
    """The rows of a data set as points that can be moved."""
    return drawn_points(data.table, data.task, data.box)
