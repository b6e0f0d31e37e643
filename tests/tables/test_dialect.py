"""What DuckDB finds, and when it is asked once more."""

import duckdb
import pytest

from halfmoon.tables.dialect import (
    UnreadableError,
    find_dialect,
    most_frequent_separator,
    read_cells,
    separator_beside_decimal_commas,
)
from halfmoon.tables.lines import first_lines
from nasty_files import ROWS, TEXTS, written


def found(text, tmp_path, **asked):
    path = tmp_path / "table"
    path.write_text(text)
    dialect = find_dialect(path, first_lines(text), asked)
    return dialect, read_cells(path, dialect)


def test_the_separator_that_stands_in_most_lines():
    assert most_frequent_separator(["a;b", "1,5;2", "3;4"]) == ";"
    assert most_frequent_separator(["a,b", "c"] * 5) is None
    assert most_frequent_separator(["a,b"] * 9 + ["c"]) == ","
    assert most_frequent_separator(["a"]) is None


def test_commas_that_are_decimal_marks():
    numbers = ["a;b", "1,5;2,25", "3,0;-4,5 €"]
    assert separator_beside_decimal_commas(numbers) == ";"
    assert separator_beside_decimal_commas([n.replace(";", "\t") for n in numbers]) == (
        "\t"
    )
    assert separator_beside_decimal_commas(["1,5;2,25"]) == ";"
    assert separator_beside_decimal_commas(["a;b", "1;2"]) is None  # no comma
    assert separator_beside_decimal_commas(["a,b", "1,5", "2,6"]) is None
    assert separator_beside_decimal_commas(["a,b,c", "1,x;y,5", "2,x;z,6"]) is None
    assert separator_beside_decimal_commas(["a;b", "Paris, FR;1", "Rome, IT;2"]) is None


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_a_dialect_is_found(separator, tmp_path):
    dialect, columns = found(written(separator), tmp_path)
    assert dialect.separator == separator
    assert dialect.header
    assert not dialect.padded
    assert dialect.width == len(columns) == 5
    assert columns[2][1:].tolist() == [row[2] for row in ROWS]


def test_padding_is_for_ragged_rows_only(tmp_path):
    for name, (text, names, _) in TEXTS.items():
        if name != "carriage returns":  # decoding makes lines of them
            dialect, _ = found(text, tmp_path)
            assert dialect.padded == (name == "ragged"), name
            assert dialect.width - (name == "separator at the end") == len(names), name


def test_single_quotes_and_backslashes_are_found(tmp_path):
    single = "id,x\n" + "1,'a, b'\n" * 30
    assert found(single, tmp_path)[0].quote == "'"
    backslash = "id,x\n" + '1,"a \\" b, c"\n' * 30
    dialect, columns = found(backslash, tmp_path)
    assert dialect.escape == "\\"
    assert columns[1][1] == 'a " b, c'


def test_an_empty_cell_is_none(tmp_path):
    _, columns = found('a,b\n1,\n,"x, y"\n"",2\n', tmp_path)
    assert columns[0].tolist() == ["a", "1", None, None]
    assert columns[1].tolist() == ["b", None, "x, y", "2"]


def test_what_is_asked_for_is_not_searched(tmp_path):
    text = "a,b;c\n1,2;3\n4,5;6\n"
    assert found(text, tmp_path, separator=";")[0].separator == ";"
    assert found(text, tmp_path, header=False)[0].header is False
    assert found(text, tmp_path, skip=1)[0].skip == 1


def test_no_table_at_all(tmp_path):
    text = "a,b\n1,2\n"
    with pytest.raises(UnreadableError):
        found(text, tmp_path, skip=9)


def test_ctrl_c_is_no_fault_of_the_file(tmp_path, monkeypatch):
    class Interrupted:
        def execute(self, query, values):
            raise RuntimeError("Query interrupted")

    monkeypatch.setattr(duckdb, "connect", lambda config: Interrupted())
    with pytest.raises(KeyboardInterrupt):
        found("a,b\n1,2\n", tmp_path)
