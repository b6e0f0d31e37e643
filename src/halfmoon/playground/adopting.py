"""A trained network as what the playground begins with."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from halfmoon.network import Network
from halfmoon.playground.given import Source, drawn_points

PARTS = {"W", "b"}  # of a dense layer
BEGIN_ANEW = (
    "The network has the shape of yours, and its weights begin anew, since the columns "
    "of a table are scaled here."
)


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


def points_for(network: Network, X: ArrayLike, y: ArrayLike) -> Source | None:
    """Rows with one or two columns as points, which are learned from as they are.

    y becomes class numbers, if the network predicts classes. None for other rows.
    """
    X = np.asarray(X)
    if X.ndim != 2 or X.shape[1] > 2 or X.dtype.kind not in "fiub":
        return None
    columns = dict(zip(("x1", "x2"), X.T, strict=False))
    if network.loss.target == "real":
        return drawn_points(columns | {"y": np.asarray(y)}, "regression")
    _, numbers = np.unique(np.asarray(y), return_inverse=True)
    return drawn_points(columns | {"y": numbers})


def weights_of(network: Network, outputs: int) -> NDArray[np.float64]:
    """theta for a network with so many outputs, one a class.

    One output for two classes becomes the second; the first is always 0, so that the
    probabilities are the same.
    """
    theta = network.theta.astype(np.float64)
    if outputs == network.k:
        return theta
    last = network.layers[-1]
    parts = theta[-(last.d + 1) :]  # W (d, 1), b (1,)
    both = np.column_stack([np.zeros(last.d + 1), parts])
    return np.append(theta[: -(last.d + 1)], both)
