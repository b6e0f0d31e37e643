"""Rows that are given: points, files and frames."""

import gzip
import io

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from halfmoon.playground import sources
from halfmoon.playground.sources import drawn_points, file_source, frame_source


def test_a_file_is_read_as_fit_reads_it():
    content = "alter;preis\n20;1,5\n30;2,5\n40;n/a\n".encode("utf-16")
    source = file_source(content, "../../etc/passwd")
    table = source.table
    np.testing.assert_array_equal(table.columns["preis"], [1.5, 2.5, np.nan])
    assert source.kind == "table"


def test_a_frame_keeps_its_types():
    frame = pd.DataFrame(
        {
            "code": pd.Categorical([1, 2, 1, 2]),
            "x": [0.5, None, 1.5, 2.5],
            "day": pd.to_datetime(["2020-01-01", None, "2020-03-01", "2020-04-01"]),
        }
    )
    table = frame_source(frame).table
    assert table.schema.kinds == {"code": "category", "x": "number", "day": "date"}


def test_of_too_many_rows_some_are_drawn():
    x = np.arange(20_005.0)
    source = frame_source({"x": x, "y": x * 0.5})
    kept = source.table.columns["x"]
    assert len(kept) == 20_000
    assert (np.diff(kept) > 0).all()
    np.testing.assert_array_equal(source.table.columns["y"], kept * 0.5)
    assert source.notes == ("20,000 of 20,005 rows were drawn at random.",)


def test_what_is_too_large_or_no_table_is_refused_in_words(monkeypatch):
    with pytest.raises(ValueError, match="at most 500 columns here; this one has 501"):
        frame_source(np.zeros((2, 501)))
    with pytest.raises(ValueError, match=r"photo\.png"):
        file_source(b"\x89PNG\r\n\x1a\n" + bytes(100), "photo.png")
    with pytest.raises(ValueError, match="empty"):
        file_source(b"", "nothing.csv")
    monkeypatch.setattr(sources, "MOST_BYTES", 2**20)
    with pytest.raises(ValueError, match="at most 1 MiB; this one has 2"):
        file_source(bytes(2 * 2**20))


def test_a_category_has_no_endless_name():
    kinds = ["a", "b", "x" * 1001] * 8
    with pytest.raises(ValueError, match="one of column 'kind' has 1,001: shorten it"):
        frame_source({"kind": kinds, "x": np.arange(24.0)})


def test_a_small_file_that_unpacks_to_a_large_one_is_refused(monkeypatch):
    monkeypatch.setattr(sources, "MOST_UNPACKED", 2**20)
    pile = gzip.compress(b"a,b\n" + b"1,2\n" * 2**18)  # 1 MiB, and four bytes
    for content in (pile, pile + pile):
        with pytest.raises(ValueError, match="at most 1 MiB once it is unpacked"):
            file_source(content, "small.csv.gz")


def test_a_parquet_file_of_repeated_cells_is_refused():
    long = pa.array(["x" * 2**20]).dictionary_encode().take(pa.array([0] * 130))
    many = pa.nulls(2**24 + 1, pa.int8())
    for column in (long, many):
        file = io.BytesIO()
        pq.write_table(pa.table({"a": column}), file, compression="zstd")
        assert len(file.getvalue()) < 2**21
        with pytest.raises(ValueError, match="at most 128 MiB once it is unpacked"):
            file_source(file.getvalue(), "small.parquet")


def test_points_are_rows_of_numbers():
    source = drawn_points({"x1": [0.0, 1.0], "x2": [2.0, 3.0], "y": [0, 2]})
    assert source.kind == "drawn"
    assert source.table.schema.kinds == {"x1": "number", "x2": "number", "y": "number"}
    np.testing.assert_array_equal(source.table.columns["y"], [0.0, 2.0])
