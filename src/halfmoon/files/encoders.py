"""An encoder of a table's columns as a description and arrays, and back.

The description names the columns, and says how many entries of the arrays are each
one's: "encoder.edges" holds the edges of the bins of all columns of numbers, one column
after the other.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from halfmoon.components.rules import BOOLEAN, TEXT, Integer, Number, OneOf, Rule
from halfmoon.files.container import Arrays
from halfmoon.files.networks import take
from halfmoon.files.plain import LIST, TABLE, list_of, read_fields
from halfmoon.tables.categories import MOST_CATEGORIES, Category
from halfmoon.tables.dates import CYCLES, Date
from halfmoon.tables.encoding import LARGEST, Encoder
from halfmoon.tables.numbers import Number as NumberColumn
from halfmoon.tables.numbers import Numbers

TEXTS = list_of(TEXT, "texts")
COUNT = Integer("[", 0, 2**32, "]")
RULES: dict[str, Rule] = {
    "numbers": LIST,
    "dates": LIST,
    "categories": LIST,
    "left_out": TABLE,
}
NUMBER: dict[str, Rule] = {
    "name": TEXT,
    **dict.fromkeys(("median", "low", "high"), Number("[", -LARGEST, LARGEST, "]")),
    "missing": Number("[", 0, 1, ")"),
    "spread": Number("[", 0, 2 * LARGEST, "]"),
    "knots": COUNT,
    "edges": COUNT,
}
# what the numbers of each array can reach: most become inputs, which are of float32
MOST = {
    "knots": LARGEST,
    "edges": LARGEST,
    "scores": 100.0,
    "means": 2.0,
    "dates": 2.0,
    "shares": 2.0,
}
FACTS = ("median", "low", "high", "missing", "spread")  # numbers
DATE: dict[str, Rule] = {
    "name": TEXT,
    "cycles": list_of(OneOf(*CYCLES), "cycles"),
}
CATEGORY: dict[str, Rule] = {
    "name": TEXT,
    "categories": TEXTS,
    "rare": TEXTS,
    "is_yes_no": BOOLEAN,
}


def describe(encoder: Encoder) -> tuple[dict[str, Any], Arrays]:
    """An encoder's description, and its arrays by name."""
    numbers = encoder.numbers.columns
    columns = {
        "knots": [column.knots for column in numbers],
        "scores": [column.scores for column in numbers],
        "edges": [column.edges for column in numbers],
        "means": [column.means for column in numbers],
        "dates": [column.means for column in encoder.dates],
        "shares": [column.shares for column in encoder.categories],
    }
    description = {
        "numbers": [_describe_number(column) for column in numbers],
        "dates": [
            {"name": column.name, "cycles": list(column.cycles)}
            for column in encoder.dates
        ],
        "categories": [
            {name: column.as_dict()[name] for name in CATEGORY}
            for column in encoder.categories
        ],
        "left_out": dict(encoder.left_out),
    }
    arrays = {
        f"encoder.{name}": np.concatenate(parts)
        for name, parts in columns.items()
        if any(map(len, parts))
    }
    return description, arrays


def _describe_number(column: NumberColumn) -> dict[str, Any]:
    return {
        "name": column.name,
        **{name: float(getattr(column, name)) for name in FACTS},
        "knots": len(column.knots),
        "edges": len(column.edges),
    }


def make(description: Any, arrays: Arrays) -> Encoder:
    """The encoder that was described; takes its arrays out of `arrays`.

    Raises ValueError for what describes none. Arrays are cut only after all that there
    is to cut is known to be there.
    """
    fields = read_fields(description, RULES, "the encoder")
    if not all(map(TEXT.allows, fields["left_out"].values())):
        raise ValueError("left_out of the encoder must say why in texts")
    encoder = Encoder(
        numbers=Numbers(_make_numbers(fields["numbers"], arrays)),
        dates=_make_dates(fields["dates"], arrays),
        categories=_make_categories(fields["categories"], arrays),
        left_out=fields["left_out"],
    )
    if not encoder.names:
        raise ValueError("the encoder has no inputs")
    return encoder


def _make_numbers(stored: Any, arrays: Arrays) -> tuple[NumberColumn, ...]:
    columns = _read_all(stored, NUMBER, "column of numbers")
    for column in columns:
        column |= {name: float(column[name]) for name in FACTS}
    knots = [column.pop("knots") for column in columns]
    edges = [column.pop("edges") for column in columns]
    parts = zip(
        columns,
        _cut(arrays, "knots", knots),
        _cut(arrays, "scores", knots),
        _cut(arrays, "edges", edges),
        _cut(arrays, "means", [max(count - 1, 0) for count in edges]),
        strict=True,
    )
    return tuple(
        NumberColumn(**column, knots=knots, scores=scores, edges=edges, means=means)
        for column, knots, scores, edges, means in parts
    )


def _make_dates(stored: Any, arrays: Arrays) -> tuple[Date, ...]:
    columns = _read_all(stored, DATE, "column of dates")
    means = _cut(arrays, "dates", [2 * len(column["cycles"]) for column in columns])
    return tuple(
        Date(column["name"], tuple(column["cycles"]), own)
        for column, own in zip(columns, means, strict=True)
    )


def _make_categories(stored: Any, arrays: Arrays) -> tuple[Category, ...]:
    columns = _read_all(stored, CATEGORY, "column of categories")
    counts = [len(column["categories"]) for column in columns]
    if max(counts, default=0) > MOST_CATEGORIES:
        # the table of a column's inputs grows with the square of their number
        raise ValueError(f"a column may have {MOST_CATEGORIES} categories at most")
    shares = _cut(arrays, "shares", [count + 2 for count in counts])
    return tuple(
        Category.from_dict(column | {"shares": own})
        for column, own in zip(columns, shares, strict=True)
    )


def check_kinds(encoder: Encoder, kinds: dict[str, str]) -> None:
    """ValueError for a column of the encoder that is of another kind in the schema."""
    days = {column.name for column in encoder.dates}
    expected = [
        *(
            (column.name, "date" if column.name in days else "number")
            for column in encoder.numbers.columns
        ),
        *((column.name, "date") for column in encoder.dates),
        *(
            (column.name, "yes/no" if column.is_yes_no else "category")
            for column in encoder.categories
        ),
    ]
    for name, kind in expected:
        if kinds.get(name) != kind:
            raise ValueError(
                f"the encoder has a column {name!r} of the kind {kind}, and the schema "
                f"has {kinds.get(name, 'none')}"
            )


def _read_all(
    stored: Sequence[Any], rules: dict[str, Rule], what: str
) -> list[dict[str, Any]]:
    """Columns of a kind, each with a name of its own."""
    columns = [{**read_fields(entry, rules, f"a {what}")} for entry in stored]
    names = [column["name"] for column in columns]
    if len(set(names)) < len(names):
        raise ValueError(f"the encoder has a {what} twice")
    return columns


def _cut(arrays: Arrays, name: str, counts: list[int]) -> list[NDArray[np.float64]]:
    """An array's parts, of so many entries each."""
    total = sum(counts)
    whole = np.empty(0)
    if total:
        whole = take(arrays, f"encoder.{name}", (total,), np.float64)
        if not (np.abs(whole) <= MOST[name]).all():
            raise ValueError(
                f"encoder.{name} holds numbers that are not finite, or beyond "
                f"{MOST[name]:g}"
            )
    return np.split(whole, np.cumsum(counts[:-1], dtype=np.intp)) if counts else []
