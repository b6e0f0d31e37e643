"""The units of values y: networks learn them standardised, and predict near them.

    t = (y - mean) / spread                  [E17]
    y = mean + spread t, within [lowest y - deviation, highest y + deviation]   [E18]

The spread is the standard deviation, or 1 where y does not vary.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from halfmoon.arrays.elementary import Array
from halfmoon.estimators.values import as_numbers

Numbers = NDArray[np.float64]
LARGEST = 1e150  # its square is finite
NAMES = ("mean", "spread", "low", "high")


@dataclass(frozen=True, eq=False)
class Units:
    """Mean, spread and bounds (columns,) of y; `is_column`: y was (n,), and is again.

    Raises ValueError where these do not fit together.
    """

    mean: Numbers
    spread: Numbers
    low: Numbers
    high: Numbers
    is_column: bool

    def __post_init__(self) -> None:
        numbers = [getattr(self, name) for name in NAMES]
        shapes = {each.shape for each in numbers}
        is_whole = (
            len(shapes) == 1
            and self.mean.ndim == 1
            and len(self.mean) > 0
            and np.isfinite(numbers).all()
            and bool(np.all(self.spread > 0.0))
            and bool(np.all(self.low <= self.high))
            and (len(self.mean) == 1 or not self.is_column)
        )
        if not is_whole:
            raise ValueError(
                "The units of y do not fit together; they must be a finite mean, a "
                "spread above 0, and a lower and an upper bound for each column."
            )

    @classmethod
    def of(cls, y: NDArray[Any]) -> "Units":
        """The units of y (n,) or (n, columns); ValueError where it is no numbers."""
        values = _table(y)
        deviation = values.std(axis=0)
        return cls(
            mean=values.mean(axis=0),
            spread=np.where(deviation > 0.0, deviation, 1.0),
            low=values.min(axis=0) - deviation,
            high=values.max(axis=0) + deviation,
            is_column=y.ndim == 1,
        )

    def standardize(self, y: NDArray[Any]) -> NDArray[np.float32]:
        """What networks learn (n, columns)."""
        t = (_table(y) - self.mean) / self.spread  # [E17]
        return t.astype(np.float32)

    def restore(self, t: Array) -> Array:
        """Predictions (n, columns) in y's own units."""
        y = np.asarray(t, dtype=np.float64) * self.spread + self.mean
        return y.clip(self.low, self.high)  # [E18]

    def as_dict(self) -> dict[str, Any]:
        """All of it by name."""
        numbers = {name: getattr(self, name) for name in NAMES}
        return {**numbers, "is_column": self.is_column}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Units":
        """What `as_dict` has given; arrays may have become lists."""
        numbers = {name: np.asarray(data[name], dtype=np.float64) for name in NAMES}
        return cls(**numbers, is_column=bool(data["is_column"]))


def _table(y: NDArray[Any]) -> Numbers:
    """y as numbers (n, columns)."""
    values: Numbers = as_numbers(y).astype(np.float64)
    largest = np.abs(values).max()
    if largest > LARGEST:
        raise ValueError(
            f"y holds values up to {largest:.2g}, and they may be at most {LARGEST:g}; "
            "give it in larger units."
        )
    return values.reshape(len(values), -1)
