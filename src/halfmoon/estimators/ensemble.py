"""Several networks that learn the same rows, each judged by a part of its own.

The rows are cut into folds. A member learns from all folds but one, and its best epoch
is the one that predicts this one best. So each row is predicted by a member that has
not learned from it: by these out-of-fold predictions the temperature is chosen.

    p = softmax(z / T)   [E11]   T: above 1, less sure (Guo et al. 2017)

Where y has several columns of classes, each has a softmax of its own, side by side.

Members share nothing, so they train side by side on threads; kernels hold no lock.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from halfmoon.arrays.binned import Binned, take_rows
from halfmoon.arrays.elementary import Array
from halfmoon.engines.threads import run_together
from halfmoon.estimators.folds import Indices
from halfmoon.estimators.recipe import Recipe
from halfmoon.layers import Scaling
from halfmoon.network import Network
from halfmoon.stack import dense_layers
from halfmoon.training.interrupt import Interrupt
from halfmoon.training.run import Run
from halfmoon.training.train import train

# tried for each epoch, and in the end
COARSE = np.array([0.7, 0.85, 1.0, 1.2, 1.45, 1.75, 2.2, 3.0])
FINE = np.exp(np.linspace(-0.7, 1.5, 45))
SHORTEST = 1e-3  # seconds of a training: the first member makes some updates


@dataclass(frozen=True, eq=False)
class Data:
    """Encoded rows Z (n, m), what they are t (n,) or (n, k), and weights w (n,).

    t holds class numbers, or values; a column for each variable if there are several.
    """

    Z: Array | Binned
    t: NDArray[Any]
    w: Array

    def part(self, rows: Indices) -> tuple[Any, NDArray[Any], Array]:
        """Some of the rows, as `train` takes them."""
        return take_rows(self.Z, rows), self.t[rows], self.w[rows]


@dataclass(frozen=True, eq=False)
class Member:
    """A trained network, its run, and the rows by which it was judged."""

    network: Network
    run: Run
    held_out: Indices


class Watchers(NamedTuple):
    """What is told of a training after each epoch, and about every 50 ms."""

    of_epoch: Callable[[Network, Run], bool]
    of_part: Callable[[Run], None]


def network_of(recipe: Recipe, d: int, k: int, loss: Any, seed: int) -> Network:
    """An untrained member, of d inputs and k outputs: a scaling, and dense layers.

    By [F3] one step turns an input up or down for all units (Holzmueller, Grinsztajn
    and Steinwart 2024).
    """
    sizes = [d, *recipe.hidden, k]
    layers = dense_layers(sizes, recipe.activation, None, recipe.dropout)
    layers.insert(0, Scaling(d, recipe.scaling))
    return Network(layers, loss, dtype=np.float32, seed=seed)


def train_members(
    data: Data,
    held_out: list[Indices],
    recipe: Recipe,
    build: Callable[[int], Network],
    seed: int,
    n_threads: int,
    progress: Callable[[int, Run], None] | None = None,
    deadline: float | None = None,
) -> tuple[list[Member], str]:
    """Train a network for each fold, and say what ended it before the last was done.

    build     makes the network of a member from its seed
    progress  is told the member's number and its run, after each epoch and at the end
    deadline  of `time.perf_counter`; None has none

    The end is "interrupted" after Ctrl-C, "time" after the deadline, or else "". A
    member that was in training then stays with its best epoch; those that had not
    begun, or had done no epoch, are left out, but for the first one. Raises
    KeyboardInterrupt where none is left.
    """
    members: dict[int, Member] = {}
    waiting = list(range(len(held_out)))
    with Interrupt().opened() as interrupt:

        def work(thread: int) -> None:
            while waiting and not interrupt.seen:
                try:
                    number = waiting.pop(0)
                except IndexError:  # another thread took the last one
                    return
                seconds = _seconds_until(deadline)
                if seconds == 0.0 and number > 0:
                    return
                watchers = _watchers(number, interrupt, progress)
                one = (data, held_out[number], recipe, build(seed + number))
                member = _train_one(*one, seed + number, seconds, watchers)
                if progress is not None:
                    progress(number, member.run)
                if number == 0 or member.run.best is not None:
                    members[number] = member

        threads = max(1, min(n_threads, len(held_out)))
        ran = run_together(work, threads, waiting.clear, _wait)
        if ran < threads:  # the system starts no more
            work(0)
        interrupted = interrupt.seen
    done = [members[number] for number in sorted(members)]
    if not done:
        raise KeyboardInterrupt
    if interrupted:
        return done, "interrupted"
    cut_short = any(member.run.stopped == "time" for member in done)
    return done, "time" if cut_short or len(done) < len(held_out) else ""


def _seconds_until(deadline: float | None) -> float | None:
    """How long there is time, at least 0; None where there is no deadline."""
    return None if deadline is None else max(0.0, deadline - time.perf_counter())


def _wait() -> None:
    """Nothing is to be done meanwhile: Ctrl-C is noted by its handler."""


def _watchers(
    number: int, interrupt: Interrupt, progress: Callable[[int, Run], None] | None
) -> Watchers:
    """What `train` tells of an epoch, and of a part of it; Ctrl-C ends the training."""

    def of_epoch(network: Network, run: Run) -> bool:
        if progress is not None:
            progress(number, run)
        return interrupt.seen

    def of_part(run: Run) -> None:
        if interrupt.seen and not run.stopped:
            run.stopped = "callback"  # an epoch may take minutes

    return Watchers(of_epoch, of_part)


def _train_one(
    data: Data,
    held: Indices,
    recipe: Recipe,
    network: Network,
    seed: int,
    seconds: float | None,
    watchers: Watchers,
) -> Member:
    """Train one member; its best epoch's weights stay."""
    sizes = network.loss.classes(network.k) if recipe.refines else ()
    learned = np.ones(len(data.Z), bool)
    learned[held] = False
    Z, t, w = data.part(np.flatnonzero(learned))
    run = train(
        network,
        Z,
        t,
        w=w,
        validation=data.part(held),
        validation_loss=partial(_refined, sizes=sizes) if recipe.refines else None,
        optimizer="adamw",
        learning_rate=recipe.learning_rate,
        schedule="cosine:flat=0.5",
        decay=recipe.decay,
        average=recipe.average,
        epochs=recipe.epochs,
        batch_size=min(recipe.batch_size, len(Z)),
        patience=recipe.patience,
        callbacks=[watchers.of_epoch],
        progress=watchers.of_part,
        seconds=None if seconds is None else max(seconds, SHORTEST),
        seed=seed,
        n_threads=1,
    )
    return Member(network, run, held)


