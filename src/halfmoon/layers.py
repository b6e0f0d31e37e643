"""Layers: each a forward pass with its backward pass inside.

`forward` returns the activations and a function `backward`, written right below the
lines it differentiates and using their very names; so nothing is stored on the layer
and nothing need be cleared. Rows are the axis before the last. Parameters arrive as
views `p` into the network's theta; gradients leave through views `dp` of the same
shapes.

Whoever shows, counts or checks a network reads what its layers say of themselves (class
Layer), and never asks which class a layer is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from halfmoon.arrays.elementary import Array, transposed
from halfmoon.arrays.random import DROPOUT, key, uniform
from halfmoon.components.activations import ACTIVATIONS, Activation
from halfmoon.components.equation import Equation
from halfmoon.components.freezing import Freezable
from halfmoon.components.initializers import INITIALIZERS, Initializer, Source

Views = Any  # p.W, p.b, ...: arrays that share memory with theta
Backward = Callable[[Array, Views, bool], Array | None]


@dataclass
class Context:
    """What a forward pass may know beside its input.

    Whether it is training, and if so, where it stands.
    """

    training: bool = False
    seed: int = 0
    update: int = 0
    # the numbers of these rows in the training data
    rows: NDArray[np.int64] | None = None
    dropout: float = 1.0  # a schedule's factor on the dropout rates
    # where a layer stores intermediate values, if they are wanted
    values: dict[str, Array] | None = None

    def keep(self, **values: Array) -> None:
        """Store intermediate values by name (a Dense stores z), if they are wanted."""
        if self.values is not None:
            self.values.update(values)


PREDICT = Context()


class Layer(Freezable):
    """The base of all layers: what a layer computes, and what it says of itself.

    A layer of your own defines `forward`, and `initial` if it has parameters; whatever
    else it says has a default.

    Parameters
    ----------
    d : int
        How many inputs it takes.
    k : int
        How many values it gives.
    **shapes : tuple of int
        The shape of each parameter by its name, such as ``W=(d, k)``.

    Examples
    --------
    One learnable factor for each input, a = a0 s:

    >>> from halfmoon import Equation, Layer
    >>> class Scale(Layer):
    ...     forward_equations = (Equation("", "a", "a0 * s"),)
    ...     backward_equations = (
    ...         Equation("", "ds", "sum_n a0 * da"),
    ...         Equation("", "da0", "da * s"),
    ...     )
    ...
    ...     def __init__(self, d):
    ...         super().__init__(d, d, s=(d,))
    ...
    ...     def initial(self, p, rng):
    ...         p.s[...] = 1.0
    ...
    ...     def forward(self, p, a0, ctx):
    ...         def backward(da, dp, need_da0):
    ...             dp.s[...] = (a0 * da).sum(axis=-2)
    ...             return da * p.s if need_da0 else None
    ...
    ...         return a0 * p.s, backward
    """

    penalised: ClassVar[tuple[str, ...]] = ()  # the parameters that penalties shrink
    random: ClassVar[bool] = False  # whether training draws random numbers
    # which of the compiled engine's kernels computes this very class; a subclass, which
    # may compute something else, must say so anew
    kernel: ClassVar[str | None] = None
    act: Activation | None = None  # its f, if it has one: a = f(z), and it keeps z
    initializer: Initializer | None = None  # how its penalised parameters start
    rate: float = 0.0  # the share of its inputs that training drops
    rate_factor: float = 1.0  # multiplies its parameters' learning rate, [O4]'s c
    index: int = 0  # its position in the network, from 0
    number: int = 0  # its position, from 1, without layers used in training only

    def __init__(self, d: int, k: int, **shapes: tuple[int, ...]) -> None:
        self.d = d
        self.k = k
        self.shapes = shapes

    def __init_subclass__(cls) -> None:
        cls.kernel = cls.__dict__.get("kernel")

    @property
    def name(self) -> str:
        """What tables and messages call this kind of layer."""
        return type(self).__name__

    @property
    def label(self) -> str:
        """The name with its number, if it has one: Dense 1 has W1 and b1."""
        return f"{self.name} {self.number}" if self.number else self.name

    @property
    def summary_note(self) -> str:
        """What a summary says of it: how its parameters start, its rate."""
        text = "" if self.initializer is None else str(self.initializer)
        if self.rate_factor == 1.0:
            return text
        factor = f"learning rate x {self.rate_factor:g}"
        return f"{text}, {factor}" if text else factor

    @property
    def arguments(self) -> dict[str, Any]:
        """What its constructor takes to make it again: a model file stores this."""
        raise NotImplementedError(f"{self.name} must define arguments.")

    @property
    def forward_equations(self) -> tuple[Equation, ...]:
        """How a, and what is kept on the way, are made from the input a0."""
        return (Equation("", "a", f"{self.name}(a0)"),)

    @property
    def backward_equations(self) -> tuple[Equation, ...]:
        """How the gradients are made: d and the name of each parameter, and da0."""
        names = [*self.shapes, "a0"]
        return tuple(Equation("", f"d{name}", f"dL/d{name}") for name in names)

    def initial(self, p: Views, rng: Source) -> None:
        """Write starting values into p."""
        if self.shapes:
            raise NotImplementedError(f"{self.name} must define initial(p, rng).")

    def forward(self, p: Views, a0: Array, ctx: Context) -> tuple[Array, Backward]:
        """Activations a (n, k) from inputs a0 (n, d), and the function `backward`.

        backward(da, dp, need_da0) writes the parameters' gradients into dp, and returns
        da0, or None where it is not needed.
        """
        raise NotImplementedError(f"{self.name} must define forward(p, a0, ctx).")


def check_rate_factor(name: str, rate_factor: float) -> None:
    """ValueError for a factor that no learning rate can have."""
    if not 0.0 <= rate_factor < np.inf:
        raise ValueError(
            f"{name}'s rate_factor must be a number in [0, inf); got {rate_factor!r}."
        )


class Dense(Layer):
    """A fully connected layer, d inputs to k units.

    z = a0 W + b               [F1]   (n,k) = (n,d)(d,k) + (k,)
    a = f(z)                   [F2]   (n,k)
    delta = dL/da * f'(z)      [B1]   (n,k)
    dL/dW = a0^T delta         [B2]   (d,k)
    dL/db = sum_n delta        [B3]   (k,)
    dL/da0 = delta W^T         [B4]   (n,d)   only when a layer below asks for it

    Parameters
    ----------
    d : int
        How many inputs it takes.
    k : int
        How many units it has.
    activation : str or Activation, default="identity"
        Their f, by name or an instance.
    initializer : str or Initializer, optional
        How W starts; None takes what suits the activation.
    rate_factor : float, default=1.0
        Multiplies the learning rate of W and b, [O4]'s c.

    Examples
    --------
    >>> from halfmoon import Dense
    >>> Dense(2, 3, "tanh").shapes
    {'W': (2, 3), 'b': (3,)}
    """

    penalised = ("W",)
    kernel = "dense"
    act: Activation
    initializer: Initializer

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
        check_rate_factor("Dense", rate_factor)
        super().__init__(d, k, W=(d, k), b=(k,))
        self.rate_factor = rate_factor
        self.act = ACTIVATIONS.make(activation)
        self.initializer = INITIALIZERS.make(
            self.act.initializer if initializer is None else initializer
        )

    def __repr__(self) -> str:
        factor = f", rate_factor={self.rate_factor}" if self.rate_factor != 1.0 else ""
        return (
            f"Dense({self.d}, {self.k}, {str(self.act)!r}, "
            f"{str(self.initializer)!r}{factor})"
        )

    @property
    def arguments(self) -> dict[str, Any]:
        """Inputs, units, activation, initializer and rate factor."""
        return {
            "d": self.d,
            "k": self.k,
            "activation": self.act,
            "initializer": self.initializer,
            "rate_factor": self.rate_factor,
        }

    @property
    def forward_equations(self) -> tuple[Equation, ...]:
        """[F1] and [F2], with the activation's own formula."""
        return (
            Equation("[F1]", "z", "a0 W + b"),
            Equation("[F2]", "a", self.act.formula or f"{self.act}(z)"),
        )

    @property
    def backward_equations(self) -> tuple[Equation, ...]:
        """[B1] to [B4], with the activation's own derivative."""
        slope = self.act.derivative or f"{self.act}'(z)"
        return (
            Equation("[B1]", "delta", f"da * f'(z),  f' = {slope}"),
            Equation("[B2]", "dW", "a0^T delta"),
            Equation("[B3]", "db", "sum_n delta"),
            Equation("[B4]", "da0", "delta W^T"),
        )

    def initial(self, p: Views, rng: Source) -> None:
        """W and b as the initializer starts them."""
        p.W[...] = self.initializer.draw(self.d, self.k, rng)
        p.b[...] = self.initializer.biases(self.d, self.k, rng)

    def forward(self, p: Views, a0: Array, ctx: Context) -> tuple[Array, Backward]:
        """[F1] and [F2], with [B1] to [B4] inside."""
        z = a0 @ p.W + p.b  # [F1]
        a = self.act.f(z)  # [F2]
        ctx.keep(z=z)

        def backward(da: Array, dp: Views, need_da0: bool) -> Array | None:
            delta = da * self.act.df(z, a)  # [B1]
            ctx.keep(delta=delta)
            dp.W[...] = transposed(a0) @ delta  # [B2]
            dp.b[...] = delta.sum(axis=-2)  # [B3]
            return delta @ transposed(p.W) if need_da0 else None  # [B4]

        return a, backward


