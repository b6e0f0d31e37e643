"""A network: layers in a row over one vector theta that holds every parameter.

theta holds, layer after layer, W row by row and then b, so that a layer's W with b as
one more row is one contiguous block. Optimizers, averages, checks and files see theta;
layers see views into it.

    L(theta)  = sum_i w_i l(z_i, y_i) / sum_i w_i + lam/2 sum |W|^2 + l1 sum |W|  [R1]
    dL/dtheta = sum_i w_i dl_i/dtheta / sum_i w_i + m (lam theta + l1 sign theta) [R2]
    g_B       = sum_(i in B) w_i dl_i/dtheta / (w_mean s)
                + n_B/s m (lam theta + l1 sign theta)                             [R3]

l_i is summed over the row's outputs. m is 1 on weights and 0 on biases, which are not
penalised. A batch B has n_B rows, s of them unless it is the last: over an epoch the
g_B add up to n/s times dL/dtheta exactly, so a short last batch steps no harder than
its share, a row of weight 2 counts twice in every batch, and a penalty does not depend
on the batch size. Where single outputs have weights (n, k), w_i is the row's mean in
the sums of weights.
"""

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from halfmoon.arrays.elementary import Array
from halfmoon.arrays.random import WEIGHTS, Stream
from halfmoon.arrays.sparse import is_sparse, not_finite, read_sparse
from halfmoon.components.activations import Activation
from halfmoon.components.initializers import Initializer, Source
from halfmoon.components.losses import LOSSES, Loss, check_value, encode
from halfmoon.layers import (
    OBSERVE,
    PREDICT,
    Backward,
    Context,
    Dense,
    Dropout,
    Layer,
    Views,
)


class Objective(NamedTuple):
    """[R1] and [R2], or a batch's part of them [R3]: mean loss, penalty, and the
    gradient of their sum.
    """

    loss: float
    penalty: float
    g: Array


class Pass(NamedTuple):
    """One layer at work on rows: what goes in, what comes out, and the way back."""

    layer: Layer
    p: Views
    a0: Array
    a: Array
    backward: Backward
    # what the layer kept on the way, by name: its z; once backward has run, its delta
    values: dict[str, Array]

    @property
    def z(self) -> Array:
        """Its units' raw values, before the activation: of layers with an `act`."""
        return self.values["z"]


class Predictor(Protocol):
    """Who computes a network's predictions faster than NumPy; a fit hands it in.

    It is copied with the network, and pickled with it.
    """

    @property
    def name(self) -> str:
        """What `Network.engine` says."""

    def predict(self, network: "Network", theta: Array, X: Any, link: bool) -> Array:
        """The prediction link(z) for rows X, or the raw prediction z: (n, k)."""


