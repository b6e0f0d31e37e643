"""A network: layers in a row over one vector theta that holds every parameter.

Optimizers, averages, checks and files see theta; layers see views into it (stack.py
says where each parameter lies).

    L(theta)  = sum_i w_i l(z_i, y_i) / sum_i w_i + lam/2 sum |W|^2 + l1 sum |W|  [R1]
    dL/dtheta = sum_i w_i dl_i/dtheta / sum_i w_i + m (lam theta + l1 sign theta) [R2]
    g_B       = sum_(i in B) w_i dl_i/dtheta / (w_mean s)
                + n_B/s m (lam theta + l1 sign theta)                             [R3]

l_i is summed over the row's outputs. W are the parameters that their layers say are
penalised; m is 1 on these and 0 on the others, such as biases. A batch B has n_B rows,
s of them unless it is the last: over an epoch the g_B add up to n/s times dL/dtheta
exactly, so a short last batch steps no harder than its share, a row of weight 2 counts
twice in every batch, and a penalty does not depend on the batch size. Where single
outputs have weights (n, k), w_i is the row's mean in the sums of weights.
"""

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import replace
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from halfmoon.arrays.blas import one_blas_thread
from halfmoon.arrays.cached import cached_property
from halfmoon.arrays.elementary import Array
from halfmoon.arrays.random import WEIGHTS, Stream
from halfmoon.arrays.table import read_table
from halfmoon.components.activations import Activation
from halfmoon.components.freezing import freeze
from halfmoon.components.initializers import Initializer, Source
from halfmoon.components.losses import (
    LOSSES,
    Loss,
    check_value,
    encode,
    read_weights,
)
from halfmoon.layers import PREDICT, Backward, Context, Layer, Views
from halfmoon.stack import (
    dense_layers,
    frozen,
    lay_out,
    read_layers,
    spread,
    views_of,
)


class Objective(NamedTuple):
    """[R1] and [R2], or a batch's part of them [R3]."""

    loss: float
    penalty: float
    g: Array  # the gradient of their sum


class Pass(NamedTuple):
    """One layer at work on rows: its input, output and backward function."""

    layer: Layer
    p: Views
    a0: Array
    a: Array
    backward: Backward
    # what the layer kept on the way, by name: its z; once backward has run, its delta
    values: dict[str, Array]

    @property
    def z(self) -> Array:
        """The raw values of its units, before the activation; if it has an `act`."""
        return self.values["z"]


class Predictor(Protocol):
    """Computes a network's predictions faster than NumPy; set by a fit.

    It is copied with the network, and pickled with it.
    """

    @property
    def name(self) -> str:
        """The name of the engine, for `Network.engine`."""

    def predict(self, network: "Network", theta: Array, X: Any, link: bool) -> Array:
        """The prediction link(z) for rows X, or the raw prediction z: (n, k)."""


