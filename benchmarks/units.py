"""Numbers as text: times with a unit, ratios."""

import math

UNITS = (("s", 1.0), ("ms", 1e-3), ("us", 1e-6), ("ns", 1e-9), ("ps", 1e-12))


def unit_of(seconds: float) -> tuple[str, float]:
    """The unit that suits a time, and how many seconds it is."""
    return next(pair for pair in UNITS if seconds >= pair[1] or pair == UNITS[-1])


def time_text(seconds: float) -> str:
    """Three digits and a unit.

    >>> time_text(0.0123)
    '12.3 ms'
    """
    unit, size = unit_of(seconds)
    return f"{digits(seconds / size)} {unit}"


def digits(value: float) -> str:
    """Three digits, without exponents.

    >>> digits(12.3456), digits(1234.56)
    ('12.3', '1235')
    """
    decimals = max(0, 2 - math.floor(math.log10(value)))
    return f"{value:.{decimals}f}"


def ratio_text(ratio: float) -> str:
    """Two or three digits.

    >>> ratio_text(1.23456), ratio_text(123.456)
    ('1.23x', '123x')
    """
    if ratio >= 10:
        return f"{ratio:.0f}x"
    if ratio >= 2:
        return f"{ratio:.1f}x"
    return f"{ratio:.2f}x"
