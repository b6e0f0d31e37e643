"""What a fit of a table was made of, as plain data: rows, target, data, folds.

The record goes into the model file, so that a model can be traced to its data. It holds
no times: equal fits have equal records.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from halfmoon.estimators.folds import Folds


def record(
    table: Mapping[str, NDArray[Any]], y: NDArray[Any], target: Any, folds: Folds
) -> dict[str, Any]:
    """What is said of a fit of a table and its y, whose name or names are `target`."""
    return {
        "rows": len(y),
        "columns": len(table),
        "target_name": target,
        "fingerprint": fingerprint(table, y),
        "folds": {
            "kind": folds.kind,
            "count": folds.count,
            "members": len(folds.held_out),
        },
    }


def target_name(y: Any) -> str | list[str] | None:
    """What y calls itself, as a series or a frame does."""
    names = getattr(y, "columns", None)
    if names is not None and np.ndim(y) == 2:
        return [str(name) for name in names]
    name = getattr(y, "name", None)
    return None if name is None else str(name)


def fingerprint(table: Mapping[str, NDArray[Any]], y: NDArray[Any]) -> str:
    """A digest of the columns (n,) of a table, their names and order, and of y.

    Returns
    -------
    str
        "sha256:" and 64 digits. Equal data have equal ones on any machine.
    """
    digest = hashlib.sha256()
    for name, column in table.items():
        _add(digest, name, column)
    for number, column in enumerate(y.reshape(len(y), -1).T):
        _add(digest, f"target {number}", column)
    return f"sha256:{digest.hexdigest()}"


def _add(digest: Any, name: str, column: NDArray[Any]) -> None:
    """Add a column: what is in it, not how it is stored."""
    if column.dtype.kind == "M":
        column = column.astype("datetime64[us]").astype(np.int64)
    if column.dtype.kind in "biuf":
        numbers = column.astype("<f8")
        # there are many NaN, and two zeros
        numbers = np.where(np.isnan(numbers), np.nan, numbers + 0.0)
        content = numbers.tobytes()
    else:
        cells = [None if value is None else str(value) for value in column.tolist()]
        content = json.dumps(cells).encode()
    head = json.dumps([name, column.dtype.kind in "biuf", len(content)])
    digest.update(head.encode())
    digest.update(content)
