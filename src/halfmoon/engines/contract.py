"""Engines: who carries out the updates. What is to be done is the same for all and
stands here.

An engine is a module with

    NAME                                        what a fitted object says it ran on
    why_not(network, optimizer)                 why it cannot run this, or None
    prepare(problem)                            makes whatever must be made first
    run(problem, state, plan, wants_stop)       carries out the plan's updates; gives
                                                up a long one when wants_stop()
    gradient(problem, state)                    the next batch's part of the objective
                                                and its gradient [R3]
    at_work()                                   what a caller of many gradients holds
    predict(network, theta, X, link)            link(z), or the scores z themselves

On return the state has moved on, and `state.finite` is the last state that was seen to
be finite; its arrays are not written again. Within a block an engine may work in place.
Where blocks end changes no number, so one that does can find the last finite state
again by repeating the block from its start.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from halfmoon.arrays.elementary import Array
from halfmoon.arrays.random import SHUFFLE, key, permutation
from halfmoon.components.optimizers import Optimizer
from halfmoon.network import Network

Numbers = NDArray[np.float64]


@dataclass
class State:
    """All that an update changes."""

    theta: Array
    slots: list[Array]  # the optimizer's memory, each like theta
    average: Array | None = None  # running average of theta, if one is kept
    t: int = 0  # updates tried
    # `finite`, or how to find it
    known: "State | Callable[[], State] | None" = field(default=None, repr=False)

    @property
    def finite(self) -> "State | None":
        """The last state whose loss and gradient were seen to be finite; found again
        only when it is asked for.
        """
        if callable(self.known):
            self.known = self.known()
        return self.known

    def __getstate__(self) -> dict[str, Any]:
        """What a pickle holds: no way to find something, but what was found."""
        return vars(self) | {"known": self.finite}

    @property
    def current(self) -> Array:
        """The parameters to predict with as things stand: the running average if there
        is one.
        """
        return self.theta if self.average is None else self.average

    def snapshot(self) -> "State":
        """The state as it is now. Updates replace arrays and never write in them, so
        nothing is copied.
        """
        return State(self.theta, self.slots, self.average, self.t)

    def go_back(self) -> None:
        """Take back the update that left finite ground; it still counts as tried, as
        its measurements are recorded.
        """
        if self.finite is not None:
            self.theta = self.finite.theta
            self.slots = self.finite.slots
            self.average = self.finite.average


@dataclass(frozen=True)
class Plan:
    """Numbers for the coming updates, one each; schedules have been worked out
    already.
    """

    eta: Numbers
    decay: Numbers
    dropout: Numbers


@dataclass(frozen=True)
class Measured:
    """What was measured before each update that was carried out, in the same pass that
    made its gradient.
    """

    loss: Numbers  # sum of weighted losses over the batch, over w_mean s
    penalty: Numbers  # the batch's share of the penalty
    norm: Numbers  # 2-norm of the gradient, before clipping
    threads: int = 1  # how many carried them out
    # the next loss or gradient was not finite; the state went back to the last that was
    diverged: bool = False


@dataclass(frozen=True)
class Problem:
    """What stays the same during a fit: the network, the data as it reads them, and how
    to go about it.
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
    n_threads: int | None = None  # at most; None takes all that pay
    decays: bool = True  # whether a plan may ask for decoupled decay
    earlier: int = 0  # updates that the optimizer remembers beside State.t
    _rooms: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)
    _order: dict[int, NDArray[np.int64]] = field(
        default_factory=dict, compare=False, repr=False
    )

    @property
    def n(self) -> int:
        """Rows."""
        return int(self.X.shape[0])

    @property
    def per_epoch(self) -> int:
        """Updates in one pass over the data."""
        return -(-self.n // self.batch_size)

    @property
    def kind(self) -> str:
        """What an optimizer's memory belongs to, in words."""
        return (
            f"{self.network.size} parameters in {self.network.dtype}, "
            f"{self.optimizer}, average={self.average}"
        )

    @property
    def cut(self) -> str:
        """What else a run must keep if it is to go on as though it had not paused, in
        words.
        """
        return (
            f"{self.n} rows in batches of {self.batch_size}, shuffle={self.shuffle}, "
            f"seed={self.seed}"
        )

    def workspace(self, make: Any) -> Any:
        """What an engine keeps for this problem, made when first asked for."""
        if make not in self._rooms:
            self._rooms[make] = make(self)
        return self._rooms[make]

    @cached_property
    def total(self) -> float:
        """[R3]'s w_mean s: the weight of an average full batch."""
        return float(self.w.sum()) / self.w.shape[-1] * self.batch_size / self.n  # [R3]

    def batch(self, update: int) -> NDArray[np.int64] | slice:
        """The rows of one update (counted from 0): a slice of the data, or of the
        epoch's shuffle.
        """
        epoch, place = divmod(update, self.per_epoch)
        part = slice(
            place * self.batch_size, min((place + 1) * self.batch_size, self.n)
        )
        if not self.shuffle or self.per_epoch == 1:
            return part
        if epoch not in self._order:
            self._order.clear()
            self._order[epoch] = permutation(key(self.seed, SHUFFLE, epoch), self.n)
        return self._order[epoch][part]
