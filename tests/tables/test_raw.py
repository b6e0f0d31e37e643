"""Columns of any dtype as raw ones."""

import datetime
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from halfmoon.tables.raw import raw_column

NAN = float("nan")
BERLIN = datetime.timezone(datetime.timedelta(hours=1))


def objects(values):
    return np.fromiter(values, dtype=object, count=len(values))


NUMBERS = {
    "whole": (np.array([1, 2], np.int8), [1.0, 2.0]),
    "unsigned": (np.array([0, 2**53], np.uint64), [0.0, 2.0**53]),
    "half": (np.array([0.5, NAN], np.float16), [0.5, NAN]),
    "extended": (np.array([0.5, NAN], np.longdouble), [0.5, NAN]),
    "other order": (np.array([0.5, 1.0], ">f8"), [0.5, 1.0]),
    "masked": (np.ma.array([1, 2], mask=[False, True]), [1.0, NAN]),
    "masked floats": (np.ma.array([1.5, 2.0], mask=[True, False]), [NAN, 2.0]),
    "durations": (np.array([90, "NaT"], "m8[m]"), [5400.0, NAN]),
    "objects": (
        objects([1, 2.5, None, NAN, np.int8(3), Decimal("1.25"), Fraction(1, 2)]),
        [1.0, 2.5, NAN, NAN, 3.0, 1.25, 0.5],
    ),
    "pandas' gaps": (objects([1, pd.NA, np.nan]), [1.0, NAN, NAN]),
    "timedeltas": (
        objects([datetime.timedelta(hours=1), None, pd.Timedelta("2s")]),
        [3600.0, NAN, 2.0],
    ),
}
TEXTS = {
    "texts": (np.array(["a", ""]), ["a", ""]),
    "objects": (objects(["a", None, NAN, pd.NA]), ["a", None, None, None]),
    "nothing": (objects([None, None]), [None, None]),
    "booleans": (np.array([True, False]), ["True", "False"]),
    "masked booleans": (np.ma.array([True, True], mask=[True, False]), [None, "True"]),
    "boolean objects": (objects([True, None, np.False_]), ["True", None, "False"]),
    "beyond 2^53": (np.array([2**53 + 1, -5]), ["9007199254740993", "-5"]),
    "objects beyond": (objects([2**80, None]), ["1208925819614629174706176", None]),
    "smallest": (np.array([-(2**63)]), ["-9223372036854775808"]),
    "times of day": (objects([datetime.time(8, 15), None]), ["08:15:00", None]),
    "mixed": (objects([1, "a", 2.5, True, None]), ["1", "a", "2.5", "True", None]),
    "booleans, numbers": (objects([True, 2]), ["True", "2"]),
}
DATES = {
    "days": (np.array(["2020-01-31", "NaT"], "M8[D]"), ["2020-01-31", "NaT"]),
    "masked": (
        np.ma.array(np.array(["2020-01-31", "2020-02-01"], "M8[ns]"), mask=[0, 1]),
        ["2020-01-31", "NaT"],
    ),
    "objects": (
        objects([datetime.date(2020, 1, 31), None, datetime.datetime(2020, 2, 1, 8)]),
        ["2020-01-31", "NaT", "2020-02-01T08:00"],
    ),
    "stamps": (objects([pd.Timestamp("1200-02-01"), pd.NaT]), ["1200-02-01", "NaT"]),
    "zones": (
        objects([datetime.datetime(2020, 2, 1, 0, 30, tzinfo=BERLIN)]),
        ["2020-01-31T23:30"],
    ),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers(name):
    values, expected = NUMBERS[name]
    column = raw_column("a", values)
    assert column.dtype == np.float64
    np.testing.assert_array_equal(column, expected)
    assert type(column) is np.ndarray


@pytest.mark.parametrize("name", TEXTS)
def test_texts(name):
    values, expected = TEXTS[name]
    column = raw_column("a", values)
    assert column.dtype == object
    assert column.tolist() == expected
    assert {type(cell) for cell in column} <= {str, type(None), np.str_}


@pytest.mark.parametrize("name", DATES)
def test_dates(name):
    values, expected = DATES[name]
    column = raw_column("a", values)
    assert column.dtype.kind == "M"
    np.testing.assert_array_equal(column, np.array(expected, "M8[us]"))


@pytest.mark.parametrize(
    ("values", "what"),
    [
        (objects([[1, 2], None]), "list objects"),
        (objects([{"a": 1}, "b"]), "dict objects"),
        (objects([b"a"]), "bytes objects"),
        (objects([1 + 2j]), "complex objects"),
        (objects([np.arange(2)]), "ndarray objects"),
        (objects([object()]), "object objects"),
        (np.array([1 + 2j]), "complex128"),
        (np.array([b"a"]), "|S1"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_cell_is_refused_by_the_columns_name(values, what):
    with pytest.raises(ValueError, match=r"^Column 'a' holds ") as error:
        raw_column("a", values)
    assert f"holds {what}, which are no cells of a table; make" in str(error.value)


def test_what_is_raw_is_not_copied():
    for values in (np.array([1.5, NAN]), np.array(["NaT"], "M8[us]"), objects(["a"])):
        assert np.shares_memory(raw_column("a", values), values)


def test_what_is_given_is_not_changed():
    values = np.ma.array([1.5, 2.5], mask=[True, False])
    raw_column("a", values)
    assert values.data.tolist() == [1.5, 2.5]
    texts = objects(["a", NAN])
    raw_column("a", texts)
    assert texts[1] is NAN
