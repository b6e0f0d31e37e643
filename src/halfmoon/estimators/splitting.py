"""Validation rows: those that a fit does not learn from, but stops by."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import GroupShuffleSplit, train_test_split

from halfmoon.estimators.reading import Call, Rows, read

Indices = NDArray[np.int64]


def check_validation(p: Any, call: Call) -> None:
    """ValueError for validation rows that cannot be, and for what needs some."""
    if (call.X_val is None) != (call.y_val is None):
        raise ValueError("X_val and y_val belong together; pass both, or neither.")
    if call.X_val is not None:
        if call.groups is not None:
            raise ValueError(
                "groups has no effect with X_val, which are the rows to stop by; "
                "leave one of them out."
            )
        return
    if call.sample_weight_val is not None:
        raise ValueError(
            "sample_weight_val has no effect without rows to stop by; pass X_val and "
            "y_val."
        )
    if p.early_stopping:
        return
    remedy = "pass X_val and y_val"
    if not call.single:
        remedy = "set early_stopping=True or pass X_val and y_val"
    for name, value in (("groups", call.groups), ("scoring", p.scoring)):
        if value is not None:
            raise ValueError(f"{name} has no effect without rows to stop by; {remedy}.")


def split(
    estimator: Any, call: Call, rows: Rows, targets: Any, seed: int
) -> tuple[Rows, Rows | None]:
    """Rows to learn from, and validation rows: those given, or some set aside.

    Raises ValueError where either part has no weight.
    """
    if call.X_val is not None:
        try:
            stop = read(estimator, call.X_val, call.y_val, call.sample_weight_val)
        except ValueError as error:
            raise ValueError(f"Validation rows: {error}") from None
        return rows, stop
    if not estimator.early_stopping:
        return rows, None
    fraction = estimator.validation_fraction
    strata = targets.strata(rows.y)
    learned, set_apart = set_aside(rows, fraction, call.groups, strata, seed)
    learn = Rows(rows.X[learned], rows.y[learned], rows.w[learned])
    stop = Rows(rows.X[set_apart], rows.y[set_apart], rows.w[set_apart])
    if not learn.w.any() or not stop.w.any():
        raise ValueError(
            "All rows that were set aside, or all others, have weight 0; change "
            "random_state."
        )
    return learn, stop


def set_aside(
    rows: Rows, fraction: Any, groups: Any, strata: Any, seed: int
) -> tuple[Indices, Indices]:
    """Indices of the rows to learn from, and of the validation rows.

    A share is drawn at random: whole groups, or rows such that each of the `strata`
    keeps its share; a splitter gives its first split. Raises ValueError where fewer
    than 2 rows would be set aside.
    """
    indices = np.arange(rows.X.shape[0])
    if hasattr(fraction, "split"):
        splits = fraction.split(rows.X, rows.y, groups)
        learn, stop = next(iter(splits), (indices, indices[:0]))
    elif groups is not None:
        splitter = GroupShuffleSplit(1, test_size=fraction, random_state=seed)
        learn, stop = next(splitter.split(indices, groups=groups))
    else:
        learn, stop = train_test_split(
            indices, test_size=fraction, random_state=seed, stratify=strata
        )
    if len(stop) < 2:
        raise ValueError(
            "The validation set is too small. Increase 'validation_fraction' or the "
            "size of your dataset."
        )
    return np.asarray(learn), np.asarray(stop)
