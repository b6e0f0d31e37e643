"""Lines and the cells in them, beside Python's csv module on the whole text."""

import csv
import io

import pytest

from halfmoon.tables import lines
from halfmoon.tables.dialect import Dialect
from halfmoon.tables.lines import (
    expected_width,
    first_lines,
    refuse_long_lines,
    refuse_long_rows,
    refuse_one_column,
    row_lengths,
    told_of_lines,
    told_of_short_rows,
)

COMMAS = Dialect(",", '"', '"', "", 0, True, True, 3)
TEXT = 'above\na,b,c\n# x,y\n1,"2\n3",4\n\n5,"6, ""7"""\n'
ABOVE = Dialect(",", '"', '"', "#", 1, True, True, 3)


def test_rows_have_lines_and_lengths():
    assert row_lengths(TEXT, ABOVE) == [(2, 3), (5, 3), (7, 2)]
    rows = [row for row in csv.reader(io.StringIO(TEXT)) if row]
    lengths = [length for _, length in row_lengths(TEXT, COMMAS)]
    assert lengths == list(map(len, rows))


def test_without_quotes_each_line_is_a_row():
    bare = Dialect(",", "", "", "", 0, True, True, 3)
    assert row_lengths('a,"b\nc",d\n', bare) == [(1, 2), (2, 2)]


def test_cells_may_be_longer_than_csv_allows():
    limit = csv.field_size_limit()
    text = f'a,b,c\n1,"{"x" * (limit + 1)}",2\n3,4\n'
    assert row_lengths(text, COMMAS) == [(1, 3), (2, 3), (3, 2)]
    assert csv.field_size_limit() == limit


def test_the_width_that_rows_should_have():
    assert expected_width([(1, 3), (2, 3), (3, 4)], header=True) == 3
    assert expected_width([(1, 2), (2, 3), (3, 3), (4, 2)], header=True) == 3
    assert expected_width([(1, 2), (2, 3), (3, 3)], header=False) == 3
    assert expected_width([(1, 4), (2, 3), (3, 3)], header=True) == 4
    assert expected_width([(1, 4)], header=True) == 4


def test_long_rows():
    refuse_long_rows([(1, 3), (2, 2)], 3, ",", "a.csv")
    with pytest.raises(ValueError, match=r"a\.csv: the row in line 2 has 5 cells"):
        refuse_long_rows([(1, 3), (2, 5)], 3, ",", "a.csv")
    message = "3 rows have too many cells, of which the row in line 2 has 4 cells"
    with pytest.raises(ValueError, match=message) as error:
        refuse_long_rows([(1, 3), (2, 4), (3, 5), (4, 4)], 3, "\t", "a.csv")
    assert "put quotes around cells that hold a tab" in str(error.value)


def test_short_rows():
    assert told_of_short_rows([(1, 3), (2, 3)], 3, True) == []
    [note] = told_of_short_rows([(1, 3), (2, 3), (4, 2)], 3, True)
    assert note.startswith("A row has fewer than 3 cells, in line 4;")
    [note] = told_of_short_rows([(1, 2), (2, 3), (4, 2)], 3, False)
    assert note.startswith("2 rows have fewer than 3 cells, the first in line 1;")
    [note] = told_of_short_rows([(1, 2), (2, 3)], 3, True)
    assert note.startswith("There are 2 names, but most rows have 3 cells")


def test_lines_that_are_left_out():
    above, comments = told_of_lines(TEXT, ABOVE)
    assert above == "The first line is above the table: 'above'."
    assert comments == "1 line is a comment, with '#' at the start."
    assert told_of_lines(TEXT, COMMAS) == []


def test_the_first_lines_hold_something():
    assert first_lines("\n a\n\t\nb") == [" a", "b"]
    assert len(first_lines("a\n" * 999)) == 200


def test_one_column_that_looks_like_several():
    with pytest.raises(ValueError, match="each line has 2 words with spaces between"):
        refuse_one_column(["a b", "1 2"], "a.csv", None)
    with pytest.raises(ValueError, match="write a comma between the columns"):
        refuse_one_column(["a  b", "1  2"], "a.csv", None)
    with pytest.raises(ValueError, match="although a bar stands in most lines"):
        refuse_one_column(["a|b", "1|2"], "a.csv", None)
    with pytest.raises(ValueError, match=r"separator=',' gives one column, but a bar"):
        refuse_one_column(["a|b", "1|2"], "a.csv", ",")
    refuse_one_column(["a b", "1 2"], "a.csv", ",")
    refuse_one_column(["a", "1"], "a.csv", None)
    refuse_one_column(["note", "a few words", "one", "some more words here"], "a", None)


@pytest.mark.parametrize("before", ["", "a,b\n", "a,b\n" * 7])
@pytest.mark.parametrize("after", ["", "\n", "\n1,2\n" * 9])
def test_no_line_may_be_longer_than_a_row(before, after, monkeypatch):
    monkeypatch.setattr(lines, "LONGEST", 20)
    refuse_long_lines(before + "x" * 20 + after, "a.csv")
    line = before.count("\n") + 1
    with pytest.raises(ValueError, match=rf"a\.csv: line {line} has 21 characters"):
        refuse_long_lines(before + "x" * 21 + after, "a.csv")
