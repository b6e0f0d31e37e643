"""Losses whose outputs belong together: a row has one value (n, 1).

Their compiled versions are in engines/compiled/joint_losses.py.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from halfmoon.arrays.elementary import Array, log_softmax, logistic, softplus
from halfmoon.components.equation import Equation
from halfmoon.components.losses.base import LOSSES, Loss
from halfmoon.components.rules import INF, NONE, Integer, Number, Several, setting


@LOSSES.register("softmax_cross_entropy")
@dataclass(frozen=True)
class SoftmaxCrossEntropy(Loss):
    """Cross-entropy of softmax probabilities, for one class variable or several.

    z (n, C) are raw predictions, for C classes. y (n, C) is one-hot, or any
    distribution over the classes.

    y_hat = e^z / sum_c e^z                       [L1]   from z minus the row's largest
    l     = - sum_c t log y_hat                   [L2]   log y_hat = z - log sum e^z
    dz    = y_hat - t                             [L3]   (as sum_c t = 1)
    t     = (1 - smoothing) y + smoothing / C     [L4]   label smoothing

    The shift in [L1] keeps e^z from overflowing, and [L2] never takes the log of a
    rounded 0. Label smoothing: Szegedy et al. 2016.

    With `sizes`, z and y are (n, C_1 + C_2 + ...), a group g of columns for each class
    variable, side by side, and each group has its own softmax:

    y_hat = e^z / sum_(c in g) e^z                [L23]  [L1] in each group g
    l     = - sum_g sum_(c in g) t log y_hat      [L24]  the groups' [L2], added up
    dz    = y_hat - t                             [L25]  as [L3]; t is [L4] with C_g
    """

    smoothing: float = setting(
        0.0,
        Number("[", 0, 1, ")"),
        "share of the truth spread evenly over a variable's classes",
    )
    sizes: tuple[int, ...] | None = setting(
        None,
        NONE | Several(Integer("[", 2, INF, ")")),
        "how many classes each variable has; None: all columns are one variable's",
    )
    target = "classes"
    pointwise = False

    @property
    def equations(self) -> tuple[Equation, ...]:
        t = "t" if self.smoothing > 0.0 else "y"
        if self.sizes is None:
            return (
                Equation("[L1]", "y_hat", "e^z / sum_c e^z"),
                Equation("[L2]", "l", f"- sum_c {t} log y_hat"),
                Equation("[L3]", "dz", f"y_hat - {t}"),
                Equation("[L4]", "t", "(1 - smoothing) y + smoothing / C"),
            )
        return (
            Equation("[L23]", "y_hat", "e^z / sum_(c in g) e^z"),
            Equation("[L24]", "l", f"- sum_g sum_(c in g) {t} log y_hat"),
            Equation("[L25]", "dz", f"y_hat - {t}"),
            Equation("[L4]", "t", "(1 - smoothing) y + smoothing / C_g"),
        )

    def outputs(self, columns: int) -> int:
        """One raw prediction for each class of each variable."""
        return columns if self.sizes is None else sum(self.sizes)

    def classes(self, k: int) -> tuple[int, ...]:
        """The sizes; ValueError where they do not add up to k."""
        if self.sizes is None:
            return (k,)
        if sum(self.sizes) != k:
            raise ValueError(
                f"{self} needs {sum(self.sizes)} raw predictions; the network gives "
                f"{k}."
            )
        return self.sizes

    def link(self, z: Array) -> Array:
        return self._by_group(_softmax, z)  # [L23]

    def value(self, z: Array, y: Array) -> Array:
        return self._by_group(self._value, z, y).sum(axis=-1, keepdims=True)  # [L24]

    def dz(self, z: Array, y: Array) -> Array:
        return self._by_group(self._dz, z, y)  # [L25]

    def _value(self, z: Array, y: Array) -> Array:
        """The loss (n, 1) of one group of columns."""
        log_y_hat = log_softmax(z)
        return -(self._smooth(y) * log_y_hat).sum(axis=-1, keepdims=True)  # [L2]

    def _dz(self, z: Array, y: Array) -> Array:
        """The slope dz of one group of columns."""
        return _softmax(z) - self._smooth(y)  # [L3]

    def _smooth(self, y: Array) -> Array:
        return (1.0 - self.smoothing) * y + self.smoothing / y.shape[-1]  # [L4]

    def _by_group(self, function: Callable[..., Array], *tables: Array) -> Array:
        """What the function gives for each group's columns, side by side."""
        if self.sizes is None:
            return function(*tables)
        ends = np.cumsum(self.classes(tables[0].shape[-1]))[:-1]
        cut = [np.split(table, ends, axis=-1) for table in tables]
        results = [function(*group) for group in zip(*cut, strict=True)]
        return np.concatenate(results, axis=-1)