# Temperature


def cross_entropy(
    z: Array, t: NDArray[Any], w: Array, T: float = 1.0, sizes: tuple[int, ...] = ()
) -> float:
    """The mean log-loss of softmax(z / T), for class numbers t (n,) or (n, columns).

    `sizes` says how many classes each column has; () stands for one column. Columns'
    losses are added up.
    """
    each = np.zeros(len(z))
    columns = t.reshape(len(t), -1).T
    for group, numbers in zip(split(z, sizes), columns, strict=True):
        scaled = group / T
        scaled = scaled - scaled.max(axis=1, keepdims=True)
        each += np.log(np.exp(scaled).sum(axis=1))
        each -= scaled[np.arange(len(t)), numbers]
    return float(np.average(each, weights=w))


def split(z: Array, sizes: tuple[int, ...]) -> list[Array]:
    """The columns (n, classes) of each variable of z (n, k); () stands for one."""
    if len(sizes) < 2:
        return [z]
    return np.split(z, np.cumsum(sizes)[:-1], axis=1)


def _refined(z: Array, y: Array, w: Array, sizes: tuple[int, ...] = ()) -> float:
    """The log-loss at its best temperature: how well an epoch tells the classes apart.

    How sure it is can be mended afterwards (Berta et al. 2025: refine, then calibrate).
    """
    z = z.astype(np.float64)
    t = np.column_stack([group.argmax(axis=1) for group in split(y, sizes)])
    return min(cross_entropy(z, t, w, T, sizes) for T in COARSE)


def out_of_fold(members: list[Member], data: Data) -> tuple[Indices, Array]:
    """The rows (m,) that members were judged by, and their raw predictions (m, k)."""
    z = [one.network.raw_predict(take_rows(data.Z, one.held_out)) for one in members]
    rows = np.concatenate([one.held_out for one in members])
    return rows, np.vstack(z).astype(np.float64)


def temperature(
    z: Array, t: NDArray[Any], w: Array, sizes: tuple[int, ...] = ()
) -> float:
    """Half the way, on a logarithmic scale, to the best one of out-of-fold rows."""
    losses = [cross_entropy(z, t, w, T, sizes) for T in FINE]
    return float(np.sqrt(FINE[int(np.argmin(losses))]))


def probabilities(z: Array, T: float, sizes: tuple[int, ...] = ()) -> Array:
    """softmax(z / T) (n, k) of each variable, side by side."""
    groups = []
    for group in split(z, sizes):
        e = group / T
        e -= e.max(axis=1, keepdims=True)
        np.exp(e, out=e)
        e /= e.sum(axis=1, keepdims=True)  # [E11]
        groups.append(e)
    return groups[0] if len(groups) == 1 else np.hstack(groups)


def mean_probabilities(
    members: list[Network], Z: Array | Binned, T: float, sizes: tuple[int, ...] = ()
) -> Array:
    """The mean of the members' softmax(z / T) (n, k)."""
    total = np.zeros(())
    for network in members:
        z = network.raw_predict(Z).astype(np.float64)
        total = total + probabilities(z, T, sizes)
    return total / len(members)


def mean_values(members: list[Network], Z: Array | Binned) -> Array:
    """The mean of the members' predicted values (n, k)."""
    return np.mean([network.predict(Z) for network in members], axis=0, dtype=float)
