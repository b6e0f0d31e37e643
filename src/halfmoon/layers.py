"""Layers: each a forward pass with its backward pass inside.

`forward` returns the activations and a function `backward`, written right below the
lines it differentiates and using their very names; so nothing is stored on the layer
and nothing need be cleared. Rows are the axis before the last. Parameters arrive as
views `p` into the network's theta; gradients leave through views `dp` of the same
shapes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from halfmoon.arrays.elementary import Array, transposed
from halfmoon.arrays.random import DROPOUT, key, uniform
from halfmoon.components.activations import ACTIVATIONS, Activation
from halfmoon.components.initializers import INITIALIZERS, Initializer, Source

Views = Any  # p.W, p.b, ...: arrays that share memory with theta
Backward = Callable[[Array, Views, bool], Array | None]


@dataclass
class Context:
    """What a forward pass may know beside its input: whether it is training, and if so,
    where it stands.
    """

    training: bool = False
    seed: int = 0
    update: int = 0
    # the numbers of these rows in the training data
    rows: NDArray[np.int64] | None = None
    dropout: float = 1.0  # a schedule's factor on the dropout rates


PREDICT = Context()


class Layer(Protocol):
    """d inputs, k outputs, the shapes of its parameters ("W" is penalised), and its
    place in the network.
    """

    d: int
    k: int
    place: int
    rate_factor: float
    random: bool  # whether training passes through it differ from update to update
    shapes: dict[str, tuple[int, ...]]

    def initial(self, p: Views, rng: Source) -> None:
        """Write starting values into p."""

    def forward(self, p: Views, a0: Array, ctx: Context) -> tuple[Array, Backward]:
        """Activations a (n, k) from inputs a0 (n, d), and backward(da, dp, need_da0) ->
        da0 or None.
        """


class Dense:
    """A fully connected layer, d inputs to k units.

    z = a0 W + b               [F1]   (n,k) = (n,d)(d,k) + (k,)
    a = f(z)                   [F2]   (n,k)
    delta = dL/da * f'(z)      [B1]   (n,k)
    dL/dW = a0^T delta         [B2]   (d,k)
    dL/db = sum_n delta        [B3]   (k,)
    dL/da0 = delta W^T         [B4]   (n,d)   only when a layer below asks for it

    `rate_factor` multiplies the learning rate of this layer's parameters, [O4]'s c.
    """

    place = 0
    random = False

    def __init__(
        self,
        d: int,
        k: int,
        activation: str | Activation = "identity",
        initializer: str | Initializer | None = None,
        rate_factor: float = 1.0,
    ) -> None:
        if not all(isinstance(size, Integral) and size >= 1 for size in (d, k)):
            raise ValueError(
                "Dense needs whole numbers of inputs and units, at least 1; got "
                f"{d!r} and {k!r}."
            )
        if not 0.0 <= rate_factor < np.inf:
            raise ValueError(
                "Dense's rate_factor must be a number in [0, inf); got "
                f"{rate_factor!r}."
            )
        self.d = d
        self.k = k
        self.rate_factor = rate_factor
        self.act = ACTIVATIONS.make(activation)
        self.initializer = INITIALIZERS.make(
            self.act.initializer if initializer is None else initializer
        )
        self.shapes: dict[str, tuple[int, ...]] = {"W": (d, k), "b": (k,)}

    def __repr__(self) -> str:
        factor = f", rate_factor={self.rate_factor}" if self.rate_factor != 1.0 else ""
        return (
            f"Dense({self.d}, {self.k}, {str(self.act)!r}, "
            f"{str(self.initializer)!r}{factor})"
        )

    def initial(self, p: Views, rng: Source) -> None:
        """W drawn by the initializer, b = 0."""
        p.W[...] = self.initializer.draw(self.d, self.k, rng)
        p.b[...] = 0.0

    def forward(self, p: Views, a0: Array, ctx: Context) -> tuple[Array, Backward]:
        """[F1] and [F2], with [B1] to [B4] inside."""
        z = a0 @ p.W + p.b  # [F1]
        a = self.act.f(z)  # [F2]

        def backward(da: Array, dp: Views, need_da0: bool) -> Array | None:
            delta = da * self.act.df(z, a)  # [B1]
            dp.W[...] = transposed(a0) @ delta  # [B2]
            dp.b[...] = delta.sum(axis=-2)  # [B3]
            return delta @ transposed(p.W) if need_da0 else None  # [B4]

        return a, backward


class Dropout:
    """While training, each input is set to 0 with probability q; the others grow by
    1/(1-q) (Srivastava et al. 2014).

    a   = a0 scale             [D1]   scale is 1/(1-q) where u >= q, else 0;
                                      when predicting, 1
    da0 = da scale             [D2]

    q is the rate times a schedule's factor, at most 0.99. u is a function of seed,
    layer, update, row number and unit alone (random.py), so a row's mask depends
    neither on the batch it is in nor on the engine. Before the first Dense it drops
    inputs, later hidden units.
    """

    place = 0
    rate_factor = 1.0
    random = True

    def __init__(self, k: int, rate: float) -> None:
        if not 0.0 <= rate < 1.0:
            raise ValueError(
                f"Dropout's rate must be a number in [0, 1); got {rate!r}."
            )
        self.d = k
        self.k = k
        self.rate = rate
        self.shapes: dict[str, tuple[int, ...]] = {}

    def __repr__(self) -> str:
        return f"Dropout({self.k}, {self.rate})"

    def initial(self, p: Views, rng: Source) -> None:
        """Nothing to write: no parameters."""

    def forward(self, p: Views, a0: Array, ctx: Context) -> tuple[Array, Backward]:
        """[D1], with [D2] inside; the identity when predicting."""
        q = min(self.rate * ctx.dropout, 0.99) if ctx.training else 0.0
        scale: Any = 1.0
        if q > 0.0:
            rows = np.arange(a0.shape[-2]) if ctx.rows is None else ctx.rows
            position = rows[:, None] * self.k + np.arange(self.k)
            u = uniform(key(ctx.seed, DROPOUT, self.place, ctx.update), position)
            scale = (u >= q) * np.asarray(1.0 / (1.0 - q), dtype=a0.dtype)

        def backward(da: Array, dp: Views, need_da0: bool) -> Array | None:
            return da * scale if need_da0 else None  # [D2]

        return a0 * scale, backward  # [D1]
