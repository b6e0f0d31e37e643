"""Sparse rows: SciPy's CSR arrays, so that a table of mostly zeros is never filled.

The reference engine's products ``a0 W`` and ``a0^T delta`` work on them as they stand;
what they give is dense, so only the first Dense layer sees one, and a Dropout of the
inputs before it. SciPy is imported when the first one comes in.
"""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray


def is_sparse(X: Any) -> bool:
    """Whether X is one of SciPy's sparse matrices or arrays."""
    return hasattr(X, "tocsr")


def read_sparse(X: Any, dtype: DTypeLike) -> Any:
    """X as a csr_array (n, d) of `dtype`; ``*`` on csr_matrix is a matrix product."""
    from scipy.sparse import csr_array

    return csr_array(X, dtype=dtype)


def not_finite(table: Any) -> NDArray[np.bool_]:
    """For each column, whether it holds NaN or infinity."""
    if not is_sparse(table):
        return np.asarray(~np.isfinite(table).all(axis=0))
    bad = np.zeros(table.shape[1], dtype=bool)
    entries = table.tocoo()
    bad[entries.col[~np.isfinite(entries.data)]] = True
    return bad
