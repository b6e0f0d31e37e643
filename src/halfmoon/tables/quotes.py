"""Quotes of which one is broken: the rest of the table is still written with them.

DuckDB holds that quotes mean nothing as soon as one of them is not closed, and then
cuts cells in two wherever they hold a separator.
"""

import csv
import dataclasses
import io

from halfmoon.tables.dialect import Dialect
from halfmoon.tables.lines import expected_width, row_lengths

QUOTE = '"'


def splits_quoted_cells(text: str, dialect: Dialect) -> bool:
    """Whether a dialect without quotes gives other columns than one with them."""
    if dialect.quote or QUOTE not in text:
        return False
    quoted = dataclasses.replace(dialect, quote=QUOTE, skip=0)
    lengths = row_lengths(text, quoted)
    return bool(lengths) and expected_width(lengths, header=False) != dialect.width


def broken_quote(text: str, separator: str) -> int | None:
    """The line of the first cell whose quote is not closed at its end, if there is one.

    >>> broken_quote('a,b\\n1,"x\\n2,"y"\\n', ",")
    2
    """
    rows = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
    line = 0
    limit = csv.field_size_limit(len(text) + 1)  # csv refuses long cells otherwise
    try:
        for _ in rows:
            line = rows.line_num
    except csv.Error:
        return line + 1
    finally:
        csv.field_size_limit(limit)
    return None
