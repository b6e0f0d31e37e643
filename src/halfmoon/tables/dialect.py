"""How a table is written as text, found out by DuckDB, and its cells.

DuckDB reads everything as text (its own types would lose leading zeros, and fail on a
value that comes late), and looks at all rows before it decides (its sample would fail
on a quote that comes late). If that fails, or gives one column although a separator
stands in most lines, then some rows are shorter than others: it tries once more with
`null_padding`. Never from the start, since padding takes lines above a table for a part
of it.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SEPARATORS = {";": "a semicolon", "\t": "a tab", "|": "a bar", ",": "a comma"}
LINES = 200  # that are looked at for a separator
MOST = 0.9  # the share of them that must have it
DECIMAL = re.compile(r"[^,]*[0-9],[0-9][^,]*")  # one comma, between digits
NONE = "(empty)"  # DuckDB's word for no quote, escape or comment


@dataclass(frozen=True)
class Dialect:
    """How a table is written as text."""

    separator: str
    quote: str  # around cells; "" if there is none
    escape: str
    comment: str  # at the start of lines that are no rows; "" if there is none
    skip: int  # lines above the table
    header: bool  # whether the first row holds the names
    padded: bool  # whether short rows are filled up
    width: int  # the largest number of cells in a row


class UnreadableError(Exception):
    """DuckDB's reason why a text is no table."""


def most_frequent_separator(lines: list[str]) -> str | None:
    """The separator that stands in most lines, if one stands in nine of ten."""
    best = max(SEPARATORS, key=lambda mark: sum(mark in line for line in lines))
    count = sum(best in line for line in lines)
    return best if count and count >= MOST * len(lines) else None


def separator_beside_decimal_commas(lines: list[str]) -> str | None:
    """The separator of a table whose commas are decimal marks, if it is one.

    Where all columns are numbers, DuckDB takes their commas for separators. It is the
    semicolon, tab or bar that stands equally often in nine of ten lines, if so many of
    the commas stand alone in their cells, between two digits. The first line may hold
    names.
    """
    rows = lines[1:] or lines
    for mark in SEPARATORS:
        counts = [line.count(mark) for line in rows]
        most = max(set(counts), key=counts.count)
        if mark == "," or most == 0 or counts.count(most) < MOST * len(rows):
            continue
        cells = [cell for line in rows for cell in line.split(mark) if "," in cell]
        decimal = [cell for cell in cells if DECIMAL.fullmatch(cell)]
        if cells and len(decimal) >= MOST * len(cells):
            return mark
    return None


def find_dialect(path: Path, lines: list[str], asked: dict[str, Any]) -> Dialect:
    """The dialect of a file in UTF-8, of which `lines` are the first that hold text.

    What is `asked` for, by the names of Dialect's fields, is not searched for. Raises
    UnreadableError.
    """
    try:
        found = _sniff(path, asked, padded=False)
    except UnreadableError:
        return _sniff(path, asked, padded=True)
    if "skip" not in asked and _skips_a_table(path, found, lines):
        known = {"separator": found.separator, "skip": 0}
        return find_dialect(path, lines, known | asked)
    if found.width > 1 or most_frequent_separator(lines) is None:
        return found
    try:
        return _sniff(path, asked, padded=True)
    except UnreadableError:
        return found


def _skips_a_table(path: Path, found: Dialect, lines: list[str]) -> bool:
    """Whether most of a file would be left out, as lines above a few longer rows.

    DuckDB takes rows for such lines if only those at the end have too many cells.
    """
    above = lines[: found.skip]
    rows = path.read_bytes().count(b"\n") - found.skip
    with_mark = sum(found.separator in line for line in above)
    return found.skip > rows and with_mark >= MOST * len(above)


def read_cells(path: Path, dialect: Dialect) -> list[NDArray[Any]]:
    """The columns of a table, the names first if it has some: str, None where empty.

    Raises UnreadableError.
    """
    names = {f"c{j}": "VARCHAR" for j in range(dialect.width)}
    columns = _ask(
        "SELECT * FROM read_csv(?, auto_detect=false, header=false, columns=?, "
        "delim=?, quote=?, escape=?, comment=?, skip=?, null_padding=?, parallel=?)",
        [
            str(path),
            names,
            dialect.separator,
            dialect.quote,
            dialect.escape,
            dialect.comment,
            dialect.skip,
            dialect.padded,
            not dialect.padded,  # DuckDB cannot pad quoted lines on several cores
        ],
    ).fetchnumpy()
    return [_with_none(columns[name]) for name in names]


def _sniff(path: Path, asked: dict[str, Any], padded: bool) -> Dialect:
    """DuckDB's findings."""
    names = {"separator": "delim"}
    options = {names.get(name, name): value for name, value in asked.items()}
    options |= {"null_padding": padded, "all_varchar": True, "sample_size": -1}
    if padded:
        options["parallel"] = False
    settings = ", ".join(f"{name}=?" for name in options)
    found = _ask(
        "SELECT Delimiter, Quote, Escape, Comment, SkipRows, HasHeader, len(Columns) "
        f"FROM sniff_csv(?, {settings})",
        [str(path), *options.values()],
    ).fetchone()
    separator, quote, escape, comment, skip, header, width = found
    return Dialect(
        separator=separator,
        quote=quote.replace(NONE, ""),
        escape=escape.replace(NONE, ""),
        comment=comment.replace(NONE, ""),
        skip=skip,
        header=header,
        padded=padded,
        width=width,
    )


def _ask(query: str, values: list[Any]) -> Any:
    """DuckDB's answer, without anything fetched from the network."""
    import duckdb

    connection = duckdb.connect(
        config={
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )
    try:
        return connection.execute(query, values)
    except RuntimeError as error:
        if "interrupted" in str(error):  # DuckDB's word for Ctrl-C while it sniffs
            raise KeyboardInterrupt from None
        raise
    except duckdb.Error as error:
        raise UnreadableError(_reason(str(error))) from None


def _reason(message: str) -> str:
    """The line, and what is wrong in it, from a message of several lines."""
    lines = message.splitlines()
    line = re.search(r"CSV Error on Line: (\d+)", message)
    if line is None or len(lines) < 3:
        return ""
    return f"in line {line[1]}: {lines[2].rstrip('.')}"


def _with_none(column: Any) -> NDArray[Any]:
    """The texts of a column, None where they are masked."""
    if isinstance(column, np.ma.MaskedArray):
        texts = column.data
        texts[np.ma.getmaskarray(column)] = None
        return texts
    return np.asarray(column)
