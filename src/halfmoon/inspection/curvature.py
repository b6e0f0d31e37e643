"""How steeply a network's objective bends, and how long a step may be because of it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from halfmoon.arrays.elementary import Array
from halfmoon.network import Network
from halfmoon.training.train import train

# of a central difference: its own error and rounding are both near 1e-10, and
# dividing by a power of two is exact
STEP = 2.0**-17
MOST = 2000  # parameters; twice as many gradients are computed


@np.errstate(under="ignore")
def hessian(
    network: Network,
    X: ArrayLike,
    y: Any,
    *,
    w: ArrayLike | None = None,
    theta: ArrayLike | None = None,
    l2: float = 0.0,
) -> Array:
    """All second derivatives of a network's objective by its parameters.

    H_ij = d2L / dtheta_i dtheta_j
         = (dL/dtheta_i (theta + h e_j) - dL/dtheta_i (theta - h e_j)) / 2h

    with the gradient of [R2] and e_j = 1 in parameter j, else 0; then the mean of H and
    its transpose, since the order of the two derivatives does not matter. It is good to
    about 1e-9 of the largest entry where the objective is smooth. Dropout is off, as in
    prediction.

    Parameters
    ----------
    network : Network
        A network of at most 2000 parameters.
    X : array-like or sparse matrix (n, d)
        Rows.
    y : array-like (n,) or (n, columns)
        The truth, as the network's loss reads it.
    w : array-like (n,) or (n, k), optional
        Weights of rows, or of single outputs.
    theta : array-like (size,), optional
        Parameters in place of the network's own.
    l2 : float, default=0.0
        How strong the penalty on the weights is.

    Returns
    -------
    array (size, size)
        The Hessian, symmetric; its rows and columns are in the order of theta.

    Raises
    ------
    ValueError
        For data that do not fit, and for too many parameters.

    Examples
    --------
    >>> from halfmoon import Network, datasets
    >>> from halfmoon.inspection import hessian
    >>> hessian(Network.dense([2, 3, 2]), *datasets.make("moons")).shape
    (17, 17)
    """
    if network.size > MOST:
        raise ValueError(
            f"A Hessian is computed for at most {MOST} parameters, and this network "
            f"has {network.size}; take one with fewer inputs or hidden units."
        )
    rows, truth, weight = (part.astype(np.float64) for part in network.read(X, y, w))
    at = network.theta if theta is None else network.read_theta(theta)
    H = np.empty((network.size, network.size))
    for j, step in enumerate(STEP * np.eye(network.size)):
        right = network.objective(at + step, rows, truth, weight, l2).g
        left = network.objective(at - step, rows, truth, weight, l2).g
        H[:, j] = (right - left) / (2.0 * STEP)
    return np.asarray((H + H.T) / 2.0)


def curvature(
    network: Network,
    X: ArrayLike,
    y: Any,
    *,
    w: ArrayLike | None = None,
    theta: ArrayLike | None = None,
    l2: float = 0.0,
) -> float:
    """The curvature of a network's objective where it is largest.

    kappa = max of v^T H v over all v of length 1

    It is the largest eigenvalue of the Hessian H. In that direction plain gradient
    descent on a quadratic objective multiplies the distance from the minimum by
    1 - rate kappa at each update: it comes nearer only while rate kappa < 2. In
    training, rate kappa often rises to 2 and stays near it (Cohen et al. 2021,
    "Gradient descent on neural networks typically occurs at the edge of stability").

    Parameters
    ----------
    network : Network
        A network of at most 2000 parameters.
    X : array-like or sparse matrix (n, d)
        Rows.
    y : array-like (n,) or (n, columns)
        The truth, as the network's loss reads it.
    w : array-like (n,) or (n, k), optional
        Weights of rows, or of single outputs.
    theta : array-like (size,), optional
        Parameters in place of the network's own.
    l2 : float, default=0.0
        How strong the penalty on the weights is.

    Returns
    -------
    float
        The largest eigenvalue of `hessian`.

    Raises
    ------
    ValueError
        For data that do not fit, and for too many parameters.

    Examples
    --------
    >>> from halfmoon import Network, curvature, datasets
    >>> X, y = datasets.make("moons", n=200, noise=0.2, seed=0)
    >>> kappa = curvature(Network.dense([2, 3, 2]), X, y)
    >>> f"The longest rate that still comes nearer is {2.0 / kappa:.1f}."
    'The longest rate that still comes nearer is 2.8.'
    """
    H = hessian(network, X, y, w=w, theta=theta, l2=l2)
    return float(np.linalg.eigvalsh(H)[-1])


def curvature_along(
    network: Network,
    X: ArrayLike,
    y: Any,
    rate: float,
    updates: Sequence[int],
    *,
    l2: float = 0.0,
    engine: Any = "auto",
) -> dict[int, float]:
    """The curvature on the way of plain gradient descent, after some of its updates.

    The network is trained from one of `updates`, which rise, to the next. Ctrl-C ends
    it.
    """
    found: dict[int, float] = {}
    options = {"optimizer": "gd", "learning_rate": rate, "l2": l2, "engine": engine}
    for update in updates:
        more = update - max(found, default=0)
        if more > 0:
            run = train(network, X, y, epochs=more, **options)
            if run.stopped == "interrupted":
                raise KeyboardInterrupt
        found[update] = curvature(network, X, y, l2=l2)
    return found
