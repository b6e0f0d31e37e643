"""How much of a target one column tells on its own: near 1, it may be a leak.

Each row is predicted from the others, by one column alone: by those of equal value, or
among many different numbers, by its two neighbours in their order. It needs no model,
and finds copies, thresholds and smooth functions of any shape.

    classes   1 - errors / the errors of the most frequent class
    values    1 - sum (y - y_hat)^2 / sum (y - mean)^2
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from halfmoon.arrays.columns import missing_rows
from halfmoon.tables.cells import Column
from halfmoon.tables.findings.repeats import Codes, codes_of

# with fewer rows for each different number, its neighbours are asked
ROWS_A_VALUE = 5


def share_told(column: Column, y: NDArray[Any], classes: bool) -> float:
    """The share of what there is to know of y (n,) that the column (n,) tells.

    At most 1; 0 or less for a column that tells nothing. The rows must be in random
    order. Of classes, y holds codes.
    """
    missing = missing_rows(column)
    codes = codes_of(column)
    different = int(codes.max(initial=0)) + 1
    if column.dtype.kind == "O" or different * ROWS_A_VALUE <= len(column):
        return _told(_errors_in_groups(codes, y, classes), y, classes)
    x = column[~missing]
    order = np.argsort(x, kind="stable")
    known = y[~missing][order]
    errors = _errors_of_neighbours(known, classes)
    unknown = y[missing]
    alike = np.zeros(len(unknown), dtype=np.intp)
    errors = np.concatenate([errors, _errors_in_groups(alike, unknown, classes)])
    return _told(errors, y, classes)


def _told(errors: NDArray[np.float64], y: NDArray[Any], classes: bool) -> float:
    """What is told, by the errors of all rows."""
    if not classes:
        most = float(np.sum((y - y.mean()) ** 2))
        return 1.0 - float(errors.sum()) / most if most > 0.0 else 0.0
    counts = np.bincount(y)
    most = float(len(y) - counts.max())
    # where one class ends and another begins, the order must err
    left = errors.sum() - (np.count_nonzero(counts) - 1)
    return 1.0 - max(float(left), 0.0) / most if most > 0.0 else 0.0


def _errors_in_groups(
    groups: Codes, y: NDArray[Any], classes: bool
) -> NDArray[np.float64]:
    """The error of each row, predicted by the others of its group."""
    if not len(y):
        return np.zeros(0)
    sizes = np.bincount(groups)[groups]
    if not classes:
        means = (np.bincount(groups, y) / np.bincount(groups))[groups]
        alone = (y - y.mean()) ** 2
        others = ((y - means) * sizes / np.maximum(sizes - 1, 1)) ** 2
        return np.where(sizes > 1, others, alone)
    k = int(y.max()) + 1
    pairs, inverse, counts = np.unique(
        groups * k + y, return_inverse=True, return_counts=True
    )
    group = pairs // k
    # in each group the most frequent class, and the next
    first = np.zeros(int(groups.max()) + 1)
    np.maximum.at(first, group, counts)
    is_first = counts == first[group]
    second = np.zeros(len(first))
    np.maximum.at(second, group[~is_first], counts[~is_first])
    is_shared = np.bincount(group[is_first], minlength=len(first)) > 1
    second[is_shared] = first[is_shared]
    rival = np.where(is_first, second[group], first[group])
    is_right = counts - 1 > rival
    return np.where(is_right[inverse], 0.0, 1.0)


def _errors_of_neighbours(y: NDArray[Any], classes: bool) -> NDArray[np.float64]:
    """The error of each row, predicted by the ones before and after it."""
    if len(y) < 2:
        return np.ones(len(y)) if classes else (y - y) ** 2
    before = np.concatenate([y[1:2], y[:-1]])
    after = np.concatenate([y[1:], y[-2:-1]])
    if classes:
        return ((y != before).astype(float) + (y != after)) / 2.0
    return (y - (before + after) / 2.0) ** 2
