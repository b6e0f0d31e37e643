"""Training and measuring, by the engine's main loop."""

import numpy as np

from halfmoon.engines.browser import areas
from halfmoon.engines.browser.connecting import (
    MEASURING,
    TRAINING,
    is_ready,
    layers_of,
    ranges_of,
    state,
    tasks_of,
)
from halfmoon.engines.browser.memory import entry, place
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
def carry_out(which, count):
    """So many updates of a task; returns how many were finite."""
    task = tasks_of()[which]
    task.count = count
    task.t = state().t if which == TRAINING else 0
    return thread_updates(task, layers_of(which), ranges_of(), 0)


@entry("id>i")
def run(count, rate):
    """Up to `count` updates at a learning rate; returns how many were done.

    They are fewer where `count` is above 4096, or where loss or gradient are no longer
    finite. The parameters are those after the updates that were done.
    """
    if not is_ready() or count < 1:
        return 0
    count = min(count, areas.UPDATES)
    values = state().parameters * (1 + areas.SLOTS)
    eta = vector(place(areas.ETA), count, np.float64)
    for i in range(count):
        eta[i] = rate
    copy(place(areas.KEPT), place(areas.THETA), values)
    done = carry_out(TRAINING, count)
    measured = vector(place(areas.MEASURED), 2 * count, np.float64)
    objectives = vector(place(areas.LOSSES), areas.UPDATES, np.float64)
    for i in range(done):
        objectives[i] = measured[i] + measured[count + i]
    if done < count:
        # the step after the last finite measurement has been taken: again, without it
        copy(place(areas.THETA), place(areas.KEPT), values)
        carry_out(TRAINING, done)
    state().t += done
    return done


@entry(">i")
def losses():
    """Where the objective before each of the last call's updates is: (4096,) float64.

    With batches it is that of the batch.
    """
    return place(areas.LOSSES)


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
    """The objective over all points, at parameters at an address.

    Its gradient goes to the measuring task's g.
    """
    task = tasks_of()[MEASURING]
    task.theta = theta
    carry_out(MEASURING, 1)
    measured = vector(task.measured, 2, np.float64)
    return measured[0] + measured[1]


@entry(">d")
def loss():
    """The objective at theta, over all points; NaN while no network is set."""
    if not is_ready():
        return np.nan
    return objective(place(areas.THETA))


@entry(">i")
def gradient():
    """Where the objective's gradient at theta is, which is computed now: float64."""
    if not is_ready():
        return 0
    objective(place(areas.THETA))
    return place(areas.G)
