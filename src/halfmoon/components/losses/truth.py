"""The truth y as a loss reads it."""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from halfmoon.arrays.elementary import Array
from halfmoon.components.losses.base import Loss
from halfmoon.components.registry import write


def encode(loss: Loss, y: Any, k: int, dtype: DTypeLike) -> Array:
    """The truth as the loss reads it: (n, columns) of `dtype`, for a network of k
    outputs.

    "classes": whole numbers 0 to C-1, (n,) or a column for each class variable, become
    one-hot rows (n, k), variable beside variable; rows that are distributions stay.
    "labels": zeros and ones (or shares between).  "counts": at least 0.
    "real": anything finite.
    Raises ValueError where y is none of these, or has the wrong number of columns.
    """
    y = np.asarray(y)
    if y.dtype.kind not in "biuf":
        raise ValueError(
            f"y must hold numbers, classes as 0 to {k - 1} (MLPClassifier takes any "
            f"labels); got {y.dtype}."
        )
    with np.errstate(over="ignore"):
        table = np.array(y[:, None] if y.ndim == 1 else y, dtype=dtype)
    if not np.isfinite(table).all():
        count = (~np.isfinite(table)).sum()
        raise ValueError(
            f"y holds {count} values that are NaN or infinite (in {table.dtype}); "
            "remove, fill or scale them."
        )
    columns = table.shape[1] if table.ndim == 2 else 0
    sizes = loss.classes(k) if loss.target == "classes" else ()
    if 0 < columns == len(sizes) and (y.ndim == 1 or columns < k):  # class numbers
        return np.hstack(
            [
                _one_hot(*each, dtype)
                for each in zip(np.atleast_2d(y.T), sizes, strict=True)
            ]
        )
    if columns != sum(sizes) if sizes else loss.outputs(columns) != k:
        raise ValueError(
            f"y has shape {y.shape}, which does not fit a network of {k} outputs with "
            f"{loss}."
        )
    if sizes and not np.allclose(
        np.add.reduceat(table, np.cumsum((0, *sizes[:-1])), axis=1), 1.0, atol=1e-5
    ):
        raise ValueError(
            f"Each row of y must be a distribution over the {write(sizes)} classes, "
            "with sum 1."
        )
    high = 1.0 if loss.target in ("classes", "labels") else np.inf
    if loss.target != "real" and ((table < 0.0) | (table > high)).any():
        raise ValueError(
            f"y must lie in [0, {high:g}] for {loss}; got values from {table.min()} "
            f"to {table.max()}."
        )
    return table


def _one_hot(y: Array, C: int, dtype: DTypeLike) -> Array:
    """One class variable's rows (n, C) from its class numbers (n,)."""
    codes = y.astype(np.int64)
    if (codes != y).any() or (codes.size and (codes.min() < 0 or codes.max() >= C)):
        raise ValueError(
            f"y must hold class numbers 0 to {C - 1}; got values from {y.min()} to "
            f"{y.max()}."
        )
    return np.eye(C, dtype=dtype)[codes]


def check_value(loss: Loss, y: Array, k: int) -> None:
    """ValueError unless the loss gives a value of the shape it promises: a row each,
    and columns.
    """
    columns = k if loss.pointwise else 1
    with np.errstate(all="ignore"):
        shape = np.shape(loss.value(np.zeros((1, k), y.dtype), y[:1]))
    if shape != (1, columns):
        told = (
            f"{type(loss).__name__}.value must give (n, {columns}) for (n, {k}) "
            f"scores; for one row it gave {shape}"
        )
        raise ValueError(
            f"{told}. Sum with keepdims=True and set pointwise = False, or do not sum "
            "at all."
        )
