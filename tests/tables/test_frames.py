"""Frames of three libraries, dicts and arrays: one table whatever it came as."""

import datetime
from decimal import Decimal

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy.sparse import csr_array

from halfmoon.tables.frames import declared_categories, joined_columns, read_frame

NAN = float("nan")
TIME = datetime.datetime(2020, 1, 31, 8, 15)
ARROW = pa.table(
    {
        "int": pa.array([1, None, 3], pa.int64()),
        "whole": pa.array([1, 2, 3], pa.int16()),
        "large": pa.array([2**53 + 1, 1, 2], pa.int64()),
        "float": [0.5, None, 2.0],
        "single": pa.array([0.5, 1.0, None], pa.float32()),
        "bool": [True, None, False],
        "text": ["a", None, "b"],
        "category": pa.array(["x", "y", None]).dictionary_encode(),
        "decimal": [Decimal("1.25"), None, Decimal("3.50")],
        "date": [TIME.date(), None, TIME.date()],
        "time": pa.array([TIME, None, TIME], pa.timestamp("us")),
        "zone": pa.array([TIME, None, TIME], pa.timestamp("us", "Europe/Berlin")),
        "span": pa.array([datetime.timedelta(hours=1), None, None], pa.duration("us")),
        "clock": [TIME.time(), None, TIME.time()],
        "nothing": pa.nulls(3),
    }
)
EXPECTED = {
    "int": [1.0, NAN, 3.0],
    "whole": [1.0, 2.0, 3.0],
    "large": ["9007199254740993", "1", "2"],
    "float": [0.5, NAN, 2.0],
    "single": [0.5, 1.0, NAN],
    "bool": ["True", None, "False"],
    "text": ["a", None, "b"],
    "category": ["x", "y", None],
    "decimal": [1.25, NAN, 3.5],
    "date": np.array(["2020-01-31", "NaT", "2020-01-31"], "M8[us]"),
    "time": np.array(["2020-01-31T08:15", "NaT", "2020-01-31T08:15"], "M8[us]"),
    "zone": np.array(["2020-01-31T08:15", "NaT", "2020-01-31T08:15"], "M8[us]"),
    "span": [3600.0, NAN, NAN],
    "clock": ["08:15:00", None, "08:15:00"],
    "nothing": [None, None, None],
}
FRAMES = {
    "pyarrow": ARROW,
    "polars": pl.from_arrow(ARROW),
    "pandas": ARROW.to_pandas(),
    "pandas, nullable": ARROW.to_pandas().convert_dtypes(),
    "pandas, of arrow": ARROW.to_pandas(types_mapper=pd.ArrowDtype),
    "pandas, objects": ARROW.to_pandas().astype(object),
    "narwhals": nw.from_native(pl.from_arrow(ARROW)),
    "dict": ARROW.to_pydict(),
    "dict of series": dict(pl.from_arrow(ARROW).to_dict()),
    "rows": pd.DataFrame(ARROW.to_pydict()).astype(object).to_numpy(),
}
NAMES = ARROW.column_names


@pytest.mark.parametrize("name", FRAMES)
def test_a_table_is_the_same_whatever_it_came_as(name):
    frame = FRAMES[name]
    table = read_frame(frame, NAMES) if name == "rows" else read_frame(frame)
    assert list(table) == NAMES
    for column, expected in EXPECTED.items():
        wanted = np.asarray(expected)
        if wanted.dtype.kind == "U":
            wanted = wanted.astype(object)
        if name == "rows" and column == "zone":
            continue  # pandas keeps the zone of each, and NumPy's rows have no columns
        assert table[column].dtype.kind == wanted.dtype.kind, column
        np.testing.assert_array_equal(table[column], wanted, err_msg=column)


X = np.random.default_rng(0).normal(size=(6, 2))


@pytest.mark.parametrize(
    ("frame", "source"),
    [
        (X, X),
        (np.asfortranarray(X), None),
        (pd.DataFrame(X, columns=["x0", "x1"], copy=False), X),
        (pl.DataFrame({"x0": X[:, 0].copy()}), None),
        (pa.table({"x0": X[:, 0].copy()}), None),
        ({"x0": X[:, 0]}, X),
    ],
    ids=["array", "Fortran", "pandas", "polars", "pyarrow", "dict"],
)
def test_numbers_are_not_copied(frame, source):
    """The second reading gives the same memory, and NumPy's is that of the array."""
    first = read_frame(frame)["x0"]
    np.testing.assert_array_equal(first, X[:, 0])
    assert np.shares_memory(first, read_frame(frame)["x0"])
    if source is not None:
        assert np.shares_memory(first, source)


def test_arrays():
    assert list(read_frame(X)) == ["x0", "x1"]
    assert list(read_frame(X, ["a", "b"])) == ["a", "b"]
    rows = [[1, "a", None], [2.5, None, None]]
    table = read_frame(rows, ["n", "c", "e"])
    np.testing.assert_array_equal(table["n"], [1.0, 2.5])
    assert table["c"].tolist() == ["a", None]
    assert table["e"].tolist() == [None, None]
    masked = np.ma.array([[1.0, 2.0], [3.0, 4.0]], mask=[[0, 1], [0, 0]])
    np.testing.assert_array_equal(read_frame(masked)["x1"], [NAN, 4.0])
    records = np.array([(1, "a"), (2, "b")], dtype=[("n", "i4"), ("c", "U1")])
    table = read_frame(records)
    np.testing.assert_array_equal(table["n"], [1.0, 2.0])
    assert table["c"].tolist() == ["a", "b"]