class Network:
    """Layers, a loss, and the present parameters `theta`.

    Parameters
    ----------
    layers : sequence of Layer
        The layers, inputs first, each with as many inputs as the one below has outputs;
        the last gives the raw predictions z (n, k). They are copied.
    loss : str or Loss, default="softmax_cross_entropy"
        A loss by name, such as "huber:delta=2.0", or an instance.
    dtype : dtype, default=numpy.float64
        Of theta and of all that is computed: float64 or float32.
    seed : int, default=0
        The initial weights are drawn from it.
    rng : numpy.random.RandomState or numpy.random.Generator, optional
        Draws the initial weights in place of `seed`.
    theta : array (size,), optional
        All parameters, where they are known and none are to be drawn.

    Examples
    --------
    >>> from halfmoon import Dense, Dropout, Network
    >>> network = Network([Dense(2, 3, "tanh"), Dropout(3, 0.1), Dense(3, 2)])
    >>> network.size
    17
    >>> network.predict([[0.5, -1.0]]).shape
    (1, 2)
    """

    predictor: Predictor | None = None  # None: NumPy, by this network's own forward

    def __init__(
        self,
        layers: Sequence[Layer],
        loss: str | Loss = "softmax_cross_entropy",
        *,
        dtype: DTypeLike = np.float64,
        seed: int = 0,
        rng: Source | None = None,
        theta: ArrayLike | None = None,
    ) -> None:
        self.layers = read_layers(layers)
        self.loss = LOSSES.make(loss)
        self.dtype = np.dtype(dtype)
        if self.dtype not in (np.dtype(np.float64), np.dtype(np.float32)):
            raise ValueError(f"dtype must be float64 or float32; got {self.dtype}.")
        # the lowest layer with parameters: backward stops there
        self.lowest = min(layer.index for layer in self.layers if layer.shapes)
        self.d = self.layers[0].d
        self.k = self.layers[-1].k
        self.layout, self.size = lay_out(self.layers)
        if theta is None:
            theta = self.initial(Stream(seed, WEIGHTS) if rng is None else rng)
        self.theta = theta

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
        """A network of dense layers; the last gives raw predictions to the loss.

        Parameters
        ----------
        sizes : sequence of int
            How many inputs, units of each hidden layer, and outputs.
        activation : str, Activation or a list of them, default="tanh"
            One for all hidden layers, or one for each.
        loss : str or Loss, default="softmax_cross_entropy"
            A loss by name or an instance.
        initializer : str or Initializer, optional
            How the weights start; None takes what suits each activation.
        dropout : float or list of float, default=0.0
            The rate for all hidden layers; or the inputs' rate, then one for each
            hidden layer.
        dtype : dtype, default=numpy.float64
            float64 or float32.
        seed : int, default=0
            The initial weights are drawn from it, layer by layer.
        rng : numpy.random.RandomState or numpy.random.Generator, optional
            Draws the initial weights in place of `seed`.

        Returns
        -------
        Network
            With its initial weights.

        Examples
        --------
        >>> Network.dense([2, 3, 2]).size
        17
        """
        layers = dense_layers(sizes, activation, initializer, dropout)
        return cls(layers, loss, dtype=dtype, seed=seed, rng=rng)

    def __repr__(self) -> str:
        return f"Network({self.layers}, {str(self.loss)!r})"

    def __getstate__(self) -> dict[str, Any]:
        """What a pickle or copy holds: theta once, and nothing that can be computed."""
        state = vars(self) | {"predictor": copy(self.predictor)}
        computed = ("penalised", "penalised_parts", "rate_factor")
        return {name: value for name, value in state.items() if name not in computed}

    def freeze(self) -> None:
        """Fix what its components mean, as a fit does when it begins.

        From here on nothing that happens outside of the network changes it: neither a
        number that a component reads, nor its class, nor its file.
        """
        self.layers = [frozen(layer) for layer in self.layers]
        self.loss = freeze(self.loss)

    @property
    def engine(self) -> str:
        """The name of the engine that predicts: "numpy" or "compiled"."""
        return "numpy" if self.predictor is None else self.predictor.name

    # theta and its parts

    @property
    def theta(self) -> Array:
        """Every parameter (size,); what it is set to is converted to the dtype."""
        return self._theta

    @theta.setter
    def theta(self, theta: ArrayLike) -> None:
        self._theta = self.read_theta(theta)

    @cached_property
    def penalised(self) -> Array:
        """[R2]'s m, like theta: 1 on what its layer says is penalised, else 0."""
        return spread(
            self.layers,
            self.layout,
            self._theta,
            lambda layer, name: float(name in layer.penalised),
        )

    @cached_property
    def penalised_parts(self) -> list[slice]:
        """Where theta holds what is penalised."""
        return [
            place.part
            for layer, names in zip(self.layers, self.layout, strict=True)
            for name, place in names.items()
            if name in layer.penalised
        ]

    @cached_property
    def rate_factor(self) -> Array:
        """[O4]'s c, like theta: each layer's factor on the learning rate."""
        return spread(
            self.layers,
            self.layout,
            self._theta,
            lambda layer, name: layer.rate_factor,
        )

    def views(self, theta: Array) -> list[Views]:
        """For each layer its parameters by name, sharing theta's memory.

        Parameters
        ----------
        theta : array (size,)
            Parameters, or anything that is laid out like them.

        Returns
        -------
        list
            An object for each layer, with an array for each parameter: ``views[0].W``.
        """
        return views_of(self.layout, theta)

    def initial(self, rng: Source) -> Array:
        """Starting parameters, drawn layer by layer.

        Parameters
        ----------
        rng : numpy.random.RandomState, numpy.random.Generator or Stream
            The source of random numbers.

        Returns
        -------
        array (size,)
            A new theta; the network keeps its own.
        """
        theta = np.empty(self.size, dtype=self.dtype)
        for layer, p in zip(self.layers, self.views(theta), strict=True):
            layer.initial(p, rng)
        return theta

    # forward, backward, objective

    def walk(
        self, X: Array, theta: Array | None = None, ctx: Context = PREDICT
    ) -> Iterator[Pass]:
        """Carry rows through the network, and keep what each layer computes.

        Parameters
        ----------
        X : array (n, d)
            Rows, as `read_rows` gives them.
        theta : array (size,), optional
            Parameters in place of the network's own.
        ctx : Context, optional
            Whether this is training, and where it stands; by default prediction.

        Yields
        ------
        Pass
            A layer with its parameters, input, output, backward function and values.

        Examples
        --------
        >>> network = Network.dense([2, 3, 2])
        >>> X = network.read_rows([[0.5, -1.0]])
        >>> [(step.layer.label, step.z.shape) for step in network.walk(X)]
        [('Dense 1', (1, 3)), ('Dense 2', (1, 2))]
        """
        theta = self._theta if theta is None else theta
        a = X
        for layer, p in zip(self.layers, self.views(theta), strict=True):
            a0 = a
            values: dict[str, Array] = {}
            with np.errstate(under="ignore"):  # what underflows is 0
                a, backward = layer.forward(p, a0, replace(ctx, values=values))
            yield Pass(layer, p, a0, a, backward, values)

    @np.errstate(under="ignore")
    def forward(
        self, theta: Array, X: Array, ctx: Context = PREDICT
    ) -> tuple[Array, list[Backward]]:
        """Raw predictions, and each layer's backward function.

        Parameters
        ----------
        theta : array (size,)
            The parameters.
        X : array (n, d)
            Rows, as `read_rows` gives them.
        ctx : Context, optional
            Whether this is training, and where it stands; by default prediction.

        Returns
        -------
        z : array (n, k)
            The raw predictions.
        tape : list
            The function `backward` of each layer.
        """
        a = X
        tape = []
        with one_blas_thread(X.shape[0] * self.size):
            for layer, p in zip(self.layers, self.views(theta), strict=True):
                a, backward = layer.forward(p, a, ctx)
                tape.append(backward)
        return a, tape

    @np.errstate(under="ignore")
    def sums(
        self, theta: Array, X: Array, y: Array, w: Array, ctx: Context = PREDICT
    ) -> tuple[float, Array, float]:
        """Weighted sums of losses, gradients and weights.

        Parameters
        ----------
        theta : array (size,)
            The parameters.
        X, y, w : arrays
            Rows, truth and weights, as `read` gives them. Of weights of single outputs
            (n, k) a row's mean counts in the sum of weights.
        ctx : Context, optional
            Whether this is training, and where it stands; by default prediction.

        Returns
        -------
        loss : float
            sum_i w_i l_i.
        gradient : array (size,)
            sum_i w_i dl_i/dtheta.
        weight : float
            sum_i w_i.
        """
        dtheta = np.empty_like(theta)
        views = self.views(dtheta)
        with one_blas_thread():
            z, tape = self.forward(theta, X, ctx)
            da: Any = w * self.loss.dz(z, y)
            for index in reversed(range(self.lowest, len(tape))):
                da = tape[index](da, views[index], index > self.lowest)
        loss = float((w * self.loss.value(z, y)).sum())
        weight = float(w.sum()) / w.shape[-1]  # of single outputs, each row's mean
        return loss, dtheta, weight

    def penalty(self, theta: Array, lam: float, l1: float) -> float:
        """lam/2 sum |W|^2 + l1 sum |W|, the second part of [R1].

        Parameters
        ----------
        theta : array (size,)
            The parameters; only those that are penalised count.
        lam, l1 : float
            How strong the two penalties are.

        Returns
        -------
        float
            The penalty.
        """
        penalty = 0.0
        for part in self.penalised_parts:
            W = theta[part]
            if lam:
                penalty += lam / 2.0 * float(W @ W)  # [R1]
            if l1:
                penalty += l1 * float(np.abs(W).sum())  # [R1]
        return penalty

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
        """[R1] and [R2] over these rows, or a batch's part of them, [R3].

        Parameters
        ----------
        theta : array (size,)
            The parameters.
        X, y, w : arrays
            Rows, truth and weights, as `read` gives them.
        lam, l1 : float, default=0.0
            How strong the penalties are.
        ctx : Context, optional
            Whether this is training, and where it stands; by default prediction.
        total : float, optional
            What the sums are divided by: w_mean s for a batch; None takes sum_i w_i.
        share : float, default=1.0
            The share of the penalty: n_B/s for a batch.

        Returns
        -------
        Objective
            The mean loss, the penalty, and the gradient g (size,) of their sum.
        """
        with one_blas_thread():
            loss, g, weight = self.sums(theta, X, y, w, ctx)
            total = weight if total is None else total
            return self.of_sums(theta, loss, g, total, lam, l1, share)

    @np.errstate(under="ignore")
    def of_sums(
        self,
        theta: Array,
        loss: float,
        g: Array,
        total: float,
        lam: float = 0.0,
        l1: float = 0.0,
        share: float = 1.0,
    ) -> Objective:
        """[R1] and [R2], or [R3], from sums over rows.

        Parameters
        ----------
        theta : array (size,)
            The parameters.
        loss : float
            The sum of weighted losses.
        g : array (size,)
            Its gradient, which is written over.
        total : float
            What both are divided by.
        lam, l1 : float, default=0.0
            How strong the penalties are.
        share : float, default=1.0
            The share of the penalty.

        Returns
        -------
        Objective
            The mean loss, the penalty, and the gradient g (size,) of their sum.
        """
        g /= total  # [R2] [R3]
        penalty = 0.0
        if lam or l1:
            penalty = share * self.penalty(theta, lam, l1)
            for part in self.penalised_parts:
                W = theta[part]
                slope = lam * W
                if l1:
                    slope += l1 * np.sign(W)
                g[part] += share * slope  # [R2] [R3]
        return Objective(loss / total, penalty, g)  # [R1]

    # predictions

    def raw_predict(self, X: ArrayLike, theta: Array | None = None) -> Array:
        """The raw prediction z, before the loss's link.

        Parameters
        ----------
        X : array-like or sparse matrix (n, d)
            Rows.
        theta : array (size,), optional
            Parameters in place of the network's own.

        Returns
        -------
        array (n, k)
            What the last layer gives.
        """
        return self._predict(X, theta, link=False)

    def predict(self, X: ArrayLike, theta: Array | None = None) -> Array:
        """The prediction y_hat = link(z): probabilities, or values.

        Parameters
        ----------
        X : array-like or sparse matrix (n, d)
            Rows.
        theta : array (size,), optional
            Parameters in place of the network's own.

        Returns
        -------
        array (n, k)
            What the loss compares with the truth.
        """
        return self._predict(X, theta, link=True)

    def _predict(self, X: Any, theta: Array | None, link: bool) -> Array:
        theta = self._theta if theta is None else self.read_theta(theta)
        if self.predictor is not None:
            return self.predictor.predict(self, theta, X, link)
        z = self.forward(theta, self.read_rows(X))[0]
        with np.errstate(under="ignore"):
            return self.loss.link(z) if link else z

    # what comes from outside

    def read_theta(self, theta: ArrayLike) -> Array:
        """Parameters as one array of the network's dtype.

        Parameters
        ----------
        theta : array-like (size,)
            The parameters.

        Returns
        -------
        array (size,)
            Contiguous; `theta` itself where it is that already.

        Raises
        ------
        ValueError
            For another shape.
        """
        if np.shape(theta) != (self.size,):
            raise ValueError(
                f"theta must have shape ({self.size},); got {np.shape(theta)}."
            )
        return np.ascontiguousarray(theta, dtype=self.dtype)

    def read_rows(self, X: ArrayLike) -> Array:
        """Rows as a table of the network's dtype, sparse if X is.

        Parameters
        ----------
        X : array-like or sparse matrix (n, d)
            Rows.

        Returns
        -------
        array or csr_array (n, d)
            Finite numbers.

        Raises
        ------
        ValueError
            For a wrong shape, or values that are not finite.
        """
        return read_table(X, self.d, self.dtype)

    def read(
        self, X: ArrayLike, y: Any, w: ArrayLike | None = None
    ) -> tuple[Array, Array, Array]:
        """Rows, truth and weights as the network computes with them.

        Parameters
        ----------
        X : array-like or sparse matrix (n, d)
            Rows.
        y : array-like (n,) or (n, columns)
            The truth: class numbers, shares, counts or values, as the loss reads them.
        w : array-like (n,) or (n, k), optional
            Weights of rows, or of single outputs; None weighs all alike.

        Returns
        -------
        X : array or csr_array (n, d)
            Rows.
        y : array (n, columns)
            The truth; classes are one-hot.
        w : array (n, 1) or (n, k)
            Weights.

        Raises
        ------
        ValueError
            For shapes that do not fit and values that are not finite; it names them.
        """
        table = self.read_rows(X)
        truth = encode(self.loss, y, self.k, self.dtype)
        n = table.shape[0]
        if len(truth) != n:
            raise ValueError(f"X has {n} rows but y has {len(truth)}.")
        check_value(self.loss, truth, self.k)
        weight = read_weights(self.loss, w, n, self.k, self.dtype)
        return table, truth, weight
