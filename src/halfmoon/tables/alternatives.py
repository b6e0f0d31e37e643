"""What else might stand in a cell: a column's usual value, and others of its range."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from halfmoon.arrays.columns import missing_rows
from halfmoon.tables.editable import shown_cell

STEPS = 13  # values of a number, from its lowest to its highest
MOST_WORDS = 8


class Alternatives(NamedTuple):
    """A column's usual value, and values to try in its place, in their order."""

    usual: Any
    values: NDArray[Any]

    def place(self, cell: str) -> float | None:
        """Where a cell's text stands among them, from 0 to 1; None where it does not.

        >>> Alternatives(1.5, np.array([0.0, 1.0, 2.0])).place("1.5")
        0.75
        """
        last = max(1, len(self.values) - 1)
        if self.values.dtype.kind == "O":
            known = self.values.tolist()
            return known.index(cell) / last if cell in known else None
        try:
            value = np.array(cell, dtype=str).astype(self.values.dtype)
        except ValueError:
            return None
        if np.isnan(value):
            return None
        numbers = self.values.astype(np.float64)
        place = np.interp(value.astype(np.float64), numbers, np.arange(len(numbers)))
        return float(place) / last


def alternatives(column: NDArray[Any]) -> Alternatives:
    """What else might stand in a column (n,) of numbers, dates or texts.

    Of numbers the mean, and steps from the lowest to the highest; of dates the median
    and some of them; of texts the most frequent ones. Missing cells do not count.
    Raises ValueError where all are missing.

    Examples
    --------
    >>> alternatives(np.array([0.0, 3.0, np.nan, 6.0])).usual
    3.0
    """
    known = column[~missing_rows(column)]
    if not len(known):
        raise ValueError("A column without a value has no others; leave it out.")
    if column.dtype.kind == "O":
        most = [word for word, _ in Counter(known).most_common(MOST_WORDS)]
        return Alternatives(most[0], np.array(sorted(most), dtype=object))
    known = np.sort(known)
    if column.dtype.kind == "M":
        chosen = np.linspace(0, len(known) - 1, STEPS).round().astype(int)
        return Alternatives(known[len(known) // 2], known[np.unique(chosen)])
    # a quarter and a share of each, as sums of the largest numbers overflow
    steps = 4.0 * np.linspace(known[0] / 4.0, known[-1] / 4.0, STEPS)
    return Alternatives(float((known / len(known)).sum()), steps)


class Effect(NamedTuple):
    """What a column does to a prediction.

    `effect` is the prediction less the one with the column's usual cell in its place;
    `along` are cells and the prediction with each; `at` says where among them the
    row's own cell stands, from 0 to 1.
    """

    column: str
    usual: str
    effect: float
    at: float | None
    along: list[tuple[str, float]]


def column_effects(
    cells: Mapping[str, Any],
    others: Mapping[str, Alternatives],
    predict: Callable[[list[dict[str, Any]]], NDArray[Any]],
) -> list[Effect]:
    """What each column does to the prediction for a row, the largest effect first.

    `cells` are the row's, by column; `predict` gives a number for each of several rows.

    Examples
    --------
    >>> others = {"age": alternatives(np.array([0.0, 2.0, 4.0]))}
    >>> def double(rows): return np.array([2 * float(row["age"]) for row in rows])
    >>> column_effects({"age": "3"}, others, double)[0].effect
    2.0
    """
    own = float(predict([dict(cells)])[0])
    effects = []
    for column, other in others.items():
        texts = [shown_cell(value) for value in (other.usual, *other.values)]
        values = predict([{**cells, column: text} for text in texts]).tolist()
        place = other.place(str(cells.get(column, "")))
        along = list(zip(texts[1:], values[1:], strict=True))
        effects.append(Effect(column, texts[0], own - values[0], place, along))
    return sorted(effects, key=lambda each: -abs(each.effect))
