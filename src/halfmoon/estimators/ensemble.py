"""Several networks that learn the same rows, each judged by a part of its own.

The rows are cut into folds. A member learns from all folds but one, and its best epoch
is the one that predicts this one best. So each row is predicted by a member that has
not learned from it: by these out-of-fold predictions the temperature is chosen.

    p = softmax(z / T)        T divides raw predictions: above 1, less sure (Guo et al.
                              2017)

Members share nothing, so they train side by side on threads; kernels hold no lock.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold

from halfmoon.arrays.elementary import Array
from halfmoon.engines.threads import run_together
from halfmoon.estimators.recipe import Recipe
from halfmoon.layers import Scaling
from halfmoon.network import Network
from halfmoon.stack import dense_layers
from halfmoon.training.interrupt import Interrupt
from halfmoon.training.run import Run
from halfmoon.training.train import train

Indices = NDArray[np.intp]
# tried for each epoch, and in the end
COARSE = np.array([0.7, 0.85, 1.0, 1.2, 1.45, 1.75, 2.2, 3.0])
FINE = np.exp(np.linspace(-0.7, 1.5, 45))


@dataclass(frozen=True, eq=False)
class Data:
    """Encoded rows Z (n, m), what they are t (n,) or (n, k), and weights w (n,).

    t holds class numbers, or values.
    """

    Z: Array
    t: NDArray[Any]
    w: Array

    def part(self, rows: Indices) -> tuple[Array, NDArray[Any], Array]:
        """Some of the rows, as `train` takes them."""
        return self.Z[rows], self.t[rows], self.w[rows]


@dataclass(frozen=True, eq=False)
class Member:
    """A trained network, its run, and the rows by which it was judged."""

    network: Network
    run: Run
    held_out: Indices


def cut(
    data: Data, recipe: Recipe, classes: bool, groups: Any, seed: int
) -> list[Indices]:
    """The rows that each member leaves out; rows of one group stay together.

    There are as many folds as the recipe says, or as there are groups.
    """
    folds: Any = KFold(recipe.folds, shuffle=True, random_state=seed)
    if groups is not None:
        count = min(recipe.folds, len(np.unique(groups)))
        if count < 2:
            raise ValueError("groups has one group only; give more, or leave it out.")
        folds = GroupKFold(count, shuffle=True, random_state=seed)
    elif classes and np.bincount(data.t).max() >= recipe.folds:
        folds = StratifiedKFold(recipe.folds, shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        # a class may be rarer than folds are many
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)
        parts = [held for _, held in folds.split(data.Z, data.t, groups)]
    return parts[: recipe.members]


def network_of(recipe: Recipe, d: int, k: int, loss: str, seed: int) -> Network:
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
) -> tuple[list[Member], bool]:
    """Train a network for each fold, and say whether Ctrl-C ended it.

    build     makes the network of a member from its seed
    progress  is told the member's number and its run, after each epoch

    A member that was in training when Ctrl-C came stays with its best epoch; those that
    had not begun are left out. Raises KeyboardInterrupt where none is left.
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
                told = _watcher(number, interrupt, progress)
                one = (data, held_out[number], recipe, build(seed + number))
                members[number] = _train_one(*one, seed + number, told)

        threads = max(1, min(n_threads, len(held_out)))
        ran = run_together(work, threads, waiting.clear, _wait)
        if ran < threads:  # the system starts no more
            work(0)
        interrupted = interrupt.seen
    done = [members[number] for number in sorted(members)]
    if not done:
        raise KeyboardInterrupt
    return done, interrupted


def _wait() -> None:
    """Nothing is to be done meanwhile: Ctrl-C is noted by its handler."""


def _watcher(
    number: int, interrupt: Interrupt, progress: Callable[[int, Run], None] | None
) -> Callable[[Network, Run], bool]:
    """A callback that reports an epoch, and ends the training after Ctrl-C."""

    def told(network: Network, run: Run) -> bool:
        if progress is not None:
            progress(number, run)
        return interrupt.seen

    return told


def _train_one(
    data: Data,
    held: Indices,
    recipe: Recipe,
    network: Network,
    seed: int,
    told: Callable[[Network, Run], bool],
) -> Member:
    """Train one member; its best epoch's weights stay."""
    learned = np.ones(len(data.Z), bool)
    learned[held] = False
    Z, t, w = data.part(np.flatnonzero(learned))
    run = train(
        network,
        Z,
        t,
        w=w,
        validation=data.part(held),
        validation_loss=_refined if recipe.refines else None,
        optimizer="adamw",
        learning_rate=recipe.learning_rate,
        schedule="cosine:flat=0.5",
        decay=recipe.decay,
        average=recipe.average,
        epochs=recipe.epochs,
        batch_size=min(recipe.batch_size, len(Z)),
        patience=recipe.patience,
        callbacks=[told],
        seed=seed,
        n_threads=1,
    )
    return Member(network, run, held)


# Temperature


def cross_entropy(z: Array, t: NDArray[Any], w: Array, T: float = 1.0) -> float:
    """The mean log-loss of softmax(z / T), for class numbers t (n,)."""
    scaled = z / T
    scaled = scaled - scaled.max(axis=1, keepdims=True)
    each = np.log(np.exp(scaled).sum(axis=1)) - scaled[np.arange(len(t)), t]
    return float(np.average(each, weights=w))


def _refined(z: Array, y: Array, w: Array) -> float:
    """The log-loss at its best temperature: how well an epoch tells the classes apart.

    How sure it is can be mended afterwards (Berta et al. 2025: refine, then calibrate).
    """
    z = z.astype(np.float64)
    t = y.argmax(axis=1)
    return min(cross_entropy(z, t, w, T) for T in COARSE)


def temperature(members: list[Member], data: Data) -> float:
    """Half the way, on a logarithmic scale, to the best one of out-of-fold rows."""
    z = np.vstack([one.network.raw_predict(data.Z[one.held_out]) for one in members])
    rows = np.concatenate([one.held_out for one in members])
    t = data.t[rows]
    w = data.w[rows]
    losses = [cross_entropy(z.astype(np.float64), t, w, T) for T in FINE]
    return float(np.sqrt(FINE[int(np.argmin(losses))]))


def mean_probabilities(members: list[Network], Z: Array, T: float) -> Array:
    """The mean of the members' softmax(z / T) (n, k)."""
    total = np.zeros(())
    for network in members:
        z = network.raw_predict(Z).astype(np.float64) / T
        e = np.exp(z - z.max(axis=1, keepdims=True))
        total = total + e / e.sum(axis=1, keepdims=True)
    return total / len(members)


def mean_values(members: list[Network], Z: Array) -> Array:
    """The mean of the members' predicted values (n, k)."""
    return np.mean([network.predict(Z) for network in members], axis=0, dtype=float)
