"""Rows and columns that repeat others, and what a random split would make of them."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from halfmoon.tables.cells import Column

Codes = NDArray[np.intp]
ROOM = 2**62  # so many combinations can be told apart by one whole number


def codes_of(column: Column) -> Codes:
    """A number for each different value of a column (n,), from 0 in order of their
    first rows; what is missing is a value, too.
    """
    if column.dtype.kind == "O":
        numbers: dict[object, int] = {}
        found = [numbers.setdefault(cell, len(numbers)) for cell in column.tolist()]
        return np.array(found, dtype=np.intp)
    _, first, inverse = np.unique(column, return_index=True, return_inverse=True)
    order = np.empty(len(first), dtype=np.intp)
    order[np.argsort(first)] = np.arange(len(first))
    return order[inverse]


def ranks(column: Column) -> Codes:
    """A number for each different value of a column (n,), in their order."""
    return np.unique(column, return_inverse=True)[1]


def same_rows(columns: Iterable[Codes], rows: int) -> Codes:
    """A number (n,) for each different row of some columns of codes (n,)."""
    combined = np.zeros(rows, dtype=np.intp)
    size = 1
    for codes in columns:
        count = int(codes.max(initial=0)) + 1
        if size * count > ROOM:
            combined = np.unique(combined, return_inverse=True)[1]
            size = int(combined.max(initial=0)) + 1
        combined = combined * count + codes
        size *= count
    return np.unique(combined, return_inverse=True)[1]


def expected_leak(groups: Codes, share: float) -> float:
    """How many test rows have an equal among the training rows, on average.

    The test part is a random `share` of the rows, drawn without replacement:

        sum over groups of m rows:  m t/n (1 - (t-1)/(n-1) ... (t-m+1)/(n-m+1))
    """
    n = len(groups)
    t = round(share * n)
    sizes, count = np.unique(np.bincount(groups), return_counts=True)
    total = 0.0
    for m, number in zip(sizes.tolist(), count.tolist(), strict=True):
        others = np.arange(1, m)
        all_in_test = np.prod(np.maximum(t - others, 0) / (n - others))
        total += number * m * t / n * (1.0 - float(all_in_test))
    return total
