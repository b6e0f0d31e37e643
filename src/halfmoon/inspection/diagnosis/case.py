"""What a diagnosis looks at: a fitted network, its history and its data.

What several rules ask for is computed once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from halfmoon.arrays.elementary import Array
from halfmoon.arrays.random import CHECK, key, uniform
from halfmoon.arrays.sparse import is_sparse
from halfmoon.inspection.evaluation import best_constant, standard_error
from halfmoon.inspection.units import is_flat
from halfmoon.network import Network
from halfmoon.training.history import History
from halfmoon.training.settings import Settings
from halfmoon.training.solvers import Solver, make_method

ROWS = 20_000  # at most about so many go through the network
ENTRIES = 20_000_000  # at most about so many numbers of X are looked at

Words = Callable[[str, Any], str]  # of a setting's name and its value


def as_setting(name: str, value: Any) -> str:
    """A setting as `train` or `Network.dense` is given it.

    >>> as_setting("learning_rate", 0.25), as_setting("activation", "tanh")
    ('learning_rate=0.25', "activation='tanh'")
    """
    written = f"{value:.4g}" if isinstance(value, float) else repr(value)
    return f"{name}={written}"


class WeightedRows(NamedTuple):
    """Rows X (n, d), maybe sparse, y and w as the network reads them."""

    X: Any
    y: Array
    w: Array

    @classmethod
    def of(cls, data: tuple[Any, Array, Array]) -> "WeightedRows":
        """The rows whose weight is not 0."""
        weighs = np.asarray(data[2].any(axis=1))
        return cls(*data).where(weighs)

    def where(self, kept: NDArray[np.bool_]) -> "WeightedRows":
        """The rows at which `kept` (n,) is true."""
        if kept.all():
            return self
        return WeightedRows(self.X[kept], self.y[kept], self.w[kept])

    def draw(self, count: int) -> "WeightedRows":
        """About `count` rows, always the same; all if there are no more.

        X is dense then; of a very wide table fewer rows are drawn.
        """
        share = min(count, ENTRIES / self.X.shape[1]) / len(self.y)
        u = uniform(key(0, CHECK), np.arange(len(self.y)))
        rows = self.where(u < share)
        return rows._replace(X=rows.X.toarray()) if is_sparse(rows.X) else rows

    @property
    def weight(self) -> Array:
        """Each row's weight (n,), the mean of its outputs' weights."""
        return self.w.mean(axis=1, dtype=np.float64)

    def mean(self, values: Array) -> Any:
        """The weighted mean of one number a row (n,)."""
        return np.average(values, weights=self.weight)

    def standard_error(self, values: Array) -> float:
        """The standard error of the weighted mean."""
        return standard_error(values, self.weight)


class LayerUnits(NamedTuple):
    """The units of one layer."""

    layer: str  # "Dense 1 (relu)"
    flat_sides: int  # of the activation: relu has one, tanh two
    flat: Array  # (k,) for each unit the share of the rows on a flat side

    def stuck(self, share: float) -> int:
        """How many units are flat in at least this share of the rows."""
        return int((self.flat >= share).sum())


@dataclass(frozen=True)
class Case:
    """All that is known of one fit.

    "Explained" is what a network gains on the best constant prediction: the share
    1 - loss / constant_loss, at most 1.
    """

    network: Network
    history: History
    training: WeightedRows  # all of them
    validation: WeightedRows | None
    settings: Settings | None
    names: list[str]  # of the columns of X
    words: Words = as_setting  # in which remedies name settings

    @cached_property
    def sample(self) -> WeightedRows:
        """Training rows, enough for all but what a single row can decide."""
        return self.training.draw(ROWS)

    @cached_property
    def learning_rate(self) -> float | None:
        """The median learning rate of all epochs; None if not known, or a solver's."""
        settings = self.settings
        if settings is None or isinstance(make_method(settings.optimizer), Solver):
            return None
        rates = self.history["learning_rate"]
        if np.isnan(rates).any():
            return None
        return float(np.median(rates)) if len(rates) else settings.learning_rate

    def losses(self, rows: WeightedRows) -> Array:
        """The network's loss in each row (n,), without penalty."""
        return self._losses(rows, self.network.forward(self.network.theta, rows.X)[0])

    def constant_losses(self, rows: WeightedRows) -> Array:
        """The best constant's loss in each row (n,)."""
        return self._losses(rows, np.tile(self.constant, (len(rows.y), 1)))

    def _losses(self, rows: WeightedRows, z: Array) -> Array:
        value = self.network.loss.value(z.astype(np.float64), rows.y.astype(np.float64))
        return np.asarray((rows.w * value).sum(axis=1) / rows.weight)

    @cached_property
    def constant(self) -> Array:
        """The raw prediction (k,) that is the best constant for the training rows."""
        rows = self.sample
        return best_constant(self.network.loss, rows.y, rows.w, self.network.k)

    @cached_property
    def constant_loss(self) -> Any:
        """The best constant's loss on the training rows."""
        return self.sample.mean(self.constant_losses(self.sample))

    @cached_property
    def loss(self) -> Any:
        """The network's loss on the training rows."""
        return self.sample.mean(self.losses(self.sample))

    @property
    def explained(self) -> Any:
        """The share of the best constant's loss explained; NaN where y is constant."""
        if not self.constant_loss > 0.0:
            return np.nan
        return 1.0 - self.loss / self.constant_loss

    @cached_property
    def units(self) -> list[LayerUnits]:
        """The units of each layer that has an activation."""
        layers: list[LayerUnits] = []
        for step in self.network.walk(self.sample.X):
            act = step.layer.act
            if act is None:
                continue
            flat = is_flat(act, step.z)
            sides = is_flat(act, np.array([-1e3, 1e3]))  # far to the left and right
            name = f"{step.layer.label} ({act})"
            layers.append(LayerUnits(name, int(sides.sum()), flat.mean(axis=0)))
        return layers
