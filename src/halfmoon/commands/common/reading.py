"""A table from a file, as the options say, for all commands alike."""

import json
from typing import TYPE_CHECKING, Any

from halfmoon.commands.common.options import Reading
from halfmoon.commands.common.progress import working

if TYPE_CHECKING:
    from halfmoon.tables.raw import Table
    from halfmoon.tables.understood import Understood


def read_table(source: str, reading: Reading) -> "tuple[Table, Understood]":
    """The table in a file, its columns as texts, and what was understood of it.

    Raises OSError and ValueError, in one sentence, for what cannot be read.
    """
    from halfmoon.tables.reading import read_file

    with working(f"reading {source}"):
        return read_file(
            source,
            encoding=reading.encoding,
            separator=_sign(reading.separator),
            quote=_sign(reading.quote),
            comment=_sign(reading.comment),
            skip=reading.skip,
            header=reading.header,
        )


def way_of_reading(understood: "Understood") -> str:
    """How a file of text was read, in words; nothing of one that has its own types."""
    from halfmoon.tables.dialect import SEPARATORS

    mark = understood.separator
    if mark is None:
        return ""
    told = [
        str(understood.encoding),
        f"{SEPARATORS.get(mark, repr(mark))} between cells",
        f"{understood.quote} around cells" if understood.quote else "no quotes",
        "names in the first row" if understood.header else "no names of columns",
    ]
    if understood.comment:
        told.append(f"comments begin with {understood.comment}")
    if understood.skip:
        told.append(f"{understood.skip} lines above the table")
    return ", ".join(told)


def _sign(given: str | None) -> str | None:
    r"""A character as it was meant: a shell makes a tab hard to type, so \t is one."""
    return "\t" if given == r"\t" else given


def as_arguments(reading: Reading) -> list[str]:
    """The options that say the same on a command line; none for what is found out.

    >>> as_arguments(Reading(separator=";", header=False, columns=["zip=id"]))
    ['--separator', ';', '--no-header', '--columns', 'zip=id']
    """
    given: list[str] = []
    for name in ("encoding", "separator", "quote", "comment", "skip"):
        value = getattr(reading, name)
        if value is not None:
            given += [f"--{name}", str(value).replace("\t", r"\t")]
    if reading.header is not None:
        given.append("--header" if reading.header else "--no-header")
    for column in reading.columns or []:
        given += ["--columns", column]
    return given


def said_of_columns(reading: Reading) -> dict[str, Any]:
    """What --columns says of columns, as the schema takes it: {"zip": "category"}.

    A kind can bring settings as JSON, such as {"kind": "date", "format": "%d/%m/%Y"}.
    Raises ValueError for what says nothing of a column.
    """
    said: dict[str, Any] = {}
    for text in reading.columns or []:
        before, brace, settings = text.partition("={")
        name, equals, kind = text.rpartition("=")
        if brace:
            said[before] = _settings(before, brace[1:] + settings)
        elif name and equals:
            said[name] = kind
        else:
            raise ValueError(
                f"--columns must be a column's name and its kind, as zip=category; got "
                f"{text!r}."
            )
    return said


def refuse_kinds(reading: Reading) -> None:
    """ValueError for --columns where a model says already what the columns are."""
    if reading.columns:
        raise ValueError(
            "--columns cannot change what the columns of a model are; give it to "
            "halfmoon fit, and leave it out here."
        )


def _settings(name: str, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise ValueError(
            f"--columns says of {name!r} what is no JSON ({error}); write such as "
            '--columns \'since={"kind": "date", "format": "%d/%m/%Y"}\'.'
        ) from None
