"""What comes in: rows and their weights, checked as scikit-learn does."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from numbers import Number
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from sklearn.exceptions import DataConversionWarning
from sklearn.utils.validation import check_is_fitted, validate_data

from halfmoon.arrays.columns import (
    missing_rows,
    read_numbers,
    refuse_misread,
    refuse_not_computed,
    refuse_text,
)
from halfmoon.arrays.elementary import Array
from halfmoon.arrays.sparse import is_sparse, not_finite
from halfmoon.components.losses import Loss
from halfmoon.estimators.targets import Targets
from halfmoon.training.warn import warn

FLOATS = (np.float64, np.float32)
NUMBER = (Number, np.bool_)
_TABLES: dict[str, Any] = {
    "dtype": FLOATS,
    "accept_sparse": ["csr", "csc"],
    "ensure_all_finite": False,
}


@dataclass(frozen=True)
class Call:
    """One call of `fit` or `partial_fit`: what the user gave it, unread."""

    X: Any
    y: Any
    sample_weight: ArrayLike | None = None
    X_val: Any = None
    y_val: Any = None
    sample_weight_val: ArrayLike | None = None
    groups: Any = None
    coefs_init: Any = None
    intercepts_init: Any = None
    classes: Any = None
    one_pass: bool = False  # of `partial_fit`: it goes on from the last


class Rows(NamedTuple):
    """X (n, d), y as the user gave it, and the rows' weights w (n,)."""

    X: Any
    y: Any
    w: Array


class Data(NamedTuple):
    """X (n, d), y and w as a network reads them."""

    X: Any
    y: Any
    w: Array

    @property
    def weight(self) -> float:
        """Sum of the rows' weights; of single outputs' weights the mean counts."""
        with np.errstate(over="ignore"):
            total = float(self.w.sum(dtype=np.float64))
        return total if self.w.ndim == 1 else total / self.w.shape[1]


def read(
    estimator: Any,
    X: Any,
    y: Any,
    sample_weight: Any = None,
    *,
    reset: bool = False,
    suffix: str = "",
) -> Rows:
    """X, y and weights, checked; with `reset` the estimator takes on X's columns.

    Raises ValueError for rows that cannot be learned from, which it calls X, y and
    sample_weight with the suffix, and names columns.
    """
    name = f"X{suffix}"
    y = read_truth(y, f"y{suffix}")
    with _errors_named(X, name):
        X, y = validate_data(estimator, X, y, multi_output=True, reset=reset, **_TABLES)
    refuse_gaps(estimator, X, name)
    if is_sparse(y):
        y = y.toarray()
    if y.ndim == 2 and y.shape[1] == 1:
        warn(
            "A column-vector y was passed when a 1d array was expected. Please change "
            "the shape of y to (n_samples, ), for example using ravel().",
            DataConversionWarning,
        )
        y = y[:, 0]
    return Rows(X, y, read_weights(sample_weight, X, f"sample_weight{suffix}"))


def check_pair(X_val: Any, y_val: Any) -> None:
    """ValueError where one of the two is there without the other."""
    if (X_val is None) != (y_val is None):
        raise ValueError("X_val and y_val belong together; pass both, or neither.")


def read_truth(y: Any, name: str = "y") -> Any:
    """Labels or values (n,) or (n, columns) as an array; sparse ones stay.

    Numbers among objects become plain numbers. Raises ValueError for rows that have
    none, and for objects that are neither all numbers nor all text.
    """
    if y is None or is_sparse(y):
        return y
    refuse_not_computed(y, name)
    truth: Any = np.asanyarray(y)
    if truth.ndim == 0 or truth.size == 0:
        return y
    # NumPy makes text of None and NaN in a list of text
    listed = truth.dtype.kind == "U" and isinstance(y, list | tuple)
    gaps = missing_rows(np.asarray(y, dtype=object) if listed else truth)
    if gaps.any():
        raise ValueError(
            f"{name} is missing in {gaps.sum()} of {len(gaps)} rows; fill it, or leave "
            "out those rows."
        )
    truth = np.asarray(truth)
    if truth.dtype != object:
        return truth
    if _are_all(NUMBER, truth.ravel()):
        plain = np.array(truth.tolist())
        return plain if plain.dtype != object else truth.astype(np.float64)
    for column in truth.reshape(len(truth), -1).T:
        if not _are_all(NUMBER, column) and not _are_all(str, column):
            kinds = sorted({type(value).__name__ for value in column})
            raise ValueError(
                f"{name} holds objects ({', '.join(kinds)}); make them all numbers, or "
                "all text."
            )
    return truth


