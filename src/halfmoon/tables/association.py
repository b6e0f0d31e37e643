"""How much a column tells of a target by itself: which two are worth looking at.

eta^2 = 1 - sum of squares of y within bins / sum of squares of y
adjusted for the bins b:  1 - (1 - eta^2) (n - 1) / (n - b)
"""

import numpy as np
from numpy.typing import NDArray

from halfmoon.tables.cells import Column

BINS = 10  # of a column of numbers or dates, with as many rows each


def association(column: Column, y: NDArray[np.float64]) -> float:
    """The share of y's variance that a column's bins or categories explain.

    `column` (n,) is a parsed one: numbers and dates are cut into bins of equally many
    rows, missing values are one of their own. `y` (n, k) holds values, or for classes a
    column of 0 and 1 for each. Adjusted for the number of bins (Kelley 1935), so that a
    column that says nothing is near 0, or a little below.

    Examples
    --------
    >>> y = np.repeat([[0.0], [1.0]], 50, axis=0)
    >>> association(np.arange(100.0), y), association(np.arange(100.0) % 2, y) < 0.02
    (1.0, True)
    """
    codes = _codes(column)
    n = len(codes)
    counts = np.bincount(codes)
    bins = int(np.count_nonzero(counts))
    total = ((y - y.mean(axis=0)) ** 2).sum()
    if bins < 2 or n <= bins or total == 0.0:
        return 0.0
    within = 0.0
    for target in y.T:
        means = np.bincount(codes, target) / np.maximum(counts, 1)
        within += ((target - means[codes]) ** 2).sum()
    return float(1.0 - within / total * (n - 1) / (n - bins))


def _codes(column: Column) -> NDArray[np.intp]:
    """The number of each row's bin or category (n,)."""
    if column.dtype.kind == "O":
        texts = np.array(["" if text is None else text for text in column.tolist()])
        return np.unique(texts, return_inverse=True)[1].astype(np.intp)
    if column.dtype.kind == "M":
        missing = np.isnat(column)
        numbers = column.astype(np.int64).astype(np.float64)
    else:
        missing = np.isnan(column)
        numbers = column
    seen = numbers[~missing]
    if not len(seen):
        return np.zeros(len(column), dtype=np.intp)
    edges = np.unique(np.quantile(seen, np.arange(1, BINS) / BINS))
    bins = np.searchsorted(edges, numbers, side="right").astype(np.intp)
    bins[missing] = len(edges) + 1
    return bins
