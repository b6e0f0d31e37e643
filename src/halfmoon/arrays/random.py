"""Random numbers by position: each is a documented function of (seed, path, position).

Nothing is drawn "next", so nothing depends on the order in which things are computed:
any engine, any number of threads, any way of cutting the rows into blocks sees the same
shuffle and the same dropout mask, and a resumed run continues with the numbers it would
have had.

    mix(s): SplitMix64's finalizer, a bijection of 64-bit integers        [N1]
    k <- mix(k + part + gamma), from k = 0 over the seed and each part
         of the path: the last k is the key                               [N2]
    bits_i = mix(key + (i + 1) gamma)                                     [N3]
    u_i = floor(bits_i / 2^11) / 2^53, uniform on [0, 1)                  [N4]
    n_i = sqrt(-2 log(1 - u_2i)) cos(2 pi u_2i+1), standard normal        [N5]
    shuffle: for i = n-1 ... 1 swap rows i and j,
             j = floor(floor(bits_i / 2^32) (i + 1) / 2^32)               [N6]

gamma = 0x9E3779B97F4A7C15, and all is modulo 2^64. [N1] to [N3]: Steele, Lea & Flood
2014; [N5]: Box & Muller 1958.
"""

from operator import index
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

# the first part of a path: what the numbers are for
WEIGHTS, SHUFFLE, DROPOUT, SPLIT, CHECK = range(5)

_GAMMA = 0x9E3779B97F4A7C15
_MASK = 0xFFFFFFFFFFFFFFFF


def _mix(s: Any) -> Any:
    """[N1], for one Python integer or an array of uint64, which wraps by itself."""
    s = ((s ^ (s >> 30)) * 0xBF58476D1CE4E5B9) & _MASK  # [N1]
    s = ((s ^ (s >> 27)) * 0x94D049BB133111EB) & _MASK
    return s ^ (s >> 31)


def key(seed: int, *path: int) -> int:
    """The 64-bit key of one stream of numbers: ``key(seed, SHUFFLE, epoch)``."""
    if not 0 <= index(seed) <= _MASK:
        raise ValueError(f"A seed must be an integer from 0 to 2^64 - 1; got {seed}.")
    k = 0
    for part in (seed, *path):
        k = _mix((k + index(part) + _GAMMA) & _MASK)  # [N2]
    return int(k)


def bits(k: int, position: ArrayLike) -> NDArray[np.uint64]:
    """64 random bits for each position (integers from 0), as uint64 of its shape."""
    i = np.asarray(position, dtype=np.uint64)
    gamma = np.uint64(_GAMMA)
    with np.errstate(over="ignore"):
        return np.asarray(_mix(np.uint64(k) + (i + np.uint64(1)) * gamma))  # [N3]


def uniform(k: int, position: ArrayLike) -> NDArray[np.float64]:
    """A number in [0, 1) for each position, on a grid of 2^-53."""
    return np.asarray((bits(k, position) >> np.uint64(11)) * 2.0**-53)  # [N4]


def normal(k: int, position: ArrayLike) -> NDArray[np.float64]:
    """A standard normal number for each position."""
    i = 2 * np.asarray(position, dtype=np.uint64)
    radius = np.sqrt(-2.0 * np.log1p(-uniform(k, i)))
    angle = 2.0 * np.pi * uniform(k, i + np.uint64(1))
    return np.asarray(radius * np.cos(angle))  # [N5]


def permutation(k: int, n: int) -> NDArray[np.int64]:
    """The numbers 0 to n-1 in random order; n below 2^32.

    >>> permutation(key(0, SHUFFLE, 0), 5)
    array([0, 4, 2, 1, 3])
    """
    half = np.uint64(32)
    count = np.arange(1, n + 1, dtype=np.uint64)
    partner = np.right_shift((bits(k, np.arange(n)) >> half) * count, half).tolist()
    order = list(range(n))
    for i in range(n - 1, 0, -1):
        j = partner[i]
        order[i], order[j] = order[j], order[i]  # [N6]
    return np.array(order, dtype=np.int64)


class Stream:
    """One key read from position 0 on: for initial weights, drawn once and in order.

    The methods are those that NumPy's generators have too, so that
    ``numpy.random.RandomState(0)`` can take its place; with it the tutorial's own
    weights are drawn.
    """

    def __init__(self, seed: int, *path: int) -> None:
        self.key = key(seed, *path)
        self.position = 0

    def _next(self, size: tuple[int, ...], each: int = 1) -> NDArray[np.int64]:
        """The next positions for numbers of shape `size`; each uses `each` of them."""
        count = int(np.prod(size))
        start = -(-self.position // each)
        self.position = (start + count) * each
        return np.arange(start, start + count).reshape(size)

    def standard_normal(self, size: tuple[int, ...]) -> NDArray[np.float64]:
        """Standard normal numbers of the given shape."""
        return normal(self.key, self._next(size, each=2))

    def uniform(
        self, low: float, high: float, size: tuple[int, ...]
    ) -> NDArray[np.float64]:
        """Numbers in [low, high) of the given shape."""
        return np.asarray(low + (high - low) * uniform(self.key, self._next(size)))
