"""A table as inputs of a network: what is learned of its columns, and applied to rows.

Everything is learned from training rows, and follows their shape alone: numbers have
bins if there are rows enough for them [E10], and no setting is there to be tuned.

    bins = min(64, n / 100, n / (4 c)), or 0 where that is below 4         [E10]

Empty and constant columns, and those that hold the same as an earlier one, are left
out, and the encoder says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from halfmoon.arrays.binned import Binned
from halfmoon.arrays.cached import cached_property
from halfmoon.arrays.columns import missing_rows
from halfmoon.tables.categories import (
    FEWEST_ROWS,
    Category,
    learn_category,
    learn_yes_no,
)
from halfmoon.tables.dates import Date, days_of, learn_date
from halfmoon.tables.numbers import Number, Numbers, learn_number, number_of_bins

Table = Mapping[str, NDArray[Any]]

ENCODED = ("number", "yes/no", "category", "date")
LARGEST = 1e300  # beyond, distances between numbers would be infinite
SMALLEST = 1e-290  # below, a number is 0, so that no slope between two is infinite


@dataclass(frozen=True, eq=False)
class Encoder:
    """How the columns of a table become inputs: numbers, then dates, then categories.

    A date is read twice: `numbers` holds its day, `dates` its cycles. `left_out` says
    why a column is no input.

    Examples
    --------
    >>> import numpy as np
    >>> table = {
    ...     "age": np.array([20.0, 30.0, 40.0, 50.0, 60.0] * 2),
    ...     "city": np.array(["Oslo", "Rome"] * 5, dtype=object),
    ... }
    >>> kinds = {"age": "number", "city": "category"}
    >>> encoder = Encoder.of(table, kinds, classification=False)
    >>> encoder.names
    ['age', 'city is Oslo']
    >>> encoder.encode({"age": np.array([40.0]), "city": np.array(["Rome"])})
    array([[ 0. , -0.5]], dtype=float32)
    """

    numbers: Numbers
    dates: tuple[Date, ...]
    categories: tuple[Category, ...]
    left_out: dict[str, str]

    @classmethod
    def of(
        cls,
        table: Table,
        kinds: Mapping[str, str],
        classification: bool,
        bins: int | None = None,
    ) -> "Encoder":
        """What there is to learn of training rows.

        `table` holds parsed columns (n,) by name: of a "number" float64, of "yes/no" 1,
        0 and NaN, of a "date" datetime64, of a "category" text and None. Columns of
        other `kinds` are passed over. Numbers have normal scores for `classification`
        only, and so many `bins`; None goes by the rule. Raises ValueError if no column
        is left.
        """
        columns = {
            name: _column(table, name)
            for name, kind in kinds.items()
            if kind in ENCODED
        }
        left_out = _empty_or_repeated(columns, kinds)
        columns = {name: c for name, c in columns.items() if name not in left_out}
        dates = {name: c for name, c in columns.items() if kinds[name] == "date"}
        numbers = {
            name: days_of(c) if name in dates else c
            for name, c in columns.items()
            if kinds[name] in ("number", "date")
        }
        learned = cls(
            numbers=_learn_numbers(numbers, classification, bins, left_out),
            dates=tuple(
                learn_date(name, c) for name, c in dates.items() if name not in left_out
            ),
            categories=_learn_categories(columns, kinds, left_out),
            left_out=left_out,
        )
        if not learned.names:
            reasons = "; ".join(f"{name!r} {why}" for name, why in left_out.items())
            raise ValueError(
                f"No column is left to learn from ({reasons or 'there was none'}); "
                "give columns of numbers, dates, categories or yes and no that vary."
            )
        return learned

    @cached_property
    def names(self) -> list[str]:
        """A name for each input (m)."""
        others = (name for part in self._others for name in part.names)
        return [*self.numbers.names, *others]

    def encode(self, table: Table) -> NDArray[np.float32]:
        """The inputs (n, m) of a table of parsed columns (n,).

        Raises ValueError if it lacks one of the columns that were learned, and for
        columns of different lengths.
        """
        columns, n = self._read(table)
        out = np.empty((n, len(self.names)), dtype=np.float32)
        place = len(self.numbers.names)
        self.numbers.encode(self._number_table(columns, n), out[:, :place])
        self._encode_others(columns, out[:, place:])
        return out

    def encode_binned(self, table: Table) -> Binned | NDArray[np.float32]:
        """The same inputs, with bins as each value's place: less memory, faster fits.

        Where no column has bins it is what `encode` gives.
        """
        means = self.numbers.means
        if not len(means):
            return self.encode(table)
        columns, n = self._read(table)
        others = np.empty((n, len(self.names) - len(means)), dtype=np.float32)
        first = len(self.numbers.names) - len(means)
        X = self._number_table(columns, n)
        places = self.numbers.encode_binned(X, others[:, :first])
        self._encode_others(columns, others[:, first:])
        bins = self.numbers.bins
        return Binned(others, first, places, bins, means.astype(np.float32))

    def _read(self, table: Table) -> tuple[dict[str, NDArray[Any]], int]:
        """The columns that are needed, and how many rows they have."""
        columns = {name: _column(table, name) for name in self._columns}
        return columns, _length(columns)

    def _encode_others(
        self, columns: Mapping[str, NDArray[Any]], out: NDArray[np.float32]
    ) -> None:
        """Write the inputs of dates and categories."""
        place = 0
        for part in self._others:
            after = place + len(part.names)
            out[:, place:after] = part.encode(columns[part.name])
            place = after

    def as_dict(self) -> dict[str, Any]:
        """Everything that was learned, as lists, dictionaries and arrays."""
        return {
            "numbers": [column.as_dict() for column in self.numbers.columns],
            "dates": [column.as_dict() for column in self.dates],
            "categories": [column.as_dict() for column in self.categories],
            "left_out": dict(self.left_out),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Encoder":
        """What `as_dict` has given; arrays may have become lists.

        Raises ValueError for parts that do not fit together, KeyError for missing ones.
        """
        return cls(
            numbers=Numbers(tuple(map(Number.from_dict, data["numbers"]))),
            dates=tuple(map(Date.from_dict, data["dates"])),
            categories=tuple(map(Category.from_dict, data["categories"])),
            left_out={str(name): str(why) for name, why in data["left_out"].items()},
        )

    @cached_property
    def _others(self) -> tuple[Date | Category, ...]:
        return (*self.dates, *self.categories)

    @cached_property
    def _columns(self) -> list[str]:
        """Each column that is read, once."""
        parts = (*self.numbers.columns, *self._others)
        return list(dict.fromkeys(part.name for part in parts))

    @cached_property
    def _days(self) -> set[str]:
        """The columns of numbers that are days of dates."""
        return {date.name for date in self.dates}

    def _number_table(
        self, columns: Mapping[str, NDArray[Any]], n: int
    ) -> NDArray[np.float64]:
        X = np.empty((n, len(self.numbers.columns)))
        for j, number in enumerate(self.numbers.columns):
            column = columns[number.name]
            X[:, j] = days_of(column) if number.name in self._days else column
        return _within_reach(X)


def _column(table: Table, name: str) -> NDArray[Any]:
    try:
        return table[name]
    except KeyError:
        raise ValueError(
            f"The table has no column {name!r}; give one with the columns that were "
            f"learned from (there are: {', '.join(map(repr, table))})."
        ) from None


def _length(columns: Mapping[str, NDArray[Any]]) -> int:
    """How many rows all columns have."""
    lengths = {name: len(column) for name, column in columns.items()}
    n = next(iter(lengths.values()))
    other = next((name for name, length in lengths.items() if length != n), None)
    if other is not None:
        raise ValueError(
            f"The columns {next(iter(lengths))!r} and {other!r} have {n} and "
            f"{lengths[other]} values; give one of each for each row."
        )
    return n


def _within_reach(X: NDArray[np.float64]) -> NDArray[np.float64]:
    """X, changed in place, with numbers between which arithmetic stays finite."""
    np.minimum(np.maximum(X, -LARGEST, out=X), LARGEST, out=X)
    X[np.abs(X) < SMALLEST] = 0.0
    return X


def _empty_or_repeated(
    columns: Mapping[str, NDArray[Any]], kinds: Mapping[str, str]
) -> dict[str, str]:
    """Why some columns are no inputs: nothing is in them, or what is in another."""
    left_out = {}
    first: dict[tuple[str, int], str] = {}
    for name, column in columns.items():
        if _is_empty(column):
            left_out[name] = "holds no value"
            continue
        contents = _contents(column)
        earlier = first.setdefault((kinds[name], hash(contents)), name)
        if earlier != name and _contents(columns[earlier]) == contents:
            left_out[name] = f"holds the same as {earlier!r}"
    return left_out


def _is_empty(column: NDArray[Any]) -> bool:
    if column.dtype.kind == "O":
        return all(value is None for value in column.tolist())
    return bool(missing_rows(column).all())


def _contents(column: NDArray[Any]) -> tuple[Any, ...] | bytes:
    """What a column holds, to be compared."""
    if column.dtype.kind == "O":
        return tuple(column.tolist())
    if column.dtype.kind == "f":
        # there are many NaN, and two zeros
        column = np.where(np.isnan(column), np.nan, column + 0.0)
    return column.tobytes()


def _learn_numbers(
    columns: Mapping[str, NDArray[np.float64]],
    classification: bool,
    bins: int | None,
    left_out: dict[str, str],
) -> Numbers:
    """What there is to learn of columns of numbers, and why some are left out."""
    X = {name: _within_reach(np.array(x, dtype=float)) for name, x in columns.items()}
    constant = [name for name, x in X.items() if np.nanmin(x) == np.nanmax(x)]
    if bins is None:
        n = max(map(len, X.values()), default=0)
        bins = number_of_bins(n, len(X) - len(constant))
    learned = []
    for name, x in X.items():
        number = learn_number(name, x, bins, with_scores=classification)
        if number.varies or number.missing:
            learned.append(number)
        else:
            left_out[name] = "is the same in all rows"
    return Numbers(tuple(learned))


def _learn_categories(
    columns: Mapping[str, NDArray[Any]],
    kinds: Mapping[str, str],
    left_out: dict[str, str],
) -> tuple[Category, ...]:
    """What there is to learn of categories, yes and no, and why some are left out."""
    learned = []
    for name, column in columns.items():
        if kinds[name] not in ("category", "yes/no"):
            continue
        learn = learn_yes_no if kinds[name] == "yes/no" else learn_category
        category = learn(name, column)
        if category.names:
            learned.append(category)
        elif category.rare:
            left_out[name] = f"has no value that {FEWEST_ROWS} rows share"
        else:
            left_out[name] = "is the same in all rows"
    return tuple(learned)
