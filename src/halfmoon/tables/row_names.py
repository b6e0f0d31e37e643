"""Names of rows without a name of their own, as R writes them.

price,age          two names
Anna,3.5,40        and three cells: the first is the row's name
Ben,4.0,35
"""

import csv
import io
from itertools import islice

from halfmoon.tables.dialect import LINES

NOTE = (
    "There is one name fewer than there are columns, so the first column is taken for "
    "names of rows, as R writes them, and is called 'index'."
)


def with_name_of_row_names(text: str, separator: str, skip: int) -> str | None:
    """The text with a place for the name of its first column, if that is missing.

    It is if all rows (the first 200) have one cell more than the first line below those
    to skip, and that line holds no number; else there is nothing to do: None.
    """
    lines = io.StringIO(text)
    start = sum(map(len, islice(lines, skip)))
    try:
        rows = list(islice(csv.reader(lines, delimiter=separator), LINES))
    except csv.Error:
        return None
    names, *others = [row for row in rows if row] or [[]]
    if len(names) < 2 or any(map(_is_number, names)):
        return None
    if {len(row) for row in others} != {len(names) + 1}:
        return None
    if not any(row[-1] for row in others):
        return None  # it is a separator at the end that makes the cell
    return f"{text[:start]}index{separator}{text[start:]}"


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
