"""Dates and times as people write them: 2024-05-01, 1/5/2024, 01-May-24 14:30.

A column of dates is written in one way, told in the codes of Python's strptime: %Y %y
%m %b %d %H %I %M %S %p %z. Whether the day or the month comes first is known only if
some value decides it: 13/1/2024 does, 3/4/2024 does not.
"""

import re
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

DATES = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%d.%m.%Y",
    "%m.%d.%Y",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d-%m-%y",
    "%m-%d-%y",
    "%d.%m.%y",
    "%m.%d.%y",
    "%d %b %Y",
    "%d. %b %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%b %d, %Y",
    "%b %d %Y",
    "%b %Y",
    "%b-%Y",
    "%Y-%m",
    "%m/%Y",
    "%Y%m%d",
)
CLOCKS = ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p", "%H%M%S")
TIMES = (
    "",
    *(f"{gap}{clock}" for clock in CLOCKS for gap in (" ", "T", ", ")),
    *(f"{gap}{clock}%z" for clock in CLOCKS for gap in (" ", "T")),
)
CODES = {
    "%Y": r"(?P<Y>[0-9]{4})",
    "%y": r"(?P<y>[0-9]{2})",
    "%m": r"(?P<m>[0-9]{1,2})",
    "%b": r"(?P<b>[A-Za-z]{3,9})\.?",
    "%d": r"(?P<d>[0-9]{1,2})",
    "%H": r"(?P<H>[0-9]{1,2})",
    "%I": r"(?P<I>[0-9]{1,2})",
    "%M": r"(?P<M>[0-9]{2})",
    "%S": r"(?P<S>[0-9]{2})(?:[.,][0-9]+)?",
    "%p": r"(?P<p>[AaPp])\.?[Mm]\.?",
    "%z": r" ?(?P<z>Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})",
}
# without marks between them, each part has all of its digits
DIGITS = {
    "%Y%m%d": r"(?P<Y>(?:19|20)[0-9]{2})(?P<m>[0-9]{2})(?P<d>[0-9]{2})",
    "%H%M%S": r"(?P<H>[0-9]{2})(?P<M>[0-9]{2})(?P<S>[0-9]{2})",
}
CODE = re.compile("(%Y%m%d|%H%M%S|%.?)")
MONTHS = {
    "january": 1,
    "february": 2,
    "march": 3,
    "april": 4,
    "may": 5,
    "june": 6,
    "july": 7,
    "august": 8,
    "september": 9,
    "october": 10,
    "november": 11,
    "december": 12,
}
MONTHS |= {name[:3]: month for name, month in MONTHS.items()} | {"sept": 9}
START = {"Y": 1970, "m": 1, "d": 1, "H": 0, "M": 0, "S": 0, "z": 0}
NOT_THERE = np.datetime64("NaT", "s")


def find_formats(texts: Sequence[str]) -> list[str]:
    """All the ways in which all these texts can be read as dates.

    There are two where nothing decides whether the day or the month comes first.

    >>> find_formats(["3/4/2024", "5/4/2024"])
    ['%d/%m/%Y', '%m/%d/%Y']
    >>> find_formats(["3/4/2024", "13/4/2024"])
    ['%d/%m/%Y']
    """
    candidates = _formats_of(texts[0]) if texts else []
    return [form for form in candidates if not np.isnat(read(texts, form)).any()]


def read(texts: Sequence[str], form: str) -> NDArray[np.datetime64]:
    """The dates that these texts are, (n,), to the second; NaT where one is not.

    Times with a zone become those of UTC; years of two digits are 1969 to 2068.
    """
    pattern = pattern_of(form)
    parts = [match and _parts(match) for match in map(pattern.fullmatch, texts)]
    known = np.array([part is not None for part in parts], dtype=bool)
    dates = np.full(len(texts), NOT_THERE)
    if known.any():
        dates[known] = _dates(np.array([part for part in parts if part is not None]))
    return dates


@cache
def pattern_of(form: str) -> re.Pattern[str]:
    """What a date in a format looks like.

    Raises ValueError for a format without a year, or with a code that is not known.
    """
    pieces = CODE.split(form)
    codes = pieces[1::2]
    unknown = [code for code in codes if code not in CODES | DIGITS]
    once = len(set(codes)) == len(codes)
    if unknown or not once or not any("%y" in code.lower() for code in codes):
        raise ValueError(
            f"The date format {form!r} must have a year and be made of the codes "
            f"{' '.join(CODES)}, each at most once; write for instance '%d/%m/%Y'."
        )
    pieces[0::2] = map(re.escape, pieces[0::2])
    pieces[1::2] = [(CODES | DIGITS)[code] for code in codes]
    return re.compile("".join(pieces))


def _formats_of(text: str) -> list[str]:
    """The formats in which one text can be a date."""
    found = []
    for date in DATES:
        match = pattern_of(date).match(text)
        if match is None:
            continue
        rest = text[match.end() :]
        # a date of one year stands before each time, to be a whole format
        times = [
            time for time in TIMES if pattern_of("%Y" + time).fullmatch("2000" + rest)
        ]
        found += [date + time for time in times]
    return found


def _parts(match: re.Match[str]) -> tuple[int, ...] | None:
    """Year, month, day, hour, minute, second, and minutes before UTC, of one date."""
    texts = match.groupdict()
    parts = dict(START)
    for code in START.keys() & texts.keys() - {"z"}:
        parts[code] = int(texts[code])
    if "y" in texts:
        year = int(texts["y"])
        parts["Y"] = year + (2000 if year < 69 else 1900)
    if "b" in texts:
        parts["m"] = MONTHS.get(texts["b"].lower(), 0)
    if "I" in texts:
        hour = int(texts["I"])
        if not 1 <= hour <= 12:
            return None
        is_afternoon = texts.get("p", "a") in "pP"
        parts["H"] = hour % 12 + 12 * is_afternoon
    zone = texts.get("z", "Z")
    if zone[0] in "+-":
        minutes = 60 * int(zone[1:3]) + int(zone[-2:])
        parts["z"] = -minutes if zone[0] == "-" else minutes
    return tuple(parts.values())


def _dates(parts: NDArray[np.int64]) -> NDArray[np.datetime64]:
    """The dates of parts (n, 7); NaT where there is no such day or time."""
    year, month, day, hour, minute, second, zone = parts.T
    months = (12 * (year - 1970) + month - 1).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + (day - 1)
    seconds = 3600 * hour + 60 * (minute - zone) + second
    dates = days.astype("datetime64[s]") + seconds
    is_day = (days.astype("datetime64[M]") == months) & (month >= 1) & (month <= 12)
    is_time = (hour < 24) & (minute < 60) & (second < 60)
    return np.where(is_day & is_time & (year > 0), dates, NOT_THERE)
