"""How the weights start: random, and of a size that keeps signals alive.

A weight matrix W (d, k) takes d inputs to k units. If its entries have variance 1/d, a
unit's input has the variance of one of its inputs, whatever d; the schemes below differ
in what else they keep in view. Biases start at zero.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from halfmoon.arrays.elementary import Array
from halfmoon.components.registry import Component, Registry


class Source(Protocol):
    """Where random numbers come from: `random.Stream`, or a generator of NumPy's."""

    def standard_normal(self, size: tuple[int, ...]) -> Array:
        """Standard normal numbers of the given shape."""

    def uniform(self, low: float, high: float, size: tuple[int, ...]) -> Array:
        """Numbers in [low, high), of the given shape."""


class Initializer(Component):
    """Says where the weights W (d, k) and the biases b (k,) of one layer start.

    Examples
    --------
    One of your own:

    >>> from dataclasses import dataclass
    >>> from halfmoon import Dense, Initializer
    >>> @dataclass(frozen=True)
    ... class Small(Initializer):
    ...     def draw(self, d, k, rng):
    ...         return 0.01 * rng.standard_normal((d, k))
    >>> Dense(2, 3, "tanh", Small()).initializer
    Small()
    """

    def draw(self, d: int, k: int, rng: Source) -> Array:
        """W (d, k) for a layer of d inputs and k units."""
        raise NotImplementedError(f"{type(self).__name__} must define draw(d, k, rng).")

    def biases(self, d: int, k: int, rng: Source) -> Array:
        """b (k,): zeros, unless an initializer says otherwise."""
        return np.zeros(k)


INITIALIZERS: Registry[Initializer] = Registry("initializer", Initializer)


@INITIALIZERS.register("lecun_normal", "tutorial")
@dataclass(frozen=True)
class LeCunNormal(Initializer):
    """W ~ N(0, 1/d) [I1]: the tutorial's ``randn(d, k) / sqrt(d)``.

    (LeCun et al. 1998)
    """

    def draw(self, d: int, k: int, rng: Source) -> Array:
        return rng.standard_normal((d, k)) / np.sqrt(d)  # [I1]


@INITIALIZERS.register("lecun_uniform")
@dataclass(frozen=True)
class LeCunUniform(Initializer):
    """W ~ U(-r, r), r = sqrt(3/d) [I2]: variance 1/d (LeCun et al. 1998)."""

    def draw(self, d: int, k: int, rng: Source) -> Array:
        r = np.sqrt(3.0 / d)  # [I2]
        return rng.uniform(-r, r, (d, k))


@INITIALIZERS.register("glorot_normal", "xavier_normal")
@dataclass(frozen=True)
class GlorotNormal(Initializer):
    """W ~ N(0, 2/(d+k)) [I3]: between forward (1/d) and backward (1/k).

    (Glorot & Bengio 2010)
    """

    def draw(self, d: int, k: int, rng: Source) -> Array:
        return rng.standard_normal((d, k)) * np.sqrt(2.0 / (d + k))  # [I3]


@INITIALIZERS.register("glorot_uniform", "xavier_uniform")
@dataclass(frozen=True)
class GlorotUniform(Initializer):
    """W ~ U(-r, r), r = sqrt(6/(d+k)) [I4]: variance 2/(d+k) (Glorot & Bengio 2010)."""

    def draw(self, d: int, k: int, rng: Source) -> Array:
        r = np.sqrt(6.0 / (d + k))  # [I4]
        return rng.uniform(-r, r, (d, k))


@INITIALIZERS.register("he_normal")
@dataclass(frozen=True)
class HeNormal(Initializer):
    """W ~ N(0, 2/d) [I5]: twice LeCun's variance, since ReLU silences half its inputs.

    (He et al. 2015)
    """

    def draw(self, d: int, k: int, rng: Source) -> Array:
        return rng.standard_normal((d, k)) * np.sqrt(2.0 / d)  # [I5]


@INITIALIZERS.register("he_uniform")
@dataclass(frozen=True)
class HeUniform(Initializer):
    """W ~ U(-r, r), r = sqrt(6/d) [I6]: variance 2/d (He et al. 2015)."""

    def draw(self, d: int, k: int, rng: Source) -> Array:
        r = np.sqrt(6.0 / d)  # [I6]
        return rng.uniform(-r, r, (d, k))


@INITIALIZERS.register("orthogonal")
@dataclass(frozen=True)
class Orthogonal(Initializer):
    """W = Q of a random matrix's QR [I7]: orthonormal rows or columns.

    Lengths are preserved (Saxe et al. 2014).
    """

    def draw(self, d: int, k: int, rng: Source) -> Array:
        q, r = np.linalg.qr(rng.standard_normal((max(d, k), min(d, k))))
        # the signs make Q uniform over the orthogonal group (Mezzadri 2007)
        q = q * np.sign(np.diag(r))  # [I7]
        return q if d >= k else q.T


@INITIALIZERS.register("zeros")
@dataclass(frozen=True)
class Zeros(Initializer):
    """W = 0 [I8]: all units of a layer stay equal for ever.

    It is here to show why weights start at random.
    """

    def draw(self, d: int, k: int, rng: Source) -> Array:
        return np.zeros((d, k))  # [I8]
