"""A long series of numbers as a band, for curves: as fine as it pays to keep."""

from typing import NamedTuple

import numpy as np

from halfmoon.arrays.elementary import Array

MOST_BINS = 2**15


class Band(NamedTuple):
    """The lowest and the highest value (bins,) of each `every` updates.

    >>> band = Band.empty().with_values(0, np.array([3.0, 1.0, 2.0]))
    >>> band.every, band.low.tolist()
    (1, [3.0, 1.0, 2.0])
    """

    every: int
    low: Array
    high: Array

    @classmethod
    def empty(cls) -> "Band":
        """That of no values."""
        return cls(1, np.empty(0), np.empty(0))

    def with_values(self, update: int, values: Array) -> "Band":
        """This one, and the values of the updates that follow so many."""
        if len(values) == 0:
            return self
        bins = (update + np.arange(len(values))) // self.every
        more = np.full(max(0, int(bins[-1]) + 1 - len(self.low)), np.nan)
        low = np.concatenate([self.low, more])
        high = np.concatenate([self.high, more])
        np.fmin.at(low, bins, values)
        np.fmax.at(high, bins, values)
        return Band(self.every, low, high)._halved()

    def in_columns(
        self, last: int, width: int, is_log: bool = False
    ) -> tuple[Array, Array, Array]:
        """The lowest and highest value in each column of a chart of updates.

        The chart goes from 0 to update `last` in `width` columns, at even distances or
        those of log(1 + update). Columns without values are left out; the first array
        says at which update each of the others is.

        >>> Band.empty().with_values(0, np.array([3.0, 1.0, 2.0])).in_columns(4, 2)[1]
        array([1., 2.])
        """
        if not len(self.low):
            return self.low, self.low, self.high
        updates = self.every * (np.arange(len(self.low)) + 0.5)
        scale = np.log1p if is_log else np.positive
        columns = np.floor(scale(updates) / scale(float(max(last, 1))) * width)
        starts = np.flatnonzero(np.diff(columns, prepend=-1.0))
        low = np.fmin.reduceat(self.low, starts)
        return updates[starts], low, np.fmax.reduceat(self.high, starts)

    def _halved(self) -> "Band":
        if len(self.low) <= MOST_BINS:
            return self
        starts = np.arange(0, len(self.low), 2)
        low = np.fmin.reduceat(self.low, starts)
        return Band(2 * self.every, low, np.fmax.reduceat(self.high, starts))._halved()

    def until(self, update: int) -> "Band":
        """That of the first updates."""
        count = -(-update // self.every)
        return Band(self.every, self.low[:count], self.high[:count])
