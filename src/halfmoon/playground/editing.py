"""Operations that change the rows: a file, points set by hand, a table's cells."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from halfmoon.playground.data import Data
from halfmoon.playground.sources import MOST_ROWS, Source, file_source, points_of
from halfmoon.playground.table_data import MOST_CLASSES, table_setup
from halfmoon.serving.operations import operation
from halfmoon.tables.editable import EditableTable, check_rows

FARTHEST = 1e6  # a point from the middle
ERASER = 0.03  # its radius, as a share of what is shown of the plane


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
        table = source.table
        if move:
            table = _moved(session.data, table, move)
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
            number = _numbers([[value]], 1, "A cell of points is a number")
            if column == "y":
                _check_labels(source, number)
        table = source.table.with_cells(column, rows, [value])
        _learn_from(session, source._replace(table=table))


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


def _numbers(given: list[Any], count: int, allowed: str) -> NDArray[np.float64]:
    """Lists of so many finite numbers (n, count), none too far away.

    Raises ValueError with what is allowed.
    """
    try:
        numbers = np.array(given, dtype=np.float64).reshape(len(given), count)
    except (TypeError, ValueError, OverflowError):
        numbers = np.full((1, count), np.nan)
    if not (np.abs(numbers) <= FARTHEST).all():
        raise ValueError(
            f"{allowed}, of at most {FARTHEST:,.0f} in size; got {given!r:.60}."
        )
    return numbers


def _near(data: Data, places: list[Any]) -> list[int]:
    """The rows within a small ellipse around one of the places."""
    x0, x1, y0, y1 = data.box
    size = np.array([x1 - x0, y1 - y0])
    found = np.zeros(data.n, dtype=bool)
    for place in _numbers(places, 2, "A place is two numbers"):
        away = np.hypot(*((data.positions - place) / size).T)
        found |= away < ERASER
    return np.flatnonzero(found).tolist()


def _moved(data: Data, table: EditableTable, moves: list[Any]) -> EditableTable:
    """Rows at other places."""
    numbers, *places = _numbers(moves, 3, "A move is a row and two numbers").T
    known = [int(row) if row.is_integer() else row for row in numbers.tolist()]
    rows = _source_rows(data, known)
    for name, column in zip(data.axes, places, strict=True):
        table = table.with_cells(name, rows, [*map(repr, column.tolist())])
    return table


def _added(
    source: Source, table: EditableTable, added: list[Any], anew: bool
) -> EditableTable:
    """More points, or these in the place of all others."""
    columns = _numbers(added, 3, "A point is two numbers and a label").T
    _check_labels(source, columns[-1])
    kept = 0 if anew else table.n
    if kept + len(added) > MOST_ROWS:
        raise ValueError(f"There may be at most {MOST_ROWS:,} points.")
    names = [name for name in ("x1", "x2", "y") if name in table.columns]
    # of one column, the place's second number is the value
    more = table.with_rows(dict(zip(names, columns, strict=False)))
    return more.without_rows(list(range(table.n))) if anew else more


def _check_labels(source: Source, labels: NDArray[np.float64]) -> None:
    """ValueError for a label that is no class."""
    wrong = labels[(labels % 1 != 0) | (labels < 0) | (labels >= MOST_CLASSES)]
    if source.task == "classification" and wrong.size:
        raise ValueError(
            f"A class is a whole number from 0 to {MOST_CLASSES - 1}; got "
            f"{wrong.flat[0]:g}."
        )
