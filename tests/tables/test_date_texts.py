"""Dates as people write them, against Python's strptime and pandas."""

import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from halfmoon.tables.date_texts import DATES, find_formats, pattern_of, read

DAY = datetime.datetime(2024, 5, 31, 14, 7, 9)
WRITTEN = {
    "%Y-%m-%d": "2024-05-31",
    "%Y/%m/%d": "2024/5/31",
    "%d/%m/%Y": "31/05/2024",
    "%m/%d/%Y": "5/31/2024",
    "%d.%m.%Y": "31.5.2024",
    "%d-%m-%y": "31-05-24",
    "%d %b %Y": "31 May 2024",
    "%d. %b %Y": "31. may 2024",
    "%d-%b-%y": "31-MAY-24",
    "%b %d, %Y": "May 31, 2024",
    "%Y%m%d": "20240531",
    "%Y-%m-%d %H:%M": "2024-05-31 14:07",
    "%Y-%m-%d %H:%M:%S": "2024-05-31 14:07:09.123456",
    "%Y-%m-%dT%H:%M:%S": "2024-05-31T14:07:09",
    "%Y-%m-%dT%H:%M:%S%z": "2024-05-31T14:07:09Z",
    "%Y-%m-%d %H:%M:%S%z": "2024-05-31 16:07:09+02:00",
    "%m/%d/%Y %I:%M %p": "5/31/2024 2:07 PM",
    "%d/%m/%Y, %I:%M:%S %p": "31/5/2024, 02:07:09 p.m.",
    "%Y%m%dT%H%M%S": "20240531T140709",
}
NO_DATES = [
    ["2024-02-30"],
    ["2023-02-29"],
    ["2024-13-01"],
    ["0000-01-01"],
    ["2024-05-31", "31/05/2024"],  # two formats
    ["13/05/2024", "05/13/2024"],  # contradictory
    ["2024-05-31 24:00"],
    ["2024-05-31 12:60"],
    ["5/31/2024 13:07 PM"],
    ["5/31/2024 0:07 PM"],
    ["31 Mai 2024"],
    ["May"],
    ["12:30"],
    ["20241301"],
    ["77516"],
    ["1.2.3.4"],
    ["2024-05-31 x"],
    [""],
]


def to_seconds(form):
    """How much of DAY a format keeps."""
    day = DAY
    if "%S" not in form:
        day = day.replace(second=0)
    if "%M" not in form:
        day = day.replace(hour=0, minute=0)
    return np.datetime64(day, "s")


@pytest.mark.parametrize(("form", "text"), WRITTEN.items())
def test_dates_are_read(form, text):
    assert find_formats([text]) == [form]
    assert read([text], form)[0] == to_seconds(form)


@pytest.mark.parametrize("texts", NO_DATES, ids=str)
def test_what_is_no_date_is_none(texts):
    assert find_formats(texts) == []


def test_no_texts_are_no_dates():
    assert find_formats([]) == []
    assert len(read([], "%Y-%m-%d")) == 0


@pytest.mark.parametrize("mark", ["/", "-", "."])
@pytest.mark.parametrize("year", ["2024", "24"])
def test_day_and_month_are_told_apart_where_a_value_decides(mark, year):
    unclear = [f"3{mark}4{mark}{year}", f"4{mark}3{mark}{year}"]
    assert len(find_formats(unclear)) == 2
    (day_first,) = find_formats([*unclear, f"13{mark}4{mark}{year}"])
    (month_first,) = find_formats([*unclear, f"4{mark}13{mark}{year}"])
    assert read(unclear[:1], day_first)[0] == np.datetime64("2024-04-03")
    assert read(unclear[:1], month_first)[0] == np.datetime64("2024-03-04")


@pytest.mark.parametrize(("text", "year"), [("1/13/68", 2068), ("1/13/69", 1969)])
def test_years_of_two_digits_are_those_of_strptime(text, year):
    assert datetime.datetime.strptime(text, "%m/%d/%y").year == year
    assert read([text], "%m/%d/%y")[0] == np.datetime64(f"{year}-01-13")


@pytest.mark.parametrize("zone", ["+02:00", "-0530", "+00:00", " UTC", "Z"])
def test_times_of_a_zone_become_those_of_utc(zone):
    text = "2024-05-31 14:07:09" + zone
    (form,) = find_formats([text])
    expected = pd.Timestamp(text).tz_convert("UTC").tz_localize(None)
    assert read([text], form)[0] == expected.to_datetime64()


def test_what_cannot_be_read_is_not_a_time():
    dates = read(["2024-05-31", "x", "2024-02-30", "2024-01-01"], "%Y-%m-%d")
    assert np.isnat(dates).tolist() == [False, True, True, False]
    assert dates.dtype == "datetime64[s]"


@pytest.mark.parametrize("form", ["%d/%m", "%Q %Y", "%Y %Y", "no date", "%"])
def test_a_format_that_is_none_is_refused(form):
    with pytest.raises(ValueError, match="must have a year"):
        pattern_of(form)


moments = st.datetimes(datetime.datetime(1970, 1, 1), datetime.datetime(2068, 12, 31))


@given(st.sampled_from(DATES), st.lists(moments, min_size=1, max_size=20))
def test_what_strftime_writes_is_what_strptime_reads(form, days):
    texts = [day.strftime(form) for day in days]
    expected = [datetime.datetime.strptime(text, form) for text in texts]
    assert read(texts, form).tolist() == expected
    assert form in find_formats(texts)


@given(st.lists(moments, min_size=1, max_size=20), st.sampled_from([" ", "T"]))
def test_iso_times_come_back(days, gap):
    days = [day.replace(microsecond=0) for day in days]
    texts = [day.isoformat(gap) for day in days]
    (form,) = find_formats(texts)
    assert read(texts, form).tolist() == days
    assert np.array_equal(read(texts, form), pd.to_datetime(texts).to_numpy())


@given(st.text(alphabet="0123456789/-. :TZaApPmMJan", max_size=20))
def test_no_text_is_an_error(text):
    for form in find_formats([text]):
        assert not np.isnat(read([text], form)).any()
