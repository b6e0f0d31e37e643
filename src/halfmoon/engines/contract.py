"""The contract between training and the engines: what they share, and what they do.

Training prepares a `Problem`, keeps a `State`, and asks an `Engine` again and again to
carry out a `Plan` of coming updates; it gets back what was `Measured`. How many
updates a plan holds changes no number: shuffles, masks and schedules are functions of
the update's number alone.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from halfmoon.arrays.cached import cached_property
from halfmoon.arrays.elementary import Array
from halfmoon.arrays.random import SHUFFLE, key, permutation
from halfmoon.components.optimizers import Optimizer
from halfmoon.network import Network, Objective

Numbers = NDArray[np.float64]
# the rows of a batch: a slice of the data, or their numbers
Batch = slice | NDArray[np.int64]
# asked during work that takes long; True where it should be given up
WantsStop = Callable[[], bool]
# memory that an engine keeps from one prediction to the next
Scratch = dict[Any, Any]


@dataclass
class State:
    """All that an update changes."""

    theta: Array
    slots: list[Array]  # the optimizer's memory, each like theta
    average: Array | None = None  # running average of theta, if one is kept
    t: int = 0  # updates tried
    # the last finite state, or a function that computes it
    finite_source: "State | Callable[[], State] | None" = field(
        default=None, repr=False
    )

    @property
    def last_finite(self) -> "State | None":
        """The last state whose loss and gradient were finite; None if there was none.

        Some engines work in place, and compute it again only when it is asked for.
        """
        if callable(self.finite_source):
            self.finite_source = self.finite_source()
        return self.finite_source

    def __getstate__(self) -> dict[str, Any]:
        """What a pickle holds: the last finite state itself."""
        return vars(self) | {"finite_source": self.last_finite}

    @property
    def current(self) -> Array:
        """The parameters to predict with: the running average where one is kept."""
        return self.theta if self.average is None else self.average

    def snapshot(self) -> "State":
        """A state of its own with the present arrays.

        Updates replace arrays and never write into them, so nothing is copied.

        Returns
        -------
        State
            It shares arrays with this one.
        """
        return State(self.theta, self.slots, self.average, self.t)

    def restore_last_finite(self) -> None:
        """Undo the update that led to a loss or gradient that is not finite.

        `t` still counts it: it was tried, and its measurements are recorded.
        """
        if self.last_finite is not None:
            self.theta = self.last_finite.theta
            self.slots = self.last_finite.slots
            self.average = self.last_finite.average


@dataclass(frozen=True)
class Plan:
    """The schedules' numbers for the coming updates: each array (updates,)."""

    eta: Numbers  # learning rate, or for what remembers steps that of the first
    decay: Numbers  # decoupled decay
    dropout: Numbers  # factor on the layers' dropout rates
    g_factor: Numbers  # factor on the gradient: 1, or the schedule's [O15]


@dataclass(frozen=True)
class Measured:
    """What was measured before each update that was carried out: each array (updates,).

    It comes from the pass that made the update's gradient, so it costs nothing more.
    """

    loss: Numbers  # sum of weighted losses over the batch, over w_mean s
    penalty: Numbers  # the batch's share of the penalty
    norm: Numbers  # 2-norm of the gradient, before clipping
    threads: int = 1  # how many carried them out
    # a loss or gradient was not finite, and the last finite state was restored
    diverged: bool = False


