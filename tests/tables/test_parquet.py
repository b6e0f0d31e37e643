"""Parquet beside pyarrow, which writes it, and beside the same table as a frame."""

import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from halfmoon.arrays.columns import missing_rows
from halfmoon.tables.frames import read_frame
from halfmoon.tables.parquet import read_parquet

DAY = datetime.date(2020, 1, 31)
TIME = datetime.datetime(2020, 1, 31, 8, 15, 30)
TABLE = pa.table(
    {
        "int": pa.array([1, None, 3], pa.int32()),
        "large": pa.array([2**63, 1, None], pa.uint64()),
        "float": pa.array([0.5, None, float("nan")], pa.float32()),
        "bool": [True, None, False],
        "text": ["a", None, ""],
        "category": pa.array(["x", "y", None]).dictionary_encode(),
        "decimal": [Decimal("1.25"), None, Decimal("3.50")],
        "date": [DAY, None, DAY],
        "time": pa.array([TIME, None, TIME], pa.timestamp("us")),
        "nano": pa.array([TIME, None, TIME], pa.timestamp("ns")),
        "zone": pa.array([TIME, None, TIME], pa.timestamp("us", "Europe/Berlin")),
        "clock": [TIME.time(), None, TIME.time()],
        'say "x"': [1.0, 2.0, 3.0],
    }
)


def written(table, tmp_path, **options):
    path = tmp_path / "table"
    pq.write_table(table, path, **options)
    return path


@pytest.mark.parametrize("compression", ["snappy", "gzip", "zstd", "none"])
def test_it_is_read_like_the_same_frame(compression, tmp_path):
    path = written(TABLE, tmp_path, compression=compression)
    table = read_parquet(path, "a.parquet")
    frame = read_frame(TABLE)
    assert list(table) == list(frame)
    for name, column in frame.items():
        assert table[name].dtype.kind == column.dtype.kind, name
        np.testing.assert_array_equal(table[name], column, err_msg=name)


def test_a_column_of_nothing(tmp_path):
    """Versions of DuckDB give it different types."""
    table = read_parquet(written(pa.table({"a": pa.nulls(2)}), tmp_path), "a.parquet")
    assert missing_rows(table["a"]).all()


def test_values(tmp_path):
    table = read_parquet(written(TABLE, tmp_path), "a.parquet")
    np.testing.assert_array_equal(table["int"], [1.0, np.nan, 3.0])
    np.testing.assert_array_equal(table["decimal"], [1.25, np.nan, 3.5])
    assert table["large"].tolist() == ["9223372036854775808", "1", None]
    assert table["bool"].tolist() == ["True", None, "False"]
    assert table["clock"].tolist() == ["08:15:30", None, "08:15:30"]
    assert table["zone"][0] == np.datetime64("2020-01-31T08:15:30")


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ([[1, 2], [3]], r"BIGINT\[\]"),
        ([{"a": 1}, {"a": 2}], r"STRUCT\(a BIGINT\)"),
        ([b"a", b"b"], "BLOB"),
    ],
)
def test_nested_values_and_bytes_are_refused_by_name(column, kind, tmp_path):
    path = written(pa.table({"x": [1, 2], "bad": column}), tmp_path)
    with pytest.raises(ValueError, match=f"Column 'bad' holds values of type {kind}"):
        read_parquet(path, "a.parquet")


def test_a_broken_file(tmp_path):
    path = written(TABLE, tmp_path)
    data = path.read_bytes()
    half = data[: len(data) // 2]
    for broken in (data[:-20], half, data[:4], data[:99] + data[150:]):
        path.write_bytes(broken)
        with pytest.raises(ValueError, match=r"a\.parquet is a Parquet file, but"):
            read_parquet(path, "a.parquet")


def test_no_rows(tmp_path):
    path = written(TABLE.slice(0, 0), tmp_path)
    with pytest.raises(ValueError, match=r"a\.parquet has columns, but no rows"):
        read_parquet(path, "a.parquet")


def test_an_index_of_pandas_is_no_column(tmp_path):
    """It tells where rows once stood: in a table sorted by the target, all of it."""
    frame = pd.DataFrame({"price": [1.0, 2.0, 3.0]}, index=[7, 5, 6])
    path = tmp_path / "table"
    frame.to_parquet(path)
    assert "__index_level_0__" in pq.read_table(path).column_names
    assert list(read_parquet(path, "table")) == list(read_frame(frame)) == ["price"]
    only = pa.table({"__index_level_0__": [1, 2]})
    assert list(read_parquet(written(only, tmp_path), "t")) == ["__index_level_0__"]
