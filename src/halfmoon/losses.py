"""Losses: from the raw scores z of the last layer and the truth y, never from probabilities.

Each loss owns three functions, all without weights and without the mean over rows (those are [R1]):

    y_hat = link(z)        (n, k)   what the network predicts
    value(z, y)            (n, k)   elementwise where outputs are independent, or (n, 1) where a row's outputs
                                    belong together (softmax, quantiles): so row weights (n, 1) and, for
                                    independent outputs, weights per output (n, k) simply multiply it
    dz(z, y) = dvalue/dz   (n, k)   the delta of the last layer; the loss reported is the loss differentiated

Computed from scores, everything is stable: scores of 1e4 and beyond give finite values and gradients.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import DTypeLike

from halfmoon.elementary import Array, log_softmax, logistic, softplus, xlogy
from halfmoon.registry import Block, Shelf
from halfmoon.settings import setting

Target = Literal["classes", "labels", "real", "counts"]


class Loss(Block):
    """What a network needs from its loss; `target` says what y holds (see `encode`)."""

    target: ClassVar[Target] = "real"
    pointwise: ClassVar[bool] = True  # whether each output has its own loss; if not, value is (n, 1)

    def outputs(self, columns: int) -> int:
        """How many scores the network must give for `columns` columns of y."""
        return columns

    def link(self, z: Array) -> Array:
        """The prediction y_hat that the scores z stand for."""
        raise NotImplementedError(f"{type(self).__name__} must define link(z).")

    def value(self, z: Array, y: Array) -> Array:
        """The loss of each row (n, 1), or of each output (n, k)."""
        raise NotImplementedError(f"{type(self).__name__} must define value(z, y).")

    def dz(self, z: Array, y: Array) -> Array:
        """The derivative of `value` with respect to each score, (n, k)."""
        raise NotImplementedError(f"{type(self).__name__} must define dz(z, y).")


LOSSES: Shelf[Loss] = Shelf("loss", Loss)


@LOSSES.add("softmax_cross_entropy")
@dataclass(frozen=True)
class SoftmaxCrossEntropy(Loss):
    """One class of C: z (n, C) scores, y (n, C) one-hot (or any distribution over the classes).

    y_hat = e^z / sum_c e^z                       [L1]   shifted by the row's largest z, so e^z cannot overflow
    l     = - sum_c t log y_hat                   [L2]   log y_hat = z - log sum e^z, never log of a rounded 0
    dz    = y_hat - t                             [L3]   (as sum_c t = 1)
    t     = (1 - smoothing) y + smoothing / C     [L4]   label smoothing (Szegedy et al. 2016)
    """

    smoothing: float = setting(0.0, "a number in [0, 1)", "share of the truth spread evenly over all classes")
    target = "classes"
    pointwise = False

    def link(self, z: Array) -> Array:
        e = np.exp(z - z.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True)  # [L1]

    def value(self, z: Array, y: Array) -> Array:
        log_y_hat = log_softmax(z)
        return -(self._smooth(y) * log_y_hat).sum(axis=-1, keepdims=True)  # [L2]

    def dz(self, z: Array, y: Array) -> Array:
        return self.link(z) - self._smooth(y)  # [L3]

    def _smooth(self, y: Array) -> Array:
        return (1.0 - self.smoothing) * y + self.smoothing / y.shape[-1]  # [L4]


@LOSSES.add("logistic_cross_entropy", "log_loss")
@dataclass(frozen=True)
class LogisticCrossEntropy(Loss):
    """Yes or no, once or for several independent labels: y (n, k) of zeros and ones (or shares between).

    y_hat = 1 / (1 + e^-z)                        [L5]
    l     = log(1 + e^z) - t z                    [L6]   written max(z, 0) - t z + log(1 + e^-|z|)
    dz    = y_hat - t                             [L7]
    t     = (1 - smoothing) y + smoothing / 2     [L8]
    """

    smoothing: float = setting(0.0, "a number in [0, 1)", "share of the truth spread evenly over yes and no")
    target = "labels"

    def link(self, z: Array) -> Array:
        return logistic(z)  # [L5]

    def value(self, z: Array, y: Array) -> Array:
        # not softplus(z) - t z: the large parts must cancel before the small one is added
        return np.maximum(z, 0.0) - self._smooth(y) * z + np.log1p(np.exp(-np.abs(z)))  # [L6]

    def dz(self, z: Array, y: Array) -> Array:
        return self.link(z) - self._smooth(y)  # [L7]

    def _smooth(self, y: Array) -> Array:
        return (1.0 - self.smoothing) * y + 0.5 * self.smoothing  # [L8]


@LOSSES.add("squared_error")
@dataclass(frozen=True)
class SquaredError(Loss):
    """l = (z - y)^2 / 2 [L9],  dz = z - y [L10]: the mean is learned."""

    def link(self, z: Array) -> Array:
        return z

    def value(self, z: Array, y: Array) -> Array:
        return 0.5 * (z - y) * (z - y)  # [L9]

    def dz(self, z: Array, y: Array) -> Array:
        return z - y  # [L10]


@LOSSES.add("absolute_error")
@dataclass(frozen=True)
class AbsoluteError(Loss):
    """l = |z - y| [L11],  dz = sign(z - y) [L12]: the median is learned."""

    def link(self, z: Array) -> Array:
        return z

    def value(self, z: Array, y: Array) -> Array:
        return np.abs(z - y)  # [L11]

    def dz(self, z: Array, y: Array) -> Array:
        return np.sign(z - y)  # [L12]


@LOSSES.add("huber")
@dataclass(frozen=True)
class Huber(Loss):
    """Squared near the truth, straight beyond `delta`, so that outliers pull no harder (Huber 1964).

    l  = r^2 / 2 where |r| <= delta, else delta (|r| - delta / 2),   r = z - y    [L13]
    dz = r, kept within [-delta, delta]                                           [L14]
    """

    delta: float = setting(1.0, "a number in (0, inf)", "where the parabola turns into a line, in units of y")

    def link(self, z: Array) -> Array:
        return z

    def value(self, z: Array, y: Array) -> Array:
        near = np.minimum(np.abs(z - y), self.delta)
        return near * (np.abs(z - y) - 0.5 * near)  # [L13]

    def dz(self, z: Array, y: Array) -> Array:
        return np.minimum(np.maximum(z - y, -self.delta), self.delta)  # [L14]


@LOSSES.add("poisson")
@dataclass(frozen=True)
class Poisson(Loss):
    """Counts y >= 0 with a log link; half the Poisson deviance, which is 0 when the prediction is right.

    y_hat = e^z                                   [L15]
    l     = e^z - y z + y log y - y               [L16]
    dz    = e^z - y                               [L17]

    Beyond z = 30 (a rate of 10^13) e^z goes on as its tangent, in link and loss alike, so that no score overflows.
    """

    target = "counts"

    def link(self, z: Array) -> Array:
        m = np.minimum(z, 30.0)
        return np.exp(m) * (1.0 + (z - m))  # [L15]

    def value(self, z: Array, y: Array) -> Array:
        return self.link(z) - y * z + xlogy(y, y) - y  # [L16]

    def dz(self, z: Array, y: Array) -> Array:
        return np.exp(np.minimum(z, 30.0)) - y  # [L17]


@LOSSES.add("pinball", "quantile")
@dataclass(frozen=True)
class Pinball(Loss):
    """One quantile: the value that y stays below with probability `level` (Koenker & Bassett 1978).

    l  = max(level (y - z), (level - 1)(y - z))                 [L18]
    dz = 1 - level where z > y, -level where z < y              [L19]   their mean, 1/2 - level, where z = y
    """

    level: float = setting(0.5, "a number in (0, 1)", "which quantile; 0.5 is the median")

    def link(self, z: Array) -> Array:
        return z

    def value(self, z: Array, y: Array) -> Array:
        return np.maximum(self.level * (y - z), (self.level - 1.0) * (y - z))  # [L18]

    def dz(self, z: Array, y: Array) -> Array:
        return 0.5 * np.sign(z - y) + (0.5 - self.level)  # [L19]


@LOSSES.add("quantiles")
@dataclass(frozen=True)
class Quantiles(Loss):
    """Several quantiles at once, which cannot cross: each is the one below plus something positive.

    y_hat_1 = z_1,   y_hat_q = y_hat_(q-1) + log(1 + e^(z_q))   [L20]
    l       = sum_q pinball(y_hat_q, y; level_q)                [L21]
    dz_1    = sum_q r_q,   dz_q = s(z_q) sum_(p >= q) r_p       [L22]   r: [L19] of each quantile, s: logistic

    Each column of y has its own len(levels) scores, side by side.
    """

    levels: tuple[float, ...] = setting((0.1, 0.5, 0.9), "numbers in (0, 1), increasing", "which quantiles")
    pointwise = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if list(self.levels) != sorted(set(self.levels)):
            raise ValueError(f"Quantiles: levels must be numbers in (0, 1), increasing; got {self.levels!r}.")

    def outputs(self, columns: int) -> int:
        """One score for each level of each column."""
        return columns * len(self.levels)

    def link(self, z: Array) -> Array:
        z = self._by_level(z)
        steps = np.concatenate([z[..., :1], softplus(z[..., 1:])], axis=-1)
        return np.cumsum(steps, axis=-1).reshape(*z.shape[:-2], -1)  # [L20]

    def value(self, z: Array, y: Array) -> Array:
        return self.pinball(self.link(z), y)

    def pinball(self, y_hat: Array, y: Array) -> Array:
        """Each row's loss (n, 1) from its quantiles y_hat, summed over levels and columns."""
        level = np.array(self.levels, dtype=y_hat.dtype)
        miss = y[..., None] - self._by_level(y_hat)
        each = np.maximum(level * miss, (level - 1.0) * miss)  # [L18]
        return each.sum(axis=(-2, -1))[..., None]  # [L21]

    def dz(self, z: Array, y: Array) -> Array:
        y_hat, level = self._by_level(self.link(z)), np.array(self.levels, dtype=z.dtype)
        r = 0.5 * np.sign(y_hat - y[..., None]) + (0.5 - level)  # [L19]
        dz = np.cumsum(r[..., ::-1], axis=-1)[..., ::-1].copy()
        dz[..., 1:] *= logistic(self._by_level(z)[..., 1:])  # [L22]
        return dz.reshape(z.shape)

    def _by_level(self, z: Array) -> Array:
        return z.reshape(*z.shape[:-1], -1, len(self.levels))


