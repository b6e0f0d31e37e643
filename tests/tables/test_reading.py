"""Files as tables: 24 nasty ones, what is said of them, and what is refused."""

import gzip
import io
import re

import numpy as np
import pandas as pd
import pytest

from halfmoon.tables.reading import read_file
from nasty_files import ARFF, ROWS, SPACES, TEXTS, bytes_of, written

SMALL = "id,x,y\n1,2.5,a\n2,3.5,b\n3,4.5,a\n"


def read(content, **options):
    data = content.encode() if isinstance(content, str) else content
    return read_file(io.BytesIO(data), **options)


def rows_of(table):
    return [list(row) for row in zip(*table.values(), strict=True)]


def notes(content, **options):
    return " ".join(read(content, **options)[1].notes)


def refused(content, message, **options):
    with pytest.raises(ValueError, match=re.escape(message)):
        read(content, **options)


# The nasty files


@pytest.mark.parametrize("name", TEXTS)
def test_nasty_files_are_read_right(name, tmp_path):
    _, names, rows = TEXTS[name]
    path = tmp_path / "table.csv"
    path.write_bytes(bytes_of(name))
    table, understood = read_file(path)
    assert list(table) == names
    assert rows_of(table) == rows
    assert (understood.rows, understood.columns) == (len(rows), len(names))
    assert all(column.dtype == object for column in table.values())


SAID = {
    "semicolon": ("separator", ";"),
    "tab": ("separator", "\t"),
    "bar": ("separator", "|"),
    "cp1252": ("encoding", "cp1252"),
    "utf-16": ("encoding", "utf-16"),
    "utf-8-sig": ("encoding", "utf-8-sig"),
    "lines above": ("skip", 3),
    "sep=": ("skip", 1),
    "no names": ("header", False),
    "quotes over lines": ("quote", '"'),
}


@pytest.mark.parametrize("name", SAID)
def test_what_was_understood_is_said(name):
    _, understood = read(bytes_of(name))
    setting, value = SAID[name]
    assert getattr(understood, setting) == value
    assert f"{setting}={value!r}" in str(understood)


@pytest.mark.parametrize("name", sorted(set(TEXTS) - {"ragged"}))
def test_what_was_understood_can_be_given(name):
    table, understood = read(bytes_of(name))
    settings = ("encoding", "separator", "quote", "comment", "skip", "header")
    given = {setting: getattr(understood, setting) for setting in settings}
    again, same = read(bytes_of(name), **given)
    assert rows_of(again) == rows_of(table)
    assert list(again) == list(table)
    assert str(same).split("\n")[:2] == str(understood).split("\n")[:2]


TOLD = {
    "cp1252": "Byte 0xF6 in line ",
    "lines above": "3 lines are above the table: 'Sales report 2024'",
    "sep=": "The first line is above the table: 'sep=;'",
    "no names": "reads like the others, so the columns are called 'column1'",
    "separator at the end": "The last column is empty and without a name",
    "names twice": "Column 3 is called 'x' like one before it, and is read as 'x_2'",
    "ragged": "3 rows have fewer than 5 cells, the first in line 98",
}


@pytest.mark.parametrize("name", TEXTS)
def test_what_was_changed_is_told(name):
    said = notes(bytes_of(name))
    assert TOLD[name] in said if name in TOLD else said == ""


def test_spaces_between_columns_are_refused_and_can_be_given():
    refused(SPACES, "each line has 3 words with spaces between; give separator=' '")
    table, _ = read(SPACES, separator=" ")
    assert list(table) == ["a", "b", "c"]
    refused(SPACES.replace(" ", "   "), "write a comma between the columns")


def test_one_column_of_texts_can_be_given():
    names = "full name\nJane Doe\nMary Roe\n"
    refused(names, "give separator=',' if it is one column of text")
    table, _ = read(names, separator=",")
    assert table["full name"].tolist() == ["Jane Doe", "Mary Roe"]


def test_arff_is_refused():
    refused(ARFF, "is an ARFF file, Weka's; read it with scipy.io.arff.loadarff")


