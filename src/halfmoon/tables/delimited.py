"""A delimited text (CSV, TSV and their kin) as columns of texts with names."""

from typing import Any

from numpy.typing import NDArray

from halfmoon.tables.decoding import Decoded
from halfmoon.tables.dialect import (
    Dialect,
    UnreadableError,
    find_dialect,
    most_frequent_separator,
    read_cells,
    separator_beside_decimal_commas,
)
from halfmoon.tables.lines import (
    expected_width,
    first_lines,
    refuse_long_rows,
    refuse_one_column,
    row_lengths,
    told_of_lines,
    told_of_short_rows,
)
from halfmoon.tables.naming import name_columns
from halfmoon.tables.quotes import broken_quote, splits_quoted_cells
from halfmoon.tables.raw import Table
from halfmoon.tables.row_names import NOTE, with_name_of_row_names
from halfmoon.tables.temporary import as_file
from halfmoon.tables.understood import Understood


def read_delimited(
    decoded: Decoded, source: str, packed: bool, asked: dict[str, Any]
) -> tuple[Table, Understood]:
    """The table in a text, and how it was read but for what was `asked` for.

    Raises ValueError, with the line, for rows and quotes that do not fit.
    """
    text = decoded.text
    lines = first_lines(text)
    _refuse_skipping_all(text, source, asked.get("skip", 0))
    known = asked | _known_beforehand(lines, source, asked)
    text, notes = _with_all_names(text, lines, known)
    dialect, columns = _dialect_and_cells(text, lines, source, known)
    if dialect.width == 1:
        refuse_one_column(lines, source, known.get("separator"))
    notes += told_of_lines(text, dialect)
    if dialect.padded:
        columns, ragged = _even(columns, dialect, text, source)
        notes += ragged
    if not dialect.header and "header" not in asked:
        notes.append(_told_of_no_names(columns))
    names, columns, changed = _named(columns, dialect.header)
    rows = len(columns[0])
    if rows == 0:
        raise ValueError(
            f"{source} has no rows, only a line with the names of its columns; give "
            "rows, or header=False if that line is one."
        )
    understood = Understood(
        source=source,
        format="CSV",
        packed=packed,
        rows=rows,
        columns=len(columns),
        encoding=decoded.encoding,
        separator=dialect.separator,
        quote=dialect.quote,
        comment=dialect.comment,
        skip=dialect.skip,
        header=dialect.header,
        notes=(*decoded.notes, *notes, *changed),
    )
    return dict(zip(names, columns, strict=True)), understood


def _refuse_skipping_all(text: str, source: str, skip: int) -> None:
    count = text.count("\n") + (not text.endswith("\n"))
    if skip >= count:
        raise ValueError(
            f"skip={skip} leaves nothing of {source}, which has {count} lines."
        )


def _known_beforehand(
    lines: list[str], source: str, asked: dict[str, Any]
) -> dict[str, str]:
    """Settings that DuckDB would not find out by itself."""
    beside_commas = separator_beside_decimal_commas(lines)
    mark = beside_commas
    if ".tsv" in source.lower() and "\t" in lines[0]:
        mark = "\t"  # what the name promises; its cells may have commas
    mark = asked.get("separator", mark)
    if mark is None:
        return {}
    if mark != beside_commas:
        return {"separator": mark}
    # with it, DuckDB tells numbers from names in the first row
    return {"separator": mark, "decimal_separator": ","}


def _with_all_names(
    text: str, lines: list[str], known: dict[str, Any]
) -> tuple[str, list[str]]:
    """The text, completed if its first column has no name, and what to say of that."""
    mark = known.get("separator") or most_frequent_separator(lines)
    if mark is None or not known.get("header", True):
        return text, []
    completed = with_name_of_row_names(text, mark, known.get("skip", 0))
    return (text, []) if completed is None else (completed, [NOTE])


def _told_of_no_names(columns: list[NDArray[Any]]) -> str:
    first = ", ".join(str(column[0] or "") for column in columns[:3])
    return (
        f"The first row ({first}) reads like the others, so the columns are called "
        "'column1' and so on; give header=True if it holds their names."
    )


def _dialect_and_cells(
    text: str, lines: list[str], source: str, asked: dict[str, Any]
) -> tuple[Dialect, list[NDArray[Any]]]:
    """How the text is written, and its columns.

    Raises ValueError, with the line of a broken quote if there is one.
    """
    try:
        with as_file(text.encode("utf-8")) as path:
            dialect = find_dialect(path, lines, asked)
            if "quote" not in asked and splits_quoted_cells(text, dialect):
                asked = {"separator": dialect.separator, **asked, "quote": '"'}
                dialect = find_dialect(path, lines, asked)
            return dialect, read_cells(path, dialect)
    except UnreadableError as error:
        reason = f" ({error})" if str(error) else ""
    mark = asked.get("separator") or most_frequent_separator(lines)
    line = None
    if asked.get("quote", '"') == '"':
        line = broken_quote(text, mark or ",")
    if line is not None:
        raise ValueError(
            f"{source}: a quote in line {line} is not closed at the end of its cell; "
            "mend it, or give quote='' if quotes mean nothing."
        )
    if mark is not None:
        _refuse_uneven(text, source, mark, asked)
    raise ValueError(
        f"{source} cannot be read as a table{reason}; give separator, quote or skip, "
        "the number of lines above the table."
    )


def _refuse_uneven(text: str, source: str, mark: str, asked: dict[str, Any]) -> None:
    """ValueError for rows that are too long, in a text that DuckDB cannot read."""
    dialect = Dialect(
        separator=mark,
        quote=asked.get("quote", '"'),
        escape="",
        comment=asked.get("comment", ""),
        skip=asked.get("skip", 0),
        header=asked.get("header", True),
        padded=True,
        width=0,
    )
    lengths = row_lengths(text, dialect)
    refuse_long_rows(lengths, expected_width(lengths, dialect.header), mark, source)


def _even(
    columns: list[NDArray[Any]], dialect: Dialect, text: str, source: str
) -> tuple[list[NDArray[Any]], list[str]]:
    """The columns of a table whose rows are not all of one length, and what to say.

    Raises ValueError if a row has more cells than there are columns.
    """
    lengths = row_lengths(text, dialect)
    width = expected_width(lengths, dialect.header)
    if not all(_is_empty(column) for column in columns[width:]):
        refuse_long_rows(lengths, width, dialect.separator, source)
    return columns[:width], told_of_short_rows(lengths, width, dialect.header)


def _named(
    columns: list[NDArray[Any]], header: bool
) -> tuple[list[str], list[NDArray[Any]], list[str]]:
    """Names of the columns, the columns without them, and what was changed.

    Columns at the end that have neither a name nor a value are left out.
    """
    width = len(columns)
    while width > 1 and _is_empty(columns[width - 1]):
        width -= 1
    left_out = len(columns) - width
    columns = columns[:width]
    notes: list[str] = []
    names = [f"column{j + 1}" for j in range(width)]
    if header:
        names, notes = name_columns([column[0] for column in columns])
        columns = [column[1:] for column in columns]
    if left_out:
        what = "The last column is" if left_out == 1 else f"{left_out} columns are"
        notes.append(f"{what} empty and without a name, and left out.")
    return names, columns, notes


def _is_empty(column: NDArray[Any]) -> bool:
    return all(cell is None for cell in column)