def _softmax(z: Array) -> Array:
    """The probabilities y_hat of one group of columns."""
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)  # [L1]


@LOSSES.register("quantiles")
@dataclass(frozen=True)
class Quantiles(Loss):
    """Several quantiles at once, which cannot cross.

    Each is the one below plus something positive.

    y_hat_1 = z_1,   y_hat_q = y_hat_(q-1) + log(1 + e^(z_q))   [L20]
    l       = sum_q pinball(y_hat_q, y; level_q)                [L21]
    dz_1    = sum_q r_q,   dz_q = s(z_q) sum_(p >= q) r_p       [L22]

    r is [L19] of each quantile, s the logistic function. Each column of y has its own
    len(levels) raw predictions, side by side.
    """

    levels: tuple[float, ...] = setting(
        (0.1, 0.5, 0.9),
        Several(Number("(", 0, 1, ")"), increasing=True),
        "which quantiles",
    )
    pointwise = False

    @property
    def equations(self) -> tuple[Equation, ...]:
        rest = "y_hat_q = y_hat_(q-1) + log(1 + e^(z_q))"
        return (
            Equation("[L20]", "y_hat", f"z_1,  {rest}"),
            Equation("[L21]", "l", "sum_q pinball(y_hat_q, y; level_q)"),
            Equation("[L22]", "dz", "sum_q r_q,  dz_q = s(z_q) sum_(p >= q) r_p"),
        )

    def __post_init__(self) -> None:
        super().__post_init__()
        if list(self.levels) != sorted(set(self.levels)):
            raise ValueError(
                "Quantiles: levels must be numbers in (0, 1), increasing; got "
                f"{self.levels!r}."
            )

    def outputs(self, columns: int) -> int:
        """One raw prediction for each level of each column."""
        return columns * len(self.levels)

    def link(self, z: Array) -> Array:
        z = self._by_level(z)
        steps = np.concatenate([z[..., :1], softplus(z[..., 1:])], axis=-1)
        return np.cumsum(steps, axis=-1).reshape(*z.shape[:-2], -1)  # [L20]

    def value(self, z: Array, y: Array) -> Array:
        return self.pinball(self.link(z), y)

    def pinball(self, y_hat: Array, y: Array) -> Array:
        """Each row's loss (n, 1) from its quantiles, over all levels and columns."""
        level = np.array(self.levels, dtype=y_hat.dtype)
        miss = y[..., None] - self._by_level(y_hat)
        each = np.maximum(level * miss, (level - 1.0) * miss)  # [L18]
        return each.sum(axis=(-2, -1))[..., None]  # [L21]

    def dz(self, z: Array, y: Array) -> Array:
        y_hat = self._by_level(self.link(z))
        level = np.array(self.levels, dtype=z.dtype)
        r = 0.5 * np.sign(y_hat - y[..., None]) + (0.5 - level)  # [L19]
        dz = np.cumsum(r[..., ::-1], axis=-1)[..., ::-1].copy()
        dz[..., 1:] *= logistic(self._by_level(z)[..., 1:])  # [L22]
        return dz.reshape(z.shape)

    def _by_level(self, z: Array) -> Array:
        return z.reshape(*z.shape[:-1], -1, len(self.levels))
