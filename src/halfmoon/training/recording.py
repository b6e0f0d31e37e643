"""A run that can be gone back in, to any update, and on from there.

It keeps the run as it was at some updates (the more there are, the further apart), and
what each stretch of updates was made with. An update between two of them is carried
out again, with the same bits, as shuffles, masks and schedules are functions of its
number. What is made of it is what `train` makes of the same settings.
"""

import math
import time
from copy import copy
from functools import partial
from typing import NamedTuple

import numpy as np

from halfmoon.engines.contract import rows_at_a_time
from halfmoon.training.band import Band
from halfmoon.training.loop import run_chunk
from halfmoon.training.points import Point, next_measured
from halfmoon.training.run import Run
from halfmoon.training.stages import Conditions, Last, Stage, Work, begin
from halfmoon.training.stopping import Standstill

CHUNK_SECONDS = 0.008
MOST_KEPT = 400
MOST_BYTES = 2**26  # of what is kept, of stages' beginnings, and of points
LEFT_BYTES = 2**23  # the same, of a run that is not played
MOST_NUMBERS = 8_000_000  # in the rows of all stages together
MOST_STAGES = 2_000
MOST_EPOCHS = 20_000  # that the run's own history holds


class Kept(NamedTuple):
    """The run at one update."""

    run: Run
    last: Last


