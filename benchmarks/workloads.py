"""The work, the same for all: data, sizes, batch, optimizer, dtype, updates."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from sklearn.datasets import make_moons

Weights = list[tuple[Any, Any]]  # for each layer W (d, k) and b (k,)


@dataclass(frozen=True)
class Work:
    """One fit.

    `batch` None takes all rows; `epochs` of L-BFGS are iterations; l2 is lam of
    lam/2 sum |W|^2.
    """

    group: str
    name: str
    sizes: tuple[int, ...]
    rows: int
    batch: int | None
    epochs: int
    optimizer: str = "adam"
    rate: float = 0.001
    activation: str = "relu"
    l2: float = 0.0
    dtype: str = "float32"
    x: int = 0  # the size, for a point of a growth curve

    @property
    def updates(self) -> int:
        """Updates in one fit; batches divide the rows."""
        return self.epochs * (1 if self.batch is None else self.rows // self.batch)

    @property
    def parameters(self) -> int:
        """Weights and biases."""
        return sum((d + 1) * k for d, k in pairwise(self.sizes))

    @property
    def products(self) -> float:
        """Floating-point operations of an update's matrix products.

        The gradient of the inputs is not needed.
        """
        rows = self.rows if self.batch is None else self.batch
        weights = [d * k for d, k in pairwise(self.sizes)]
        return 2.0 * rows * (3 * sum(weights) - weights[0])

    def shortened(self, factor: int) -> "Work":
        """The same with fewer updates, for a quick look."""
        return replace(self, epochs=max(1, self.epochs // factor))


def tutorial() -> list[Work]:
    """The tutorial's loop.

    Its rate of 0.01 and penalty of 0.01 on the summed loss are these on the mean loss.
    """
    base = {
        "rows": 200,
        "batch": None,
        "optimizer": "gd",
        "activation": "tanh",
        "dtype": "float64",
        "l2": 0.01 / 200,
    }
    # at H = 500 the tutorial's rate is far beyond the edge of stability
    plan = ((3, 20_000, 2.0), (50, 5_000, 2.0), (500, 1_000, 0.2))
    return [
        Work("tutorial", f"tutorial, H = {H}", (2, H, 2), epochs=n, rate=rate, **base)
        for H, n, rate in plan
    ]


def minibatch() -> list[Work]:
    """Five networks, from tiny to large; Adam, ReLU, float32."""
    return [
        _minibatch("minibatch", (2, 50, 2), 32, 100, 100),
        _minibatch("minibatch", (20, 64, 64, 2), 128, 100, 20),
        _minibatch("minibatch", (64, 100, 10), 200, 50, 20),
        _minibatch("minibatch", (784, 100, 10), 200, 50, 16),
        _minibatch("minibatch", (784, 512, 256, 10), 256, 20, 12),
    ]


def optimizers() -> list[Work]:
    """The same network under three methods."""
    momentum = _minibatch(
        "optimizers", (20, 64, 64, 2), 128, 100, 20, optimizer="momentum", rate=0.05
    )
    lbfgs = replace(
        momentum,
        optimizer="lbfgs",
        batch=None,
        epochs=100,
        rows=2_000,
        l2=1e-4,
        dtype="float64",
    )
    return [
        replace(momentum, name=f"SGD with momentum, {momentum.name}"),
        replace(lbfgs, name="L-BFGS, 20-64-64-2, all 2,000 rows, float64"),
    ]


def growth() -> list[Work]:
    """Time against rows, width and depth; each curve begins with what is quickest."""
    works = []
    for n in (200, 2_000, 20_000, 200_000, 2_000_000):
        epochs = max(1, 40_000 // n)
        works.append(_minibatch("rows", (20, 50, 2), 200, n // 200, epochs, x=n))
    for H in (2, 8, 32, 128, 512, 2048, 4096):
        epochs = max(2, min(50, 8_000 // H))
        works.append(_minibatch("width", (64, H, 10), 200, 10, epochs, x=H))
    for depth in (1, 2, 4, 8, 16):
        sizes = (64, *[64] * depth, 10)
        works.append(_minibatch("depth", sizes, 200, 10, 10, x=depth))
    return [replace(work, name=f"{work.group} {work.x:,}") for work in works]


def memory(rows: int) -> Work:
    """One epoch over so many rows of 64 columns."""
    return _minibatch("memory", (64, 100, 10), 200, rows // 200, 1)


def footprint(work: Work) -> dict[str, int]:
    """Bytes of the data as given, and those a fit may add.

    Added are y as 0 and 1, a weight for each row, 6 times the parameters, and the
    activations of one batch.
    """
    item = np.dtype(work.dtype).itemsize
    k = work.sizes[-1]
    batch = (work.batch or work.rows) * 2 * sum(work.sizes)
    return {
        "data": work.rows * (work.sizes[0] * item + 8),
        "allowed": item * (work.rows * (k + 1) + 6 * work.parameters + batch),
    }


def _minibatch(
    group: str,
    sizes: tuple[int, ...],
    batch: int,
    batches: int,
    epochs: int,
    **more: Any,
) -> Work:
    name = f"{'-'.join(map(str, sizes))}, batch {batch}"
    return Work(group, name, sizes, batch * batches, batch, epochs, **more)


def data(work: Work) -> tuple[Any, Any]:
    """X (n, d) in the work's dtype and classes y (n,).

    The tutorial's points, or clouds of points that overlap.
    """
    if work.group == "tutorial":
        return make_moons(work.rows, noise=0.2, random_state=0)
    rng = np.random.default_rng(0)
    d = work.sizes[0]
    classes = work.sizes[-1]
    spread = np.float32(2.0 / np.sqrt(d))
    centres = rng.standard_normal((classes, d), dtype=np.float32) * spread
    y = rng.integers(classes, size=work.rows)
    X = rng.standard_normal((work.rows, d), dtype=np.float32)
    X += centres[y]
    return X.astype(work.dtype, copy=False), y


def start(work: Work) -> Weights:
    """The start of all: randn / sqrt(d) as in the tutorial, sqrt(2 / d) for ReLU.

    Biases start at 0.
    """
    rng = np.random.RandomState(0)
    gain = 1.0 if work.activation == "tanh" else 2.0
    weights = []
    for d, k in pairwise(work.sizes):
        W = rng.randn(d, k) * np.sqrt(gain / d)
        weights.append((W.astype(work.dtype), np.zeros(k, work.dtype)))
    return weights


def loss(work: Work, weights: Weights, X: Any, y: Any, most: int = 20_000) -> float:
    """The objective with these weights, computed alike for all.

    In float64, of at most so many rows.
    """
    a = X[:most].astype(np.float64)
    squares = 0.0
    for W, b in weights:
        z = a @ W.astype(np.float64) + b
        a = np.tanh(z) if work.activation == "tanh" else np.maximum(z, 0.0)
        squares += float((W.astype(np.float64) ** 2).sum())
    z -= z.max(axis=1, keepdims=True)
    z_of_class = z[np.arange(len(z)), y[:most]]
    cross_entropy = np.log(np.exp(z).sum(axis=1)) - z_of_class
    return float(cross_entropy.mean()) + work.l2 / 2.0 * squares


def learned(start_loss: float, losses: Sequence[float]) -> list[bool]:
    """Whether each loss fell at least nine tenths as far as the median of all.

    NaN did not fall.
    """
    typical = start_loss - float(np.nanmedian(losses))
    return [typical > 0.0 and start_loss - loss >= 0.9 * typical for loss in losses]
