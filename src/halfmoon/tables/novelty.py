"""How far new rows lie from those that were learned, column by column.

A model knows nothing of what it has not met: a category that no training row had, a
number or date outside the range of the training rows, a gap in a column that had none.
Such rows are counted. Few of them are nothing to worry about: of new rows of the same
kind, too, about 2 in n lie outside the range of a column of n rows.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from halfmoon.tables.categories import Category
from halfmoon.tables.dates import days_of
from halfmoon.tables.encoding import Encoder
from halfmoon.tables.numbers import Number

MOST_NAMED = 3  # columns in the sentence


@dataclass(frozen=True)
class ColumnNovelty:
    """In how many rows a column holds something new.

    `unseen` rows hold a category that was never met (`example` is the first of them),
    `outside` rows a number or date outside `learned`, the range as text, `gaps` rows
    nothing, where there always was something.
    """

    column: str
    unseen: int = 0
    outside: int = 0
    gaps: int = 0
    example: str = ""
    learned: str = ""

    @property
    def rows(self) -> int:
        """How many rows hold something new."""
        return self.unseen + self.outside + self.gaps

    def tell(self, rows: int) -> str:
        """What is new, of so many rows, in words."""
        said = []
        if self.unseen:
            share = _share(self.unseen, rows)
            such = f"such as {self.example!r:.40}"
            said.append(f"values never seen before ({such}) in {share}")
        if self.outside:
            share = _share(self.outside, rows)
            said.append(f"values outside {self.learned} in {share}")
        if self.gaps:
            said.append(f"gaps in {_share(self.gaps, rows)}, where there were none")
        return f"{self.column!r} has {' and '.join(said)}"


@dataclass(frozen=True)
class Novelty:
    """In how many of the `rows` something is new, and in which columns, most first.

    Those of two parts of a table can be added. Its text is one line.
    """

    rows: int
    new_rows: int
    columns: tuple[ColumnNovelty, ...] = ()

    def __str__(self) -> str:
        if not self.columns:
            return f"All {self.rows:,} rows lie within what was learned."
        named = [column.tell(self.rows) for column in self.columns[:MOST_NAMED]]
        others = len(self.columns) - len(named)
        more = f"; so have {others} more columns" if others > 1 else ""
        more = "; so has 1 more column" if others == 1 else more
        return (
            f"{self.new_rows:,} of {self.rows:,} rows "
            f"({_share(self.new_rows, self.rows)}) hold something that was not "
            f"learned: {'; '.join(named)}{more}."
        )

    def __add__(self, other: "Novelty") -> "Novelty":
        columns = {column.column: column for column in self.columns}
        for column in other.columns:
            known = columns.get(column.column)
            columns[column.column] = _sum(known, column) if known else column
        return Novelty(
            self.rows + other.rows,
            self.new_rows + other.new_rows,
            _most_first(columns.values()),
        )

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain data for JSON."""
        told = asdict(self)
        return told | {"columns": list(told["columns"]), "sentence": str(self)}


def novelty(table: Mapping[str, NDArray[Any]], encoder: Encoder) -> Novelty:
    """What is new in a table of parsed columns (n,) to the encoder that was learned.

    Columns that the encoder leaves out are passed over.
    """
    dates = {date.name for date in encoder.dates}
    found = []
    is_new: NDArray[np.bool_] = np.zeros(len(next(iter(table.values()))), dtype=bool)
    for number in encoder.numbers.columns:
        column = table[number.name]
        is_date = number.name in dates
        numbers = days_of(column) if is_date else column
        outside = (numbers < number.low) | (numbers > number.high)
        gaps = np.isnan(numbers) & (number.missing == 0.0)
        is_new |= outside | gaps
        found.append(
            ColumnNovelty(
                number.name,
                outside=int(outside.sum()),
                gaps=int(gaps.sum()),
                learned=_range(number, is_date),
            )
        )
    for category in encoder.categories:
        column = table[category.name]
        unseen, gaps = _of_category(category, column)
        is_new |= unseen | gaps
        first = str(column[int(np.argmax(unseen))]) if unseen.any() else ""
        found.append(
            ColumnNovelty(
                category.name,
                unseen=int(unseen.sum()),
                gaps=int(gaps.sum()),
                example=first,
            )
        )
    return Novelty(len(is_new), int(is_new.sum()), _most_first(found))


def _of_category(
    category: Category, column: NDArray[Any]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which rows hold a category that was never met, and which a first gap.

    Of yes and no, one that was in no row was never met.
    """
    never_missing = category.shares[-1] == 0.0
    if category.is_yes_no:
        gaps = np.isnan(column)
        known = [float(1 - i) for i in range(2) if category.shares[i] > 0.0]
        return ~gaps & ~np.isin(column, known), gaps & never_missing
    known_texts = {*category.categories, *category.rare}
    cells = column.tolist()
    gaps = np.array([cell is None for cell in cells], dtype=bool)
    seen = np.array([cell in known_texts for cell in cells], dtype=bool)
    return ~gaps & ~seen, gaps & never_missing


def _range(number: Number, is_date: bool) -> str:
    """The range of a column as text."""
    if not is_date:
        return f"{number.low:.6g} to {number.high:.6g}"
    days = np.floor([number.low, number.high]).astype(np.int64)
    ends = days.astype("datetime64[D]")
    return f"{ends[0]} to {ends[1]}"


def _sum(one: ColumnNovelty, other: ColumnNovelty) -> ColumnNovelty:
    return replace(
        one,
        unseen=one.unseen + other.unseen,
        outside=one.outside + other.outside,
        gaps=one.gaps + other.gaps,
        example=one.example or other.example,
    )


def _most_first(columns: Any) -> tuple[ColumnNovelty, ...]:
    """The columns with something new; where it is equally much, in their order."""
    return tuple(
        sorted((column for column in columns if column.rows), key=lambda c: -c.rows)
    )


def _share(rows: int, of: int) -> str:
    """A share in per cent, which is 0 or 100 only where it is that exactly."""
    share = 100.0 * rows / of
    if 0.0 < share < 0.1:
        return "under 0.1%"
    if 99.9 < share < 100.0:
        return "over 99.9%"
    return f"{share:.1f}".removesuffix(".0") + "%"
