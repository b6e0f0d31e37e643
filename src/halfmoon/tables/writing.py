"""Columns as the text of a CSV file."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any


def write_csv(names: Sequence[str], columns: Iterable[Any]) -> str:
    """Columns as CSV, with their names in one line; what is missing is empty.

    Parameters
    ----------
    names : sequence of str
        The columns' names.
    columns : iterable of arrays (n,)
        Their cells.

    Returns
    -------
    str
        Numbers have all their digits, whole ones no ".0".

    Examples
    --------
    >>> write_csv(["a", "b"], [[1.5, float("nan")], ["x, y", None]]).splitlines()
    ['a,b', '1.5,"x, y"', ',']
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([" ".join(name.split()) for name in names])
    writer.writerows(zip(*(map(_cell, column) for column in columns), strict=True))
    return text.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, float):
        is_whole = value.is_integer() and abs(value) < 1e15
        value = int(value) if is_whole else float(value)
    return "" if str(value) in ("None", "nan", "NaT") else value