@dataclass(frozen=True)
class Problem:
    """What stays the same during a fit: network, data, and the settings of an update.

    X (n, d), y as the loss reads it, w (n, 1) or (n, k): as `Network.read` gives them.
    """

    network: Network
    X: Array
    y: Array
    w: Array
    optimizer: Optimizer
    batch_size: int
    shuffle: bool = True
    lam: float = 0.0
    l1: float = 0.0
    clip: float | None = None
    average: float | None = None
    seed: int = 0
    # at most so many threads; None: as many as make it faster
    n_threads: int | None = None
    decay: float = 0.0  # decoupled decay; a plan holds it times a schedule's factor
    # the optimizer's own count of updates is State.t + t_offset
    t_offset: int = 0
    _workspaces: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)
    _order: dict[int, NDArray[np.int64]] = field(
        default_factory=dict, compare=False, repr=False
    )

    @cached_property
    def n(self) -> int:
        """The number of rows of the data."""
        return int(self.X.shape[0])

    @cached_property
    def per_epoch(self) -> int:
        """The number of updates in one pass over the data."""
        return -(-self.n // self.batch_size)

    def workspace(self, make: Callable[["Problem"], Any]) -> Any:
        """What an engine keeps for this problem: `make(self)`, called once."""
        if make not in self._workspaces:
            self._workspaces[make] = make(self)
        return self._workspaces[make]

    @cached_property
    def total(self) -> float:
        """[R3]'s w_mean s: the weight of an average full batch."""
        return float(self.w.sum()) / self.w.shape[-1] * self.batch_size / self.n  # [R3]

    def batch(self, update: int) -> Batch:
        """The rows of one update (counted from 0).

        A slice of the data, or the row numbers of a slice of the epoch's shuffle.
        """
        epoch, index = divmod(update, self.per_epoch)
        start = index * self.batch_size
        part = slice(start, min(start + self.batch_size, self.n))
        if not self.shuffle or self.per_epoch == 1:
            return part
        if epoch not in self._order:
            self._order.clear()
            self._order[epoch] = permutation(key(self.seed, SHUFFLE, epoch), self.n)
        return self._order[epoch][part]


# what one core does in some 0.1 s, counted in multiplications, forward and backward
BLOCK_WORK = 500e6
UNIT_WORK = 100  # one unit's activation and its derivative, for one row
# rows that are predicted at a time: a multiple of it, asked for alone, gets the same
# bits as among all rows
PREDICTION_ROWS = 256


def rows_at_a_time(network: Network) -> int:
    """How many rows may go through the network until somebody asks whether to stop.

    An estimate and not a measurement: sums over blocks have other last digits.
    """
    units = sum(layer.k for layer in network.layers)
    rows = int(BLOCK_WORK / (network.size + UNIT_WORK * units))
    return max(PREDICTION_ROWS, rows - rows % PREDICTION_ROWS)


def blocks(rows: Batch, size: int) -> list[Batch]:
    """Consecutive parts of a batch's rows, of so many each but for the last."""
    if not isinstance(rows, slice):
        return [rows[start : start + size] for start in range(0, len(rows), size)]
    return [
        slice(start, min(start + size, rows.stop))
        for start in range(rows.start, rows.stop, size)
    ]


class Engine(Protocol):
    """Carries out the updates, computes gradients, and predicts.

    A module with these names will do: `reference` is one, `compiled.engine` another.
    """

    NAME: str  # what a fitted object says it ran on

    def why_not(self, network: Network, optimizer: Optimizer | None) -> str | None:
        """Why this engine cannot run these, in words; None if it can.

        Parameters
        ----------
        network : Network
            Its layers, activations and loss are looked at.
        optimizer : Optimizer or None
            None where no rule will be applied: only gradients are wanted.
        """

    def prepare(self, problem: Problem) -> None:
        """Compile and reserve memory, which would make the first `run` slow."""

    def run(
        self,
        problem: Problem,
        state: State,
        plan: Plan,
        wants_stop: WantsStop | None = None,
    ) -> Measured:
        """Carry out the planned updates, and move the state on.

        It stops before an update whose loss or gradient is not finite. Afterwards
        `state.last_finite` is the last state that was seen to be finite.

        Parameters
        ----------
        problem : Problem
            The same object for the whole fit: workspaces hang on it.
        state : State
            Changed by replacing its arrays; an array it held before is never written.
        plan : Plan
            One number for each update.
        wants_stop : callable, optional
            Asked every 0.1 s or so during an update that takes longer, in the calling
            thread; if True, the update is given up, and the state is as it was before
            it. An exception that it raises comes out once all threads have ended.

        Returns
        -------
        Measured
            As many numbers as updates were carried out.
        """

    def gradient(
        self,
        problem: Problem,
        state: State,
        dropout: float = 1.0,
        *,
        wants_stop: WantsStop | None = None,
    ) -> Objective | None:
        """Loss, penalty and gradient [R3] of the next batch at the state's theta.

        The state is left as it is.

        Parameters
        ----------
        problem : Problem
            The same object for the whole fit: workspaces hang on it.
        state : State
            Where it is computed.
        dropout : float
            A schedule's factor on the layers' dropout rates.
        wants_stop : callable, optional
            As in `run`.

        Returns
        -------
        Objective or None
            None if it was given up.
        """

    def solver_context(self) -> AbstractContextManager[Any]:
        """A context manager for a caller that asks for many gradients."""

    def predict(
        self,
        network: Network,
        theta: Array,
        X: Any,
        link: bool = True,
        scratch: Scratch | None = None,
    ) -> Array:
        """The prediction link(z), or the raw prediction z: (n, k).

        Parameters
        ----------
        network : Network
            Its layers and loss; its own theta is not used.
        theta : array (size,)
            Parameters, of the network's dtype.
        X : array-like (n, d) or sparse matrix
            Rows to predict.
        link : bool
            False for z itself.
        scratch : dict, optional
            Memory kept between predictions for this network; several threads may use
            it at once. None: reserved anew.

        Raises
        ------
        ValueError
            If X has another shape, or values that are not finite.
        """
