"""Why a fit stops, in words; and when patience ends."""

from typing import NamedTuple

import numpy as np

from halfmoon.arrays.elementary import Array
from halfmoon.components.schedules import improved

# what `Run.stopped` may say; a callback may give a reason of its own instead
STOPPED = {
    "epochs": "all epochs are done",
    "updates": "so many `updates` in all are done",
    "patience": "`patience` epochs did not improve the monitor by more than `tol`",
    "time": "the time budget `seconds` is spent",
    "callback": "a callback returned True",
    "interrupted": "somebody pressed Ctrl-C",
    "diverged": "the loss or its gradient is no longer finite",
    "rate": "an estimator's 'adaptive' rate is too small to be divided again",
    "converged": "a solver finds no slope larger than its limit",
    "evaluations": "a solver has used up its evaluations of the objective",
    "abnormal": "a solver finds no step downhill, mostly because rounding hides it",
}


class Standstill(NamedTuple):
    """For how many epochs a monitor has not improved, so far.

    It is carried along epoch by epoch, and never looks back.
    """

    best: float = np.inf  # the lowest that the monitor has been
    epochs: int = 0  # since it last improved, or since the beginning

    def after(self, monitor: Array, tol: float) -> "Standstill":
        """What it is after more epochs, in which the monitor was (epochs,)."""
        better = np.flatnonzero(improved(monitor, tol, self.best))
        epochs = self.epochs + len(monitor)
        if len(better):
            epochs = len(monitor) - 1 - int(better[-1])
        return Standstill(float(np.fmin.reduce(monitor, initial=self.best)), epochs)

    def end(self, monitor: Array, tol: float, patience: int) -> int | None:
        """After how many of these epochs a fit stops for want of patience, or None.

        That is the first one at whose end the monitor (epochs,) has gone `patience`
        epochs without improving by more than `tol`; 0 if it had before.
        """
        if patience > self.epochs + len(monitor):
            return None
        better = np.flatnonzero(improved(monitor, tol, self.best))
        # patience begins at the start and after each improvement; it ends so many
        # epochs later, unless the next improvement comes before
        begins = np.concatenate([[-self.epochs], better + 1])
        ends = begins + patience
        next_improvement = np.concatenate([better, [len(monitor)]])
        ended = np.flatnonzero(ends <= next_improvement)
        return max(0, int(ends[ended[0]])) if len(ended) else None
