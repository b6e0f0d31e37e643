"""Schedules: a factor on the learning rate (or decay, or dropout) as training goes on.

A schedule is a pure function of how far training has come. `Progress` may hold arrays,
one entry per coming update, and then the factors come as an array too; an engine gets
them as numbers and knows nothing of schedules.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from halfmoon.arrays.elementary import Array
from halfmoon.components.registry import Component, Registry
from halfmoon.components.rules import INF, Integer, Number, OneOf, setting

# one number, or one for each of several updates
OneOrMany = float | NDArray[np.integer[Any] | np.floating[Any]]


@dataclass(frozen=True)
class Progress:
    """How far training has come before an update, or before each of several.

    Parameters
    ----------
    update : int or array
        Updates done, 0 before the first.
    epoch : float or array
        Passes over the data done.
    rows : int or array
        Rows seen.
    total : int or None
        Updates in this fit, if that is known.
    monitor : array (epochs,)
        The monitored loss after each epoch of this fit so far.
    updates_before_fit : int, default=0
        Those of the updates done that belong to fits from which this one goes on.
    rows_before_epoch : int or array, default=0
        Rows seen before the present epoch.

    Examples
    --------
    >>> import numpy as np
    >>> from halfmoon import SCHEDULES, Progress
    >>> halfway = Progress(50, 5.0, 1600, total=100, monitor=np.empty(0))
    >>> round(float(SCHEDULES.make("cosine").factor(halfway)), 3)
    0.5
    """

    update: OneOrMany
    epoch: OneOrMany
    rows: OneOrMany
    total: int | None
    monitor: Array
    updates_before_fit: int = 0
    rows_before_epoch: OneOrMany = 0

    @property
    def share(self) -> OneOrMany:
        """The share of the fit that is done, 0 to 1; ValueError without the total."""
        if self.total is None:
            raise ValueError(
                "This schedule needs to know how long the fit will be; set epochs, or "
                "use another one."
            )
        return (self.update - self.updates_before_fit) / self.total


class Schedule(Component):
    """The factor on a setting, between 0 and 1.

    One that looks at the monitor says that it is `adaptive`: it is asked once an epoch.

    Examples
    --------
    One of your own:

    >>> from dataclasses import dataclass
    >>> from halfmoon import Network, Schedule, datasets, train
    >>> @dataclass(frozen=True)
    ... class Halves(Schedule):
    ...     def factor(self, progress):
    ...         return 0.5**progress.epoch
    >>> X, y = datasets.make("moons")
    >>> run = train(Network.dense([2, 3, 2]), X, y, schedule=Halves(), epochs=3)
    >>> run.history["learning_rate"].round(5).tolist()
    [0.001, 0.0005, 0.00025]
    """

    adaptive: ClassVar[bool] = False

    def factor(self, progress: Progress) -> OneOrMany:
        """The factor for each update that `progress` stands before."""
        raise NotImplementedError(
            f"{type(self).__name__} must define factor(progress)."
        )


SCHEDULES: Registry[Schedule] = Registry("schedule", Schedule)


@SCHEDULES.register("constant")
@dataclass(frozen=True)
class Constant(Schedule):
    """factor = 1 [S1]: the tutorial's fixed learning rate."""

    def factor(self, progress: Progress) -> OneOrMany:
        return np.ones_like(progress.epoch)  # [S1]


@SCHEDULES.register("step")
@dataclass(frozen=True)
class Step(Schedule):
    """factor = rate^floor(epoch / every) [S2]: a stair."""

    every: int = setting(50, Integer("[", 1, INF, ")"), "epochs on one stair")
    rate: float = setting(
        0.5, Number("(", 0, 1, ")"), "factor from one stair to the next"
    )

    def factor(self, progress: Progress) -> OneOrMany:
        return self.rate ** np.floor(progress.epoch / self.every)  # [S2]


@SCHEDULES.register("exponential")
@dataclass(frozen=True)
class Exponential(Schedule):
    """factor = e^(-rate epoch) [S3]."""

    rate: float = setting(
        0.01, Number("(", 0, INF, ")"), "how fast it falls, per epoch"
    )

    def factor(self, progress: Progress) -> OneOrMany:
        return np.exp(-self.rate * progress.epoch)  # [S3]


@SCHEDULES.register("inverse_time")
@dataclass(frozen=True)
class InverseTime(Schedule):
    """factor = 1 / (1 + rate epoch) [S4]: the 1/t of Robbins & Monro (1951)."""

    rate: float = setting(
        0.01, Number("(", 0, INF, ")"), "how fast it falls, per epoch"
    )

    def factor(self, progress: Progress) -> OneOrMany:
        return 1.0 / (1.0 + self.rate * progress.epoch)  # [S4]


