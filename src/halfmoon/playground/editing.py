"""Operations on the rows: a file, points by hand, a table's cells, pictures of data."""

from typing import Any

import numpy as np

from halfmoon.components.rules import check_name
from halfmoon.datasets import DATASETS, thumbnail
from halfmoon.playground.data import Data
from halfmoon.playground.sources import MOST_ROWS, Source, file_source, points_of
from halfmoon.playground.table_data import MOST_CLASSES, table_setup
from halfmoon.serving.operations import Answer, operation
from halfmoon.tables.decision import USED
from halfmoon.tables.editable import (
    EditableTable,
    check_rows,
    shown_cell,
    sorted_rows,
)

FARTHEST = 1e6  # a point from the middle
ERASER = 0.03  # its radius, as a share of what is shown of the plane
MOST_SHOWN = 200  # rows of a table at once


@operation("upload")
def upload(session: Any, body: bytes, name: str = "") -> None:
    """Learn from a file's table: CSV of any kind, TSV, Parquet."""
    source = file_source(body, name)
    session.set_source(source, table_setup(session.setup, source), anew=True)


@operation("points")
def points(
    session: Any,
    add: list[Any] | None = None,
    move: list[Any] | None = None,
    remove: list[Any] | None = None,
    erase: list[Any] | None = None,
    anew: bool = False,
    again: bool = False,
) -> None:
    """Add points [x, y, label], move rows [row, x, y], or remove rows.

    `erase` removes those near places [x, y]. With `anew` the points that are added take
    the place of all others; with `again` the change belongs to the one before it, and
    both are undone together.
    """
    with session.lock:
        source = _editable(session)
        if source.kind == "table" and (add or move or erase):
            raise ValueError(
                "Points are drawn, moved and erased in data sets; of a table, change "
                "the cells of a row, or remove it."
            )
        table = _moved(session.data, source.table, move or [])
        rows = [*(remove or []), *_near(session.data, erase or [])]
        if rows:
            table = table.without_rows(_source_rows(session.data, rows))
        if add:
            table = _added(source, table, add, anew)
        if table is source.table:
            return
        before = source.table
        if again and before.earlier:
            before = before.before()
        _learn_from(session, source._replace(table=table.after(before)), anew)


@operation("undo")
def undo(session: Any) -> None:
    """Take back the latest change of points or cells."""
    with session.lock:
        source = _editable(session)
        _learn_from(session, source._replace(table=source.table.before()))


@operation("cell")
def cell(session: Any, row: int, column: str, value: str) -> None:
    """Write into a cell of the rows' table; an empty text makes it missing."""
    with session.lock:
        source = _editable(session)
        rows = _source_rows(session.data, [row])
        if source.kind == "drawn":
            number = _numbers([value], 1, "A cell of points is a number")[0]
            if column == "y":
                _check_label(source, number)
        table = source.table.with_cells(column, rows, [value])
        _learn_from(session, source._replace(table=table))


@operation("table")
def table(
    session: Any,
    first: int = 0,
    count: int = 50,
    sort: str | None = None,
    descending: bool = False,
) -> Answer:
    """Some of the rows as a table of texts, sorted by a column if one is named."""
    moment = session.moment()
    data = moment.data
    order = np.arange(data.n)
    if sort is not None:
        check_name("column", sort, data.table)
        order = sorted_rows(data.table[sort], descending)
    first = max(0, first)
    rows = order[first : first + min(max(0, count), MOST_SHOWN)].tolist()
    columns = data.table.values()
    cells = [[shown_cell(column[row]) for column in columns] for row in rows]
    tested = data.is_test[rows].tolist()
    return {
        "columns": [{"name": name, "kind": data.kinds[name]} for name in data.table],
        "rows": [
            {"row": row, "test": test, "cells": texts}
            for row, test, texts in zip(rows, tested, cells, strict=True)
        ],
        "total": data.n,
        "data_version": moment.data_version,
    }