def test_categories_that_are_declared():
    frame = pd.DataFrame({"a": [1, 2], "b": pd.Categorical([1, 2]), 3: ["x", "y"]})
    assert declared_categories(frame) == ["b"]
    assert declared_categories(pl.DataFrame({"a": ["x"]}).cast(pl.Categorical)) == ["a"]
    assert declared_categories(ARROW) == ["category"]
    assert declared_categories(X) == []
    assert declared_categories({"a": [1]}) == []
    table = read_frame(frame)
    assert list(table) == ["a", "b", "3"]
    np.testing.assert_array_equal(table["b"], [1.0, 2.0])


def test_an_index_is_no_column():
    frame = pd.DataFrame({"a": [1.0, 2.0]}, index=["p", "q"])
    assert list(read_frame(frame)) == ["a"]
    assert read_frame(frame[::-1])["a"].tolist() == [2.0, 1.0]


CHUNKS = pa.chunked_array([[1.0, 2.0], [3.0]])
TWICE = pd.DataFrame([[1, 2]], columns=["a", "a"])
CHUNKS_TWICE = pa.Table.from_arrays([CHUNKS, CHUNKS], names=["a", "a"])
ALIKE = pd.DataFrame([[1, 2]], columns=[1, "1"])
LISTS = pa.table({"x": [1, 2], "bad": [[1], [2, 3]]})
REFUSED = {
    "a name twice": (TWICE, "Two columns are called 'a'; rename one, or leave it out."),
    "names alike": (ALIKE, "Two columns are called '1'; rename one, or leave it out."),
    "lists, pyarrow": (LISTS, "Column 'bad' holds list objects, which are no cells"),
    "lists, polars": (pl.from_arrow(LISTS), "Column 'bad' holds list objects"),
    "lists, pandas": (LISTS.to_pandas(), "Column 'bad' holds ndarray objects"),
    "structs": (pl.DataFrame({"bad": [{"a": 1}]}), "Column 'bad' holds dict objects"),
    "bytes": (pl.DataFrame({"bad": [b"a"]}), "Column 'bad' holds bytes objects"),
    "periods": (
        pd.DataFrame({"bad": pd.period_range("2020", periods=2, freq="M")}),
        "Column 'bad' holds Period objects",
    ),
    "intervals": (
        pd.DataFrame({"bad": pd.interval_range(0, 2)}),
        "Column 'bad' holds Interval objects",
    ),
    "complex": (np.array([[1j]]), "Column 'x0' holds complex128"),
    "lazy": (pl.LazyFrame({"a": [1]}), "The table is a LazyFrame, whose rows are not"),
    "sparse": (csr_array(X), "The table is sparse; give its toarray(), or a frame."),
    "one dimension": (X[0], "or an array of shape (n, d); got ndarray of shape (2,)."),
    "a series": (pd.Series([1.0]), "got Series of shape (1,)."),
    "a text": ("data.csv", "got str of shape ()."),
    "nothing": (None, "got NoneType of shape ()."),
    "no rows": (pd.DataFrame({"a": []}), "The table has no rows or no columns"),
    "no columns": ({}, "The table has no rows or no columns; give at least one."),
    "lengths": ({"a": [1], "b": [1, 2]}, "have different lengths ({'a': 1, 'b': 2})"),
    "lengths of rows": ([[1], [1, 2]], "The rows of the table have different lengths"),
    "a text as a column": ({"a": "xyz"}, "A column must be a list, an array or a seri"),
    "a table as a column": ({"a": X}, "A column must have shape (n,); got (6, 2)."),
}


@pytest.mark.parametrize("frame", [TWICE, ALIKE, CHUNKS_TWICE])
def test_a_name_twice_is_refused_before_kinds_are_looked_at(frame):
    with pytest.raises(ValueError, match=r"Two columns are called '[a1]'; rename one"):
        declared_categories(frame)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_table_is_refused(name):
    frame, message = REFUSED[name]
    with pytest.raises(ValueError, match=r"The|Two|Column|column") as error:
        read_frame(frame)
    assert message in str(error.value)
    assert str(error.value).endswith(".")
    assert "\n" not in str(error.value)


def test_names_are_for_arrays_and_one_for_each_column():
    with pytest.raises(ValueError, match="names must be 2, one for each column; got 1"):
        read_frame(X, ["a"])
    with pytest.raises(ValueError, match="names are for the columns of arrays"):
        read_frame(ARROW, NAMES)
    with pytest.raises(ValueError, match="Two columns are called 'a'"):
        read_frame(X, ["a", "a"])


def test_chunks_are_put_together():
    np.testing.assert_array_equal(read_frame(pa.table({"a": CHUNKS}))["a"], [1, 2, 3])


def test_inputs_and_target_are_joined():
    rows = [[1.0, "a"], [2.0, "b"]]
    for X in (rows, np.array(rows, dtype=object), pd.DataFrame(rows, columns=["u", 2])):
        table = read_frame(joined_columns(X, [0, 1], target="size"))
        names = ["u", "2"] if isinstance(X, pd.DataFrame) else ["x1", "x2"]
        assert [*table] == [*names, "size"]
        assert table[names[0]].tolist() == [1.0, 2.0]
        assert table[names[1]].tolist() == ["a", "b"]
    with pytest.raises(ValueError, match="A column of X is called 'y'; rename it"):
        joined_columns({"x": [1.0], "y": [2.0]}, [0])
    with pytest.raises(ValueError, match="or an array of shape"):
        joined_columns([1.0, 2.0], [0, 1])
