"""Tables of numbers, dense or sparse, as a network reads them."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from halfmoon.arrays.binned import Binned
from halfmoon.arrays.columns import (
    columns_of,
    refuse_misread,
    refuse_missing,
    refuse_text,
)
from halfmoon.arrays.elementary import Array
from halfmoon.arrays.sparse import is_sparse, not_finite, read_sparse


def read_table(X: ArrayLike, d: int, dtype: np.dtype[Any]) -> Array:
    """X as a finite table (n, d) of `dtype`, sparse or binned if X is.

    Raises ValueError for a wrong shape, and names the columns with dates, text, masked
    values, or values that are not finite.
    """
    if isinstance(X, Binned) and X.shape == (len(X), d) and X.dtype == dtype:
        return X  # type: ignore[return-value]
    refuse_misread(X)
    if getattr(getattr(X, "dtype", None), "kind", None) == "c":
        raise ValueError(
            "X holds complex numbers; give their real and imaginary parts as columns."
        )
    table: Any
    try:
        # what is too large for float32 becomes infinite, and is named below
        with np.errstate(over="ignore"):
            table = read_sparse(X, dtype) if is_sparse(X) else np.asarray(X, dtype)
    except (TypeError, ValueError):
        refuse_text(X)
        refuse_missing(X)
        raise
    if table.ndim != 2 or table.shape[1] != d or table.shape[0] == 0:
        raise ValueError(
            f"X must have shape (n, {d}) with n at least 1; got {table.shape}."
        )
    with np.errstate(all="ignore"):
        # needs no memory; too large a sum is looked at closely
        if np.isfinite(table.sum(axis=0)).all():
            return table
    bad = not_finite(table)
    if bad.any():
        names = columns_of(X).listed(bad)
        raise ValueError(
            f"X is NaN or infinite (in {dtype}) in columns {names}; remove or fill."
        )
    return table
