"""A raw column: what a column of any table becomes before its kind is decided.

It is one of three arrays (n,):

    float64       numbers; NaN is missing. Durations are seconds
    datetime64    dates and times; NaT is missing. With a time zone they become UTC
    object        str, and None where missing: texts, categories, and all the rest

Whole numbers beyond 2^53, which float64 would round, stay texts: mostly they are
numbers of accounts or of things, in which each digit counts. Booleans are the texts
"True" and "False", times of day like "08:15:00". Bytes, lists, dicts and other objects
are no cells of a table.
"""

import datetime
from collections.abc import Callable
from decimal import Decimal
from numbers import Integral, Real
from types import NoneType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from halfmoon.arrays.columns import missing_rows

Table = dict[str, NDArray[Any]]  # columns of one length by name

EXACT = 2**53  # up to it, float64 holds each whole number
DATES = (datetime.date, np.datetime64)  # a datetime is a date, too
DURATIONS = (datetime.timedelta, np.timedelta64)
CELLS = (str, Real, Decimal, np.bool_, datetime.time, *DATES, *DURATIONS)


def raw_column(name: str, values: NDArray[Any]) -> NDArray[Any]:
    """A column (n,) of any dtype as a raw one; numbers of float64 are not copied.

    Raises ValueError, with the column's name, for what is no cell of a table.
    """
    kind = values.dtype.kind
    missing = np.zeros(len(values), dtype=bool)
    if isinstance(values, np.ma.MaskedArray):
        missing = np.ma.getmaskarray(values)
        values = np.ma.getdata(values)
    if kind == "O" and not missing.any() and set(map(type, values)) <= {str, NoneType}:
        return values
    if kind == "O":
        missing = missing_rows(values) | missing
        return _of_objects(name, values, missing)
    if kind in "fiubmM":
        return _of_numbers(values, missing)
    if kind == "U":
        return _texts(values, missing, str)
    raise ValueError(_refused(name, str(values.dtype)))


def _of_numbers(values: NDArray[Any], missing: NDArray[np.bool_]) -> NDArray[Any]:
    """Numbers, booleans, durations or dates."""
    kind = values.dtype.kind
    if kind == "b" or (kind in "iu" and _is_too_large(values, missing)):
        return _texts(values, missing, str)
    if kind == "M":
        return _with_gaps(values, missing, np.datetime64("NaT"))
    if kind == "m":
        gaps = missing | np.isnat(values)
        values = values / np.timedelta64(1, "s")
        return _with_gaps(values, gaps, np.nan)
    with np.errstate(over="ignore"):  # longdouble
        numbers = values.astype(np.float64, copy=False)
    return _with_gaps(numbers, missing, np.nan)


def _is_too_large(values: NDArray[Any], missing: NDArray[np.bool_]) -> bool:
    """Whether float64 would round some of these whole numbers that are there."""
    if missing.any():
        values = values[~missing]
    if values.size == 0:
        return False
    return max(abs(int(values.min())), abs(int(values.max()))) > EXACT


def _with_gaps(
    values: NDArray[Any], missing: NDArray[np.bool_], gap: Any
) -> NDArray[Any]:
    """Values with `gap` where they are missing."""
    if not missing.any():
        return values
    values = values.copy()
    values[missing] = gap
    return values


def _texts(
    values: NDArray[Any], missing: NDArray[np.bool_], write: Callable[[Any], str]
) -> NDArray[Any]:
    """Each value written as a text, None where missing."""
    texts = np.full(len(values), None, dtype=object)
    texts[~missing] = [write(value) for value in values[~missing]]
    return texts


def _of_objects(
    name: str, values: NDArray[Any], missing: NDArray[np.bool_]
) -> NDArray[Any]:
    """A column of Python's objects, by what all of them are."""
    present = values[~missing]
    types = set(map(type, present))
    if _are(types, str):
        return _with_gaps(values, missing, None)
    foreign = [kind.__name__ for kind in types if not _are({kind}, *CELLS)]
    if foreign:
        raise ValueError(_refused(name, f"{min(foreign)} objects"))
    if _are(types, *DATES):
        return _spread(np.array([_moment(value) for value in present]), missing)
    if _are(types, *DURATIONS):
        second = np.timedelta64(1, "s")
        seconds = [np.timedelta64(value) / second for value in present]
        return _spread(np.array(seconds, dtype=np.float64), missing)
    if _are(types, Real, Decimal) and bool not in types and _are_exact(present):
        numbers = [float(value) for value in present]
        return _spread(np.array(numbers, dtype=np.float64), missing)
    return _texts(values, missing, str)


def _are_exact(values: NDArray[Any]) -> bool:
    """Whether float64 holds all of these numbers that are whole."""
    return all(abs(int(v)) <= EXACT for v in values if isinstance(v, Integral))


def _are(types: set[type], *wanted: type) -> bool:
    """Whether all types are, or derive from, one of these."""
    return all(issubclass(kind, wanted) for kind in types)


def _moment(value: Any) -> Any:
    """A date or time, in UTC, as NumPy keeps it."""
    if getattr(value, "tzinfo", None) is not None:
        value = value.astimezone(datetime.UTC).replace(tzinfo=None)
    return np.datetime64(value, "us")


def _spread(values: NDArray[Any], missing: NDArray[np.bool_]) -> NDArray[Any]:
    """Values (m,) put where nothing is missing (n,): NaN or NaT elsewhere."""
    gap = np.datetime64("NaT") if values.dtype.kind == "M" else np.nan
    column = np.full(len(missing), gap, dtype=values.dtype)
    column[~missing] = values
    return column


def _refused(name: str, what: str) -> str:
    return (
        f"Column {name!r} holds {what}, which are no cells of a table; make numbers, "
        "texts or dates of them, or leave the column out."
    )
