"""What a file is, by its first bytes: packed, Parquet, or something that is no table.

Many files that are given as tables are something else: a workbook, the web page that
came in place of a download, a pointer to a large file. Each is refused by its name.
"""

import gzip
import io
import re
import zlib

PARQUET = b"PAR1"
GZIP = b"\x1f\x8b"

BY_PANDAS = "read it with pandas, and give the frame"
AS_CSV = "save the table in it as CSV"
UNPACK = "unpack it, or pack it with gzip"

# how files begin that are no text with rows: what they are, and what to do
BINARY = {
    b"PK\x03\x04": ("an Excel workbook or a ZIP archive", AS_CSV),
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": ("an old Excel workbook", AS_CSV),
    b"SQLite format 3\0": ("an SQLite database", AS_CSV),
    b"%PDF-": ("a PDF document", AS_CSV),
    b"\x89HDF\r\n": ("an HDF5 file", BY_PANDAS),
    b"ARROW1\0\0": ("an Arrow (Feather) file", BY_PANDAS),
    b"\x93NUMPY": ("a NumPy array", "load it with numpy.load, and give the array"),
    b"BZh91AY&SY": ("packed with bzip2", UNPACK),
    b"\xfd7zXZ\0": ("packed with xz", UNPACK),
    b"\x28\xb5\x2f\xfd": ("packed with Zstandard", UNPACK),
}
TEXT = {
    r"\s*(%[^\n]*\n\s*)*@relation\b": (
        "an ARFF file, Weka's",
        "read it with scipy.io.arff.loadarff, and give "
        "pandas.DataFrame(...) of its data",
    ),
    r"\s*(<!doctype html|<html)": (
        "a web page",
        "download the file itself, not the page that shows it",
    ),
    r"\s*<\?xml": ("an XML file", AS_CSV),
    r"""\s*(\{\s*["}]|\[\s*[\[{])""": ("a JSON file", BY_PANDAS),
    "version https://git-lfs": (
        "a pointer of Git LFS, not the file itself",
        "fetch it with git lfs pull",
    ),
}


def unpack(data: bytes, source: str, most: int | None = None) -> bytes:
    """The bytes of a file, unpacked if they are packed with gzip.

    Raises ValueError if they are broken, and if they would be more than `most`: a few
    packed bytes can stand for more than there is memory for.
    """
    if not data.startswith(GZIP):
        return data
    try:
        with gzip.open(io.BytesIO(data)) as file:
            unpacked = file.read(-1 if most is None else most + 1)
    except (OSError, EOFError, zlib.error):
        raise ValueError(
            f"{source} is packed with gzip, and broken or cut off; copy it once more."
        ) from None
    if most is not None:
        refuse_large(len(unpacked), source, most)
    return unpacked


def refuse_large(size: int, source: str, most: int) -> None:
    """ValueError for more bytes than there may be once they are unpacked."""
    if size > most:
        raise ValueError(
            f"{source} may have at most {most / 2**20:,.0f} MiB once it is unpacked; "
            "leave out some of its rows."
        )


def refuse_other_binary(data: bytes, source: str) -> None:
    """ValueError for bytes that are a known format other than a table as text."""
    for start, (what, remedy) in BINARY.items():
        if data.startswith(start):
            raise ValueError(f"{source} is {what}; {remedy}.")


def refuse_other_text(text: str, source: str) -> None:
    """ValueError for a text that is a known format other than a table."""
    start = text[:10_000]
    for pattern, (what, remedy) in TEXT.items():
        if re.match(pattern, start, re.IGNORECASE):
            raise ValueError(f"{source} is {what}; {remedy}.")
    if not text.strip():
        raise ValueError(
            f"{source} is empty; give a table with names in the first line and a row "
            "in each of the others."
        )
