"""Training and measuring, by the engine's main loop."""

import numpy as np

from halfmoon.engines.browser.memory import (
    ETA_AREA,
    KEPT_AREA,
    LOSS_AREA,
    MEASURED_AREA,
    MEASURING,
    SLOTS,
    THETA_AREA,
    TRAINING,
    UPDATES,
    entry,
    place,
)
from halfmoon.engines.browser.setup import (
    is_ready,
    layers_of,
    ranges_of,
    state,
    tasks_of,
)
from halfmoon.engines.compiled.kernels import thread_updates
from halfmoon.engines.compiled.native import jit, vector


@jit
def copy(target, source, count):
    """Copy so many numbers from one address to another."""
    new = vector(target, count, np.float64)
    old = vector(source, count, np.float64)
    for i in range(count):
        new[i] = old[i]
    return 0


@jit
def carry_out(count):
    """So many updates from here; returns how many were finite."""
    s = state()
    tasks = tasks_of()
    tasks[TRAINING].count = count
    tasks[TRAINING].t = s.t
    return thread_updates(tasks[TRAINING], layers_of(TRAINING), ranges_of(), 0)


@entry("id>i")
def run(count, rate):
    """Up to `count` updates at a learning rate; returns how many were done.

    They are fewer where loss or gradient are no longer finite, or where `count` is
    above 4096. The parameters are then those after the updates that were done.
    """
    if not is_ready():
        return 0
    s = state()
    count = min(count, UPDATES)
    values = s.parameters * (1 + SLOTS)
    eta = vector(place(ETA_AREA), UPDATES, np.float64)
    for i in range(count):
        eta[i] = rate
    copy(place(KEPT_AREA), place(THETA_AREA), values)
    done = carry_out(count)
    if done < count:
        # a step has been taken from where there was no more to measure: without it
        copy(place(THETA_AREA), place(KEPT_AREA), values)
        carry_out(done)
    measured = vector(place(MEASURED_AREA), 2 * UPDATES, np.float64)
    objectives = vector(place(LOSS_AREA), UPDATES, np.float64)
    for i in range(done):
        objectives[i] = measured[i] + measured[done + i]
    s.t += done
    s.count = done
    return done


@entry(">i")
def losses():
    """Where the objective before each of the last call's updates is, float64.

    In batches it is that of the batch.
    """
    return place(LOSS_AREA)


@entry(">i")
def updates():
    """How many updates have been done."""
    return state().t


@entry("i>i")
def set_updates(t):
    """Say how many updates have been done: for parameters from an earlier time."""
    state().t = t
    return t


@jit
def objective(theta):
    """The objective over all points; its gradient goes to the measuring task's g."""
    task = tasks_of()[MEASURING]
    task.theta = theta
    task.count = 1
    thread_updates(task, layers_of(MEASURING), ranges_of(), 0)
    measured = vector(task.measured, 2, np.float64)
    return measured[0] + measured[1]


@entry(">d")
def loss():
    """The objective at theta, over all points; NaN before all is set."""
    if not is_ready():
        return np.nan
    return objective(place(THETA_AREA))


@entry(">i")
def gradient():
    """Where the objective's gradient at theta is, once it is computed: float64."""
    if not is_ready():
        return 0
    objective(place(THETA_AREA))
    return tasks_of()[MEASURING].g
