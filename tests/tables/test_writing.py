"""A CSV file that is written can be read again."""

import csv
import io

import numpy as np

from halfmoon.tables.writing import write_csv


def test_cells_come_back():
    numbers = np.array([0.1 + 0.2, np.nan, 3.0, -1e300])
    words = np.array(['say "no"', None, "a,b", "two\nlines"], dtype=object)
    dates = np.array(["2026-11-30", "NaT", "2020-01-01", "1999-12-31"], "datetime64[D]")
    text = write_csv(["x", "a name\nin two lines", "day"], [numbers, words, dates])
    names, *rows = csv.reader(io.StringIO(text))
    assert names == ["x", "a name in two lines", "day"]
    first, second, third, fourth = rows
    assert float(first[0]) == numbers[0]
    assert float(fourth[0]) == numbers[3]
    assert second == ["", "", ""]
    assert third == ["3", "a,b", "2020-01-01"]
    assert first[1:] == ['say "no"', "2026-11-30"]
    assert fourth[1] == "two\nlines"
