"""How a network's outputs and losses change with its inputs."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from halfmoon.arrays.elementary import Array
from halfmoon.components.losses import Loss
from halfmoon.layers import Backward
from halfmoon.network import Network

# dividing by it is exact; here the differences' own error and rounding are alike, about
# 1e-14
STEP = 2.0**-7
# central differences of order 6 (Fornberg 1988, table 1)
STENCIL = ((1, 3 / 4), (2, -3 / 20), (3, 1 / 60))


@np.errstate(under="ignore")
def input_gradients(
    network: Network,
    X: ArrayLike,
    y: Any = None,
    *,
    of: str = "prediction",
    theta: ArrayLike | None = None,
) -> Array:
    """How each row's outputs, or its loss, change with its inputs, as in prediction.

    of="raw"          dz_c/dx_j       (n, k, d)   by the layers' own backward [B1]
                                                  [B4], one pass for each output c
    of="prediction"   dy_hat_c/dx_j   (n, k, d)   the same, begun with dy_hat_c/dz
    of="loss"         dl/dx_j         (n, d)      the same, begun with dz; l is the
                                                  row's loss at truth y, unweighted,
                                                  summed over its outputs, without
                                                  penalty

    A loss does not tell its link's derivative, so dy_hat_c/dz comes from differences of
    the link in float64, good to 1e-13 of the prediction's size where the link is smooth
    (and is exact where y_hat = z); the rest is exact. At a kink (ReLU at 0) it is the
    derivative that training uses.

    Parameters
    ----------
    network : Network
        The network.
    X : array-like or sparse matrix (n, d)
        The rows at which derivatives are taken.
    y : array-like (n,) or (n, columns), optional
        The truth; for of="loss" only.
    of : {"prediction", "raw", "loss"}, default="prediction"
        What is differentiated.
    theta : array-like (size,), optional
        Parameters in place of the network's own.

    Returns
    -------
    array (n, k, d) or (n, d)
        The derivatives.

    Raises
    ------
    ValueError
        For another `of`, data that do not fit, and where y is missing or not used.

    Examples
    --------
    >>> from halfmoon import Network
    >>> network = Network.dense([2, 3, 2])
    >>> input_gradients(network, [[0.5, -1.0]]).shape
    (1, 2, 2)
    """
    if of not in ("prediction", "raw", "loss"):
        raise ValueError(f"of must be 'prediction', 'raw' or 'loss'; got {of!r}.")
    if of == "loss" and y is None:
        raise ValueError("of='loss' needs y; pass it too.")
    if of != "loss" and y is not None:
        raise ValueError(f"of={of!r} does not use y; leave it out.")
    at = network.theta if theta is None else network.read_theta(theta)
    if of == "loss":
        rows, truth, _ = network.read(X, y)
        z, tape = network.forward(at, rows)
        return _back(network, tape, network.loss.dz(z, truth))
    z, tape = network.forward(at, network.read_rows(X))
    slopes = _slopes(network.loss, z, of == "prediction").astype(z.dtype)
    return np.stack([_back(network, tape, slope) for slope in slopes], axis=1)


def _back(network: Network, tape: list[Backward], da: Any) -> Array:
    """From derivatives by raw predictions (n, k) to derivatives by inputs (n, d)."""
    # the layers' own derivatives, which nobody reads
    views = network.views(np.empty(network.size, network.dtype))
    for backward, dp in reversed(list(zip(tape, views, strict=True))):
        da = backward(da, dp, True)
    return np.asarray(da)


def _slopes(loss: Loss, z: Array, of_prediction: bool) -> Array:
    """For each output c its derivative by the raw predictions (k, n, k).

    The output is the raw prediction z_c itself, or the prediction y_hat_c.
    """
    n, k = z.shape
    if not of_prediction or np.array_equal(loss.link(z), z):
        return np.repeat(np.eye(k)[:, None], n, axis=1)
    by_raw = []
    for h in STEP * np.eye(k):  # of float64, and so is all that is added to it
        slope = np.zeros((n, k))
        for i, c in STENCIL:
            slope = slope + c / STEP * (loss.link(z + i * h) - loss.link(z - i * h))
        by_raw.append(slope)
    return np.array(by_raw).transpose(2, 1, 0)
