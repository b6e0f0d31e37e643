"""Numbers as people write them: 1,234.50 and 1.234,50 €, 37 %, (12), -3e5.

A column of numbers is written in one way: one decimal mark, one mark between groups of
three digits, and one unit or currency, before or after the number, throughout. Brackets
around a number mean minus. What begins with a zero and another digit, such as a postal
code, is no number, nor is a whole one beyond 2^53, which float64 would round: mostly it
is that of an account.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

SYMBOLS = "$£€¥¢¤₡₦₩₪₫₭₮₱₲₴₵₸₹₺₽₿฿"
CODES = (
    "USD|EUR|GBP|JPY|CHF|CNY|INR|AUD|CAD|NZD|BRL|MXN|SEK|NOK|DKK|PLN|CZK|HUF|RUB|TRY"
    "|ZAR|KRW|SGD|HKD|THB|ILS|Rs\\.?|kr\\.?|Fr\\.?"
)
CURRENCY = rf"[A-Za-z]{{0,3}}[{SYMBOLS}]|(?:{CODES})"
# a letter or a sign, then up to 14 more with spaces, full stops and slashes between
# them, and the 2 or 3 of a square or a cube
UNIT = rf"[^\W\d_]|[%‰°{SYMBOLS}]"
UNIT = rf"(?:{UNIT})(?:{UNIT}|[ ./·]){{0,14}}[23]?"
PLAIN = re.compile(
    r"[+-]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
)
WHOLE = re.compile("[+-]?[0-9]{16,400}")
# what stands around the digits
AROUND = re.compile(
    rf"\(?[+-]?(?P<before>{CURRENCY})? ?[+-]?"
    r"(?P<digits>(?=[.,]?[0-9])[0-9.,' ]*[0-9.,])(?:[eE][+-]?[0-9]+)? ?"
    rf"(?P<after>{UNIT})?\)?"
)
LEADING_ZERO = re.compile(r"[^1-9.,]*0[0-9]")
# one way to write it for the spaces, apostrophes and minus signs that there are
USUAL = str.maketrans("\u00a0\u202f\u2009\u2019\u2212", "   '-")
# (decimal mark, mark between groups), the first that fits all cells is taken
MARKS = (
    (".", ""),
    (".", ","),
    (",", ""),
    (",", "."),
    (".", " "),
    (",", " "),
    (".", "'"),
    (",", "'"),
)


@dataclass(frozen=True)
class NumberFormat:
    """How the numbers of a column are written.

    >>> read(["€ -1.234,50"], NumberFormat(",", ".", before="€"))
    array([-1234.5])
    """

    decimal: str = "."
    grouping: str = ""
    before: str = ""
    after: str = ""
    leading_zeros: bool = False

    def __str__(self) -> str:
        parts = []
        if self.decimal != ".":
            parts.append(f"decimal mark {self.decimal!r}")
        if self.grouping:
            parts.append(f"{self.grouping!r} between groups of three digits")
        if self.before or self.after:
            parts.append(f"all with {self.before or self.after!r}")
        return ", ".join(parts)


def find_format(texts: Sequence[str]) -> NumberFormat | None:
    """The way in which all these texts are written as numbers, or None.

    Where commas could be decimal marks or stand between groups (1,234), they stand
    between groups if each of them could: exactly three digits follow, one to three
    precede, the first of them is no zero, and no number of four digits is without. A
    full stop is a decimal mark unless some cell shows that it is none (1.234.567).
    """
    if all(map(PLAIN.fullmatch, texts)):
        form = NumberFormat()
        is_finite = np.isfinite(read(texts, form)).all()
        return form if is_finite and not are_rounded(texts) else None
    usual = [text.translate(USUAL) for text in texts]
    around = {_around(text) for text in usual}
    if len(around) != 1 or None in around:
        return None
    (before, after), *_ = filter(None, around)
    for is_grouped in (True, False):
        for decimal, grouping in MARKS:
            form = NumberFormat(decimal, grouping, before, after)
            if not all(map(_pattern(form, is_grouped).fullmatch, usual)):
                continue
            if np.isfinite(read(texts, form)).all():
                return form
    return None


def nearest_format(texts: Sequence[str]) -> NumberFormat:
    """The way in which most of these texts are written, those that are numbers.

    Numbers may begin with zeros here: it is for a column of which somebody has said
    that it holds numbers.
    """
    numbers = [text for text in texts if _around(text.translate(USUAL)) is not None]
    around = [_around(text.translate(USUAL)) for text in numbers]
    if not around:
        return NumberFormat()
    usual = max(around, key=around.count)
    alike = [text for text, its in zip(numbers, around, strict=True) if its == usual]
    before, after = usual or ("", "")
    forms = [NumberFormat(*marks, before, after, has_zeros(alike)) for marks in MARKS]
    return max(forms, key=lambda form: np.isfinite(read(alike, form)).sum())


def read(texts: Sequence[str], form: NumberFormat) -> NDArray[np.float64]:
    """The numbers that these texts are, (n,); NaN where one is not written so."""
    if form == NumberFormat() and all(map(PLAIN.fullmatch, texts)):
        values = np.array(list(map(float, texts)), dtype=np.float64)
    else:
        pattern = _pattern(form)
        numbers = [_number(text.translate(USUAL), pattern, form) for text in texts]
        values = np.array(numbers, dtype=np.float64)
    values[np.isinf(values)] = np.nan
    return values


def units_of(texts: Iterable[str]) -> list[str]:
    """The units and currencies that stand around these numbers, "" where none does."""
    around = [_around(text.translate(USUAL)) for text in texts]
    return list(
        dict.fromkeys(before or after for before, after in filter(None, around))
    )


def are_numbers(texts: Iterable[str]) -> list[bool]:
    """Whether each text is a number in one of all these ways of writing."""
    return [_around(text.translate(USUAL)) is not None for text in texts]


def has_zeros(texts: Iterable[str]) -> bool:
    """Whether one of these numbers begins with a zero and another digit."""
    return any(map(LEADING_ZERO.match, texts))


def are_rounded(texts: Iterable[str]) -> bool:
    """Whether float64 could not hold one of these whole numbers."""
    return any(WHOLE.fullmatch(text) and abs(int(text)) > 2**53 for text in texts)


def _around(text: str) -> tuple[str, str] | None:
    """What stands before and after the digits; None where the text is no number."""
    match = AROUND.fullmatch(text)
    if match is None:
        return None
    return match["before"] or "", match["after"] or ""


@cache
def _pattern(form: NumberFormat, is_grouped: bool = False) -> re.Pattern[str]:
    """What a number in a format looks like; with `is_grouped`, marks must stand between
    all groups of three digits of a long number.
    """
    decimal = re.escape(form.decimal)
    first = "[0-9]" if form.leading_zeros else "[1-9]"
    whole = f"0|{first}[0-9]*"
    if form.grouping:
        groups = f"{first}[0-9]{{0,2}}(?:{re.escape(form.grouping)}[0-9]{{3}})"
        whole = f"0|{groups}*" if is_grouped else f"{groups}+|{whole}"
    digits = f"(?:{whole})(?:{decimal}[0-9]*)?|{decimal}[0-9]+"
    before = re.escape(form.before)
    after = re.escape(form.after)
    return re.compile(
        rf"(\(?)([+-]?){before} ?([+-]?)({digits})((?:[eE][+-]?[0-9]+)?) ?{after}(\)?)"
    )


def _number(text: str, pattern: re.Pattern[str], form: NumberFormat) -> float:
    match = pattern.fullmatch(text)
    if match is None:
        return np.nan
    opening, sign, inner, digits, power, closing = match.groups()
    # one minus at most, and brackets by twos
    if bool(opening) != bool(closing) or len(opening + sign + inner) > 1:
        return np.nan
    if form.grouping:
        digits = digits.replace(form.grouping, "")
    value = float(digits.replace(form.decimal, ".") + power)
    return -value if opening or "-" in sign + inner else value