@pytest.mark.parametrize("separator", [";", "\t", "|"])
@pytest.mark.parametrize("names", [["a", "b", "c"], None], ids=["names", "none"])
@pytest.mark.parametrize("above", ["", "Export, May\n\n"], ids=["", "lines above"])
def test_all_columns_may_have_decimal_commas(separator, names, above):
    """DuckDB takes the commas for separators, and the names for no row."""
    draw = np.random.default_rng(0).normal(size=(60, 3))
    rows = [[f"{cell:.2f}".replace(".", ",") for cell in row] for row in draw]
    table, understood = read(above + written(separator, rows, names))
    assert rows_of(table) == rows
    assert list(table) == (names or ["column1", "column2", "column3"])
    assert understood.separator == separator


# Rows and lines


def test_rows_that_are_too_long_are_refused_by_their_line():
    text = SMALL.replace("2,3.5,b", "2,Paris, FR,b")
    says = "the row in line 3 has 4 cells instead of 3; put quotes around cells that"
    refused(text, says)
    refused(text, says, separator=",")
    more = SMALL.replace("2.5", "2,5").replace("4.5", "4,5") + SMALL[7:] * 3
    refused(more, "2 rows have too many cells, of which the row in line 2 has 4 cells")


@pytest.mark.parametrize(
    ("end", "line"), [("1,2,3,4\n", 42), ("1,2\n1,2,3,4\n2,3,4,5\n", 43)]
)
def test_rows_before_a_long_one_are_no_lines_above_the_table(end, line):
    """DuckDB takes all rows for such lines, and the last one for the table."""
    text = "id,x,y\n" + "".join(f"{i},{i % 3}.5,b\n" for i in range(40)) + end
    refused(text, f"the row in line {line} has 4 cells instead of 3")


def test_a_line_at_the_end_is_told():
    lines = "".join(f"{i};{i % 3};1\n" for i in range(30))
    text = f"id;x;y\n{lines}Total 30\n"
    table, understood = read(text)
    assert rows_of(table)[-1] == ["Total 30", None, None]
    assert "A row has fewer than 3 cells, in line 32" in understood.notes[0]


def test_too_few_names_are_told():
    text = "a,b\n" + "1,2,3\n" * 5 + "1,2\n"
    table, understood = read(text)
    assert list(table) == ["a", "b", "column3"]
    assert "There are 2 names, but most rows have 3 cells" in understood.notes[0]


def test_cells_with_quoted_lines_may_stand_in_ragged_rows():
    text = 'a,b,c\n1,"two\nlines",3\n4,"x, y"\n7,8,9\n'
    table, understood = read(text)
    assert table["b"].tolist() == ["two\nlines", "x, y", "8"]
    assert table["c"].tolist() == ["3", None, "9"]
    assert "in line 4" in understood.notes[0]


def test_comments_are_left_out_and_told():
    text = "id,x,y\n" + "1,2,3\n" * 20 + "# half, of it\n" + "4,5,6\n" * 20
    table, understood = read(text)
    assert len(table["id"]) == 40
    assert understood.comment == "#"
    assert understood.notes == ("1 line is a comment, with '#' at the start.",)


