"""Which line has the broken quote, and whether quotes mean something."""

import csv

import pytest

from halfmoon.tables.dialect import Dialect
from halfmoon.tables.quotes import broken_quote, splits_quoted_cells

WITHOUT = Dialect(",", "", "", "", 0, True, False, 3)
WITH = Dialect(",", '"', '"', "", 0, True, False, 2)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('a,b\n1,"x, y"\n', None),
        ('a,b\n1,"x ""y"""\n', None),
        ('a,b\n1,5" pipe\n', None),
        ('a,b\n1,"two\nlines"\n2,"x\n', 4),
        ('a,b\n1,"x" y\n2,"z"\n', 2),
        ('a,"b\n', 1),
    ],
)
def test_the_line_of_a_broken_quote(text, line):
    assert broken_quote(text, ",") == line
    assert broken_quote(text.replace(",", ";"), ";") == line


def test_quotes_that_mean_something():
    rows = 'a,b\n1,"x, y"\n2,"x, y"\n'
    assert splits_quoted_cells(rows, WITHOUT)
    assert not splits_quoted_cells(rows, WITH)
    assert not splits_quoted_cells('a,b,c\n1,2,5" pipe\n', WITHOUT)
    assert not splits_quoted_cells("a,b,c\n1,2,3\n", WITHOUT)


def test_a_long_cell_is_no_broken_quote():
    limit = csv.field_size_limit()
    assert broken_quote(f"a,b\n1,{'x' * (limit + 1)}\n2,3\n", ",") is None
    assert csv.field_size_limit() == limit
