"""The truth y as a loss reads it, and the weights of rows or outputs."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from halfmoon.arrays.columns import read_numbers, refuse_masked
from halfmoon.arrays.elementary import Array
from halfmoon.components.losses.base import Loss
from halfmoon.components.registry import write


def encode(loss: Loss, y: Any, k: int, dtype: DTypeLike) -> Array:
    """The truth (n, columns) of `dtype`, for a network of k outputs.

    "classes": whole numbers 0 to C-1, (n,) or a column for each class variable, become
    one-hot rows (n, k), variable beside variable; rows that are distributions stay.
    "labels": zeros and ones (or shares between).  "counts": at least 0.
    "real": anything finite.
    Raises ValueError where y is none of these, or has the wrong number of columns.
    """
    refuse_masked(y, "y")
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
    holds_numbers = 0 < columns == len(sizes) and (y.ndim == 1 or columns < k)
    if holds_numbers:
        pairs = zip(np.atleast_2d(y.T), sizes, strict=True)
        return np.hstack([_one_hot(numbers, C, dtype) for numbers, C in pairs])
    outputs = columns if sizes else loss.outputs(columns)
    if outputs != k:
        raise ValueError(
            f"y has shape {y.shape}, which does not fit a network of {k} outputs with "
            f"{loss}."
        )
    if sizes:
        sums = np.add.reduceat(table, np.cumsum((0, *sizes[:-1])), axis=1)
        if not np.allclose(sums, 1.0, atol=1e-5):
            raise ValueError(
                "Each row of y must be a distribution over the "
                f"{write(sizes)} classes, with sum 1."
            )
    _check_range(loss, table)
    return table


def _check_range(loss: Loss, table: Array) -> None:
    """ValueError for values of y that the loss has no meaning for."""
    if loss.target == "real":
        return
    high = np.inf if loss.target == "counts" else 1.0
    if ((table < 0.0) | (table > high)).any():
        raise ValueError(
            f"y must lie in [0, {high:g}] for {loss}; got values from {table.min()} "
            f"to {table.max()}."
        )


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
    """ValueError unless the loss gives values (n, k), or (n, 1), as it promises."""
    columns = k if loss.pointwise else 1
    with np.errstate(all="ignore"):
        shape = np.shape(loss.value(np.zeros((1, k), y.dtype), y[:1]))
    if shape != (1, columns):
        raise ValueError(
            f"{type(loss).__name__}.value must give (n, {columns}) for z (n, {k}); for "
            f"one row it gave {shape}. Sum with keepdims=True and set "
            "pointwise = False, or do not sum at all."
        )


def read_weights(
    loss: Loss, w: ArrayLike | None, n: int, k: int, dtype: DTypeLike
) -> Array:
    """Weights of rows (n, 1), or of single outputs (n, k); None weighs rows alike.

    Raises ValueError where they do not fit the loss's values, or are negative, not
    finite or all 0.
    """
    if w is None:
        return np.ones((n, 1), dtype=dtype)
    weight = read_numbers(w, dtype, "w")
    if weight.ndim == 1:
        weight = weight[:, None]
    per_row = k if loss.pointwise else 1
    if weight.shape not in ((n, 1), (n, per_row)):
        raise ValueError(
            f"w must have shape ({n},) or ({n}, {per_row}) for {loss}; got "
            f"{weight.shape}."
        )
    limits = np.finfo(weight.dtype)
    # smaller ones have fewer digits
    smallest = limits.tiny / limits.eps
    with np.errstate(over="ignore", under="ignore"):
        total = weight.sum()
    if not smallest <= total < np.inf or (weight < 0.0).any():
        raise ValueError(
            "w must hold finite weights of at least 0, not all 0, with a sum from "
            f"{smallest:.1g} to {limits.max:.1g} (in {weight.dtype}); multiply all of "
            "them by one number, which changes no fit."
        )
    return weight