class Scaling(Layer):
    """One learnable factor for each input, as the first layer of a table's network.

    a = a0 s                   [F3]   (n,d) = (n,d) * (d,)
    dL/ds = sum_n a0 * dL/da   [B5]   (d,)
    dL/da0 = dL/da * s         [B6]   (n,d)   only when a layer below asks for it

    The factors begin at 1, and no penalty shrinks them. At a learning rate above that
    of the other layers, a few updates turn an input up or down for all units at once
    (Holzmueller, Grinsztajn and Steinwart 2024). A factor is no measure of importance:
    W may undo it.

    The compiled engine runs it right below a `Dense`.

    Parameters
    ----------
    d : int
        How many inputs it takes, and gives.
    rate_factor : float, default=1.0
        Multiplies the learning rate of s, [O4]'s c.

    Examples
    --------
    >>> from halfmoon import Dense, Network, Scaling
    >>> network = Network([Scaling(2, rate_factor=6.0), Dense(2, 3, "tanh")])
    >>> network.views(network.theta)[0].s
    array([1., 1.])
    """

    kernel = "scaling"
    forward_equations = (Equation("[F3]", "a", "a0 * s"),)
    backward_equations = (
        Equation("[B5]", "ds", "sum_n a0 * da"),
        Equation("[B6]", "da0", "da * s"),
    )

    def __init__(self, d: int, rate_factor: float = 1.0) -> None:
        if not (isinstance(d, Integral) and d >= 1):
            raise ValueError(
                f"Scaling needs a whole number of inputs, at least 1; got {d!r}."
            )
        check_rate_factor("Scaling", rate_factor)
        super().__init__(d, d, s=(d,))
        self.rate_factor = rate_factor

    def __repr__(self) -> str:
        factor = f", rate_factor={self.rate_factor}" if self.rate_factor != 1.0 else ""
        return f"Scaling({self.d}{factor})"

    @property
    def arguments(self) -> dict[str, Any]:
        """Inputs and rate factor."""
        return {"d": self.d, "rate_factor": self.rate_factor}

    def initial(self, p: Views, rng: Source) -> None:
        """Every factor is 1."""
        p.s[...] = 1.0

    def forward(self, p: Views, a0: Array, ctx: Context) -> tuple[Array, Backward]:
        """[F3], with [B5] and [B6] inside."""

        def backward(da: Array, dp: Views, need_da0: bool) -> Array | None:
            dp.s[...] = (a0 * da).sum(axis=-2)  # [B5]
            return da * p.s if need_da0 else None  # [B6]

        return a0 * p.s, backward  # [F3]


