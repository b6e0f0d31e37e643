"""Frames and arrays as tables: pandas, polars, pyarrow, dicts of columns, arrays.

narwhals says what frames of different libraries have in common, so none is imported.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from halfmoon.arrays.columns import refuse_not_computed
from halfmoon.arrays.sparse import is_sparse
from halfmoon.tables.raw import Table, raw_column

CATEGORIES = (nw.Categorical, nw.Enum)
TYPED = (nw.Boolean, nw.Date, nw.Datetime, nw.Duration)  # and numbers


def read_frame(frame: Any, names: Sequence[str] | None = None) -> Table:
    """The columns of a frame or an array as raw arrays (raw.py), by name.

    Parameters
    ----------
    frame : frame, dict, or array (n, d)
        A frame of pandas, polars, pyarrow, or another that narwhals knows; a dict of
        columns; an array or list of rows; a structured array. Numbers of float64 are
        not copied. An index is no column.
    names : sequence of str, optional
        Names for the columns of an array; "x0", "x1", ... if left out.

    Returns
    -------
    table : dict of str to array (n,)
        float64 with NaN, datetime64 with NaT, or object with str and None.

    Raises
    ------
    ValueError
        If two columns have one name, a column holds lists or other objects, or there
        are no rows.
    """
    refuse_not_computed(frame, "The table")
    columns = _columns_of(frame, names)
    table = {name: raw_column(name, column) for name, column in columns.items()}
    lengths = {name: len(column) for name, column in table.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(
            f"The columns have different lengths ({lengths}); give one value of each "
            "for each row."
        )
    if not any(lengths.values()):
        raise ValueError("The table has no rows or no columns; give at least one.")
    return table


def joined_columns(X: Any, y: Any, target: str = "y") -> dict[str, NDArray[Any]]:
    """The columns of X, and y under the target's name, as `read_frame` takes them.

    Those of an array (n, d) are called "x1", "x2", ... Raises ValueError where a column
    of X has the target's name.

    >>> [*joined_columns([[1.0, 2.0], [3.0, 4.0]], [0, 1])]
    ['x1', 'x2', 'y']
    """
    columns = _columns_of(X, None, first=1)
    if target in columns:
        raise ValueError(
            f"A column of X is called {target!r}; rename it, as the target is {target}."
        )
    return columns | {target: np.asarray(y)}


def declared_categories(frame: Any) -> list[str]:
    """The columns whose type in a frame says that they hold categories."""
    if not nw.dependencies.is_into_dataframe(frame):
        return []
    _refuse_repeated(_frame_names(frame))
    schema = nw.from_native(frame, eager_only=True).schema
    return [str(name) for name, kind in schema.items() if isinstance(kind, CATEGORIES)]


def _columns_of(
    frame: Any, names: Sequence[str] | None, first: int = 0
) -> dict[str, NDArray[Any]]:
    """The columns, each a NumPy array of whatever dtype it has.

    Those of an array are numbered from `first` on, if they have no names.
    """
    if names is not None and not _is_array(frame):
        raise ValueError("names are for the columns of arrays; a frame has its own.")
    if isinstance(frame, Mapping):
        listed = list(frame.values())
        return _named(frame, (_of_values(values) for values in listed))
    if isinstance(frame, nw.DataFrame):
        frame = frame.to_native()
    if nw.dependencies.is_pandas_dataframe(frame):
        return _named(frame.columns, map(_of_pandas, frame.items()))
    if nw.dependencies.is_into_dataframe(frame):
        _refuse_repeated(_frame_names(frame))
        known = nw.from_native(frame, eager_only=True)
        return _named(known.columns, map(_of_series, known.iter_columns()))
    return _of_array(frame, names, first)


def _is_array(frame: Any) -> bool:
    is_frame = nw.dependencies.is_into_dataframe(frame)
    return not (is_frame or isinstance(frame, Mapping | nw.DataFrame))


def _named(
    names: Iterable[Any], columns: Iterable[NDArray[Any]]
) -> dict[str, NDArray[Any]]:
    """Columns by their names as texts."""
    texts = [str(name) for name in names]
    _refuse_repeated(texts)
    return dict(zip(texts, columns, strict=True))


def _frame_names(frame: Any) -> Iterable[Any]:
    """The columns' names; pyarrow's `columns` are the columns themselves."""
    return getattr(frame, "column_names", frame.columns)


def _refuse_repeated(names: Iterable[Any]) -> None:
    """ValueError for a name that two columns have."""
    seen: set[str] = set()
    for name in map(str, names):
        if name in seen:
            raise ValueError(
                f"Two columns are called {name!r}; rename one, or leave it out."
            )
        seen.add(name)


def _of_pandas(item: tuple[Any, Any]) -> NDArray[Any]:
    """A named column of pandas, by the short way if it is an array of NumPy or texts.

    One row of 14 columns takes half the time so.
    """
    series = item[1]
    if isinstance(series.dtype, np.dtype) or str(series.dtype) in ("str", "string"):
        return np.asarray(series.to_numpy())
    return _of_series(nw.from_native(series, series_only=True))


def _of_series(series: nw.Series[Any]) -> NDArray[Any]:
    """A column of a frame, masked where it is missing."""
    kind = series.dtype
    if isinstance(kind, CATEGORIES):
        return _objects(series.to_list())
    if isinstance(kind, nw.Datetime) and kind.time_zone is not None:
        series = series.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    if not kind.is_numeric() and not isinstance(kind, TYPED):
        return _objects(series.to_list())
    if kind.is_float():
        return np.asarray(series.to_numpy())  # NaN where missing
    missing = series.is_null().to_numpy()
    if not missing.any():
        return np.asarray(series.to_numpy())
    present = np.asarray(series.drop_nulls().to_numpy())
    column = np.zeros(len(missing), dtype=present.dtype)
    column[~missing] = present
    return np.ma.array(column, mask=missing)


def _of_values(values: Any) -> NDArray[Any]:
    """A column that is a list, an array or a series."""
    if type(values) is list:  # soon told, for a single row's sake
        return _objects(values)
    if not isinstance(values, np.ndarray) and nw.dependencies.is_into_series(values):
        return _of_series(nw.from_native(values, series_only=True))
    if not isinstance(values, np.ndarray):
        if isinstance(values, str) or not isinstance(values, Sequence):
            raise ValueError(
                "A column must be a list, an array or a series, with a value for each "
                f"row; got {values!r}."
            )
        return _objects(values)
    if values.ndim != 1:
        raise ValueError(f"A column must have shape (n,); got {values.shape}.")
    return values


def _of_array(
    rows: Any, names: Sequence[str] | None, first: int
) -> dict[str, NDArray[Any]]:
    """The columns of an array (n, d), of a list of rows, or of a structured array."""
    if is_sparse(rows):
        raise ValueError("The table is sparse; give its toarray(), or a frame.")
    array = rows if isinstance(rows, np.ndarray) else _array_of_rows(rows)
    if array.dtype.names is not None and array.ndim == 1:
        return {name: array[name] for name in array.dtype.names}
    if array.ndim != 2:
        raise ValueError(
            "The table must be a frame, a dict of columns, or an array of shape "
            f"(n, d); got {type(rows).__name__} of shape {array.shape}."
        )
    d = array.shape[1]
    if names is None:
        names = [f"x{j}" for j in range(first, first + d)]
    if len(names) != d:
        raise ValueError(f"names must be {d}, one for each column; got {len(names)}.")
    return _named(names, array.T)


def _array_of_rows(rows: Any) -> NDArray[Any]:
    """Rows of a list as an array of objects, so that each column keeps its types."""
    array = np.array(rows, dtype=object)
    if array.ndim == 1 and all(isinstance(row, list | tuple) for row in array):
        raise ValueError(
            "The rows of the table have different lengths; give each the same."
        )
    return array


def _objects(values: Sequence[Any]) -> NDArray[Any]:
    """Values as an array (n,) of objects, also if they are lists themselves."""
    return np.fromiter(values, dtype=object, count=len(values))