@operation("example_row")
def example_row(session: Any, row: int | None = None) -> Answer:
    """The inputs' cells of a row, and what may stand in columns of categories."""
    data = session.moment().data
    if row is None:
        row = int(np.argmax(data.is_test))
    check_rows([row], data.n)
    inputs = [name for name, kind in data.kinds.items() if kind in USED]
    choices = {
        name: sorted({text for text in data.table[name] if text is not None})
        for name in inputs
        if data.kinds[name] in ("yes/no", "category")
    }
    cells = {name: shown_cell(data.table[name][row]) for name in inputs}
    return {"row": row, "cells": cells, "choices": choices}


@operation("thumbnails")
def thumbnails(session: Any) -> Answer:
    """A few points of every data set, in a square of side 1."""
    drawn = []
    for name, kind in DATASETS.items():
        places, y = thumbnail(name)
        drawn.append({"name": name, "task": kind.task, "points": places, "y": y})
    return {"data sets": drawn}


# Rows that can be edited


def _editable(session: Any) -> Source:
    """The rows of the session as a source: those of a data set become points."""
    if session.data.kind == "generator":
        return points_of(session.data)
    source: Source = session.source
    return source


def _learn_from(session: Any, source: Source, anew: bool = False) -> None:
    setup = session.setup
    if setup.data != source.kind:
        setup = setup.change(data=source.kind)
    session.set_source(source, setup, anew=anew)


def _source_rows(data: Data, rows: list[Any]) -> list[int]:
    """Rows of the data, by their numbers in the source."""
    check_rows(rows, data.n)
    if data.source_rows is None:
        return rows
    return [int(data.source_rows[row]) for row in rows]


def _numbers(values: Any, count: int, allowed: str) -> list[float]:
    """So many finite numbers, not too far away; ValueError with what is allowed."""
    try:
        numbers = [float(value) for value in values]
    except (TypeError, ValueError):
        numbers = []
    if len(numbers) != count or not all(abs(number) <= FARTHEST for number in numbers):
        raise ValueError(
            f"{allowed}, of at most {FARTHEST:,.0f} in size; got {values!r:.60}."
        )
    return numbers


def _near(data: Data, places: list[Any]) -> list[int]:
    """The rows within a small ellipse around one of the places."""
    x0, x1, y0, y1 = data.box
    size = np.array([x1 - x0, y1 - y0])
    found = np.zeros(data.n, dtype=bool)
    for place in places:
        there = np.array(_numbers(place, 2, "A place is two numbers"))
        away = np.hypot(*((data.positions - there) / size).T)
        found |= away < ERASER
    return np.flatnonzero(found).tolist()


def _moved(data: Data, table: EditableTable, moves: list[Any]) -> EditableTable:
    """Rows at other places."""
    for move in moves:
        row, *place = _numbers(move, 3, "A move is a row and two numbers")
        rows = _source_rows(data, [int(row) if row.is_integer() else row])
        for name, number in zip(data.axes, place, strict=True):
            table = table.with_cells(name, rows, [repr(number)])
    return table


def _added(
    source: Source, table: EditableTable, added: list[Any], anew: bool
) -> EditableTable:
    """More points, or these in the place of all others."""
    what = "A point is two numbers and a label"
    rows = [_numbers(point, 3, what) for point in added]
    for _, _, label in rows:
        _check_label(source, label)
    kept = 0 if anew else table.n
    if kept + len(rows) > MOST_ROWS:
        raise ValueError(f"There may be at most {MOST_ROWS:,} points.")
    names = [name for name in ("x1", "x2", "y") if name in table.columns]
    # of one column, the place's second number is the value
    columns = zip(*rows, strict=True)
    more = table.with_rows(dict(zip(names, columns, strict=False)))
    return more.without_rows(list(range(table.n))) if anew else more


def _check_label(source: Source, label: float) -> None:
    """ValueError for a label that is no class."""
    if source.task == "regression":
        return
    if not label.is_integer() or not 0 <= label < MOST_CLASSES:
        raise ValueError(
            f"A class is a whole number from 0 to {MOST_CLASSES - 1}; got {label:g}."
        )
