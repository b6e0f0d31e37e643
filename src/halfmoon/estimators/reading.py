"""What comes in: rows and their weights, checked as scikit-learn does."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils import column_or_1d
from sklearn.utils.validation import check_is_fitted, validate_data

from halfmoon.arrays.elementary import Array
from halfmoon.arrays.sparse import is_sparse, not_finite
from halfmoon.components.losses import Loss

FLOATS = (np.float64, np.float32)
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
    single: bool = False  # one pass, going on from the last


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
    estimator: Any, X: Any, y: Any, sample_weight: Any = None, reset: bool = False
) -> Rows:
    """X, y and weights, checked; with `reset` the estimator takes on X's columns.

    Raises ValueError, with the columns' names, for values that are not finite.
    """
    with _columns_of_text_named(X):
        X, y = validate_data(estimator, X, y, multi_output=True, reset=reset, **_TABLES)
    refuse_gaps(estimator, X)
    if is_sparse(y):
        y = y.toarray()
    if y.ndim == 2 and y.shape[1] == 1:
        y = column_or_1d(y, warn=True)
    return Rows(X, y, _read_weights(sample_weight, X))


def _read_weights(sample_weight: Any, X: Any) -> Array:
    """The rows' weights w (n,), 1 where none are given."""
    n = X.shape[0]
    if sample_weight is None:
        return np.ones(n, dtype=X.dtype)
    with np.errstate(over="ignore"):
        w = np.asarray(sample_weight, dtype=X.dtype)
    if w.shape != (n,):
        raise ValueError(f"sample_weight must have shape ({n},); got {w.shape}.")
    if not np.isfinite(w).all() or (w < 0.0).any():
        raise ValueError("sample_weight must hold finite weights of at least 0.")
    if not w.any():
        raise ValueError("Sample weights must contain at least one non-zero number.")
    return w


def read_table(estimator: Any, X: Any) -> Any:
    """X with the columns it had in the fit, in float64 or float32."""
    with _columns_of_text_named(X):
        return validate_data(estimator, X, reset=False, **_TABLES)


def read_finite_table(estimator: Any, X: Any) -> Any:
    """X as the fitted network reads it; ValueError for values that are not finite."""
    check_is_fitted(estimator, "network_")
    X = read_table(estimator, X)
    refuse_gaps(estimator, X)
    return X


def encode(estimator: Any, rows: Rows, targets: Any, loss: Loss) -> Data:
    """Rows as a network with this loss reads them."""
    class_weight = getattr(estimator, "class_weight", None)  # of classifiers only
    w = targets.weigh(class_weight, rows.y, rows.w)
    return Data(rows.X, targets.encode(rows.y, loss), w)


def read_as_fitted(estimator: Any, X: Any, y: Any, sample_weight: Any = None) -> Data:
    """Rows as the fitted network reads them."""
    check_is_fitted(estimator, "network_")
    rows = read(estimator, X, y, sample_weight)
    return encode(estimator, rows, estimator.targets_, estimator.network_.loss)


def ask_network(estimator: Any, method: str, X: Any) -> Array:
    """What the fitted network's `method`, such as "predict", says of rows X.

    A plain array of the right width is checked by the network alone, so that one row
    costs little.
    """
    check_is_fitted(estimator, "network_")
    is_plain = (
        type(X) is np.ndarray
        and X.dtype in FLOATS
        and X.ndim == 2
        and X.shape[1] == estimator.n_features_in_
    )
    if not is_plain or len(X) == 0 or hasattr(estimator, "feature_names_in_"):
        X = read_table(estimator, X)
    try:
        return getattr(estimator.network_, method)(X)
    except ValueError:
        refuse_gaps(estimator, X)
        raise


def refuse_gaps(estimator: Any, X: Any) -> None:
    """ValueError, with the columns' names, for values that are not finite."""
    bad = not_finite(X)
    if bad.any():
        names = getattr(estimator, "feature_names_in_", range(X.shape[1]))
        listed = ", ".join(map(str, np.asarray(names)[bad]))
        raise ValueError(
            f"X contains NaN or infinity in columns {listed}; remove or fill them."
        )


@contextmanager
def _columns_of_text_named(X: Any) -> Iterator[None]:
    """If reading a frame fails because it holds text, say in which columns."""
    try:
        yield
    except (ValueError, TypeError):
        names = getattr(X, "column_names", None) or list(getattr(X, "columns", []))
        text = [str(name) for name in names if not _is_number(X[name])]
        if not text:
            raise
        raise ValueError(
            f"X holds text in columns {', '.join(text)}; encode it as numbers first."
        ) from None


def _is_number(column: Any) -> bool:
    try:
        np.asarray(column, dtype=np.float64)
    except (ValueError, TypeError):
        return False
    return True
