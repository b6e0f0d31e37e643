"""What a network is, and what it computes: its layers counted, its hidden activations,
its gradients by inputs.
"""

import html
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from halfmoon.arrays.elementary import Array
from halfmoon.components.losses import Loss
from halfmoon.components.rules import INF, NONE, Integer
from halfmoon.layers import Backward, Layer
from halfmoon.network import Network

HEAD = ("layer", "in -> out", "activation", "start", "weights", "biases", "parameters")
BATCH_SIZE = NONE | Integer("[", 1, INF, ")")
# dividing by it is exact; here the differences' own error and rounding are alike, about
# 1e-14
STEP = 2.0**-7
# central differences of order 6 (Fornberg 1988, table 1)
STENCIL = ((1, 3 / 4), (2, -3 / 20), (3, 1 / 60))


@dataclass(frozen=True)
class LayerRow:
    """One layer, or all of them together: d inputs to k outputs, what they are made of,
    how many parameters.
    """

    name: str  # "Dense 1" has W1 and b1, as in a trace
    d: int
    k: int
    activation: str = ""
    start: str = ""  # how its weights begin; or a Dropout's rate
    weights: int = 0  # those that penalties shrink
    biases: int = 0  # those that they leave alone

    @property
    def parameters(self) -> int:
        """Weights and biases."""
        return self.weights + self.biases

    def cells(self) -> list[str]:
        """The row as text, in the order of HEAD."""
        counts = [
            f"{count:,}" for count in (self.weights, self.biases, self.parameters)
        ]
        return [
            self.name,
            f"{self.d} -> {self.k}",
            self.activation,
            self.start,
            *counts,
        ]


@dataclass(frozen=True)
class Summary:
    """A network's layers and its memory in bytes; prints as a table, and shows as one
    in a notebook.

    Of P parameters of s bytes (8 or 4), n rows in a batch, d inputs, and k outputs of
    each layer:

    parameter_bytes  = s P
    training_bytes   = 3 s P              theta before and after an update, and the
                                          gradient; each of the optimizer's slots
                                          (Adam: two) is another s P
    activation_bytes = s n (d + sum 2 k)  the inputs; z and a of each Dense, a and
                                          mask of each Dropout
    """

    title: str
    rows: list[LayerRow]
    total: LayerRow
    parameter_bytes: int
    training_bytes: int
    activation_bytes: int
    batch_size: int

    @property
    def parameters(self) -> int:
        """P, the length of theta."""
        return self.total.parameters

    def notes(self) -> list[str]:
        """What needs memory, and how much."""
        return [
            f"parameters   {self.parameter_bytes:,} bytes",
            (
                f"training     {self.training_bytes:,} bytes, and "
                f"{self.parameter_bytes:,} for each slot of the optimizer"
            ),
            (
                f"activations  {self.activation_bytes:,} bytes at "
                f"batch_size={self.batch_size}"
            ),
        ]

    def __str__(self) -> str:
        table = [list(HEAD), *(row.cells() for row in [*self.rows, self.total])]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        form = "  ".join(
            f"{{:{'<' if place < 4 else '>'}{width}}}"
            for place, width in enumerate(widths)
        )
        head, *body, total = [form.format(*cells) for cells in table]
        rule = "-" * len(head)
        return "\n".join(
            [self.title, "", head, rule, *body, rule, total, "", *self.notes()]
        )

    def _repr_html_(self) -> str:
        """A table with row headers; without colours of its own, so that it suits light
        and dark pages.
        """
        head = "".join(f"<th scope='col'>{html.escape(name)}</th>" for name in HEAD)
        body = "\n".join(_html_row(row.cells()) for row in [*self.rows, self.total])
        notes = html.escape("\n".join(self.notes()))
        caption = f"<caption>{html.escape(self.title)}</caption>"
        return (
            "<table "
            f"class='summary'>{caption}\n<tr>{head}</tr>\n{body}\n</table>\n<pre>{notes}</pre>"
        )


def summary(network: Network, *, batch_size: int | None = None) -> Summary:
    """The network's layers, their parameters, and the memory needed to train with
    `batch_size` rows (None: one).

    >>> from halfmoon import Network
    >>> summary(Network.dense([2, 3, 2])).parameters
    17
    """
    if not BATCH_SIZE.allows(batch_size):
        raise ValueError(
            "batch_size must be None or a whole number of at least 1; got "
            f"{batch_size!r}."
        )
    n = 1 if batch_size is None else batch_size
    rows = [_describe(layer) for layer in network.layers]
    total = LayerRow(
        "total",
        network.d,
        network.k,
        "",
        "",
        sum(r.weights for r in rows),
        sum(r.biases for r in rows),
    )
    size = network.dtype.itemsize * network.size
    activations = (
        network.dtype.itemsize * n * (network.d + sum(2 * row.k for row in rows))
    )
    return Summary(
        f"Network: {network.loss}, {network.dtype}",
        rows,
        total,
        size,
        3 * size,
        activations,
        n,
    )


