"""A run: all that changes while training, and what is left of it afterwards.

Three counts keep runs apart that go on with other data or by another method. `State.t`
counts updates as though all epochs had been on the present data, since batches and
shuffles follow from it; `update_offset` is what is missing to the updates done in all;
`memory_start` is how many had been done when the optimizer's memory began.
"""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from halfmoon.arrays.elementary import Array
from halfmoon.components.optimizers import Optimizer
from halfmoon.engines.contract import Problem, State
from halfmoon.network import Network
from halfmoon.training.history import History
from halfmoon.training.pickles import with_version, without_version

# (y_hat, y, w, X) -> the higher the better; w (n,) weighs rows
Score = Callable[[Array, Array, Array, Array], float]
# (z, y, w) of validation rows' raw predictions -> the smaller the better; w (n,)
ValidationLoss = Callable[[Array, Array, Array], float]
# called after each epoch; True, or a reason in words, stops the fit
Callback = Callable[[Network, "Run"], bool | str | None]


@dataclass(frozen=True)
class Best:
    """The best epoch so far, and the weights it left."""

    epoch: int
    monitor: float  # the smaller the better
    weights: Array


class Checkpoint(NamedTuple):
    """A run as it was at one moment."""

    fields: dict[str, Any]
    epochs: int


@dataclass
class Run(State):
    """All that a fit changes, its record, and where it can go on from.

    `train` makes it. `weights`, `epoch`, `rows` and `updates` are worked out from it.

    Parameters
    ----------
    theta : array (size,)
        The parameters after the last update.
    slots : list of arrays (size,)
        The optimizer's memory.
    average : array (size,), optional
        The running average of theta, if one is kept.
    t : int
        Updates, counted as though all epochs had been on the present data.
    finite_source : State, function or None
        The last finite state, or how to find it.
    history : History
        One row an epoch: ``run.history["loss"]`` is a column.
    best : Best, optional
        The best epoch by the monitor; None without validation data.
    seconds : float
        Time spent training.
    stopped : str
        Why it stopped: a word of `training.stopping.STOPPED`, or a callback's reason.
    engine : str
        Which engine carried out the updates; "scipy" for L-BFGS.
    why : str
        Why that one.
    threads : int
        On how many threads.
    optimizer_description : str
        What the optimizer's memory belongs to, in words.
    data_description : str
        What the numbers of updates belong to, in words; empty once it is released.
    epochs_before_fit : int
        Epochs done when the present fit began.
    seconds_before_fit : float
        Time spent training when it began, or was released.
    update_offset : int
        What is missing from `t` to the updates done in all.
    memory_start : int
        Updates done in all when the optimizer's memory began.
    unfinished_epoch : array (4, updates)
        Loss, penalty, gradient norm and rate of the unfinished epoch's updates.
    lowest_loss : float
        The lowest of the history's losses.
    validated : bool
        Whether any epoch has a validation loss.

    Examples
    --------
    >>> from halfmoon import Network, datasets, train
    >>> X, y = datasets.make("moons", n=200, noise=0.2, seed=0)
    >>> run = train(Network.dense([2, 3, 2]), X, y, epochs=10)
    >>> run.epoch, run.rows, run.stopped
    (10, 2000, 'epochs')
    """

    history: History = field(default_factory=History)
    best: Best | None = None
    seconds: float = 0.0
    stopped: str = ""
    engine: str = ""
    why: str = ""
    threads: int = 1
    optimizer_description: str = ""
    data_description: str = ""
    epochs_before_fit: int = 0
    seconds_before_fit: float = 0.0
    update_offset: int = 0
    memory_start: int = 0
    unfinished_epoch: Array = field(default_factory=lambda: np.empty((4, 0)))
    lowest_loss: float = np.inf
    validated: bool = False

    @property
    def weights(self) -> Array:
        """What the fit leaves: the best epoch's weights, or the last finite ones."""
        return self.current if self.best is None else self.best.weights

    @property
    def epoch(self) -> int:
        """The number of epochs done."""
        return self.history.total

    @property
    def rows(self) -> int:
        """The number of rows seen in the epochs done."""
        return int(self.history.last("rows")) if self.epoch else 0

    @property
    def updates(self) -> int:
        """The number of updates done in all, on whatever data, by whatever method."""
        return self.t + self.update_offset

    def record_epochs(
        self,
        problem: Problem,
        loss: ArrayLike,
        penalty: ArrayLike,
        gradient_norm: ArrayLike,
        learning_rate: ArrayLike = np.nan,
    ) -> None:
        """Add rows of history: the only place where they are written.

        The time since the row before is shared out evenly.

        Parameters
        ----------
        problem : Problem
            Says how many rows and updates an epoch has.
        loss, penalty : arrays (epochs,)
            The objective of each epoch, and its penalty part.
        gradient_norm : array (epochs,)
            The mean of its gradients' 2-norms.
        learning_rate : array (epochs,), optional
            Of its last update; NaN where the method has none.
        """
        self.lowest_loss = float(np.fmin.reduce(loss, initial=self.lowest_loss))
        passes = 1 + np.arange(np.size(loss))
        epoch = self.epoch + passes
        before = self.history.last("seconds") if self.epoch else 0.0
        if np.isnan(before):  # read from a pickle, which holds no times
            before = 0.0
        share = (self.seconds - before) / len(passes)
        self.history.append(
            epoch=epoch,
            update=epoch * problem.per_epoch + self.update_offset,
            rows=self.rows + problem.n * passes,
            seconds=self.seconds - share * (len(passes) - passes),
            loss=loss,
            penalty=penalty,
            learning_rate=learning_rate,
            gradient_norm=gradient_norm,
        )

    def __copy__(self) -> "Run":
        """One that goes on by itself: arrays are replaced, never written."""
        other = Run.__new__(Run)
        vars(other).update(vars(self), history=copy(self.history))
        return other

    def __getstate__(self) -> dict[str, Any]:
        """What a pickle holds: no times, so that equal runs have equal bytes."""
        times = {"seconds": 0.0, "seconds_before_fit": 0.0}
        return with_version({**super().__getstate__(), **times})

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Read a pickle; ValueError for one of a newer halfmoon."""
        vars(self).update(without_version(state))

    def checkpoint(self) -> Checkpoint:
        """The run as it is now.

        Updates replace arrays and never write in them, and the history only grows: so
        nothing is copied.

        Returns
        -------
        Checkpoint
            What `restore` takes.
        """
        return Checkpoint(vars(self).copy(), self.epoch)

    def restore(self, checkpoint: Checkpoint) -> None:
        """Make the run what it was.

        Parameters
        ----------
        checkpoint : Checkpoint
            Taken from this run.
        """
        vars(self).update(checkpoint.fields)
        self.history.cut(checkpoint.epochs)

    def release(self, anew: bool = True) -> None:
        """Let this run go on with other data, or by another method.

        Parameters
        ----------
        anew : bool
            Whether it goes on as a new fit: then epochs, patience and schedules begin
            again.
        """
        self.data_description = ""
        self.seconds_before_fit = self.seconds
        if anew:
            self.epochs_before_fit = self.epoch


def descriptions(problem: Problem, method: object) -> tuple[str, str]:
    """What an optimizer's memory and the numbers of updates belong to, in words."""
    network = problem.network
    memory = (
        f"{network.size} parameters in {network.dtype}, {method}, "
        f"average={problem.average}"
    )
    data = (
        f"{problem.n} rows in batches of {problem.batch_size}, "
        f"shuffle={problem.shuffle}, seed={problem.seed}"
    )
    return memory, data


