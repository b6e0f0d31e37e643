"""Numbers of a report as texts."""

import math

from halfmoon.report.measured import Difference, Importance, Score

MINUS = "\N{MINUS SIGN}"
SHARES = {"accuracy", "balanced_accuracy"}
UNITS = {"s": 1.0, "ms": 1e-3, "µs": 1e-6}
SIZES = ("bytes", "kB", "MB", "GB", "TB")


def percent(share: float, digits: int = 1) -> str:
    """A share in per cent.

    >>> percent(0.9654)
    '96.5%'
    """
    return f"{100.0 * share:.{digits}f}%".replace("-", MINUS)


def number(value: float, digits: int = 4) -> str:
    """A number with so many digits that count.

    >>> [number(value) for value in (0.081234, 12345.6, -2.5, 3e-7)]
    ['0.08123', '12,346', '−2.5', '3e−07']
    """
    if value and not 1e-4 <= abs(value) < 1e9:
        return f"{value:.{digits}g}".replace("-", MINUS)
    decimals = digits - 1 - math.floor(math.log10(abs(value))) if value else 0
    text = f"{value:,.{max(decimals, 0)}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace("-", MINUS)


def decimals_of(score: Score | Difference | Importance) -> int:
    """How many decimals its interval warrants: two digits of its half width.

    >>> decimals_of(Score("rmse", "RMSE", 56.1234, 51.1, 61.2, False))
    1
    """
    half = (score.high - score.low) / 2.0
    if half <= 0.0 or not math.isfinite(half):
        return 3
    most = 4 if max(abs(score.low), abs(score.high)) >= 0.1 else 12
    return min(max(1 - math.floor(math.log10(half)), 0), most)


def value_of(score: Score | Difference, value: float, *, sign: bool = False) -> str:
    """A value as this score is written: its own, an end of its interval, a rival's.

    >>> value_of(Score("accuracy", "accuracy", 0.965, 0.94, 0.99, True), 0.965)
    '96.5%'
    """
    if score.name in SHARES:
        return f"{fixed(100.0 * value, 1, sign=sign)}%"
    return written(value, score, sign=sign)


def written(
    value: float, like: Score | Difference | Importance, *, sign: bool = False
) -> str:
    """A number with the digits that the interval of another warrants."""
    scale = max(abs(like.low), abs(like.high))
    if 0.0 < scale < 1e-3 or scale >= 1e7:
        return f"{value:{'+' if sign else ''}.3g}".replace("-", MINUS)
    return fixed(value, decimals_of(like), sign=sign)


def fixed(value: float, decimals: int, *, sign: bool = False) -> str:
    """A number with so many decimals; `sign` adds a plus. What rounds to 0 has none."""
    rounded = round(value, decimals)
    plus = "+" if sign and rounded else ""
    return f"{rounded or 0.0:{plus},.{decimals}f}".replace("-", MINUS)


def difference_of(difference: Difference, value: float) -> str:
    """A difference, with its sign; of shares, in percentage points.

    >>> gain = Difference("accuracy", "accuracy", 0.012, -0.002, 0.026, True)
    >>> difference_of(gain, gain.value)
    '+1.2'
    """
    return value_of(difference, value, sign=True).replace("%", "")


def seconds(value: float | None) -> str:
    """A time.

    >>> [seconds(value) for value in (0.00061, 12.34, 200.0, 7300.0, None)]
    ['610 µs', '12 s', '3 min 20 s', '2 h 1 min', 'not measured']
    """
    if value is None:
        return "not measured"
    whole = round(value)
    if whole >= 3600:
        return f"{whole // 3600} h {whole % 3600 // 60} min"
    if whole >= 60:
        return f"{whole // 60} min {whole % 60} s"
    unit = next((unit for unit, size in UNITS.items() if value >= size), "µs")
    return f"{number(float(f'{value / UNITS[unit]:.2g}'))} {unit}"


def size(count: int | None) -> str:
    """A number of bytes.

    >>> [size(count) for count in (312, 48_123, 312_000_000, None)]
    ['312 bytes', '48 kB', '310 MB', 'not measured']
    """
    if count is None:
        return "not measured"
    value = float(count)
    unit = 0
    while value >= 1000.0:
        value /= 1000.0
        unit += 1
    return f"{number(float(f'{value:.2g}') if unit else value)} {SIZES[unit]}"


def plural(count: int, noun: str) -> str:
    """A count with its noun.

    >>> plural(1, "row"), plural(1234, "row"), plural(19, "class")
    ('1 row', '1,234 rows', '19 classes')
    """
    ending = "es" if noun.endswith("s") else "s"
    return f"{count:,} {noun}{'' if count == 1 else ending}"
