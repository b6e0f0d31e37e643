"""Stages: what each stretch of updates of a recorded run is made with."""

import math
from copy import copy
from typing import Any, NamedTuple, Protocol

from halfmoon.arrays.elementary import Array
from halfmoon.network import Network
from halfmoon.training.interrupt import Interrupt
from halfmoon.training.loop import Fit
from halfmoon.training.run import Run, descriptions
from halfmoon.training.settings import Settings
from halfmoon.training.solvers import Solver, make_method
from halfmoon.training.train import make_problem, prepare, refuse_idle


class Conditions(Protocol):
    """What updates are made with, and how it is judged what they have made."""

    @property
    def data(self) -> Any:
        """The rows to learn from and to judge by: one object as long as they are."""

    @property
    def size(self) -> int:
        """How many numbers they hold."""

    @property
    def watched(self) -> bool:
        """Whether the run is to be measured after each epoch, to stop it in time."""

    def make(self) -> tuple[Network, Array, Any, Settings]:
        """A network with initial weights, X and y, and settings for `train`."""

    def measure(self, network: Network, theta: Array) -> Any:
        """How good parameters are."""

    def monitor(self, measures: Any) -> float:
        """What should get smaller."""

    def reason_to_stop(self, measures: Any, epochs: int) -> str:
        """Why to stop, in a word, if the monitor has not improved for so many epochs.

        Nothing, if it is to go on.
        """


class Last(NamedTuple):
    """What the last update had: its batch's objective, and how far it went."""

    loss: float = math.nan
    gradient_norm: float = math.nan
    learning_rate: float = math.nan


class Stage(NamedTuple):
    """From which update on what they are made with."""

    begin: int
    conditions: Any
    before: Run | None  # the run up to here; None at its beginning, or if not kept
    epoch: int  # the epochs done up to here
    last: Last
    weights: dict[int, float]  # those set by hand here, by their index in theta
    released: bool  # whether the run was, to go on


class Work(NamedTuple):
    """A network, and a run of it that is ready to go on."""

    network: Network
    fit: Fit
    run: Run
    released: bool  # whether it was, as its batches or optimizer are others now


def begin(
    conditions: Conditions,
    run: Run | None = None,
    weights: dict[int, float] | None = None,
) -> Work:
    """A new run, or one that goes on from `run`, with weights set by hand.

    What must be compiled is, afterwards. Raises ValueError for what does not exist or
    does not fit together.
    """
    network, X, y, settings = conditions.make()
    theta = (network.theta if run is None else run.theta).copy()
    for index, value in (weights or {}).items():
        theta[index] = value
    network.theta = theta
    method = make_method(settings.optimizer)
    if isinstance(method, Solver):
        raise ValueError(
            f"A solver such as {method} makes no single updates, which could be gone "
            "back to; take an optimizer."
        )
    problem = make_problem(network, X, y, None, settings, method)
    refuse_idle(problem, settings, method)
    released = False
    if run is not None:
        known = run.optimizer_description, run.data_description
        released = descriptions(problem, method) != known
        run = copy(run)
        run.theta = theta
        if released:
            run.release(anew=False)
    problem, now = prepare(problem, method, run)
    fit = Fit(problem, settings, None, None, None, (), None, Interrupt())
    fit.begin(now)
    return Work(network, fit, now, released)
