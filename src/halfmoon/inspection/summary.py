"""What a network is: its layers, parameters counted, and the memory they need."""

import html
from dataclasses import dataclass

import numpy as np

from halfmoon.components.rules import INF, NONE, Integer
from halfmoon.layers import Layer
from halfmoon.network import Network

HEAD = (
    "layer",
    "in -> out",
    "activation",
    "start",
    "penalised",
    "unpenalised",
    "parameters",
)
BATCH_SIZE = NONE | Integer("[", 1, INF, ")")


@dataclass(frozen=True)
class LayerRow:
    """One layer, or all of them together: its sizes and how many parameters it has."""

    name: str  # "Dense 1" has W1 and b1, as in a trace
    d: int
    k: int
    activation: str = ""
    start: str = ""  # how its weights begin; or a Dropout's rate
    penalised: int = 0  # parameters that penalties shrink, such as weights
    unpenalised: int = 0  # those that they leave alone, such as biases

    @property
    def parameters(self) -> int:
        """All parameters, penalised or not."""
        return self.penalised + self.unpenalised

    def cells(self) -> list[str]:
        """The row as text, in the order of HEAD."""
        return [
            self.name,
            f"{self.d} -> {self.k}",
            self.activation,
            self.start,
            f"{self.penalised:,}",
            f"{self.unpenalised:,}",
            f"{self.parameters:,}",
        ]


@dataclass(frozen=True)
class Summary:
    """A network's layers and its memory; prints as a table, as one in a notebook too.

    Of P parameters of s bytes (8 or 4), n rows in a batch, d inputs, and k outputs of
    each layer:

    parameter_bytes  = s P
    training_bytes   = 3 s P              theta before and after an update, and the
                                          gradient; each of the optimizer's slots
                                          (Adam: two) is another s P
    activation_bytes = s n (d + sum 2 k)  the inputs; z and a of each Dense, a and
                                          mask of each Dropout

    Parameters
    ----------
    title : str
        The network's loss and dtype.
    rows : list of LayerRow
        The layers, inputs first.
    total : LayerRow
        All layers together.
    parameter_bytes : int
        Memory of the parameters.
    training_bytes : int
        Memory of an update, without the optimizer's own.
    activation_bytes : int
        Memory of what the layers hold during an update.
    batch_size : int
        The rows for which that is.

    Examples
    --------
    >>> from halfmoon import Network
    >>> summary(Network.dense([2, 3, 2])).training_bytes
    408
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
        """What needs memory, and how much.

        Returns
        -------
        list of str
            One line each.
        """
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
        columns = []
        for index, column in enumerate(zip(*table, strict=True)):
            width = max(map(len, column))
            side = "<" if index < 4 else ">"
            columns.append([f"{cell:{side}{width}}" for cell in column])
        head, *body, total = map("  ".join, zip(*columns, strict=True))
        rule = "-" * len(head)
        lines = [self.title, "", head, rule, *body, rule, total, "", *self.notes()]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """A table with row headers, without colours of its own: for dark pages too."""
        head = "".join(f"<th scope='col'>{html.escape(name)}</th>" for name in HEAD)
        body = "\n".join(_html_row(row.cells()) for row in [*self.rows, self.total])
        notes = html.escape("\n".join(self.notes()))
        caption = f"<caption>{html.escape(self.title)}</caption>"
        table = f"<table class='summary'>{caption}\n<tr>{head}</tr>\n{body}\n</table>"
        return f"{table}\n<pre>{notes}</pre>"


def summary(network: Network, *, batch_size: int | None = None) -> Summary:
    """The network's layers, their parameters, and the memory that training needs.

    Parameters
    ----------
    network : Network
        The network.
    batch_size : int, optional
        The rows of a batch, for the memory of activations; None counts one row.

    Returns
    -------
    Summary
        It prints as a table.

    Raises
    ------
    ValueError
        For another `batch_size`.

    Examples
    --------
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
    rows = [_row(layer) for layer in network.layers]
    total = LayerRow(
        "total",
        network.d,
        network.k,
        penalised=sum(row.penalised for row in rows),
        unpenalised=sum(row.unpenalised for row in rows),
    )
    itemsize = network.dtype.itemsize
    values_of_a_row = network.d + sum(2 * row.k for row in rows)
    return Summary(
        title=f"Network: {network.loss}, {network.dtype}",
        rows=rows,
        total=total,
        parameter_bytes=itemsize * network.size,
        training_bytes=3 * itemsize * network.size,
        activation_bytes=itemsize * n * values_of_a_row,
        batch_size=n,
    )


def _row(layer: Layer) -> LayerRow:
    """What the table says of one layer."""
    sizes = {name: int(np.prod(shape)) for name, shape in layer.shapes.items()}
    penalised = sum(sizes[name] for name in layer.penalised)
    return LayerRow(
        layer.label,
        layer.d,
        layer.k,
        activation="" if layer.act is None else str(layer.act),
        start=layer.summary_note,
        penalised=penalised,
        unpenalised=sum(sizes.values()) - penalised,
    )


def _html_row(cells: list[str]) -> str:
    head, *rest = map(html.escape, cells)
    aligned = []
    for index, cell in enumerate(rest):
        side = "left" if index < 3 else "right"
        aligned.append(f"<td align='{side}'>{cell}</td>")
    return f"<tr><th scope='row'>{head}</th>{''.join(aligned)}</tr>"
