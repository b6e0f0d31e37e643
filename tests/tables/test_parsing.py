"""Cells as values in the way that was decided, and what is said of one that is not."""

import numpy as np
import pytest

from halfmoon.tables.decision import Decision
from halfmoon.tables.number_texts import NumberFormat
from halfmoon.tables.parsing import parse_column, read_column


def column(*cells):
    return np.array(cells, dtype=object)


def decision(kind, **settings):
    return Decision("a", kind, "", **settings)


NAN = float("nan")
EURO = decision("number", number=NumberFormat(",", after="€"))
DAY = decision("date", format="%d/%m/%Y")
SEEN = decision("date", held="dates")
WORD = decision("category")
CODE = decision("category", held="numbers")
MEMBER = decision("yes/no", words=("No", "Yes"))
TRUE = decision("yes/no", words=("False", "True"), held="truth values")
JAN_2 = np.datetime64("2024-01-02T00:00:00")
NAT = np.datetime64("NaT", "s")

READ = [
    (EURO, column("1,5 €", None, "-", "7€", "1,5 €"), [1.5, NAN, NAN, 7.0, 1.5]),
    (EURO, np.array([1.5, NAN]), [1.5, NAN]),
    (EURO, np.array([1, 2]), [1.0, 2.0]),
    (EURO, np.array([True, False]), [1.0, 0.0]),
    (EURO, column(None, ""), [NAN, NAN]),
    (DAY, column("2/1/2024", "?"), [JAN_2, NAT]),
    (DAY, np.array(["2024-01-02T00:00:00.5", "NaT"], "M8[ns]"), [JAN_2, NAT]),
    (decision("date", format="%Y%m%d"), np.array([20240102.0, NAN]), [JAN_2, NAT]),
    (SEEN, column("2024-01-02"), [JAN_2]),
    (SEEN, column("13/1/2024", "2/1/2024")[1:], None),
    (SEEN, column("2024-01-02T00:00", None), [JAN_2, NAT]),
    (MEMBER, column("yes", "NO", None, "Yes "), [1.0, 0.0, NAN, 1.0]),
    (MEMBER, np.array([True, False]), [1.0, 0.0]),
    (TRUE, np.array([0.0, 1.0, NAN]), [0.0, 1.0, NAN]),
    (TRUE, column(True, None, False), [1.0, NAN, 0.0]),
    (
        WORD,
        column("red", " red", None, "NA", "none"),
        ["red", "red", None, None, "none"],
    ),
    (WORD, np.array([NAN, NAN]), [None, None]),
    (CODE, np.array([3.0, NAN, 0.5]), ["3", None, "0.5"]),
    (CODE, column("3", "3.0", "x", None), ["3", "3", "x", None]),
]


@pytest.mark.parametrize(("how", "cells", "expected"), READ)
def test_cells_become_values(how, cells, expected):
    if expected is None:
        with pytest.raises(ValueError, match="which is not a date"):
            parse_column(how, cells)
        return
    values = parse_column(how, cells)
    types = {"number": "float64", "yes/no": "float64", "date": "datetime64[s]"}
    assert values.dtype == types.get(how.kind, "object")
    expected = np.array(expected, dtype=values.dtype)
    if how.kind == "category":
        assert values.tolist() == expected.tolist()
    else:
        assert np.array_equal(values, expected, equal_nan=True)


@pytest.mark.parametrize("how", [EURO, DAY, SEEN, MEMBER, WORD])
def test_no_rows_give_no_values(how):
    assert parse_column(how, column()).shape == (0,)


@pytest.mark.parametrize(
    ("how", "cells", "message"),
    [
        (
            EURO,
            column("1 €", "2 €", "3 $", "4"),
            "Row 3 (and 1 more) of column 'a' is '3 $', which is not a number (decimal "
            "mark ',', all with '€'); correct it, leave it empty, or choose another "
            "kind for the column.",
        ),
        (
            DAY,
            column("1/1/2024", "1/13/2024"),
            "Row 2 of column 'a' is '1/13/2024', which is not a date (%d/%m/%Y); "
            "correct it, leave it empty, or choose another kind for the column.",
        ),
        (
            MEMBER,
            column("Yes", "maybe", "maybe"),
            "Row 2 (and 1 more) of column 'a' is 'maybe', which is not 'Yes' or 'No'; "
            "correct it, leave it empty, or choose another kind for the column.",
        ),
        (
            EURO,
            np.array([1.0, -np.inf]),
            "Row 2 of column 'a' is -inf, which is not finite; correct it, or leave it "
            "empty.",
        ),
        (
            WORD,
            np.array([1.0, 2.0]),
            "Column 'a' held texts and was read as category, and now its type is "
            "float64; give it as texts, as before.",
        ),
        (
            EURO,
            np.array(["2024-01-02"], "M8[D]"),
            "Column 'a' held texts and was read as number, and now its type is "
            "datetime64[D]; give it as texts, as before.",
        ),
        (
            CODE,
            np.array([1], "m8[D]"),
            "Column 'a' held numbers and was read as category, and now its type is "
            "timedelta64[D]; give it as numbers, as before.",
        ),
    ],
)
def test_what_cannot_be_read_is_told_with_row_and_column(how, cells, message):
    with pytest.raises(ValueError, match="olumn") as caught:
        parse_column(how, cells)
    assert str(caught.value) == message


def test_the_share_that_can_be_read_counts_cells():
    reading = read_column(EURO, column("1 €", "x", "1 €", None, "1 €"))
    assert reading.share == 0.75
    assert read_column(EURO, column(None)).share == 1.0
