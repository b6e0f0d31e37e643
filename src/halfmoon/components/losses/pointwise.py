"""Losses of independent outputs, each from its own raw prediction.

The compiled engine makes its loops from these lines.
"""

from dataclasses import dataclass

import numpy as np

from halfmoon.arrays.elementary import Array, logistic, xlogy
from halfmoon.components.equation import Equation
from halfmoon.components.losses.base import LOSSES, Loss
from halfmoon.components.rules import INF, Number, setting


@LOSSES.register("logistic_cross_entropy", "log_loss")
@dataclass(frozen=True)
class LogisticCrossEntropy(Loss):
    """Yes or no, once or for several independent labels.

    y (n, k) holds zeros and ones, or shares between.

    y_hat = 1 / (1 + e^-z)                        [L5]
    l     = log(1 + e^z) - t z                    [L6]
    dz    = y_hat - t                             [L7]
    t     = (1 - smoothing) y + smoothing / 2     [L8]

    [L6] is computed as max(z, 0) - t z + log(1 + e^-|z|), which cannot overflow.
    """

    smoothing: float = setting(
        0.0, Number("[", 0, 1, ")"), "share of the truth spread evenly over yes and no"
    )
    target = "labels"

    @property
    def equations(self) -> tuple[Equation, ...]:
        t = "t" if self.smoothing > 0.0 else "y"
        return (
            Equation("[L5]", "y_hat", "1 / (1 + e^-z)"),
            Equation("[L6]", "l", f"log(1 + e^z) - {t} z"),
            Equation("[L7]", "dz", f"y_hat - {t}"),
            Equation("[L8]", "t", "(1 - smoothing) y + smoothing / 2"),
        )

    def link(self, z: Array) -> Array:
        return logistic(z)  # [L5]

    def value(self, z: Array, y: Array) -> Array:
        # not softplus(z) - t z: the large parts cancel before the small one is added
        large = np.maximum(z, 0.0) - self._smooth(y) * z
        return large + np.log1p(np.exp(-np.abs(z)))  # [L6]

    def dz(self, z: Array, y: Array) -> Array:
        return self.link(z) - self._smooth(y)  # [L7]

    def _smooth(self, y: Array) -> Array:
        return (1.0 - self.smoothing) * y + 0.5 * self.smoothing  # [L8]


@LOSSES.register("squared_error")
@dataclass(frozen=True)
class SquaredError(Loss):
    """l = (z - y)^2 / 2 [L9],  dz = z - y [L10]: the mean is learned."""

    equations = (
        Equation("", "y_hat", "z"),
        Equation("[L9]", "l", "(z - y)^2 / 2"),
        Equation("[L10]", "dz", "z - y"),
    )

    def link(self, z: Array) -> Array:
        return z

    def value(self, z: Array, y: Array) -> Array:
        return 0.5 * (z - y) * (z - y)  # [L9]

    def dz(self, z: Array, y: Array) -> Array:
        return z - y  # [L10]


@LOSSES.register("absolute_error")
@dataclass(frozen=True)
class AbsoluteError(Loss):
    """l = |z - y| [L11],  dz = sign(z - y) [L12]: the median is learned."""

    equations = (
        Equation("", "y_hat", "z"),
        Equation("[L11]", "l", "|z - y|"),
        Equation("[L12]", "dz", "sign(z - y)"),
    )

    def link(self, z: Array) -> Array:
        return z

    def value(self, z: Array, y: Array) -> Array:
        return np.abs(z - y)  # [L11]

    def dz(self, z: Array, y: Array) -> Array:
        return np.sign(z - y)  # [L12]


@LOSSES.register("huber")
@dataclass(frozen=True)
class Huber(Loss):
    """Squared near the truth, straight beyond `delta` (Huber 1964).

    So outliers pull no harder.

    l  = r^2 / 2 where |r| <= delta, else delta (|r| - delta / 2),   r = z - y    [L13]
    dz = r, kept within [-delta, delta]                                           [L14]
    """

    delta: float = setting(
        1.0,
        Number("(", 0, INF, ")"),
        "where the parabola turns into a line, in units of y",
    )
    equations = (
        Equation("", "y_hat", "z"),
        Equation(
            "[L13]",
            "l",
            "r^2 / 2 where |r| <= delta, else delta (|r| - delta / 2),  r = z - y",
        ),
        Equation("[L14]", "dz", "max(-delta, min(z - y, delta))"),
    )

    def link(self, z: Array) -> Array:
        return z

    def value(self, z: Array, y: Array) -> Array:
        near = np.minimum(np.abs(z - y), self.delta)
        return near * (np.abs(z - y) - 0.5 * near)  # [L13]

    def dz(self, z: Array, y: Array) -> Array:
        return np.minimum(np.maximum(z - y, -self.delta), self.delta)  # [L14]


@LOSSES.register("poisson")
@dataclass(frozen=True)
class Poisson(Loss):
    """Counts y >= 0 with a log link; half the Poisson deviance.

    It is 0 when the prediction is right.

    y_hat = e^z                                   [L15]
    l     = e^z - y z + y log y - y               [L16]
    dz    = e^z - y                               [L17]

    Beyond z = 30 (a rate of 10^13) e^z goes on as its tangent, in link and loss alike,
    so that nothing overflows.
    """

    target = "counts"
    equations = (
        Equation("[L15]", "y_hat", "e^z"),
        Equation("[L16]", "l", "e^z - y z + y log y - y"),
        Equation("[L17]", "dz", "e^z - y"),
    )

    def link(self, z: Array) -> Array:
        m = np.minimum(z, 30.0)
        return np.exp(m) * (1.0 + (z - m))  # [L15]

    def value(self, z: Array, y: Array) -> Array:
        return self.link(z) - y * z + xlogy(y, y) - y  # [L16]

    def dz(self, z: Array, y: Array) -> Array:
        return np.exp(np.minimum(z, 30.0)) - y  # [L17]


@LOSSES.register("pinball", "quantile")
@dataclass(frozen=True)
class Pinball(Loss):
    """One quantile: the value that y stays below with probability `level`.

    (Koenker & Bassett 1978)

    l  = max(level (y - z), (level - 1)(y - z))                 [L18]
    dz = 1 - level where z > y, -level where z < y              [L19]

    Where z = y, dz is the mean of the two, 1/2 - level.
    """

    level: float = setting(
        0.5, Number("(", 0, 1, ")"), "which quantile; 0.5 is the median"
    )
    equations = (
        Equation("", "y_hat", "z"),
        Equation("[L18]", "l", "max(level (y - z), (level - 1)(y - z))"),
        Equation("[L19]", "dz", "1 - level where z > y, -level where z < y"),
    )

    def link(self, z: Array) -> Array:
        return z

    def value(self, z: Array, y: Array) -> Array:
        return np.maximum(self.level * (y - z), (self.level - 1.0) * (y - z))  # [L18]

    def dz(self, z: Array, y: Array) -> Array:
        return 0.5 * np.sign(z - y) + (0.5 - self.level)  # [L19]
