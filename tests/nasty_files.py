"""Twenty-four tables as they come from the net, and what is in them.

Each is told by what was written: the cells in `ROWS`, or beside the file.
"""

import random

RANDOM = random.Random(15)
N = 300
NAMES = ["price", "age", "city", "member", "since"]


def _row():
    return [
        f"{RANDOM.gauss(50.0, 20.0):.2f}",
        str(RANDOM.randint(1, 99)),
        RANDOM.choice(["Köln", "Paris, FR", "Rome"]),
        RANDOM.choice(["yes", "no"]),
        f"{RANDOM.randint(2000, 2020)}-{RANDOM.randint(1, 12):02d}-11",
    ]


ROWS = [_row() for _ in range(N)]
COMMA = [[price.replace(".", ","), *others] for price, *others in ROWS]


def written(separator, rows=ROWS, names=NAMES):
    """Rows as text, with quotes around cells that need them."""
    lines = [names, *rows] if names else rows
    return "".join(separator.join(_cells(line, separator)) + "\n" for line in lines)


def _cells(row, separator):
    return [f'"{cell}"' if separator in cell else cell for cell in row]


def _simple(names, rows, separator=","):
    return written(separator, rows, names), names, rows


def _ragged():
    """Every 97th row has lost its last cell."""
    lines = written(",").splitlines()
    lines[97::97] = [line.rpartition(",")[0] for line in lines[97::97]]
    rows = [[*row[:4], None] if i % 97 == 96 else row for i, row in enumerate(ROWS)]
    return "\n".join(lines) + "\n", NAMES, rows


def _late_quote():
    rows = [[f"Bob{i % 7}", str(i % 13)] for i in range(21_000)]
    return _simple(["name", "v"], [*rows, ["Beth, Bens. Co.", "5"]])


def _late_float():
    rows = [[str(i), str(i % 2)] for i in range(21_000)]
    return _simple(["x", "y"], [*rows, ["3.5", "1"], ["N/A", "0"]])


def _quotes_over_lines():
    text = "id,note,y\n" + "".join(
        f'{i},"line one\nline ""two"", end",{i % 2}\n' for i in range(N)
    )
    note = 'line one\nline "two", end'
    return text, ["id", "note", "y"], [[str(i), note, str(i % 2)] for i in range(N)]


def _drawn(names, *columns, separator=","):
    """Rows of which each cell is one of its column's values; None is empty."""
    rows = [[RANDOM.choice(values) for values in columns] for _ in range(N)]
    filled = [[cell or "" for cell in row] for row in rows]
    return written(separator, filled, names), names, rows


TWO_LINES = "Sales report 2024\nexported by ACME GmbH, all rights reserved\n\n"
TWICE = ["price", "x", "x", "member", "since"]
PLAIN = ["column1", "column2", "column3", "column4", "column5"]
COLOURS = ["red", "unknown", "NULL", "nan"]
GAPS = ["1.5", "NA", "-", "?", "n/a", None, " 3.5 "]
YES = ["0", "1"]

# the text of each, and the names and rows that are in it
TEXTS = {
    "comma": (written(","), NAMES, ROWS),
    "semicolon": (written(";", COMMA), NAMES, COMMA),
    "tab": (written("\t"), NAMES, ROWS),
    "bar": (written("|"), NAMES, ROWS),
    "cp1252": (written(";", COMMA), NAMES, COMMA),
    "utf-16": (written("\t"), NAMES, ROWS),
    "utf-8-sig": (written(","), NAMES, ROWS),
    "lines above": (TWO_LINES + written(";", COMMA), NAMES, COMMA),
    "sep=": ("sep=;\n" + written(";", COMMA), NAMES, COMMA),
    "no names": (written(",", ROWS, None), PLAIN, ROWS),
    "separator at the end": (written(",").replace("\n", ",\n"), NAMES, ROWS),
    "late quote": _late_quote(),
    "names twice": (written(",", ROWS, TWICE), [*TWICE[:2], "x_2", *TWICE[3:]], ROWS),
    "ragged": _ragged(),
    "units": _drawn(["price", "kg", "y"], ["8,123.50 €", "9 €"], ["7 kg"], YES),
    "gaps": _drawn(["a", "b", "y"], GAPS, COLOURS, YES),
    "days": _drawn(["d", "y"], ["31/01/2020", "05/12/2019"], YES),
    "quotes over lines": _quotes_over_lines(),
    "zip codes": _drawn(["zip", "phone"], ["01067", "80331"], ["0049891", "0049892"]),
    "late float": _late_float(),
    "German numbers": _drawn(["a", "y"], ["1.234,50", "9,00"], YES, separator=";"),
    "carriage returns": (written(",").replace("\n", "\r"), NAMES, ROWS),
}
# two more are refused
SPACES = _drawn(["a", "b", "c"], ["0.25", "0.5"], ["0.125"], YES, separator=" ")[0]
ARFF = "% made by Weka\n@relation t\n@attribute a numeric\n@data\n0.5\n0.25\n"


def bytes_of(name):
    """A table as its file; some names are those of encodings."""
    encoding = name if name in ("cp1252", "utf-16", "utf-8-sig") else "utf-8"
    return TEXTS[name][0].encode(encoding)
