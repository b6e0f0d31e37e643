"""The cells of a column as values, in the way that was decided, or one clear sentence.

A number becomes a float64 and NaN where it is missing, yes/no 1.0 and 0.0 and NaN, a
date a datetime64[s] and NaT, a category a text and None.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from halfmoon.tables import date_texts, number_texts
from halfmoon.tables.cells import Cells, Column, as_text
from halfmoon.tables.decision import Decision

MISSING = {
    "number": np.nan,
    "yes/no": np.nan,
    "date": date_texts.NOT_THERE,
    "category": None,
}


class Reading(NamedTuple):
    """The cells of a column, the value of each text, and whether it could be read."""

    cells: Cells
    values: NDArray[Any]
    is_read: NDArray[np.bool_]

    @property
    def share(self) -> float:
        """The share of the cells that could be read, of those that are not missing."""
        counts = self.cells.counts
        return float(counts @ self.is_read / counts.sum()) if len(counts) else 1.0


def read_column(
    decision: Decision, column: Column, cells: Cells | None = None
) -> Reading:
    """The values of a column's texts; which ones could not be read is told beside.

    `cells` are those of `cells_of(column)`, if they are known.
    """
    cells = decision.cells(column, cells)
    texts = cells.texts
    if decision.kind == "number":
        values = number_texts.read(texts, decision.number)
        return Reading(cells, values, ~np.isnan(values))
    if decision.kind == "date":
        dates = _dates(texts, decision.format)
        return Reading(cells, dates, ~np.isnat(dates))
    if decision.kind == "yes/no":
        no, yes = decision.words
        numbers = {"0": 0.0, "1": 1.0} if column.dtype.kind in "iuf" else {}
        known = numbers | {no.casefold(): 0.0, yes.casefold(): 1.0}
        truths = [known.get(text.casefold(), np.nan) for text in texts]
        values = np.array(truths, dtype=np.float64)
        return Reading(cells, values, ~np.isnan(values))
    if decision.held == "numbers" and column.dtype.kind == "O":
        texts = [_number_written_out(text) for text in texts]
    words = np.array([*texts, None], dtype=object)[:-1]
    return Reading(cells, words, np.ones(len(words), dtype=bool))


def parse_column(
    decision: Decision, column: Column, cells: Cells | None = None
) -> Column:
    """The column as values, one for each row, (n,).

    `cells` are those of `cells_of(column)`, if they are known.
    Raises ValueError for a column of another type than at first, and for a cell that
    cannot be read: it names the column, the row (from 1) and the cell.
    """
    held = column.dtype.kind
    if decision.kind == "number" and held in "biuf":
        return _finite(decision, column.astype(np.float64))
    if decision.kind == "date" and held == "M":
        return column.astype("datetime64[s]")
    if decision.kind == "yes/no" and held == "b":
        return column.astype(np.float64)
    _refuse_another_type(decision, column)
    reading = read_column(decision, column, cells)
    if not reading.is_read.all():
        _refuse_unread(decision, reading)
    return reading.cells.spread(reading.values, MISSING[decision.kind])


def _dates(texts: Sequence[str], form: str | None) -> NDArray[np.datetime64]:
    if form is None:
        forms = date_texts.find_formats(texts)
        form = forms[0] if len(forms) == 1 else "%Y-%m-%d"
    return date_texts.read(texts, form)


def _number_written_out(text: str) -> str:
    """The text of a number as it is for a column of numbers: 3.0 is 3."""
    return as_text(float(text)) if number_texts.PLAIN.fullmatch(text) else text


def _finite(decision: Decision, values: NDArray[np.float64]) -> NDArray[np.float64]:
    infinite = np.isinf(values)
    if infinite.any():
        row = int(np.argmax(infinite))
        raise ValueError(
            f"Row {row + 1} of column {decision.column!r} is {values[row]}, which is "
            "not finite; correct it, or leave it empty."
        )
    return values


def _refuse_another_type(decision: Decision, column: Column) -> None:
    """ValueError for a column whose type cannot hold what it held."""
    numbers_for_words = (
        decision.kind == "category"
        and decision.held != "numbers"
        and column.dtype.kind in "iuf"
        and not np.isnan(column).all()
    )
    dates_for_others = (
        column.dtype.kind == "M"
        and decision.kind != "date"
        and decision.held != "dates"
        and not np.isnat(column).all()
    )
    if numbers_for_words or dates_for_others or column.dtype.kind in "mcV":
        raise ValueError(
            f"Column {decision.column!r} held {decision.held} and was read as "
            f"{decision.kind}, and now its type is {column.dtype}; give it as "
            f"{decision.held}, as before."
        )


def _refuse_unread(decision: Decision, reading: Reading) -> None:
    """ValueError for the first cell that could not be read."""
    unread = np.flatnonzero(~reading.is_read)
    rows = [reading.cells.row_of(int(index)) for index in unread]
    row = min(rows)
    text = reading.cells.texts[int(unread[rows.index(row)])]
    others = int(reading.cells.counts[unread].sum()) - 1
    more = f" (and {others} more)" if others else ""
    raise ValueError(
        f"Row {row}{more} of column {decision.column!r} is {text!r:.80}, which is not "
        f"{_expected(decision)}; correct it, leave it empty, or choose another kind "
        "for the column."
    )


def _expected(decision: Decision) -> str:
    """What a cell of the column must be."""
    if decision.kind == "number":
        way = str(decision.number)
        return f"a number ({way})" if way else "a number"
    if decision.kind == "date":
        return f"a date ({decision.format or 'such as 2024-05-31'})"
    no, yes = decision.words
    return f"{yes!r} or {no!r}"
