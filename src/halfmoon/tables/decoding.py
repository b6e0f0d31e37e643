"""Bytes to text: which encoding a file has, and why.

A byte order mark tells. Without one a file is UTF-8 if all of it is valid UTF-8, which
text in another encoding practically never is. Else it is cp1252, what Windows writes in
western Europe and America. An `encoding` that is given is taken instead.
"""

import codecs
import re
from typing import NamedTuple

# the longer marks first: UTF-32's begins like UTF-16's
MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
CONTROL = re.compile("[\x00-\x08\x0e-\x19\x1b-\x1f]")


class Decoded(NamedTuple):
    """The text of a file with "\\n" between lines, its encoding, and what to say."""

    text: str
    encoding: str
    notes: list[str]


def decode(data: bytes, source: str, encoding: str | None = None) -> Decoded:
    """The text of the bytes `data` of a file called `source`.

    Raises ValueError for bytes that are no text, or not in the encoding that is given.
    """
    notes: list[str] = []
    if encoding is not None:
        text = _as_asked(data, source, encoding)
    elif marked := _marked(data):
        encoding = marked
        text = _as_asked(data, source, encoding)
    else:
        text, encoding, notes = _guessed(data, source)
    if CONTROL.search(text[:100_000]) or "\x00" in text:
        raise ValueError(_binary(data, source))
    text = text.removeprefix("\ufeff")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return Decoded(text, encoding, notes)


def _marked(data: bytes) -> str | None:
    """The encoding that a byte order mark tells."""
    return next((name for mark, name in MARKS.items() if data.startswith(mark)), None)


def _as_asked(data: bytes, source: str, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except LookupError:
        raise ValueError(
            f"encoding must be one that Python knows, such as 'utf-8', 'cp1252' or "
            f"'utf-16'; got {encoding!r}."
        ) from None
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{source} is not {encoding}: {_byte(data, error.start)} has no meaning in "
            "it; leave out encoding, or give another."
        ) from None


def _guessed(data: bytes, source: str) -> tuple[str, str, list[str]]:
    """UTF-8, or else cp1252."""
    try:
        return data.decode("utf-8"), "utf-8", []
    except UnicodeDecodeError as error:
        where = _byte(data, error.start)
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        if CONTROL.search(data[:100_000].decode("latin-1")):
            raise ValueError(_binary(data, source)) from None
        raise ValueError(
            f"{source} is neither UTF-8 ({where}) nor cp1252; give its encoding, such "
            "as encoding='latin-1' or 'shift_jis'."
        ) from None
    note = (
        f"{where} is not UTF-8, so the file was read as cp1252; give encoding if "
        "letters look wrong."
    )
    return text, "cp1252", [note[0].upper() + note[1:]]


def _byte(data: bytes, index: int) -> str:
    line = data.count(b"\n", 0, index) + 1
    return f"byte 0x{data[index]:02X} in line {line}"


def _binary(data: bytes, source: str) -> str:
    """What to say of bytes that are no text."""
    start = data[:1000]
    for order, offset in (("le", 1), ("be", 0)):
        zeros = start[offset::2].count(0)
        if zeros > 0.4 * len(start) and zeros > 0.9 * start.count(0):
            return (
                f"{source} looks like UTF-16 without a byte order mark; give "
                f"encoding='utf-16-{order}'."
            )
    return (
        f"{source} is a binary file, not a text with a row in each line; give a CSV, "
        "TSV or Parquet file."
    )