def start(problem: Problem, method: object) -> Run:
    """A run at the network's present parameters, with nothing done yet."""
    theta = problem.network.theta.copy()
    run = Run(theta, new_slots(problem), None if problem.average is None else theta)
    run.optimizer_description, run.data_description = descriptions(problem, method)
    return run


def new_slots(problem: Problem) -> list[Array]:
    """An optimizer's memory as it begins: zeros."""
    theta = problem.network.theta
    return [np.zeros_like(theta) for _ in range(problem.optimizer.slots)]


def resume(run: Run, problem: Problem, method: object) -> Run:
    """A run made ready to go on with this problem, exactly as if it had not paused.

    A released one begins another epoch here. Where its memory does not belong to this
    method, a new memory begins. Raises ValueError for a run of another network, and for
    one that was not released and was made with other settings or data.
    """
    network = problem.network
    if run.theta.shape != (network.size,) or run.theta.dtype != network.dtype:
        raise ValueError(
            f"This run is of {run.theta.size} parameters in {run.theta.dtype}; the "
            f"network has {network.size} in {network.dtype}."
        )
    memory, data = descriptions(problem, method)
    if run.data_description:
        if not isinstance(method, Optimizer):
            raise ValueError(
                "A solver goes on only from a released run; call run.release() first."
            )
        if (run.optimizer_description, run.data_description) != (memory, data):
            raise ValueError(
                f"This run was made with {run.optimizer_description}, "
                f"{run.data_description}; continue it with the same, not {memory}, "
                f"{data}."
            )
    else:
        updates = run.updates
        run.t = run.epoch * problem.per_epoch
        run.unfinished_epoch = np.empty((4, 0))
        run.update_offset = updates - run.t
        if run.optimizer_description != memory:
            run.slots = new_slots(problem)
            run.average = None if problem.average is None else run.current.copy()
            run.memory_start = updates
        run.optimizer_description = memory
        run.data_description = data
        # what the fit goes back to if these data overflow at once
        is_finite = np.isfinite(run.theta).all()
        run.finite_source = run.snapshot() if is_finite else None
    run.stopped = ""
    return run
