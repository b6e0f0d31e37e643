"""Why a fit stops, in words; and when patience ends."""

import numpy as np

from halfmoon.arrays.elementary import Array
from halfmoon.components.schedules import improved

# what `Run.stopped` may say; a callback may give a reason of its own instead
STOPPED = {
    "epochs": "all epochs are done",
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


def patience_ends(monitor: Array, tol: float, patience: int) -> int | None:
    """The epoch after which a fit stops for want of patience, or None.

    That is the first one at whose end the monitor (epochs,) has gone `patience` epochs
    without improving by more than `tol`.
    """
    better = np.flatnonzero(improved(monitor, tol))
    # patience begins at the start and after each improvement; it ends so many epochs
    # later, unless the next improvement comes before
    ends = np.concatenate([[0], better + 1]) + min(patience, len(monitor) + 1)
    next_improvement = np.concatenate([better, [len(monitor)]])
    ended = np.flatnonzero(ends <= next_improvement)
    return int(ends[ended[0]]) if len(ended) else None


def standstill(monitor: Array, tol: float) -> int:
    """How many epochs ago the monitor (epochs,) last improved by more than `tol`."""
    better = np.flatnonzero(improved(monitor, tol))
    return len(monitor) - 1 - int(better[-1]) if len(better) else len(monitor)