QUOTED = "id,x,name\n" + "".join(f'{i},{i}.5,"a, b"\n' for i in range(15))
BROKEN = {
    "not closed": ('7.5,"a, b', "a quote in line 9 is not closed at the end of its"),
    "not opened": ('7.5,a, b"', "the row in line 9 has 4 cells instead of 3"),
    "within": ('7.5,"a "x", b"', "a quote in line 9 is not closed at the end of its"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_quote_is_refused_by_its_line(name):
    """Elsewhere it would cost the names, and cut all quoted cells in two."""
    cell, message = BROKEN[name]
    text = QUOTED.replace('7.5,"a, b"', cell)
    refused(text, message)
    refused(text, message, separator=",", quote='"')
    assert len(read(text, quote="")[0]) == 4


def test_quotes_within_cells_are_no_quotes():
    """The sign of an inch."""
    table, _ = read("id,pipe,n\n" + '1,2" wide,3\n' * 5 + '1,"4" long,3\n')
    assert table["pipe"].tolist() == ['2" wide'] * 5 + ['"4" long']


def test_ends_of_lines_may_differ():
    mixed = SMALL.replace("a\n", "a\r\n")
    assert rows_of(read(mixed)[0]) == rows_of(read(SMALL)[0])
    excel = 'id,note\r\n1,"two\nlines"\r\n2,x\r\n'
    assert read(excel)[0]["note"].tolist() == ["two\nlines", "x"]


def test_blank_lines_are_no_rows():
    assert len(read(SMALL.replace("2,3", "\n2,3") + "\n\n")[0]["id"]) == 3


def test_names_keep_their_case():
    assert list(read("X,x,y\n1,2,a\n3,4,b\n")[0]) == ["X", "x", "y"]


# What is given


def test_a_header_can_be_given():
    years = "name,2019,2020\n" + "a,1,2\nb,3,4\n" * 5
    assert list(read(years)[0]) == ["column1", "column2", "column3"]
    assert "(name, 2019, 2020)" in notes(years)
    table, understood = read(years, header=True)
    assert list(table) == ["name", "2019", "2020"]
    assert understood.notes == ()
    assert read("1,2\n3,4\n", header=False)[1].notes == ()
    words = "high,low\n" * 2 + "med,low\n" * 5
    assert len(read(words, header=False)[0]["column1"]) == 7


def test_another_separator_can_be_given():
    text = SMALL.replace(",", "~")
    assert list(read(text)[0]) == ["id~x~y"]
    assert list(read(text, separator="~")[0]) == ["id", "x", "y"]


def test_skip_quote_and_comment_can_be_given():
    table, _ = read(SMALL, skip=2, header=False)
    assert table["column1"].tolist() == ["2", "3"]
    text = "id,x\n1,'a'\n2,'b'\n"
    assert read(text, quote="")[0]["x"].tolist() == ["'a'", "'b'"]
    assert read(text, quote="'")[0]["x"].tolist() == ["a", "b"]
    text = "id,x\n1,2\n!3,4\n5,6\n"
    assert read(text, comment="!")[0]["id"].tolist() == ["1", "5"]


def test_a_wrong_separator_is_refused():
    says = (
        "separator=';' gives one column, but a comma stands in most lines; give "
        "separator=',', or leave it out."
    )
    refused(SMALL, says, separator=";")
    refused(written("\t"), "but a tab stands in most lines", separator="|")


def test_a_name_in_tsv_promises_tabs(tmp_path):
    path = tmp_path / "numbers.tsv"
    path.write_text("a\tb\n" + "0,5\t1,5\n" * 20)
    table, understood = read_file(path)
    assert understood.separator == "\t"
    assert table["a"].tolist() == ["0,5"] * 20
    path.write_text(SMALL)
    assert read_file(path)[1].separator == ","


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"separator": ";;"}, "separator must be one character; got ';;'."),
        ({"separator": ""}, "separator must be one character; got ''."),
        ({"quote": 1}, "quote must be one character, or ''; got 1."),
        ({"comment": "//"}, "comment must be one character, or ''; got '//'."),
        ({"skip": -1}, "skip must be a number of lines, 0 or more; got -1."),
        ({"skip": True}, "skip must be a number of lines, 0 or more; got True."),
        ({"header": 1}, "header must be True or False; got 1."),
        ({"encoding": "latim"}, "encoding must be one that Python knows"),
        ({"encoding": "hex"}, "one that Python knows"),
        ({"skip": 99}, "skip=99 leaves nothing of the stream, which has 4 lines."),
    ],
)
def test_a_setting_that_cannot_be_is_refused(options, message):
    refused(SMALL, message, **options)


# Where tables come from


def test_gzip_is_unpacked(tmp_path):
    path = tmp_path / "data.csv.gz"
    path.write_bytes(gzip.compress(bytes_of("cp1252")))
    table, understood = read_file(str(path))
    assert rows_of(table) == TEXTS["cp1252"][2]
    assert str(understood).startswith("data.csv.gz: CSV, packed with gzip, 300 rows")
    path.write_bytes(path.read_bytes()[:-300])
    with pytest.raises(ValueError, match=r"data\.csv\.gz is packed with gzip, and"):
        read_file(path)


def test_standard_input_and_streams(monkeypatch):
    class Input:
        buffer = io.BytesIO(bytes_of("utf-16"))

    monkeypatch.setattr("sys.stdin", Input)
    table, understood = read_file("-")
    assert rows_of(table) == ROWS
    assert understood.source == "standard input"
    assert rows_of(read_file(io.StringIO(written("|")))[0]) == ROWS


