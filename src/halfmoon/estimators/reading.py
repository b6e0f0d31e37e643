"""What comes in: rows and weights checked as scikit-learn does, and read as the fitted
network reads them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
from sklearn.utils import column_or_1d
from sklearn.utils.validation import check_is_fitted, validate_data

from halfmoon.arrays.elementary import Array
from halfmoon.arrays.sparse import is_sparse, not_finite
from halfmoon.components.losses import Loss
from halfmoon.estimators.parameters import Parameters
from halfmoon.estimators.translating import Data
from halfmoon.network import Network
from halfmoon.training.history import History

FLOATS = (np.float64, np.float32)
_TABLES: dict[str, Any] = {
    "dtype": FLOATS,
    "accept_sparse": ["csr", "csc"],
    "ensure_all_finite": False,
}


class Rows(NamedTuple):
    """X, y as it was brought, and the rows' weights."""

    X: Any
    y: Any
    w: Array


@contextmanager
def _text_named(X: Any) -> Iterator[None]:
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


class Reading(Parameters):
    """Reading rows, before a fit and after it."""

    network_: Network
    targets_: Any  # Labels or Values: what y means
    history_: History

    def _read(
        self, X: Any, y: Any, sample_weight: Any = None, reset: bool = False
    ) -> Rows:
        """X, y and weights, checked; ValueError with the columns' names for values that
        are not finite.
        """
        with _text_named(X):
            X, y = validate_data(self, X, y, multi_output=True, reset=reset, **_TABLES)
        self._refuse_gaps(X)
        y = y.toarray() if is_sparse(y) else y
        y = column_or_1d(y, warn=True) if y.ndim == 2 and y.shape[1] == 1 else y
        if sample_weight is None:
            return Rows(X, y, np.ones(X.shape[0], dtype=X.dtype))
        with np.errstate(over="ignore"):
            w = np.asarray(sample_weight, dtype=X.dtype)
        if w.shape != (X.shape[0],):
            raise ValueError(
                f"sample_weight must have shape ({X.shape[0]},); got {w.shape}."
            )
        if not np.isfinite(w).all() or (w < 0.0).any():
            raise ValueError("sample_weight must hold finite weights of at least 0.")
        if not w.any():
            raise ValueError(
                "Sample weights must contain at least one non-zero number."
            )
        return Rows(X, y, w)

    def _rows(self, X: Any) -> Any:
        """X as the fitted network reads it."""
        check_is_fitted(self, "network_")
        X = self._table(X)
        self._refuse_gaps(X)
        return X

    def _table(self, X: Any) -> Any:
        """X with the columns it had in the fit, in one of our dtypes."""
        with _text_named(X):
            return validate_data(self, X, reset=False, **_TABLES)

    def _encode(self, rows: Rows, targets: Any, loss: Loss) -> Data:
        """Rows as a network reads them."""
        return rows.X, targets.encode(rows.y, loss), self._weigh(rows, targets)

    def _encoded(self, X: Any, y: Any, sample_weight: Any = None) -> Data:
        """Rows as the fitted network reads them."""
        check_is_fitted(self, "network_")
        return self._encode(
            self._read(X, y, sample_weight), self.targets_, self.network_.loss
        )

    def _weigh(self, rows: Rows, targets: Any) -> Array:
        """The weights of rows, or of single outputs."""
        return rows.w

    def _through(self, what: str, X: Any) -> Array:
        """Predictions or scores of rows X. An array that needs no checks but those of
        the network gets no others.
        """
        check_is_fitted(self, "network_")
        plain = (
            type(X) is np.ndarray
            and X.dtype in FLOATS
            and X.ndim == 2
            and X.shape[1] == self.n_features_in_
        )
        if not plain or len(X) == 0 or hasattr(self, "feature_names_in_"):
            X = self._table(X)
        try:
            return getattr(self.network_, what)(X)
        except ValueError:
            self._refuse_gaps(X)
            raise

    def _refuse_gaps(self, X: Any) -> None:
        """ValueError, with the columns' names, for values that are not finite."""
        bad = not_finite(X)
        if bad.any():
            names = np.asarray(getattr(self, "feature_names_in_", range(X.shape[1])))[
                bad
            ]
            raise ValueError(
                f"X contains NaN or infinity in columns {', '.join(map(str, names))}; "
                "remove or fill them."
            )

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.target_tags.multi_output = True
        return tags