class Network:
    """Layers, a loss, and the present parameters `theta` (float64 or float32)."""

    predictor: Predictor | None = None  # None: NumPy, by this network's own forward

    def __init__(
        self,
        layers: Sequence[Layer],
        loss: str | Loss = "softmax_cross_entropy",
        *,
        dtype: DTypeLike = np.float64,
        seed: int = 0,
        rng: Source | None = None,
    ) -> None:
        self.layers = [copy(layer) for layer in layers]
        self.loss = LOSSES.make(loss)
        self.dtype = np.dtype(dtype)
        if self.dtype not in (np.dtype(np.float64), np.dtype(np.float32)):
            raise ValueError(f"dtype must be float64 or float32; got {self.dtype}.")
        if not any(layer.shapes for layer in self.layers):
            raise ValueError(
                "A network needs at least one layer with parameters, such as Dense(2, "
                "3, 'tanh')."
            )
        for index, (below, layer) in enumerate(pairwise(self.layers)):
            if below.k != layer.d:
                raise ValueError(
                    f"Layer {index} gives {below.k} values but layer {index + 1} "
                    f"takes {layer.d}."
                )
        number = 0
        for index, layer in enumerate(self.layers):
            if not set(layer.penalised) <= set(layer.shapes):
                raise ValueError(
                    f"{layer.name} has the parameters {list(layer.shapes)}; "
                    f"{list(layer.penalised)} cannot be penalised."
                )
            layer.index = index
            if not all(equation.training for equation in layer.forward_equations):
                number += 1
                layer.number = number
        # below it nobody needs a gradient
        self.lowest = min(layer.index for layer in self.layers if layer.shapes)
        self.d = self.layers[0].d
        self.k = self.layers[-1].k
        self.layout, self.size = _lay_out(self.layers)
        self.theta = self.initial(Stream(seed, WEIGHTS) if rng is None else rng)

    @classmethod
    def dense(
        cls,
        sizes: Sequence[int],
        activation: str | Activation | Sequence[str | Activation] = "tanh",
        loss: str | Loss = "softmax_cross_entropy",
        *,
        initializer: str | Initializer | None = None,
        dropout: float | Sequence[float] = 0.0,
        dtype: DTypeLike = np.float64,
        seed: int = 0,
        rng: Source | None = None,
    ) -> "Network":
        """Dense layers of the given sizes, inputs first; the last gives raw scores to
        the loss.

        `activation` is one for all hidden layers, or a list with one each. `dropout` is
        the rate for all hidden layers, or a list with the inputs' rate first and then
        one for each hidden layer. Initial weights come from `seed`, or from a NumPy
        generator `rng`, drawn layer by layer.

        >>> Network.dense([2, 3, 2]).size
        17
        """
        hidden = len(sizes) - 2
        if hidden < 0:
            raise ValueError(
                "sizes needs at least inputs and outputs, such as [2, 3, 2]; got "
                f"{list(sizes)}."
            )
        acts: list[Any] = (
            list(activation)
            if isinstance(activation, list | tuple)
            else [activation] * hidden
        )
        rates = np.ravel(dropout).tolist()
        rates = [0.0, *rates * hidden] if np.ndim(dropout) == 0 else rates
        if len(acts) != hidden or len(rates) != hidden + 1:
            raise ValueError(
                f"{hidden} hidden layers need {hidden} activations and {hidden + 1} "
                f"dropout rates (the inputs' first); got {len(acts)} and {len(rates)}."
            )
        layers: list[Layer] = []
        for d, k, act, rate in zip(
            sizes[:-1], sizes[1:], [*acts, "identity"], rates, strict=True
        ):
            layers += [Dropout(d, rate)] if rate else []
            layers.append(Dense(d, k, act, initializer))
        return cls(layers, loss, dtype=dtype, seed=seed, rng=rng)

    def __repr__(self) -> str:
        return f"Network({self.layers}, {str(self.loss)!r})"

    @cached_property
    def penalised(self) -> Array:
        """[R2]'s m, like theta: 1 on what its layer says is penalised, else 0."""
        return self._spread(lambda layer, name: float(name in layer.penalised))

    @cached_property
    def rate_factor(self) -> Array:
        """[O4]'s c, like theta: each layer's factor on the learning rate."""
        return self._spread(lambda layer, name: layer.rate_factor)

    def __getstate__(self) -> dict[str, Any]:
        """What a pickle or copy holds: theta once, and nothing that can be computed."""
        state = vars(self) | {"predictor": copy(self.predictor)}
        computed = ("penalised", "rate_factor")
        return {name: value for name, value in state.items() if name not in computed}

    @property
    def engine(self) -> str:
        """Who predicts: "numpy" or "compiled"."""
        return "numpy" if self.predictor is None else self.predictor.name

    @property
    def theta(self) -> Array:
        """Every parameter (size,), of the network's dtype; what it is set to is
        converted to that.
        """
        return self._theta

    @theta.setter
    def theta(self, theta: ArrayLike) -> None:
        self._theta = self.read_theta(theta)

    def read_theta(self, theta: ArrayLike) -> Array:
        """theta (size,) as one piece of the network's dtype; ValueError for another
        shape.
        """
        if np.shape(theta) != (self.size,):
            raise ValueError(
                f"theta must have shape ({self.size},); got {np.shape(theta)}."
            )
        return np.ascontiguousarray(theta, dtype=self.dtype)

    def _spread(self, of: Any) -> Array:
        """A vector like theta that holds one number per parameter array."""
        vector = np.empty(self.size, dtype=self.dtype)
        for layer, names in zip(self.layers, self.layout, strict=True):
            for name, (part, _) in names.items():
                vector[part] = of(layer, name)
        return vector

    def views(self, theta: Array) -> list[Views]:
        """For each layer its parameters by name, as arrays that share theta's
        memory.
        """
        return [
            SimpleNamespace(
                **{
                    name: theta[part].reshape(shape)
                    for name, (part, shape) in names.items()
                }
            )
            for names in self.layout
        ]

    def initial(self, rng: Source) -> Array:
        """Starting parameters, layer by layer from `rng`."""
        theta = np.empty(self.size, dtype=self.dtype)
        for layer, p in zip(self.layers, self.views(theta), strict=True):
            layer.initial(p, rng)
        return theta

    def walk(
        self, X: Array, theta: Array | None = None, ctx: Context = OBSERVE
    ) -> Iterator[Pass]:
        """Layer after layer: rows X (n, d), as the network reads them, carried through.

        Without `ctx`, as in prediction, and each layer keeps what it computes on the
        way.
        """
        theta = self._theta if theta is None else theta
        a = X
        for layer, p in zip(self.layers, self.views(theta), strict=True):
            a0 = a
            values: dict[str, Array] = {}
            seen = ctx if ctx.values is None else replace(ctx, values=values)
            a, backward = layer.forward(p, a0, seen)
            yield Pass(layer, p, a0, a, backward, values)

    def forward(
        self, theta: Array, X: Array, ctx: Context = PREDICT
    ) -> tuple[Array, list[Backward]]:
        """Raw predictions z (n, k), and on a tape each layer's backward."""
        a = X
        tape = []
        for step in self.walk(X, theta, ctx):
            a = step.a
            tape.append(step.backward)
        return a, tape

    def sums(
        self, theta: Array, X: Array, y: Array, w: Array, ctx: Context = PREDICT
    ) -> tuple[float, Array, float]:
        """The one primitive: sum of weighted losses, sum of weighted gradients (like
        theta), sum of weights.

        w is (n, 1) for weights of rows, or (n, k) for weights of single outputs; a
        row's outputs then weigh their mean.
        """
        z, tape = self.forward(theta, X, ctx)
        dtheta = np.empty_like(theta)
        views = self.views(dtheta)
        da: Any = w * self.loss.dz(z, y)
        for index in reversed(range(self.lowest, len(tape))):
            da = tape[index](da, views[index], index > self.lowest)
        return (
            float((w * self.loss.value(z, y)).sum()),
            dtheta,
            float(w.sum()) / w.shape[-1],
        )

    def penalty(self, theta: Array, lam: float, l1: float) -> float:
        """lam/2 sum |W|^2 + l1 sum |W|, the second part of [R1]."""
        weights = theta * self.penalised
        return lam / 2.0 * float(weights @ weights) + l1 * float(np.abs(weights).sum())

    def objective(
        self,
        theta: Array,
        X: Array,
        y: Array,
        w: Array,
        lam: float = 0.0,
        l1: float = 0.0,
        *,
        ctx: Context = PREDICT,
        total: float | None = None,
        share: float = 1.0,
    ) -> Objective:
        """[R1] and [R2] over these rows; with `total` = w_mean s and `share` = n_B/s, a
        batch's [R3].
        """
        loss, g, weight = self.sums(theta, X, y, w, ctx)
        total = weight if total is None else total
        g /= total  # [R2] [R3]
        penalty = 0.0
        if lam or l1:
            penalty = share * self.penalty(theta, lam, l1)
            g += (
                share * self.penalised * (lam * theta + l1 * np.sign(theta))
            )  # [R2] [R3]
        return Objective(loss / total, penalty, g)  # [R1]

    def raw_predict(self, X: ArrayLike, theta: Array | None = None) -> Array:
        """The raw prediction z (n, k), before the link."""
        return self._predict(X, theta, link=False)

    def predict(self, X: ArrayLike, theta: Array | None = None) -> Array:
        """The prediction y_hat = link(z), (n, k): probabilities, or values."""
        return self._predict(X, theta, link=True)

    def _predict(self, X: Any, theta: Array | None, link: bool) -> Array:
        theta = self._theta if theta is None else self.read_theta(theta)
        if self.predictor is not None:
            return self.predictor.predict(self, theta, X, link)
        z = self.forward(theta, self.read_rows(X))[0]
        return self.loss.link(z) if link else z

    def read_rows(self, X: ArrayLike) -> Array:
        """X as a table (n, d) of the network's dtype, sparse if X is.

        Raises ValueError for a wrong shape, or values that are not finite.
        """
        # what is too large for float32 becomes infinite, and is named below
        with np.errstate(over="ignore"):
            table: Any = (
                read_sparse(X, self.dtype)
                if is_sparse(X)
                else np.asarray(X, dtype=self.dtype)
            )
        if table.ndim != 2 or table.shape[1] != self.d or table.shape[0] == 0:
            raise ValueError(
                f"X must have shape (n, {self.d}) with n at least 1; got {table.shape}."
            )
        with np.errstate(all="ignore"):
            # needs no memory; too large a sum is looked at closely
            if np.isfinite(table.sum(axis=0)).all():
                return table
        bad = not_finite(table)
        if bad.any():
            names = [
                str(name)
                for name in np.asarray(getattr(X, "columns", range(self.d)))[bad]
            ]
            raise ValueError(
                f"X is NaN or infinite (in {self.dtype}) in columns "
                f"{', '.join(names)}; remove or fill."
            )
        return table

    def read(
        self, X: ArrayLike, y: Any, w: ArrayLike | None = None
    ) -> tuple[Array, Array, Array]:
        """X, y, w as the network reads them: (n, d), y as its loss wants it
        (losses.encode), w (n, 1) or (n, k).

        Raises ValueError, naming what is wrong, for shapes that do not fit and values
        that are not finite.
        """
        table = self.read_rows(X)
        truth = encode(self.loss, y, self.k, self.dtype)
        n = table.shape[0]
        if len(truth) != n:
            raise ValueError(f"X has {n} rows but y has {len(truth)}.")
        with np.errstate(over="ignore"):
            weight = (
                np.ones((n, 1), dtype=self.dtype)
                if w is None
                else np.asarray(w, dtype=self.dtype)
            )
        weight = weight[:, None] if weight.ndim == 1 else weight
        check_value(self.loss, truth, self.k)
        per_row = self.k if self.loss.pointwise else 1
        if weight.shape not in ((n, 1), (n, per_row)):
            raise ValueError(
                f"w must have shape ({n},) or ({n}, {per_row}) for {self.loss}; got "
                f"{weight.shape}."
            )
        if not np.isfinite(weight).all() or (weight < 0.0).any() or not weight.any():
            raise ValueError("w must hold finite weights of at least 0, not all 0.")
        return table, truth, weight


def _lay_out(
    layers: Sequence[Layer],
) -> tuple[list[dict[str, tuple[slice, tuple[int, ...]]]], int]:
    """Where each layer's parameters lie in theta, and how long theta is."""
    layout = []
    start = 0
    for layer in layers:
        names = {}
        for name, shape in layer.shapes.items():
            stop = start + int(np.prod(shape))
            names[name] = (slice(start, stop), shape)
            start = stop
        layout.append(names)
    return layout, start