class Dropout(Layer):
    """While training, each input is set to 0 at random, and the others grow.

    a   = a0 scale             [D1]   scale is 1/(1-q) where u >= q, else 0;
                                      when predicting, 1
    da0 = da scale             [D2]

    q is the rate times a schedule's factor, at most 0.99: the probability of a 0. u is
    a function of seed, layer, update, row number and unit alone (arrays/random.py), so
    a row's mask depends neither on the batch it is in nor on the engine. Before the
    first Dense it drops inputs, later hidden units (Srivastava et al. 2014).

    Parameters
    ----------
    k : int
        How many inputs it takes, and gives.
    rate : float
        The share that is set to 0, in [0, 1).

    Examples
    --------
    >>> from halfmoon import Dense, Dropout, Network
    >>> Network([Dense(2, 30, "relu"), Dropout(30, 0.2), Dense(30, 2)]).size
    152
    """

    random = True
    kernel = "dropout"
    forward_equations = (Equation("[D1]", "a", "a0 * scale", training=True),)
    backward_equations = (Equation("[D2]", "da0", "da * scale", training=True),)

    def __init__(self, k: int, rate: float) -> None:
        if not 0.0 <= rate < 1.0:
            raise ValueError(
                f"Dropout's rate must be a number in [0, 1); got {rate!r}."
            )
        super().__init__(k, k)
        self.rate = rate

    def __repr__(self) -> str:
        return f"Dropout({self.k}, {self.rate})"

    @property
    def arguments(self) -> dict[str, Any]:
        """Inputs and rate."""
        return {"k": self.k, "rate": self.rate}

    @property
    def summary_note(self) -> str:
        """What a summary says of it: its rate."""
        return f"rate {self.rate:g}"

    def forward(self, p: Views, a0: Array, ctx: Context) -> tuple[Array, Backward]:
        """[D1], with [D2] inside; the identity when predicting."""
        q = min(self.rate * ctx.dropout, 0.99) if ctx.training else 0.0
        scale: Any = 1.0
        if q > 0.0:
            rows = np.arange(a0.shape[-2]) if ctx.rows is None else ctx.rows
            position = rows[:, None] * self.k + np.arange(self.k)
            u = uniform(key(ctx.seed, DROPOUT, self.index, ctx.update), position)
            scale = (u >= q) * np.asarray(1.0 / (1.0 - q), dtype=a0.dtype)

        def backward(da: Array, dp: Views, need_da0: bool) -> Array | None:
            return da * scale if need_da0 else None  # [D2]

        return a0 * scale, backward  # [D1]
