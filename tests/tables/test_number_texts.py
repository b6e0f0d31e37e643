"""Numbers as people write them, and what is no number."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from halfmoon.tables.number_texts import (
    MARKS,
    NumberFormat,
    are_numbers,
    find_format,
    has_zeros,
    nearest_format,
    read,
    units_of,
)

NUMBERS = [
    # plain
    (["1", "2.5", "-3", "+4", "1e5", ".5", "2."], [1, 2.5, -3, 4, 1e5, 0.5, 2]),
    (["0", "0.05", "-0"], [0, 0.05, 0]),
    (
        ["9007199254740992", "1e300", "12345678901234567.5"],
        [2**53, 1e300, 12345678901234567.5],
    ),
    (["1.234", "12"], [1.234, 12]),
    # one decimal mark
    (["3,5", "12"], [3.5, 12]),
    (["0,123", "1,234"], [0.123, 1.234]),
    (["1,234", "1234"], [1.234, 1234]),
    (["1,2345"], [1.2345]),
    # groups of exactly three
    (["1,234", "12"], [1234, 12]),
    (["1,234.5", "1,234,567"], [1234.5, 1234567]),
    (["1.234,5", "12"], [1234.5, 12]),
    (["1.234.567", "1.234"], [1234567, 1234]),
    (["1 234,5"], [1234.5]),
    (["1\u202f234,5", "1\u00a0234"], [1234.5, 1234]),
    (["1'234.5", "1\u2019234"], [1234.5, 1234]),
    # not all of them grouped
    (["1,234.5", "1000.0"], [1234.5, 1000]),
    # one unit, currency or percent sign
    (["37%", "5 %"], [37, 5]),
    (["12 kg", "3kg", "-1.5 kg"], [12, 3, -1.5]),
    (["5 km/h"], [5]),
    (["12 m²", "3 m²"], [12, 3]),
    (["12 m2", "3 m2"], [12, 3]),
    (["36 months", "60 months"], [36, 60]),
    (["€5", "€ 1.50"], [5, 1.5]),
    (["$1,234.50", "$2.00"], [1234.5, 2]),
    (["1.234,50 €", "2,00 €"], [1234.5, 2]),
    (["US$ 5", "US$ 7"], [5, 7]),
    (["CHF 1'000.00", "CHF 20.00"], [1000, 20]),
    (["-$5", "$-3", "$1"], [-5, -3, 1]),
    (["1.5e3 V"], [1500]),
    # minus
    (["(12)", "5", "(3.5)"], [-12, 5, -3.5]),
    (["($1,200)", "$5"], [-1200, 5]),
    (["\u22125", "3"], [-5, 3]),
]
NO_NUMBERS = [
    ["007", "12"],  # a leading zero
    ["01.5"],
    ["€ 05"],
    ["12 kg", "3 lb"],  # mixed units
    ["12", "3 kg"],
    ["$5", "€5"],
    ["1,23,456"],  # groups of two
    ["1,234.5", "1.234,5"],  # two ways
    ["1.2.3"],
    ["A12", "A13"],  # codes
    ["1-2"],
    ["(5"],
    ["(-5)"],
    ["--5"],
    ["1e999"],
    ["9007199254740993", "5"],  # float64 would round it
    ["inf"],
    ["12:30"],
    ["\uff11"],  # a digit of another script
    ["1_000"],
    ["abc"],
    ["+"],
    ["."],
    ["%"],
]


@pytest.mark.parametrize(("texts", "values"), NUMBERS, ids=str)
def test_numbers_are_read(texts, values):
    form = find_format(texts)
    assert form is not None
    assert read(texts, form).tolist() == values


@pytest.mark.parametrize("texts", NO_NUMBERS, ids=str)
def test_what_is_no_number_is_none(texts):
    assert find_format(texts) is None


@pytest.mark.parametrize("text", [text for texts, _ in NUMBERS for text in texts])
def test_each_number_alone_looks_like_one(text):
    assert are_numbers([text]) == [True]


def test_a_format_reads_only_what_is_written_so():
    form = NumberFormat(",", ".", after="€")
    texts = ["1.234,50 €", "1,234.50 €", "5", "5 $", "1.23 €", "5€", "05 €", "x"]
    expected = [1234.5, np.nan, np.nan, np.nan, np.nan, 5, np.nan, np.nan]
    assert np.array_equal(read(texts, form), expected, equal_nan=True)


def test_leading_zeros_if_somebody_says_so():
    assert read(["007"], NumberFormat(leading_zeros=True)).tolist() == [7]
    assert nearest_format(["007", "12", "abc"]) == NumberFormat(leading_zeros=True)


def test_the_nearest_format_is_that_of_most():
    texts = ["1,5 kg", "2,25 kg", "3 lb", "abc", "4 kg"]
    assert nearest_format(texts) == NumberFormat(",", after="kg")
    assert nearest_format(["abc"]) == NumberFormat()


def test_units_and_zeros_are_told():
    assert units_of(["5 kg", "$3", "7", "2 kg", "red"]) == ["kg", "$", ""]
    assert has_zeros(["1", "€ 05"])
    assert not has_zeros(["1", "0.5", "100", "0"])


def test_a_format_says_how_it_is():
    form = NumberFormat(",", ".", after="€")
    assert str(form) == (
        "decimal mark ',', '.' between groups of three digits, all with '€'"
    )
    assert str(NumberFormat()) == ""


formats = st.builds(
    lambda marks, unit: NumberFormat(*marks, **unit),
    st.sampled_from(MARKS),
    st.sampled_from(
        [{}, {"before": "€"}, {"before": "US$"}, {"after": "kg"}, {"after": "%"}]
    ),
)


def written(number, form):
    """A decimal number as Python's own format writes it, its marks exchanged."""
    text = f"{abs(number):,f}" if form.grouping else f"{abs(number):f}"
    exchange = str.maketrans({",": form.grouping, ".": form.decimal})
    sign = "-" if number.is_signed() else ""
    return f"{sign}{form.before}{text.translate(exchange)} {form.after}".strip()


@given(
    formats, st.lists(st.decimals(-(10**12), 10**12, places=2), min_size=1, max_size=30)
)
def test_numbers_written_in_a_format_come_back(form, numbers):
    texts = [written(number, form) for number in numbers]
    expected = [float(number) for number in numbers]
    assert read(texts, form).tolist() == expected
    # and the format is found, or another that gives the same
    found = find_format(texts)
    assert read(texts, found).tolist() == expected


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_what_python_writes_comes_back_in_every_bit(numbers):
    texts = list(map(repr, numbers))
    assert find_format(texts) == NumberFormat()
    assert read(texts, NumberFormat()).tolist() == numbers


@given(st.text(alphabet="0123456789.,' -+()eE%€$kg", max_size=12))
def test_plain_numbers_are_python_s_numbers(text):
    """Whatever is read in the plain format, Python reads too, and as the same."""
    (value,) = read([text], NumberFormat())
    if not np.isnan(value) and "(" not in text:
        assert value == float(text.replace(" ", ""))


@given(st.text(max_size=15))
def test_no_text_is_an_error(text):
    texts = [text.strip(), "5"]
    form = find_format(texts)
    assert form is None or np.isfinite(read(texts, form)).all()
    assert len(read(texts, nearest_format(texts))) == 2
