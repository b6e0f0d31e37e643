"""Predictions as CSV."""

import csv
import io

import numpy as np
import pytest

from halfmoon.commands.predicting.writing import (
    as_texts,
    opened,
    write_names,
    write_rows,
)


def test_cells_are_read_back_as_they_were(tmp_path):
    path = tmp_path / "out.csv"
    texts = np.array(['a,"b"', None, "line\nline"], dtype=object)
    numbers = np.array([1.0 / 3.0, 1e-30, np.float32(0.1)])
    with opened(str(path)) as file:
        write_names(file, ["t,1", "x", "n"])
        for part in (slice(0, 2), slice(2, 3)):
            columns = {"t": texts, "x": numbers, "n": np.arange(3)}
            write_rows(file, {name: each[part] for name, each in columns.items()})
    with open(path, newline="", encoding="utf-8") as file:
        names, *rows = csv.reader(file)
    assert names == ["t,1", "x", "n"]
    assert [row[0] for row in rows] == ['a,"b"', "", "line\nline"]
    read = np.array([row[1] for row in rows], dtype=np.float32)
    np.testing.assert_array_equal(read, numbers.astype(np.float32))
    assert [row[2] for row in rows] == ["0", "1", "2"]


def test_ids_are_written_in_full():
    numbers = np.array([123456789012345.0, 2.5, np.nan])
    assert as_texts(numbers).tolist() == ["123456789012345", "2.5", ""]
    dates = np.array(["2024-05-31", "NaT", "2024-05-31T08:15"], dtype="datetime64[us]")
    assert as_texts(dates).tolist() == ["2024-05-31", "", "2024-05-31T08:15"]
    texts = np.array(["007", None], dtype=object)
    assert as_texts(texts).tolist() == ["007", ""]


def test_what_is_broken_off_is_not_there(tmp_path):
    path = tmp_path / "out.csv"
    path.write_text("before")

    def write():
        with opened(str(path)) as file:
            file.write("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write()
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_absent_is_said(tmp_path):
    path = tmp_path / "absent" / "out.csv"
    with pytest.raises(FileNotFoundError, match="cannot be written"), opened(str(path)):
        pass


def test_a_name_of_another_format_is_refused(tmp_path):
    with (
        pytest.raises(ValueError, match=r"written as CSV, .* ends in \.csv"),
        opened(str(tmp_path / "out.Parquet")),
    ):
        pass


def test_standard_output_is_utf_8(monkeypatch):
    """Also where a terminal has other signs: it is data."""
    printed = io.BytesIO()
    stream = io.TextIOWrapper(printed, encoding="ascii", errors="replace")
    monkeypatch.setattr("sys.stdout", stream)
    with opened("-") as file:
        write_rows(file, {"a": np.array(["Köln"])})
    assert printed.getvalue() == "Köln\n".encode()


def test_standard_output(capsys):
    with opened("-") as file:
        write_names(file, ["a"])
        write_rows(file, {"a": np.array([0.5])})
    assert capsys.readouterr().out == "a\n0.5\n"
