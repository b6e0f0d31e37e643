"""A file as a table of texts: CSV in any of its dialects, TSV, Parquet, gzip.

    bytes -> unpacked -> text (decoding.py) -> dialect and cells (dialect.py, by DuckDB)

Nothing is typed here: a cell is a str, or None where it is empty. Whatever was guessed
is in the `Understood` that comes with the table, and can be given instead.
"""

import difflib
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from numpy.typing import NDArray

from halfmoon.tables.decoding import Decoded, decode
from halfmoon.tables.dialect import (
    Dialect,
    UnreadableError,
    find_dialect,
    most_frequent_separator,
    read_cells,
)
from halfmoon.tables.formats import (
    PARQUET,
    refuse_other_binary,
    refuse_other_text,
    unpack,
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
from halfmoon.tables.parquet import read_parquet
from halfmoon.tables.quotes import broken_quote, splits_quoted_cells
from halfmoon.tables.raw import Table
from halfmoon.tables.understood import Understood

Source = str | os.PathLike[str] | IO[bytes] | IO[str]


def read_file(
    source: Source,
    *,
    encoding: str | None = None,
    separator: str | None = None,
    quote: str | None = None,
    comment: str | None = None,
    skip: int | None = None,
    header: bool | None = None,
) -> tuple[Table, Understood]:
    """The table in a file, its columns as texts, and what was understood of it.

    Parameters
    ----------
    source : path, stream or "-"
        A file, an open file, or "-" for the standard input. gzip is unpacked. The
        columns of a Parquet file keep their types.
    encoding : str, optional
        Such as "utf-8", "cp1252", "utf-16". All that follow are found out, too, if they
        are left out.
    separator : str, optional
        The character between cells.
    quote : str, optional
        The character around cells that hold a separator; "" for none.
    comment : str, optional
        The character at the start of lines that are no rows; "" for none.
    skip : int, optional
        How many lines stand above the table.
    header : bool, optional
        Whether the first row holds the names of the columns.

    Returns
    -------
    table : dict of str to array
        Each column by its name, an array of str and None, all of one length.
    understood : Understood
        Print it to see how the file was read.

    Raises
    ------
    OSError
        If there is no such file, or it cannot be read.
    ValueError
        If it is no table, in one sentence that says what it is, and what to do.
    """
    given = {
        "encoding": encoding,
        "separator": separator,
        "quote": quote,
        "comment": comment,
        "skip": skip,
        "header": header,
    }
    asked: dict[str, Any] = {k: v for k, v in given.items() if v is not None}
    _check(asked)
    name, data = _bytes_of(source)
    unpacked = unpack(data, name)
    packed = unpacked is not data
    if unpacked.startswith(PARQUET):
        return _parquet(unpacked, name, packed, asked)
    refuse_other_binary(unpacked, name)
    asked.pop("encoding", None)
    decoded = decode(unpacked, name, encoding)
    refuse_other_text(decoded.text, name)
    return _csv(decoded, name, packed, asked)


def _check(asked: dict[str, Any]) -> None:
    """ValueError for a setting that cannot be."""
    for name in ("separator", "quote", "comment"):
        value = asked.get(name, ",")
        is_none = value == "" and name != "separator"
        if not (is_none or (isinstance(value, str) and len(value) == 1)):
            what = "one character" if name == "separator" else "one character, or ''"
            raise ValueError(f"{name} must be {what}; got {value!r}.")
    skip = asked.get("skip", 0)
    if isinstance(skip, bool) or not isinstance(skip, int) or skip < 0:
        raise ValueError(f"skip must be a number of lines, 0 or more; got {skip!r}.")
    if not isinstance(asked.get("header", True), bool):
        raise ValueError(f"header must be True or False; got {asked['header']!r}.")


def _bytes_of(source: Source) -> tuple[str, bytes]:
    """What a source is called, and all that is in it."""
    if isinstance(source, str) and source == "-":
        return "standard input", sys.stdin.buffer.read()
    if isinstance(source, str | os.PathLike):
        path = Path(source)
        _refuse_no_file(path)
        try:
            return path.name, path.read_bytes()
        except OSError as error:
            raise type(error)(
                f"{path} cannot be read ({error.strerror or error}); see who may read "
                "it, and whether its disk is there."
            ) from error
    if not hasattr(source, "read"):
        raise TypeError(
            "source must be a path, an open file, or '-' for the standard input; got "
            f"{type(source).__name__} (read_frame reads frames and arrays)."
        )
    content = source.read()
    name = getattr(source, "name", None)
    return (
        Path(name).name if isinstance(name, str) else "the stream",
        content.encode() if isinstance(content, str) else content,
    )


def _refuse_no_file(path: Path) -> None:
    """OSError, in one sentence, for a path that is not a file."""
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; give a file in it.")
    if path.exists():
        return
    folder = path.parent
    if not folder.is_dir():
        raise FileNotFoundError(f"There is no folder {folder}, so no file {path.name}.")
    names = sorted(entry.name for entry in folder.iterdir() if entry.is_file())
    close = difflib.get_close_matches(path.name, names, n=1)
    hint = f"did you mean {close[0]!r}?" if close else "give the path of a table."
    raise FileNotFoundError(
        f"There is no file {path.name!r} in {folder.resolve()}; {hint}"
    )


@contextmanager
def _as_file(data: bytes) -> Iterator[Path]:
    """The bytes as a file under a plain name, for DuckDB, which reads only files.

    It takes other names for patterns, and their ends for a way of packing.
    """
    with tempfile.TemporaryDirectory(prefix="halfmoon-") as folder:
        path = Path(folder) / "table"
        path.write_bytes(data)
        yield path


def _parquet(
    data: bytes, source: str, packed: bool, asked: dict[str, Any]
) -> tuple[Table, Understood]:
    if asked:
        name = next(iter(asked))
        raise ValueError(
            f"{source} is Parquet, which holds types and names itself; leave out "
            f"{name}."
        )
    with _as_file(data) as path:
        table = read_parquet(path, source)
    rows = len(next(iter(table.values())))
    return table, Understood(source, "Parquet", packed, rows, len(table))


def _csv(
    decoded: Decoded, source: str, packed: bool, asked: dict[str, Any]
) -> tuple[Table, Understood]:
    text = decoded.text
    lines = first_lines(text)
    count = text.count("\n") + (not text.endswith("\n"))
    if asked.get("skip", 0) >= count:
        raise ValueError(
            f"skip={asked['skip']} leaves nothing of {source}, which has {count} lines."
        )
    if "separator" not in asked and ".tsv" in source.lower() and "\t" in lines[0]:
        asked["separator"] = "\t"  # what the name promises; its cells may have commas
    dialect, columns = _dialect_and_cells(text, lines, source, asked)
    if dialect.width == 1:
        refuse_one_column(lines, source, asked.get("separator"))
    notes = [*decoded.notes, *told_of_lines(text, dialect)]
    if dialect.padded:
        columns, ragged = _even(columns, dialect, text, source)
        notes += ragged
    names, columns, changed = _named(columns, dialect.header)
    if "header" not in asked and not dialect.header:
        first = ", ".join(str(column[0] or "") for column in columns[:3])
        notes.append(
            f"The first row ({first}) reads like the others, so the columns are called "
            f"{names[0]!r} and so on; give header=True if it holds their names."
        )
    notes += changed
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
        notes=tuple(notes),
    )
    return dict(zip(names, columns, strict=True)), understood


def _dialect_and_cells(
    text: str, lines: list[str], source: str, asked: dict[str, Any]
) -> tuple[Dialect, list[NDArray[Any]]]:
    """How the text is written, and its columns.

    Raises ValueError, with the line of a broken quote if there is one.
    """
    try:
        with _as_file(text.encode("utf-8")) as path:
            dialect = find_dialect(path, lines, asked)
            if "quote" not in asked and splits_quoted_cells(text, dialect):
                asked = {"separator": dialect.separator, **asked, "quote": '"'}
                dialect = find_dialect(path, lines, asked)
            return dialect, read_cells(path, dialect)
    except UnreadableError as error:
        reason = f" ({error})" if str(error) else ""
    line = None
    if asked.get("quote", '"') == '"':
        mark = asked.get("separator") or most_frequent_separator(lines) or ","
        line = broken_quote(text, mark)
    if line is not None:
        raise ValueError(
            f"{source}: a quote in line {line} is not closed at the end of its cell; "
            "mend it, or give quote='' if quotes mean nothing."
        )
    raise ValueError(
        f"{source} cannot be read as a table{reason}; give separator, quote or skip, "
        "the number of lines above the table."
    )


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
