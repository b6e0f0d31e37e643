"""A file as a table of texts: CSV in any of its dialects, TSV, Parquet, gzip.

    bytes -> unpacked -> text (decoding) -> dialect and cells (delimited, by DuckDB)

Nothing is typed here: a cell is a str, or None where it is empty. Whatever was guessed
is in the `Understood` that comes with the table, and can be given instead.
"""

import os
import sys
from pathlib import Path
from typing import IO, Any

from halfmoon.tables.decoding import decode
from halfmoon.tables.delimited import read_delimited
from halfmoon.tables.formats import (
    PARQUET,
    refuse_other_binary,
    refuse_other_text,
    unpack,
)
from halfmoon.tables.lines import refuse_long_lines
from halfmoon.tables.naming import nearest
from halfmoon.tables.parquet import read_parquet
from halfmoon.tables.raw import Table
from halfmoon.tables.temporary import as_file
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
    most_bytes: int | None = None,
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
    most_bytes : int, optional
        How many bytes there may be once they are unpacked; any number, if left out.

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
    unpacked = unpack(data, name, most_bytes)
    packed = unpacked is not data
    if unpacked.startswith(PARQUET):
        return _parquet(unpacked, name, packed, asked, most_bytes)
    refuse_other_binary(unpacked, name)
    asked.pop("encoding", None)
    decoded = decode(unpacked, name, encoding)
    refuse_other_text(decoded.text, name)
    refuse_long_lines(decoded.text, name)
    return read_delimited(decoded, name, packed, asked)


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
        if sys.stdin is None:
            raise ValueError("The standard input is closed; give a file, or pipe one.")
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
    meant = nearest(path.name, names)
    hint = f"did you mean {meant!r}?" if meant else "give the path of a table."
    raise FileNotFoundError(
        f"There is no file {path.name!r} in {folder.resolve()}; {hint}"
    )


def _parquet(
    data: bytes,
    source: str,
    packed: bool,
    asked: dict[str, Any],
    most_bytes: int | None,
) -> tuple[Table, Understood]:
    if asked:
        name = next(iter(asked))
        raise ValueError(
            f"{source} is Parquet, which holds types and names itself; leave out "
            f"{name}."
        )
    with as_file(data) as path:
        table = read_parquet(path, source, most_bytes)
    rows = len(next(iter(table.values())))
    return table, Understood(source, "Parquet", packed, rows, len(table))