class Recording:
    """One line of training from the first weights on, and where one stands in it.

    `stages` say what it was made with, `points` what was measured, `band` the objective
    of every update, `last` of the latest one. It goes from `first_update` (0, unless
    its data have changed too often to keep them all) to `last_update`; `ended` says why
    no further.

    Parameters
    ----------
    conditions : Conditions
        What its first updates are made with.

    Examples
    --------
    >>> from halfmoon import Network, datasets
    >>> from halfmoon.training.settings import Settings
    >>> class Moons:
    ...     data = datasets.make("moons", n=200, noise=0.2, seed=0)
    ...     size = 400
    ...     watched = False
    ...
    ...     def make(self):
    ...         settings = Settings(optimizer="gd", learning_rate=1.0)
    ...         return Network.dense([2, 3, 2]), *self.data, settings
    ...
    ...     def measure(self, network, theta):
    ...         y_hat = network.predict(self.data[0], theta)
    ...         return (y_hat.argmax(axis=1) == self.data[1]).mean()
    >>> recording = Recording(Moons())
    >>> recording.advance(100)
    >>> end = recording.run.theta
    >>> recording.seek(7)
    >>> recording.advance(100)
    >>> bool((recording.run.theta == end).all())
    True
    """

    def __init__(self, conditions: Conditions) -> None:
        self.stages: tuple[Stage, ...] = ()
        self.kept: dict[int, Kept] = {}
        self._thinned = 1  # how many times further apart they are kept than at first
        self.points: list[Point] = []
        self.band = Band.empty()
        self.first_update = 0
        self.last_update = 0
        self.ended = ""
        self.update = 0
        self.last = Last()
        self.work: Work
        self._index = -1  # of the present stage
        self._pace = 1.0  # updates in a chunk
        self._standstill = Standstill()
        self.change(conditions)

    @property
    def run(self) -> Run:
        """The run at the present update."""
        return self.work.run

    @property
    def stage(self) -> Stage:
        """What the next update is made with."""
        return self.stages[self._index]

    @property
    def stopped(self) -> str:
        """Why it does not go on from here, in a word; else nothing."""
        return self.ended if self.update == self.last_update else ""

    @property
    def end(self) -> int:
        """The update at which all epochs are done."""
        return self.work.fit.end(self.run) + self.run.update_offset

    @property
    def per_epoch(self) -> int:
        """Updates in an epoch."""
        return self.work.fit.problem.per_epoch

    @property
    def _apart(self) -> int:
        """Updates from one that is kept to the next: some 25 ms of work at first.

        By an estimate and not by the clock, so that it is the same each time.
        """
        problem = self.work.fit.problem
        rows = rows_at_a_time(problem.network) // 4
        return self._thinned * max(1, rows // problem.batch_size)

    @property
    def epoch_end(self) -> int:
        """The update at which the present epoch is done."""
        return self.update + self.per_epoch - self.run.t % self.per_epoch

    def change(
        self, conditions: Conditions, weights: dict[int, float] | None = None
    ) -> None:
        """Go on from the last update with something else, of the same sizes.

        Raises ValueError for what does not fit together; then nothing has changed.
        """
        stages = self.stages
        before = _at_rest(self.run) if stages else None
        last = self.last
        weights = weights or {}
        if stages and stages[-1].begin == self.update:
            before = self._before(len(stages) - 1)
            last = stages[-1].last
            weights = stages[-1].weights | weights
            stages = stages[:-1]
        work = begin(conditions, before, weights)
        epoch = before.epoch if before else 0
        released = work.released
        stage = Stage(self.update, conditions, before, epoch, last, weights, released)
        self.stages = (*stages, stage)
        self._index = len(self.stages) - 1
        self.work = work
        self.last = last
        self._forget_first()
        self.kept.pop(self.update, None)
        self.points = [each for each in self.points if each.update < self.update]
        self.measure()
        self.allow_more()

    def _forget_first(self) -> None:
        """Forget the first stages, if they are too many or their data too large."""
        while len(self.stages) > 1:
            all_conditions = [stage.conditions for stage in self.stages]
            sizes = {id(each.data): each.size for each in all_conditions}
            if sum(sizes.values()) <= MOST_NUMBERS and len(self.stages) <= MOST_STAGES:
                break
            first = self.stages[1]._replace(before=self._before(1))
            self.stages = (first, *self.stages[2:])
            self._index -= 1
            self.first_update = first.begin

    def _before(self, index: int) -> Run | None:
        """The run before a stage; where it was not kept, it is carried out again."""
        stage = self.stages[index]
        if stage.before is not None or index == 0:
            return stage.before
        if self._index == index - 1 and self.update == stage.begin:
            return _at_rest(self.run)
        past = copy(self)
        past.stages = self.stages[:index]
        past.last_update = stage.begin
        past.ended = ""
        past.update = -1  # nowhere yet
        past.seek(stage.begin)
        return _at_rest(past.run)

    def allow_more(self) -> None:
        """Go on from where a condition has stopped it."""
        self.ended = ""
        self._standstill = Standstill()

    def measure(self) -> None:
        """Let the last update be measured, once."""
        points = self.points
        if points and points[-1].update >= self.update:
            return
        if self.update < self.last_update:
            return
        self._hold(MOST_BYTES)
        measure = partial(self.stage.conditions.measure, self.work.network)
        points.append(Point(self.update, self.last, self.run.theta, measure))

    def advance(self, update: int, seconds: float = math.inf) -> None:
        """Go on to an update, unless it stops before or the time is over."""
        deadline = time.perf_counter() + seconds
        while self.update < update and not self.stopped:
            is_new = self.update == self.last_update
            if is_new and self.update >= self.end:
                self._finish("epochs")
                return
            count = min(update, *self._stops(is_new)) - self.update
            self._carry_out(min(count, max(1, int(self._pace))), is_new)
            if time.perf_counter() >= deadline:
                return

    def _stops(self, is_new: bool) -> list[int]:
        """Where a chunk of updates must end at the latest."""
        # a schedule may look at each epoch that is done
        stops = [self.epoch_end] if self.work.fit.each_epoch else []
        if not is_new:
            begins = [stage.begin for stage in self.stages[self._index + 1 :]]
            return [*stops, self.last_update, *begins[:1]]
        stops += [self.end, next_measured(self.update, self.per_epoch)]
        stops.append(self.update - self.update % self._apart + self._apart)
        if self.stage.conditions.watched:
            stops.append(self.epoch_end)
        return stops

    def _carry_out(self, count: int, is_new: bool) -> None:
        """Carry out a chunk, and record what has not been before."""
        run = self.run
        measured, seconds = run_chunk(self.work.fit, run, count)
        self._pace = min(2.0 * self._pace + 1.0, count * CHUNK_SECONDS / seconds)
        if not self.work.fit.each_epoch:  # else a schedule looks back in it
            run.history.keep_last(MOST_EPOCHS)
        losses = measured.loss + measured.penalty
        if len(losses):
            rate = run.unfinished_epoch[3]
            now = rate[-1] if len(rate) else run.history.last("learning_rate")
            self.last = Last(float(losses[-1]), float(measured.norm[-1]), float(now))
        before = self.update
        self.update = run.updates
        if is_new:
            self.band = self.band.with_values(before, losses)
            self._record(measured.diverged)
        elif self.update == self.last_update and self.ended == "diverged":
            self._enter(self._index, self.kept[self.update])
        elif self.update in [stage.begin for stage in self.stages[self._index + 1 :]]:
            self._enter(self._index + 1)

    def _record(self, diverged: bool) -> None:
        """Keep and measure the run where that is due, and see whether it ends here."""
        before = self.last_update
        self.last_update = self.update
        if diverged:
            self.ended = "diverged"
        if diverged or self.update % self._apart == 0:
            self.kept[self.update] = Kept(_at_rest(self.run), self.last)
            self._hold(MOST_BYTES)
        if diverged:
            self.measure()
            return
        if self.update >= next_measured(before, self.per_epoch):
            self.measure()
        if self.stage.conditions.watched and self.run.t % self.per_epoch == 0:
            self._finish(self._reason_to_stop())
        if self.update >= self.end:
            self._finish("epochs")

    def _reason_to_stop(self) -> str:
        """What the conditions say after an epoch."""
        conditions = self.stage.conditions
        measures = conditions.measure(self.work.network, self.run.theta)
        monitor = np.array([conditions.monitor(measures)])
        self._standstill = self._standstill.after(monitor, 0.0)
        reason: str = conditions.reason_to_stop(measures, self._standstill.epochs)
        return reason

    def _finish(self, reason: str) -> None:
        """Let it end here, if there is a reason."""
        self.ended = reason
        if reason:
            self.measure()

    def leave(self) -> None:
        """Stand at the end, and hold little: another run is played now."""
        self.seek(self.last_update)
        self._hold(LEFT_BYTES)

    def _hold(self, most_bytes: int) -> None:
        """Hold the run in fewer places if it takes more bytes than these.

        From there updates are carried out again where they are looked at.
        """
        run = self.run
        size = run.theta.nbytes * (1 + len(run.slots))
        most = max(16, min(MOST_KEPT, most_bytes // size))
        while len(self.kept) > most:
            self._thinned *= 2
            last = self.kept.get(self.last_update)
            self.kept = dict(sorted(self.kept.items())[1::2])
            if last is not None and self.ended == "diverged":
                self.kept[self.last_update] = last
        self._thin_out_stages(most)
        held = sum(each.theta is not None for each in self.points)
        if held * run.theta.nbytes > most_bytes:
            for each in self.points:
                each.forget_theta()

    def _thin_out_stages(self, most: int) -> None:
        """Hold the run before every second stage only, until they are few.

        Not where it diverged: how far it came then depends on how often one looked.
        """
        stages = list(self.stages)
        while True:
            held = [
                i
                for i, stage in enumerate(stages[:-1])
                if i > 0 and stage.before and stage.before.stopped != "diverged"
            ]
            if len(held) <= most:
                break
            for i in held[::2]:
                stages[i] = stages[i]._replace(before=None)
        self.stages = tuple(stages)

    def seek(self, update: int) -> None:
        """Go to an update that was recorded, or to the nearest."""
        update = min(max(update, self.first_update), self.last_update)
        first = self.stages[0]
        begins = [each.begin for each in self.stages if each.before or each is first]
        nearest = max(each for each in (*begins, *self.kept) if each <= update)
        if not nearest <= self.update <= update:
            index = max(
                i for i, each in enumerate(self.stages) if each.begin <= nearest
            )
            self._enter(index, self.kept.get(nearest))
        self.advance(update)

    def _enter(self, index: int, kept: Kept | None = None) -> None:
        """Stand at a stage's beginning, or where in it the run was kept."""
        stage = self.stages[index]
        if kept is None:
            self.work = begin(stage.conditions, self._before(index), stage.weights)
        elif index == self._index:
            self.work = self.work._replace(run=copy(kept.run))
        else:
            self.work = begin(stage.conditions, kept.run)
        self._index = index
        self.last = stage.last if kept is None else kept.last
        self.update = self.run.updates

    def still(self) -> "Recording":
        """This one as it is now, while it goes on itself."""
        other = copy(self)
        other.kept = self.kept.copy()
        other.points = self.points.copy()
        other.work = self.work._replace(run=copy(self.run))
        return other

    def branch(self) -> "Recording":
        """Another one, with the same past and no future."""
        other = self.still()
        other.stages = self.stages[: self._index + 1]
        other.kept = {
            update: kept for update, kept in self.kept.items() if update <= self.update
        }
        other.points = [each for each in self.points if each.update <= self.update]
        other.band = self.band.until(self.update)
        other.last_update = self.update
        other.allow_more()
        return other


def _at_rest(run: Run) -> Run:
    """A copy that keeps no engine's memory alive."""
    other = copy(run)
    other.finite_source = None
    return other