def _describe(layer: Layer) -> LayerRow:
    """What the table says of one layer."""
    sizes = {name: int(np.prod(shape)) for name, shape in layer.shapes.items()}
    penalised = sum(sizes[name] for name in layer.penalised)
    return LayerRow(
        layer.label,
        layer.d,
        layer.k,
        "" if layer.act is None else str(layer.act),
        layer.start,
        penalised,
        sum(sizes.values()) - penalised,
    )


def _html_row(cells: list[str]) -> str:
    head, *rest = map(html.escape, cells)
    aligned = [
        f"<td align='{'left' if place < 3 else 'right'}'>{cell}</td>"
        for place, cell in enumerate(rest)
    ]
    return f"<tr><th scope='row'>{head}</th>{''.join(aligned)}</tr>"


def hidden_activations(network: Network, X: ArrayLike) -> list[Array]:
    """What the units of each hidden Dense layer answer to rows X (n, d), as in
    prediction: arrays a (n, k) [F2].

    The last Dense layer gives scores, and is left out; dropout drops nothing.

    >>> from halfmoon import Network
    >>> network = Network.dense([2, 3, 4, 2])
    >>> [a.shape for a in hidden_activations(network, [[0.5, -1.0]])]
    [(1, 3), (1, 4)]
    """
    walk = network.walk(network.read_rows(X))
    units = [step.a for step in walk if step.layer.act is not None]
    return units[:-1]


def input_gradients(
    network: Network,
    X: ArrayLike,
    y: Any = None,
    *,
    of: str = "prediction",
    theta: ArrayLike | None = None,
) -> Array:
    """How each row's outputs, or its loss, change with its inputs: derivatives at X (n,
    d), as in prediction.

    of="raw"        dz_c/dx_j       (n, k, d)   by the layers' own backward [B1]
                                                  [B4], one pass for each output c
    of="prediction"   dy_hat_c/dx_j   (n, k, d)   the same, begun with dy_hat_c/dz
    of="loss"         dl/dx_j         (n, d)      the same, begun with dz; l is the
                                                  row's loss at truth y, unweighted,
                                                  summed over its outputs, without
                                                  penalty

    A loss does not tell its link's derivative, so dy_hat_c/dz comes from differences of
    the link in float64, good to 1e-13 of the prediction's size where the link is smooth
    (and is exact where y_hat = z); the rest is exact. At a kink (ReLU at 0) it is the
    derivative that training uses. ValueError for another `of`, for data that do not
    fit, and where y is missing or not used.
    """
    if of not in ("prediction", "raw", "loss"):
        raise ValueError(f"of must be 'prediction', 'raw' or 'loss'; got {of!r}.")
    if (y is None) == (of == "loss"):
        remedy = "needs y; pass it too" if y is None else "does not use y; leave it out"
        raise ValueError(f"of={of!r} {remedy}.")
    at = network.theta if theta is None else network.read_theta(theta)
    rows, truth = (network.read_rows(X), None) if y is None else network.read(X, y)[:2]
    z, tape = network.forward(at, rows)
    if truth is not None:
        return _back(network, tape, network.loss.dz(z, truth))
    slopes = _slopes(network.loss, z, of == "prediction").astype(z.dtype)
    return np.stack([_back(network, tape, slope) for slope in slopes], axis=1)


def _back(network: Network, tape: list[Backward], da: Any) -> Array:
    """From derivatives by scores (n, k) to derivatives by inputs (n, d)."""
    # the layers' own derivatives, which nobody reads
    views = network.views(np.empty(network.size, network.dtype))
    for backward, dp in reversed(list(zip(tape, views, strict=True))):
        da = backward(da, dp, True)
    return np.asarray(da)


def _slopes(loss: Loss, z: Array, link: bool) -> Array:
    """For each output c its derivative by scores (k, n, k): of the score itself, or of
    the prediction.
    """
    n, k = z.shape
    if not link or np.array_equal(loss.link(z), z):
        return np.repeat(np.eye(k)[:, None], n, axis=1)
    steps = STEP * np.eye(k)  # of float64, and so is all that is added to them
    by_score = [
        sum(
            c / STEP * (loss.link(z + i * h) - loss.link(z - i * h)) for i, c in STENCIL
        )
        for h in steps
    ]
    return np.array(by_score).transpose(2, 1, 0)
