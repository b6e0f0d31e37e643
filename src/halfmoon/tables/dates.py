"""Columns of dates as inputs: the day as a number, and cycles as points on a circle.

    turn = the share of the day, week, month or year that has passed
    a = sin(2 pi turn) - its mean, cos(2 pi turn) - its mean              [E9]

So the last hour of a day lies beside the first of the next, which a number would not
say. A missing date is 0 in all of these, the mean. Of weeks, months and years whole
days are counted. A cycle in which all training rows have one place is no input.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from halfmoon.arrays.cached import cached_property

Dates = NDArray[np.datetime64]
Turns = NDArray[np.float64]

SECONDS_A_DAY = 86400.0


def days_of(column: Dates) -> NDArray[np.float64]:
    """Days since the beginning of 1970, with NaN for what is missing."""
    seconds = column.astype("datetime64[s]")
    days = seconds.astype(np.int64) / SECONDS_A_DAY
    return np.where(np.isnat(seconds), np.nan, days)


def _of_day(t: Dates) -> Turns:
    return (t - t.astype("datetime64[D]")) / np.timedelta64(1, "D")


def _of_week(t: Dates) -> Turns:
    thursday = 3  # 1970 began with one; weeks begin with Monday
    return (t.astype("datetime64[D]").astype(np.int64) + thursday) % 7 / 7.0


def _of_month(t: Dates) -> Turns:
    return _passed(t, "datetime64[M]")


def _of_year(t: Dates) -> Turns:
    return _passed(t, "datetime64[Y]")


def _passed(t: Dates, unit: str) -> Turns:
    """The share of the days of a month or year that lie before t's."""
    whole = t.astype(unit)
    first = whole.astype("datetime64[D]")
    after = (whole + 1).astype("datetime64[D]")
    return (t.astype("datetime64[D]") - first) / (after - first)


CYCLES: dict[str, Callable[[Dates], Turns]] = {
    "time of day": _of_day,
    "day of week": _of_week,
    "day of month": _of_month,
    "day of year": _of_year,
}


@dataclass(frozen=True, eq=False)
class Date:
    """What was learned of the cycles of one column of dates, from training rows.

    `cycles` (k) are names from CYCLES; `means` (2k,) are those of the sine and cosine
    of each. Raises ValueError where these do not fit together.
    """

    name: str
    cycles: tuple[str, ...]
    means: NDArray[np.float64]

    def __post_init__(self) -> None:
        is_whole = self.means.shape == (2 * len(self.cycles),)
        if not is_whole or not np.isfinite(self.means).all():
            raise ValueError(
                f"The encoding of column {self.name!r} does not fit together; it must "
                "hold two finite means for each cycle."
            )
        unknown = set(self.cycles) - set(CYCLES)
        if unknown:
            raise ValueError(
                f"The encoding of column {self.name!r} has the cycles "
                f"{sorted(unknown)}; use some of {list(CYCLES)}."
            )

    @cached_property
    def names(self) -> list[str]:
        """A name for each input."""
        return [
            f"{self.name}, {function} of {cycle}"
            for cycle in self.cycles
            for function in ("sine", "cosine")
        ]

    def encode(self, column: Dates) -> NDArray[np.float32]:
        """The inputs (n, 2k) of a column of dates (n,)."""
        a = circles(column, self.cycles) - self.means  # [E9]
        a[np.isnat(column)] = 0.0
        return a.astype(np.float32)

    def as_dict(self) -> dict[str, Any]:
        """Everything that was learned, as lists and arrays by name."""
        return {"name": self.name, "cycles": list(self.cycles), "means": self.means}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Date":
        """What `as_dict` has given; arrays may have become lists."""
        return cls(
            name=str(data["name"]),
            cycles=tuple(map(str, data["cycles"])),
            means=np.asarray(data["means"], dtype=np.float64),
        )


def circles(column: Dates, cycles: tuple[str, ...]) -> NDArray[np.float64]:
    """Sine and cosine of each cycle (n, 2k); a missing date stands for 1970's first."""
    t = column.astype("datetime64[s]")
    t = np.where(np.isnat(t), np.datetime64(0, "s"), t)
    out = np.empty((len(t), 2 * len(cycles)))
    for k, cycle in enumerate(cycles):
        angle = 2.0 * np.pi * CYCLES[cycle](t)
        out[:, 2 * k] = np.sin(angle)
        out[:, 2 * k + 1] = np.cos(angle)
    return out


def learn_date(name: str, column: Dates) -> Date:
    """What there is to learn of the cycles of a column, in which some date is there."""
    t = column[~np.isnat(column)].astype("datetime64[s]")
    cycles = tuple(cycle for cycle, turn in CYCLES.items() if np.ptp(turn(t)) > 0.0)
    return Date(name, cycles, circles(t, cycles).mean(axis=0))
