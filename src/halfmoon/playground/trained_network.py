"""A trained network as what the playground begins with."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from halfmoon.network import Network
from halfmoon.playground.data import Data
from halfmoon.playground.sources import Source, table_source
from halfmoon.tables.frames import read_frame

PARTS = {"W", "b"}  # of a dense layer


def network_of(model: Any) -> Network | None:
    """A network, or that of a fitted MLPClassifier or MLPRegressor; None for others.

    Raises ValueError for a regressor whose network knows scaled values only.
    """
    if getattr(model, "normalize_y", False):
        raise ValueError(
            "This model scales y before its network sees it; fit one with "
            "normalize_y=False to open it."
        )
    network = getattr(model, "network_", model)
    return network if isinstance(network, Network) else None


def settings_of(network: Network) -> dict[str, Any]:
    """The settings that build such a network.

    Raises ValueError for one with other layers than dense ones and dropout.
    """
    layers = [layer for layer in network.layers if layer.shapes]
    if any(set(layer.shapes) != PARTS for layer in layers):
        raise ValueError(
            "The playground shows networks of dense layers, with dropout or without; "
            f"this one is {network}."
        )
    loss = str(network.loss)
    return {
        "hidden": tuple(layer.k for layer in layers[:-1]),
        "activations": tuple(str(layer.act) for layer in layers[:-1]),
        # its one output for two classes are two here
        "loss": "auto" if loss == "logistic_cross_entropy" else loss,
    }


def rows_for(columns: Mapping[str, Any]) -> Source:
    """Columns (n,), the last of which is predicted, as the network was given them.

    Raises ValueError for an input that is no number.
    """
    table = read_frame(columns)
    *inputs, _ = table
    for name in inputs:
        if table[name].dtype.kind != "f" or np.isnan(table[name]).any():
            raise ValueError(
                f"The network was given numbers, and {name!r} holds something else, or "
                "gaps; open the table without the network."
            )
    said = dict.fromkeys(inputs, "number")
    return table_source(table, said)._replace(scaled=False)


def weights_of(network: Network, data: Data) -> NDArray[np.float64]:
    """theta of a network with an output for each class, which predicts the same.

    One output for two classes becomes the second; the first is always 0. Raises
    ValueError where the rows have other inputs or outputs than the network.
    """
    theta = network.theta.astype(np.float64)
    d = network.layers[0].d
    is_doubled = network.k == 1 and data.outputs == 2
    if len(data.inputs) != d or not (is_doubled or data.outputs == network.k):
        raise ValueError(
            f"The network has {d} inputs and {network.k} outputs; the rows have "
            f"{len(data.inputs)} columns that vary, and need {data.outputs}."
        )
    if not is_doubled:
        return theta
    size = network.layers[-1].d + 1  # of W (d, 1) and b (1,)
    both = np.column_stack([np.zeros(size), theta[-size:]])
    return np.append(theta[:-size], both)