def encode(loss: Loss, y: Any, k: int, dtype: DTypeLike) -> Array:
    """The truth as the loss reads it: (n, columns) of `dtype`, for a network of k outputs.

    "classes": whole numbers 0 to k-1, (n,), become one-hot rows (n, k); rows that are distributions stay.
    "labels": zeros and ones (or shares between).  "counts": at least 0.  "real": anything finite.
    Raises ValueError where y is none of these, or has the wrong number of columns.
    """
    y = np.asarray(y)
    if y.dtype.kind not in "biuf":
        raise ValueError(
            f"y must hold numbers, classes as 0 to {k - 1} (MLPClassifier takes any labels); got {y.dtype}."
        )
    with np.errstate(over="ignore"):
        table = np.array(y[:, None] if y.ndim == 1 else y, dtype=dtype)
    if not np.isfinite(table).all():
        count = (~np.isfinite(table)).sum()
        raise ValueError(
            f"y holds {count} values that are NaN or infinite (in {table.dtype}); remove, fill or scale them."
        )
    if loss.target == "classes" and y.ndim == 1:
        codes = y.astype(np.int64)
        if (codes != y).any() or (codes.size and (codes.min() < 0 or codes.max() >= k)):
            raise ValueError(f"y must hold class numbers 0 to {k - 1}; got values from {y.min()} to {y.max()}.")
        return np.eye(k, dtype=dtype)[codes]
    if table.ndim != 2 or loss.outputs(table.shape[1]) != k:
        raise ValueError(f"y has shape {y.shape}, which does not fit a network of {k} outputs with {loss}.")
    if loss.target == "classes" and not np.allclose(table.sum(axis=1), 1.0, atol=1e-5):
        raise ValueError("Each row of y must be a distribution over the classes, with sum 1.")
    high = 1.0 if loss.target in ("classes", "labels") else np.inf
    if loss.target != "real" and ((table < 0.0) | (table > high)).any():
        raise ValueError(f"y must lie in [0, {high:g}] for {loss}; got values from {table.min()} to {table.max()}.")
    return table


def check_value(loss: Loss, y: Array, k: int) -> None:
    """ValueError unless the loss gives a value of the shape it promises: a row each, and columns."""
    columns = k if loss.pointwise else 1
    with np.errstate(all="ignore"):
        shape = np.shape(loss.value(np.zeros((1, k), y.dtype), y[:1]))
    if shape != (1, columns):
        told = f"{type(loss).__name__}.value must give (n, {columns}) for (n, {k}) scores; for one row it gave {shape}"
        raise ValueError(f"{told}. Sum with keepdims=True and set pointwise = False, or do not sum at all.")
