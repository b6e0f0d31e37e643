"""What in a table or vector is no number, or not there: dates, masks, text, by name.

NumPy takes dates for whole numbers of nanoseconds and overlooks masks, both without a
word. Frames are read by what their libraries have in common, so that none is imported.
"""

import re
from collections.abc import Callable, Sequence
from operator import ne
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from halfmoon.arrays.elementary import Array
from halfmoon.arrays.sparse import is_sparse

# how the names of types and classes begin, in all libraries
DATES = re.compile("date|time|duration|period", re.IGNORECASE)
NUMBERS = re.compile("u?int|float|double|bool", re.IGNORECASE)


class Columns(NamedTuple):
    """The columns of a table: their names, their types, and each by its index."""

    names: Sequence[Any]
    types: Sequence[Any]
    at: Callable[[int], Any]

    def listed(self, chosen: Any) -> str:
        """The names of the columns for which `chosen` (d,) is true."""
        return ", ".join(str(self.names[int(j)]) for j in np.flatnonzero(chosen))

    def refuse(self, bad: Any, name: str, what: str, remedy: str) -> None:
        """ValueError that names the columns that are bad, if there are any."""
        if any(bad):
            raise ValueError(
                f"{name} holds {what} in columns {self.listed(bad)}; {remedy}."
            )


def columns_of(X: Any) -> Columns:
    """The columns of a frame, array or sparse matrix (n, d); else there are none."""
    if is_sparse(X):
        return Columns(range(X.shape[1]), [X.dtype] * X.shape[1], lambda j: X[:, [j]])
    if hasattr(X, "iloc") and hasattr(X, "columns"):  # pandas
        return Columns(X.columns, X.dtypes.tolist(), lambda j: X.iloc[:, j])
    if hasattr(X, "column_names"):  # pyarrow
        return Columns(X.column_names, X.schema.types, X.column)
    if hasattr(X, "columns") and hasattr(X, "schema"):  # polars, narwhals
        return Columns(X.columns, list(X.schema.values()), lambda j: X[:, j])
    table = np.asarray(X, dtype=object if isinstance(X, list | tuple) else None)
    d = table.shape[1] if table.ndim == 2 else 0
    names = getattr(X, "columns", range(d))  # of another library's frame
    return Columns(names, [table.dtype] * d, lambda j: table[:, j])


def refuse_misread(X: Any, name: str = "X") -> None:
    """ValueError for a table X that NumPy would misread as numbers.

    That is one with dates, times or durations, with or without a time zone, or with
    masked values: it says in which columns.
    """
    if type(X) is np.ndarray and X.dtype.kind in "biuf":
        return
    if is_sparse(X):
        return
    refuse_not_computed(X, name)
    if getattr(getattr(X, "dtype", None), "names", None):
        raise ValueError(
            f"{name} is a structured array; lay its fields side by side with "
            "numpy.lib.recfunctions.structured_to_unstructured."
        )
    # of a list the first row tells the types: to turn it all into an array costs as
    # much as reading it
    columns = columns_of(X[:1] if isinstance(X, list | tuple) else X)
    if isinstance(X, np.ma.MaskedArray) and X.ndim == 2:
        masked = np.ma.getmaskarray(X).any(axis=0)
        remedy = "fill them, or leave out those rows"
        columns.refuse(masked, name, "masked values", remedy)
    # most columns have one of a few types
    unlike = {kind for kind in set(columns.types) if not _is_number_type(kind)}
    if not unlike:
        return
    dates = [
        kind in unlike and _is_date(kind, columns.at(j))
        for j, kind in enumerate(columns.types)
    ]
    remedy = "make numbers of them first, such as days since a day of your choice"
    columns.refuse(dates, name, "dates or durations", remedy)


def refuse_text(X: Any, name: str = "X") -> None:
    """ValueError for columns of X that cannot be made numbers, if there are any."""
    if is_sparse(X):
        return
    columns = columns_of(X)
    text = [not _is_number(columns.at(j)) for j in range(len(columns.names))]
    columns.refuse(text, name, "text or other objects", "encode them as numbers first")


def refuse_missing(X: Any, name: str = "X") -> None:
    """ValueError for columns of X with gaps, if there are any."""
    columns = columns_of(X)
    each = (np.asarray(columns.at(j)) for j in range(len(columns.names)))
    gaps = [missing_rows(column).any() for column in each]
    columns.refuse(gaps, name, "missing values", "remove or fill them")


def refuse_not_computed(values: Any, name: str) -> None:
    """ValueError for a lazy frame, which holds no rows yet."""
    has_rows = hasattr(values, "__array__") or hasattr(values, "to_numpy")
    if hasattr(values, "collect") and not has_rows:
        raise ValueError(
            f"{name} is a {type(values).__name__}, whose rows are not computed yet; "
            "call its collect() first."
        )


def refuse_masked(values: Any, name: str) -> None:
    """ValueError for an array of which something is masked."""
    if np.ma.is_masked(values):
        raise ValueError(f"{name} holds masked values; fill them, or leave them out.")


def read_numbers(values: Any, dtype: DTypeLike, name: str) -> Array:
    """Values of any shape as an array of `dtype`; too large ones become infinite.

    Raises ValueError for dates, text, complex numbers and masked values.
    """
    refuse_not_computed(values, name)
    refuse_masked(values, name)
    array = np.asarray(values)
    if array.dtype.kind not in "mMVc":
        try:
            with np.errstate(over="ignore"):
                return array.astype(dtype, copy=False)
        except (TypeError, ValueError):
            pass
    raise ValueError(f"{name} must hold numbers; got {array.dtype}.")


def missing_rows(values: Any) -> NDArray[np.bool_]:
    """For each row of an array (n, ...), whether something in it is missing.

    That is None, NaN, NaT, pandas' NA, and what is masked.
    """
    array = np.asarray(values)
    gaps = np.ma.getmaskarray(values)
    if array.dtype.kind == "f":
        gaps = np.isnan(array) | gaps
    elif array.dtype.kind in "mM":
        gaps = np.isnat(array) | gaps
    elif array.dtype.kind == "O":
        found = [_is_missing(value) for value in array.ravel()]
        gaps = np.array(found, dtype=bool).reshape(array.shape) | gaps
    return np.asarray(gaps.any(axis=tuple(range(1, gaps.ndim))))


def _is_number_type(kind: Any) -> bool:
    """Whether a column's type says that it holds numbers."""
    # NumPy's and pandas' types have a kind, which is found sooner than their names
    return getattr(kind, "kind", "O") in "biuf" or bool(NUMBERS.match(str(kind)))


def _is_date(kind: Any, column: Any) -> bool:
    """Whether a column of this type holds dates, times or durations."""
    if DATES.match(str(kind)):
        return True
    values = np.asarray(column)
    if values.dtype.kind in "mM":
        return True
    kinds = {type(value).__name__ for value in values} if values.ndim == 1 else set()
    return values.dtype.kind == "O" and any(map(DATES.match, kinds))


def _is_number(column: Any) -> bool:
    try:
        np.asarray(column, dtype=np.float64)
    except (ValueError, TypeError):
        return False
    return True


def _is_missing(value: Any) -> bool:
    if isinstance(value, str):
        return False
    if value is None or type(value).__name__ == "NAType":
        return True
    # only NaN and NaT differ from themselves
    return np.ndim(value) == 0 and bool(ne(value, value))
