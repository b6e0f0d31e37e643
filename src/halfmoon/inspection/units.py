"""What hidden units answer, and where they let hardly any gradient through."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from halfmoon.arrays.elementary import Array
from halfmoon.components.activations import Activation
from halfmoon.network import Network

# share of the steepest slope: half of leaky_relu's slope below 0, where it is alive
FLAT = 0.005


@np.errstate(under="ignore")
def hidden_activations(network: Network, X: ArrayLike) -> list[Array]:
    """What the units of each hidden layer answer to rows, as in prediction.

    The last layer with units gives the raw predictions, and is left out; layers without
    units, such as dropout, have no entry.

    Parameters
    ----------
    network : Network
        The network.
    X : array-like or sparse matrix (n, d)
        Rows.

    Returns
    -------
    list of array (n, k)
        The activations a of each hidden layer [F2].

    Examples
    --------
    >>> from halfmoon import Network
    >>> network = Network.dense([2, 3, 4, 2])
    >>> [a.shape for a in hidden_activations(network, [[0.5, -1.0]])]
    [(1, 3), (1, 4)]
    """
    steps = network.walk(network.read_rows(X))
    units = [step.a for step in steps if step.layer.act is not None]
    return units[:-1]


def is_flat(act: Activation, z: Array) -> NDArray[np.bool_]:
    """Where hardly any gradient passes through an activation [B1].

    Parameters
    ----------
    act : Activation
        The activation.
    z : array
        Raw values of units.

    Returns
    -------
    array of bool
        Like z: whether |f'(z)| is at most 0.005 of the steepest slope near 0.

    Examples
    --------
    >>> from halfmoon import ACTIVATIONS
    >>> is_flat(ACTIVATIONS.make("relu"), np.array([-1.0, 1.0]))
    array([ True, False])
    """
    near = np.linspace(-6.0, 6.0, 241)
    steepest = np.abs(act.df(near, act.f(near))).max()
    return np.asarray(np.abs(act.df(z, act.f(z)) + 0.0 * z) <= FLAT * steepest)