def _are_all(kind: Any, values: Any) -> bool:
    return all(isinstance(value, kind) for value in values)


def read_weights(sample_weight: Any, X: Any, name: str) -> Array:
    """The rows' weights w (n,), 1 where none are given."""
    n = X.shape[0]
    if sample_weight is None:
        return np.ones(n, dtype=X.dtype)
    w = read_numbers(sample_weight, X.dtype, name)
    if w.shape != (n,):
        raise ValueError(f"{name} must have shape ({n},); got {w.shape}.")
    if not np.isfinite(w).all() or (w < 0.0).any():
        raise ValueError(f"{name} must hold finite weights of at least 0.")
    if not w.any():
        raise ValueError("Sample weights must contain at least one non-zero number.")
    return w


def check_fitted(estimator: Any, attribute: str = "network_") -> None:
    """NotFittedError before a fit; it names what was not set of weights by hand."""
    by_hand = vars(estimator).get("_by_hand", {})
    needed = ["coefs_", "intercepts_"]
    if hasattr(type(estimator), "classes_"):
        needed.append("classes_")
    missing = [name for name in needed if name not in by_hand]
    message = None
    if by_hand and missing:
        message = (
            f"This %(name)s is not fitted yet: {' and '.join(by_hand)} were set by "
            f"hand, but not {' and '.join(missing)}. Set these too; or, to start a fit "
            "from weights, pass it coefs_init and intercepts_init."
        )
    check_is_fitted(estimator, attribute, msg=message)


def read_table(estimator: Any, X: Any) -> Any:
    """X with the columns it had in the fit, in float64 or float32."""
    with _errors_named(X, "X"):
        return validate_data(estimator, X, reset=False, **_TABLES)


def read_finite_table(estimator: Any, X: Any) -> Any:
    """X as the fitted network reads it; ValueError for values that are not finite."""
    check_fitted(estimator)
    X = read_table(estimator, X)
    refuse_gaps(estimator, X)
    return X


def encode(
    estimator: Any, rows: Rows, targets: Targets, loss: Loss, name: str = "y"
) -> Data:
    """Rows as a network with this loss reads them; errors call their y `name`."""
    y = targets.encode(rows.y, loss, name)
    class_weight = getattr(estimator, "class_weight", None)  # of classifiers only
    return Data(rows.X, y, targets.weigh(class_weight, rows.y, rows.w))


def read_as_fitted(
    estimator: Any, X: Any, y: Any, sample_weight: Any = None, suffix: str = ""
) -> Data:
    """Rows as the fitted network reads them; errors call them X, y with the suffix."""
    check_fitted(estimator)
    rows = read(estimator, X, y, sample_weight, suffix=suffix)
    loss = estimator.network_.loss
    return encode(estimator, rows, estimator.targets_, loss, f"y{suffix}")


def ask_network(estimator: Any, method: str, X: Any) -> Array:
    """What the fitted network's `method`, such as "predict", says of rows X.

    A plain array of the right width is checked by the network alone, so that one row
    costs little.
    """
    network = getattr(estimator, "network_", None)
    if network is None:
        check_fitted(estimator)
    is_plain = (
        type(X) is np.ndarray
        and X.dtype in FLOATS
        and X.ndim == 2
        and X.shape[1] == estimator.n_features_in_
    )
    if not is_plain or len(X) == 0 or hasattr(estimator, "feature_names_in_"):
        X = read_table(estimator, X)
    try:
        return getattr(network, method)(X)
    except ValueError:
        refuse_gaps(estimator, X)
        raise


def refuse_gaps(estimator: Any, X: Any, name: str = "X") -> None:
    """ValueError, with the columns' names, for values that are not finite."""
    bad = not_finite(X)
    if bad.any():
        names = getattr(estimator, "feature_names_in_", range(X.shape[1]))
        listed = ", ".join(map(str, np.asarray(names)[bad]))
        raise ValueError(
            f"{name} contains NaN or infinity in columns {listed}; remove or fill them."
        )


@contextmanager
def _errors_named(X: Any, name: str) -> Iterator[None]:
    """Let ValueErrors say in which columns, and of which table X is not `name` "X"."""
    refuse_misread(X, name)
    try:
        yield
    except (ValueError, TypeError) as error:
        # of objects in an array NumPy's TypeError stays, as scikit-learn's checks ask
        if isinstance(error, ValueError) or not isinstance(X, np.ndarray):
            refuse_text(X, name)
        if name == "X":
            raise
        raise ValueError(f"{name}: {error}") from None
