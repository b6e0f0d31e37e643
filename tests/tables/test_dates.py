"""Columns of dates: by the standard library's calendar, and by pandas."""

import calendar
import datetime
import math

import numpy as np
import pandas as pd
import pytest

from halfmoon.tables.dates import Date, days_of, learn_date

TIMES = [
    datetime.datetime(1969, 12, 31, 23, 59, 59),
    datetime.datetime(1970, 1, 1),
    datetime.datetime(2000, 2, 29, 12, 0, 0),
    datetime.datetime(2001, 12, 31, 6, 30, 0),
    datetime.datetime(2004, 12, 31, 18, 0, 1),
    datetime.datetime(2026, 11, 30, 1, 16, 53),
    datetime.datetime(1752, 9, 14, 3, 0, 0),
]
COLUMN = np.array(TIMES, dtype="datetime64[s]")


def turn(time, cycle):
    """The share of a cycle that has passed, from the calendar."""
    if cycle == "time of day":
        return (time.hour * 3600 + time.minute * 60 + time.second) / 86400
    if cycle == "day of week":
        return time.weekday() / 7
    if cycle == "day of month":
        return (time.day - 1) / calendar.monthrange(time.year, time.month)[1]
    return (time.timetuple().tm_yday - 1) / (365 + calendar.isleap(time.year))


@pytest.mark.parametrize(
    "cycle", ["time of day", "day of week", "day of month", "day of year"]
)
@pytest.mark.parametrize("wave", [math.sin, math.cos])
def test_cycles_are_points_on_a_circle(cycle, wave):
    learned = learn_date("x", COLUMN)
    name = f"x, {'sine' if wave is math.sin else 'cosine'} of {cycle}"
    entries = learned.encode(COLUMN)[:, learned.names.index(name)]
    expected = [wave(2.0 * math.pi * turn(time, cycle)) for time in TIMES]
    expected = np.array(expected) - sum(expected) / len(expected)
    np.testing.assert_allclose(entries, expected, atol=1e-6)


@pytest.mark.parametrize("unit", ["s", "ms", "ns", "us"])
def test_days_are_those_of_pandas(unit):
    times = pd.Series(pd.to_datetime(TIMES[1:-1])).astype(f"datetime64[{unit}]")
    expected = (times - pd.Timestamp(0)) / pd.Timedelta(1, "D")
    days = days_of(times.to_numpy())
    np.testing.assert_allclose(days, expected, rtol=1e-15)
    assert learn_date("x", times.to_numpy()).names == learn_date("x", COLUMN).names


def test_a_missing_date_is_the_mean():
    gap = np.append(COLUMN, np.datetime64("NaT"))
    learned = learn_date("x", gap)
    encoded = learned.encode(gap)
    np.testing.assert_array_equal(learned.means, learn_date("x", COLUMN).means)
    assert np.all(encoded[-1] == 0.0)
    np.testing.assert_allclose(encoded.mean(axis=0), 0.0, atol=1e-6)
    assert np.isnan(days_of(gap)[-1])


def test_midnight_lies_beside_the_last_hour():
    hours = np.arange("2026-01-01", "2026-01-02", dtype="datetime64[h]")
    learned = learn_date("x", hours.astype("datetime64[s]"))
    assert learned.names == ["x, sine of time of day", "x, cosine of time of day"]
    points = learned.encode(hours)
    step = np.linalg.norm(points[1] - points[0])
    assert np.linalg.norm(points[23] - points[0]) == pytest.approx(step, rel=1e-5)


def test_a_cycle_in_one_place_is_no_input():
    mondays = np.datetime64("2026-01-05", "s") + 7 * 86400 * np.arange(60)
    cycles = learn_date("x", mondays).cycles
    assert cycles == ("day of month", "day of year")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"means": [0.0]}, "two finite means for each cycle"),
        ({"means": [np.nan] * 8}, "two finite means for each cycle"),
        ({"cycles": ["day", "week", "month", "year"]}, "cycles .*'day', 'month'"),
    ],
)
def test_what_does_not_fit_together_is_refused(fault, words):
    whole = learn_date("x", COLUMN).as_dict()
    np.testing.assert_equal(Date.from_dict(whole).as_dict(), whole)
    with pytest.raises(ValueError, match=words):
        Date.from_dict(whole | fault)
