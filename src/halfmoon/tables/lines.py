"""The lines of a text that hold a table: how many cells each row has, and who refuses.

Row numbers are not enough to find a mistake in a file: these functions tell the line.
"""

import csv
import io
from itertools import islice

from halfmoon.tables.dialect import (
    LINES,
    MOST,
    SEPARATORS,
    Dialect,
    most_frequent_separator,
)

SHOWN = 40  # characters of a line in a message
LONGEST = 2_000_000  # characters of a line; DuckDB reads hardly longer ones


def first_lines(text: str) -> list[str]:
    """The first lines that hold more than blanks."""
    filled = (line.rstrip("\n") for line in io.StringIO(text) if line.strip())
    return list(islice(filled, LINES))


def refuse_long_lines(text: str, source: str) -> None:
    """ValueError for a line that is longer than any row is; soon told of any text."""
    half = LONGEST // 2
    for middle in range(0, len(text) - half + 1, half):
        if text.find("\n", middle, middle + half) >= 0:
            continue
        begin = text.rfind("\n", 0, middle) + 1
        end = text.find("\n", middle)
        length = (len(text) if end < 0 else end) - begin
        if length > LONGEST:
            line = text.count("\n", 0, begin) + 1
            raise ValueError(
                f"{source}: line {line} has {length:,} characters, and a row may have "
                f"at most {LONGEST:,}; see whether it is a table with a row in each "
                "line."
            )


def told_of_lines(text: str, dialect: Dialect) -> list[str]:
    """What to say of lines that are left out: above the table, and comments in it."""
    notes = []
    above = list(islice(io.StringIO(text), dialect.skip))
    if above:
        which = "The first line is" if len(above) == 1 else f"{len(above)} lines are"
        notes.append(f"{which} above the table: {', '.join(map(_shown, above))}.")
    if dialect.comment:
        lines = islice(io.StringIO(text), dialect.skip, None)
        count = sum(line.startswith(dialect.comment) for line in lines)
        which = "1 line is a comment" if count == 1 else f"{count:,} lines are comments"
        notes.append(f"{which}, with {dialect.comment!r} at the start.")
    return notes


def _shown(line: str) -> str:
    """The beginning of a line, quoted."""
    line = line.rstrip("\n")
    return repr(line if len(line) <= SHOWN else f"{line[:SHOWN]}...")


def row_lengths(text: str, dialect: Dialect) -> list[tuple[int, int]]:
    """The line in which each row ends, and how many cells it has."""
    lines = islice(io.StringIO(text), dialect.skip, None)
    rows = csv.reader(
        lines,
        delimiter=dialect.separator,
        quotechar=dialect.quote or None,
        quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
        escapechar="\\" if dialect.escape == "\\" else None,
    )
    lengths = []
    limit = csv.field_size_limit(len(text) + 1)  # csv refuses long cells otherwise
    try:
        for row in rows:
            is_comment = dialect.comment and row and row[0].startswith(dialect.comment)
            if row and not is_comment:
                lengths.append((rows.line_num + dialect.skip, len(row)))
    finally:
        csv.field_size_limit(limit)
    return lengths


def expected_width(lengths: list[tuple[int, int]], header: bool) -> int:
    """How many cells a row should have: as many as most have, or as there are names."""
    counts = [count for _, count in lengths]
    rows = counts[header:] or counts
    names = counts[0] if header else 0
    return max(names, max(set(rows), key=rows.count))


def refuse_long_rows(
    lengths: list[tuple[int, int]], width: int, separator: str, source: str
) -> None:
    """ValueError for rows with more than `width` cells, and the line of the first."""
    long = [(line, count) for line, count in lengths if count > width]
    if not long:
        return
    line, count = long[0]
    found = f"the row in line {line} has {count} cells instead of {width}"
    if len(long) > 1:
        found = f"{len(long):,} rows have too many cells, of which {found}"
    raise ValueError(
        f"{source}: {found}; put quotes around cells that hold "
        f"{SEPARATORS.get(separator, repr(separator))}, or give another separator, or "
        "skip, the number of lines above the table."
    )


def told_of_short_rows(
    lengths: list[tuple[int, int]], width: int, header: bool
) -> list[str]:
    """What to say of rows with fewer than `width` cells, and of too few names."""
    notes = []
    names = lengths[0][1]
    if header and names < width:
        notes.append(
            f"There are {names} names, but most rows have {width} cells: see whether "
            "the names stand above their columns."
        )
    short = [line for line, count in lengths[header:] if count < width]
    if short:
        which = f"{len(short):,} rows have" if len(short) > 1 else "A row has"
        where = "the first in line" if len(short) > 1 else "in line"
        notes.append(
            f"{which} fewer than {width} cells, {where} {short[0]}; those at the end "
            "are taken as missing."
        )
    return notes


def refuse_one_column(lines: list[str], source: str, asked: str | None) -> None:
    """ValueError for lines that were read as one column, and look like several."""
    mark = most_frequent_separator(lines)
    if asked is not None and mark is not None and mark != asked:
        raise ValueError(
            f"{source}: separator={asked!r} gives one column, but {SEPARATORS[mark]} "
            f"stands in most lines; give separator={mark!r}, or leave it out."
        )
    if asked is not None:
        return
    if mark is not None:
        raise ValueError(
            f"{source} could not be split into columns, although {SEPARATORS[mark]} "
            f"stands in most lines; give separator={mark!r} to see why."
        )
    counts = [len(line.split()) for line in lines]
    most = max(set(counts), key=counts.count)
    if most < 2 or counts.count(most) < MOST * len(counts):
        return
    is_single = all(len(line.split(" ")) == len(line.split()) for line in lines)
    remedy = "give separator=' '" if is_single else "write a comma between the columns"
    raise ValueError(
        f"{source}: each line has {most} words with spaces between; {remedy}, or give "
        "separator=',' if it is one column of text."
    )
