"""The cells of a column as texts: the different ones, and which of them each row holds.

Most columns repeat a few cells over and over, so whatever is asked of cells is asked of
the different ones, once each.
"""

from collections import defaultdict
from collections.abc import Set
from itertools import count
from operator import ne
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Column = NDArray[Any]

# A cell that holds one of these words, in letters of either case, is missing. An empty
# cell, and one of nothing but spaces, is missing in any case.
NULL_WORDS = {"?", "...", "na", "n/a", "#n/a", "#na", "<na>", "null", "nan", "-nan"}
NULL_WORDS |= {"#n/a n/a", "nat", "1.#ind", "-1.#ind", "1.#qnan", "-1.#qnan"}
# These stand for a missing number or date. In a column of words they may mean something
# (no garage, no children), and there each is a value like any other.
DOUBTFUL_WORDS = {"-", "--", ".", "none", "unknown", "n.a."}
# characters of a class or of what is typed: NumPy gives each row room for the longest
LONGEST = 1_000


class Cells(NamedTuple):
    """The different texts of a column, and for each row the index of its own.

    A missing cell has the index -1.
    """

    texts: list[str]
    codes: NDArray[np.intp]

    @property
    def known(self) -> int:
        """How many rows hold a text."""
        return int(np.count_nonzero(self.codes >= 0))

    @property
    def counts(self) -> NDArray[np.intp]:
        """How many rows hold each text."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.texts))

    def row_of(self, index: int) -> int:
        """The first row that holds a text; the rows count from 1."""
        return int(np.argmax(self.codes == index)) + 1

    def without(self, words: Set[str]) -> "Cells":
        """The same cells, and those that hold one of these words are missing too."""
        if words.isdisjoint(map(str.casefold, self.texts)):
            return self
        kept = [text.casefold() not in words for text in self.texts]
        # a missing cell's -1 finds the last entry
        codes = np.append(np.cumsum(kept) - 1, -1)
        codes[:-1][~np.array(kept)] = -1
        texts = [text for text, keep in zip(self.texts, kept, strict=True) if keep]
        return Cells(texts, codes[self.codes])

    def spread(self, values: NDArray[Any], missing: Any) -> Column:
        """One value for each row, from one for each text and that of missing cells."""
        column = np.empty(len(values) + 1, values.dtype)
        column[:-1] = values
        column[-1] = missing
        return column[self.codes]


def cells_of(column: Column, missing: Set[str] = NULL_WORDS) -> Cells:
    """The cells of a column of texts, numbers or dates; numbers are written out.

    Cells that hold nothing, or one of the words in `missing` (in small letters), are
    missing.
    """
    if column.dtype.kind != "O":
        return _cells_of_array(column)
    # each value that was not seen before gets the next number
    numbered: defaultdict[Any, int] = defaultdict(count().__next__)
    numbers = np.fromiter(map(numbered.__getitem__, column), np.intp, len(column))
    texts: dict[str, int] = {}
    index_of = []
    for value in numbered:
        text = as_text(value)
        is_there = text and text.casefold() not in missing
        index_of.append(texts.setdefault(text, len(texts)) if is_there else -1)
    if index_of == list(texts.values()):
        return Cells(list(texts), numbers)
    return Cells(list(texts), np.array(index_of, np.intp)[numbers])


def _cells_of_array(column: Column) -> Cells:
    if column.dtype.kind in "US":
        return cells_of(column.astype(str).astype(object))
    different, codes = np.unique(column, return_inverse=True)
    texts = [as_text(value) for value in different.tolist()]
    if column.dtype.kind == "M":
        texts = [text.replace("NaT", "") for text in different.astype(str).tolist()]
    # what is missing comes last
    known = len([text for text in texts if text])
    codes = np.where(codes < known, codes, -1).astype(np.intp)
    return Cells(texts[:known], codes)


def as_text(value: Any) -> str:
    """A cell as text, without spaces around it; one that is missing is empty.

    >>> as_text(3.0), as_text(0.1), as_text(" red "), as_text(float("nan"))
    ('3', '0.1', 'red', '')
    """
    if isinstance(value, str):
        return value.strip()
    if value is None or ne(value, value):  # NaN and NaT differ from themselves
        return ""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)
