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
    "rate": "an estimator's 'adaptive' rate has become too small to be divided again",
    "converged": "a solver found no slope larger than it was told to look for",
    "evaluations": "a solver has used up its evaluations of the objective",
    "abnormal": "a solver found no step downhill, mostly because rounding hides it",
}


def patience_ends(monitor: Array, tol: float, patience: int) -> int | None:
    """The epoch at whose end the monitor (epochs,) had stood still for `patience`
    epochs, or None.
    """
    better = np.flatnonzero(improved(monitor, tol))
    # if no improvement comes before
    ends = np.concatenate([[0], better + 1]) + min(patience, len(monitor) + 1)
    until = np.concatenate([better, [len(monitor)]])
    over = np.flatnonzero(ends <= until)
    return int(ends[over[0]]) if len(over) else None


def standstill(monitor: Array, tol: float) -> int:
    """How many epochs ago the monitor (epochs,) last improved by more than `tol`."""
    better = np.flatnonzero(improved(monitor, tol))
    return len(monitor) - 1 - int(better[-1]) if len(better) else len(monitor)