def test_a_standard_input_that_is_closed_is_told(monkeypatch):
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(ValueError, match=r"^The standard input is closed; .*\.$"):
        read_file("-")


def test_an_open_file_is_called_by_its_name(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text(SMALL)
    with path.open("rb") as file:
        assert read_file(file)[1].source == "data.csv"
    with path.open() as file:
        assert read_file(file)[1].source == "data.csv"


@pytest.mark.parametrize("name", ["a [1].csv", "what?.csv", "50%*.csv", "x.zst", "ü"])
def test_any_name_will_do(name, tmp_path):
    path = tmp_path / name
    path.write_text(SMALL)
    assert len(read_file(path)[0]["id"]) == 3


def test_parquet(tmp_path):
    path = tmp_path / "data.parquet"
    pd.DataFrame({"x": [1.5, None], "c": ["a", None]}).to_parquet(path)
    table, understood = read_file(path)
    assert table["x"].dtype == np.float64
    assert table["c"].tolist() == ["a", None]
    assert str(understood) == "data.parquet: Parquet, 2 rows, 2 columns"
    packed, understood = read(gzip.compress(path.read_bytes()))
    np.testing.assert_array_equal(packed["x"], [1.5, np.nan])
    assert understood.packed
    with pytest.raises(ValueError, match="Parquet, which holds types and names itself"):
        read_file(path, header=True)


def test_a_table_is_read_from_no_network(tmp_path):
    """Addresses, for which DuckDB would fetch extensions, are paths like others."""
    for address in ("s3://bucket/data.csv", "https://example.org/data.csv"):
        with pytest.raises(FileNotFoundError, match="There is no folder"):
            read_file(address)


# What is no table


@pytest.mark.parametrize("content", ["", "\n\n", "  \n", "\ufeff"])
def test_an_empty_file(content):
    refused(content, "the stream is empty; give a table with names in the first line")


@pytest.mark.parametrize("content", ["id,x,y\n", "id,x,y", "hello"])
def test_names_without_rows(content):
    refused(content, "the stream has no rows, only a line with the names of its")


def test_a_single_row():
    assert rows_of(read("id,x,y\n1,2,a\n")[0]) == [["1", "2", "a"]]


def test_no_such_file(tmp_path):
    (tmp_path / "titanic.csv").write_text(SMALL)
    with pytest.raises(FileNotFoundError, match=r"did you mean 'titanic\.csv'\?"):
        read_file(tmp_path / "titanik.csv")
    with pytest.raises(FileNotFoundError, match="There is no file 'qqq' in"):
        read_file(tmp_path / "qqq")
    with pytest.raises(FileNotFoundError, match="There is no folder"):
        read_file(tmp_path / "nowhere" / "titanic.csv")


def test_a_folder(tmp_path):
    with pytest.raises(IsADirectoryError, match="is a folder; give a file in it"):
        read_file(tmp_path)


def test_a_file_that_may_not_be_read(tmp_path, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "data.csv"
    path.write_text(SMALL)
    monkeypatch.setattr("pathlib.Path.read_bytes", refuse)
    message = r"data\.csv cannot be read \(Permission denied\)"
    with pytest.raises(PermissionError, match=message):
        read_file(path)


def test_a_frame_is_no_file():
    with pytest.raises(TypeError, match=r"DataFrame \(read_frame reads frames"):
        read_file(pd.DataFrame({"a": [1]}))


def test_nothing_is_left_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    read(SMALL)
    refused(SMALL, "gives one column", separator=";")
    assert list(tmp_path.iterdir()) == []


def test_all_rows_of_a_frame_come_back_as_texts():
    frame = pd.DataFrame(
        {
            "i": np.arange(1000),
            "x": np.random.default_rng(0).normal(size=1000),
            "text": ["a, b", 'say "x"', "two\nlines", "plain", None] * 200,
        }
    )
    table, _ = read(frame.to_csv(index=False))
    assert [int(cell) for cell in table["i"]] == frame["i"].tolist()
    assert [float(cell) for cell in table["x"]] == frame["x"].tolist()
    assert (
        table["text"].tolist()
        == frame["text"].astype(object).where(frame["text"].notna(), None).tolist()
    )
