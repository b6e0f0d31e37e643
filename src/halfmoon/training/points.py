"""Points: the updates at which a recorded run is measured, and what is found there."""

import math
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from halfmoon.arrays.elementary import Array
from halfmoon.training.stages import Last

PER_DECADE = 60  # updates that are measured


class Point:
    """An update at which a run is measured: when somebody looks, and then once.

    Measuring goes through all rows, and may take longer than the update did. So whoever
    looks does it, while training goes on.

    Parameters
    ----------
    update : int
        How many updates had been done.
    last : Last
        What the last of them had.
    theta : array (size,)
        The parameters; None once they are forgotten.
    measure : function of theta
        How good parameters are.

    Examples
    --------
    >>> import numpy as np
    >>> point = Point(3, Last(), np.array([1.0, 2.0]), measure=np.sum)
    >>> float(point.measures)
    3.0
    """

    def __init__(
        self,
        update: int,
        last: Last,
        theta: Array,
        measure: Callable[[Array], Any],
    ) -> None:
        self.update = update
        self.last = last
        self.theta: Array | None = theta
        self._due: Callable[[], Any] | None = partial(measure, theta)
        self._measures: Any = None

    @property
    def measures(self) -> Any:
        """What was measured."""
        self.measure()
        return self._measures

    def measure(self) -> None:
        """Measure, unless it was; two threads that do it at once find the same."""
        due = self._due
        if due is not None:
            self._measures = due()
            self._due = None

    @property
    def is_measured(self) -> bool:
        """Whether somebody has looked."""
        return self._due is None

    def forget_theta(self) -> None:
        """Hold nothing but what was measured."""
        self.measure()
        self.theta = None


def measured_points(points: Sequence[Point], seconds: float) -> list[Point]:
    """Those of some points that are measured, in their order.

    Others are measured until the time is over, the latest first, so that asking again
    brings more of them; one is in any case.
    """
    deadline = time.perf_counter() + seconds
    found: list[Point] = []
    for point in reversed(points):
        if point.is_measured or not found or time.perf_counter() < deadline:
            found.append(point)
            point.measure()
    return found[::-1]


def next_measured(update: int, per_epoch: int = 1) -> int:
    """The first update after this one that is measured.

    They lie evenly on a logarithmic axis, or as far apart as it takes for measuring to
    cost little beside the updates: it goes through all rows, which are an epoch's.

    >>> [next_measured(update) for update in (0, 1, 100, 1000)]
    [1, 2, 104, 1040]
    """
    apart = max(1, 3 * (per_epoch - 1))
    if update < apart:
        return int(min(2 ** update.bit_length(), apart))
    if update < 26 * apart:  # where the next step of the axis is shorter
        return (update // apart + 1) * apart
    i = math.floor(PER_DECADE * math.log10(update))
    found = update
    while found <= update:
        i += 1
        found = math.ceil(10 ** (i / PER_DECADE) - 1e-9)
    return found
