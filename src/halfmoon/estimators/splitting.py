"""Validation rows: those that a fit does not learn from, but stops by."""

import math
from collections.abc import Iterator
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import GroupShuffleSplit, train_test_split

from halfmoon.estimators.reading import Call, Rows, check_pair, read, read_truth
from halfmoon.estimators.scale import warn_of_other_scale
from halfmoon.estimators.targets import Targets
from halfmoon.training.warn import warn

Indices = NDArray[np.int64]


def check_validation(p: Any, call: Call) -> None:
    """ValueError for validation rows that cannot be, and for what needs some."""
    check_pair(call.X_val, call.y_val)
    if call.X_val is not None:
        if call.groups is not None:
            raise ValueError(
                "groups has no effect with X_val, which are the validation rows; "
                "leave one of them out."
            )
        return
    if call.sample_weight_val is not None:
        raise ValueError(
            "sample_weight_val has no effect without validation rows; pass X_val and "
            "y_val."
        )
    if p.early_stopping:
        return
    remedy = "pass X_val and y_val"
    if not call.one_pass:
        remedy = "set early_stopping=True or pass X_val and y_val"
    for name, value in (("groups", call.groups), ("scoring", p.scoring)):
        if value is not None:
            raise ValueError(f"{name} has no effect without validation rows; {remedy}.")


def split(
    estimator: Any, call: Call, rows: Rows, targets: Targets, seed: int
) -> tuple[Rows, Rows | None]:
    """Rows to learn from, and validation rows: those given, or some set aside.

    Raises ValueError where either part has no weight.
    """
    if call.X_val is not None:
        validation = read(
            estimator, call.X_val, call.y_val, call.sample_weight_val, suffix="_val"
        )
        if not call.one_pass:  # a batch of a stream may be unlike the others
            names = getattr(estimator, "feature_names_in_", range(rows.X.shape[1]))
            warn_of_other_scale(rows.X, validation.X, names)
        return rows, validation
    if not estimator.early_stopping:
        return rows, None
    n = rows.X.shape[0]
    groups = _read_groups(call.groups, n)
    strata = targets.strata(rows.y)
    fraction = estimator.validation_fraction
    learned, set_apart = set_aside(rows, fraction, groups, strata, seed)
    is_left_out = np.ones(n, dtype=bool)
    is_left_out[learned] = False
    is_left_out[set_apart] = False
    left_out = np.count_nonzero(is_left_out)
    if left_out:
        warn(
            f"{left_out} of {n} rows are neither learned from nor stopped by, as "
            f"validation_fraction={fraction!r} divides them."
        )
    training = Rows(rows.X[learned], rows.y[learned], rows.w[learned])
    validation = Rows(rows.X[set_apart], rows.y[set_apart], rows.w[set_apart])
    if not training.w.any() or not validation.w.any():
        raise ValueError(
            "All rows that were set aside, or all others, have weight 0; change "
            "random_state."
        )
    return training, validation


def _read_groups(groups: Any, n: int) -> Any:
    """The group of each row (n,), if any are given."""
    if groups is None:
        return None
    read_groups = np.asarray(read_truth(groups, "groups"))
    if read_groups.shape != (n,):
        raise ValueError(f"groups must have shape ({n},); got {read_groups.shape}.")
    return read_groups


def set_aside(
    rows: Rows, fraction: Any, groups: Any, strata: Any, seed: int
) -> tuple[Indices, Indices]:
    """Indices of the rows to learn from, and of the validation rows.

    A share is drawn at random: whole groups, or rows such that each of the `strata`
    keeps its share where that can be; a splitter divides them by its own rule. Raises
    ValueError where fewer than 2 rows would be set aside.
    """
    indices = np.arange(rows.X.shape[0])
    if hasattr(fraction, "split"):
        splits = fraction.split(rows.X, rows.y, groups)
        training, validation = _choose_split(splits, indices)
    elif groups is not None:
        splitter = GroupShuffleSplit(1, test_size=fraction, random_state=seed)
        training, validation = next(splitter.split(indices, groups=groups))
    elif strata is None:
        training, validation = train_test_split(
            indices, test_size=fraction, random_state=seed
        )
    else:
        training, validation = _divide_classes(strata, fraction, seed)
    if len(validation) < 2:
        raise ValueError(
            "The validation set is too small. Increase 'validation_fraction' or the "
            "size of your dataset."
        )
    if len(training) == 0:
        raise ValueError(
            f"validation_fraction={fraction!r} leaves no rows to learn from; lower it."
        )
    return np.asarray(training), np.asarray(validation)


def _choose_split(splits: Iterator[Any], indices: Indices) -> tuple[Indices, Indices]:
    """A splitter's first split; its last, with most rows, if it goes on in time.

    That is where in every split all rows to learn from come before all others.
    """
    first = next(splits, (indices, indices[:0]))
    last = first
    for training, validation in chain([first], splits):
        has_both = len(training) and len(validation)
        if not has_both or np.max(training) >= np.min(validation):
            return first
        last = (training, validation)
    return last


def _divide_classes(
    strata: Indices, fraction: float, seed: int
) -> tuple[Indices, Indices]:
    """Rows to learn from and validation rows, of each class its share if possible.

    A class of one row is learned from. Where too few validation rows are asked for to
    have one of each class, they are drawn from all rows alike, save that each class
    keeps a row to learn from as long as there are others.
    """
    n = len(strata)
    wanted = math.ceil(fraction * n)
    counts = np.bincount(strata)
    if wanted < 2 and len(counts) == 2:
        # too few: scikit-learn's splitter refuses such a y, as its network hands it
        # over, in the words that its tests ask for
        train_test_split(strata, test_size=fraction, stratify=(strata == 1)[:, None])
    several = np.flatnonzero(counts[strata] > 1)
    alone = np.flatnonzero(counts[strata] == 1)
    kinds = (counts > 1).sum()
    if kinds <= wanted <= len(several) - kinds:
        training, validation = train_test_split(
            several, test_size=wanted, random_state=seed, stratify=strata[several]
        )
        return np.concatenate([training, alone]), validation
    order = np.random.RandomState(seed).permutation(n)
    kept = np.zeros(n, dtype=bool)
    kept[order[np.unique(strata[order], return_index=True)[1]]] = True
    order = np.concatenate([order[~kept[order]], order[kept[order]]])
    return order[wanted:], order[:wanted]