@SCHEDULES.register("inverse_scaling", "invscaling")
@dataclass(frozen=True)
class InverseScaling(Schedule):
    """factor = 1 / (1 + time)^power [S5].

    scikit-learn's "invscaling" counts time in rows, epoch by epoch.
    """

    power: float = setting(0.5, Number("[", 0, INF, ")"), "how fast it falls")
    unit: str = setting(
        "updates",
        OneOf("updates", "epochs", "rows", "rows_by_epoch"),
        "what time is counted in; rows_by_epoch counts the rows of whole epochs only",
    )

    def factor(self, progress: Progress) -> OneOrMany:
        time = {
            "updates": progress.update,
            "epochs": progress.epoch,
            "rows": progress.rows,
            "rows_by_epoch": progress.rows_before_epoch,
        }
        return (1.0 + time[self.unit]) ** -self.power  # [S5]


@SCHEDULES.register("cosine")
@dataclass(frozen=True)
class Cosine(Schedule):
    """Half a cosine from 1 down to `floor`, after a warm-up, once or several times.

    factor = floor + (1 - floor) (1 + cos(pi x)) / 2   [S6]
    factor = min((s + 1/T) / warmup, 1)                [S7]   while s < warmup

    s is the share of the T updates done, x the share of the present cycle. The cycles
    begin after the warm-up, and after a time at 1 if `flat` says so; until then x is 0.

    (Loshchilov & Hutter 2017; the 1/T keeps the first update from being lost to a
    factor of 0.)
    """

    warmup: float = setting(
        0.0, Number("[", 0, 1, ")"), "share of the fit spent rising from 0"
    )
    cycles: int = setting(1, Integer("[", 1, INF, ")"), "how often it restarts")
    floor: float = setting(0.0, Number("[", 0, 1, "]"), "where each cycle ends")
    flat: float = setting(
        0.0, Number("[", 0, 1, ")"), "share of the time after the warm-up spent at 1"
    )

    def factor(self, progress: Progress) -> OneOrMany:
        s = progress.share
        begin = self.warmup + self.flat * (1.0 - self.warmup)
        turns = np.maximum(s - begin, 0.0) / (1.0 - begin) * self.cycles
        # rounding must not hide a restart
        x = np.where(s < 1.0, turns - np.floor(turns + 1e-9), 1.0)
        cosine = 0.5 * (1.0 + np.cos(np.pi * x))
        falling = self.floor + (1.0 - self.floor) * cosine  # [S6]
        first = 1.0 / (progress.total or 1)
        rising = np.minimum((s + first) / max(self.warmup, 1e-12), 1.0)  # [S7]
        return np.where(s < self.warmup, rising, falling)


@SCHEDULES.register("one_cycle")
@dataclass(frozen=True)
class OneCycle(Schedule):
    """Up by half a cosine from `start` to 1, then down by another to `end`.

    (After Smith & Topin 2018)

    factor = from + (to - from) (1 - cos(pi x)) / 2    [S8]

    x is the share of the present half.
    """

    peak: float = setting(
        0.3, Number("(", 0, 1, ")"), "share of the fit at which the rate is highest"
    )
    start: float = setting(0.04, Number("(", 0, 1, "]"), "factor at the beginning")
    end: float = setting(0.0001, Number("[", 0, 1, "]"), "factor at the end")

    def factor(self, progress: Progress) -> OneOrMany:
        s = np.minimum(progress.share, 1.0)
        cos_up = np.cos(np.pi * s / self.peak)
        cos_down = np.cos(np.pi * (s - self.peak) / (1.0 - self.peak))
        up = self.start + (1.0 - self.start) * 0.5 * (1.0 - cos_up)  # [S8]
        down = 1.0 + (self.end - 1.0) * 0.5 * (1.0 - cos_down)  # [S8]
        return np.where(s < self.peak, up, down)


@SCHEDULES.register("plateau", "adaptive")
@dataclass(frozen=True)
class Plateau(Schedule):
    """factor = rate^(times the monitor stood still) [S9].

    The rate is divided when the monitor stops improving.

    It stands still when `patience` epochs in a row did not improve on the best by more
    than `tol`.
    """

    rate: float = setting(
        0.2,
        Number("(", 0, 1, ")"),
        "factor at each standstill; scikit-learn divides by 5",
    )
    patience: int = setting(
        10,
        Integer("[", 1, INF, ")"),
        "epochs without improvement that make a standstill",
    )
    tol: float = setting(
        1e-4,
        Number("[", 0, INF, ")"),
        "an improvement counts if it is larger than this",
    )
    adaptive = True

    def factor(self, progress: Progress) -> OneOrMany:
        monitor = progress.monitor
        better = np.flatnonzero(improved(monitor, self.tol))
        ends = np.concatenate([better, [len(monitor)]])
        starts = np.concatenate([[0], better + 1])
        times = int(((ends - starts) // self.patience).sum())
        return np.full_like(progress.epoch, self.rate**times, dtype=np.float64)  # [S9]


def improved(monitor: Array, tol: float, best: float = np.inf) -> NDArray[np.bool_]:
    """For each epoch, whether it improved on the best before by more than `tol`.

    `best` is that before the first of them. NaN never improves.
    """
    before = np.concatenate([[best], monitor])[:-1]
    return np.asarray(monitor < np.fmin.accumulate(before) - tol)
