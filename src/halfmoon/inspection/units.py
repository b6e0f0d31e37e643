"""What hidden units answer, and where they let hardly any gradient through."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from halfmoon.arrays.elementary import Array
from halfmoon.components.activations import Activation
from halfmoon.network import Network

# share of the steepest slope: half of leaky_relu's slope below 0, where it is alive
FLAT = 0.005


@np.errstate(under="ignore")
def hidden_activations(
    network: Network, X: ArrayLike, theta: Array | None = None
) -> list[Array]:
    """What the units of each hidden layer answer to rows, as in prediction.

    The last layer with units gives the raw predictions, and is left out; layers without
    units, such as dropout, have no entry.

    Parameters
    ----------
    network : Network
        The network.
    X : array-like or sparse matrix (n, d)
        Rows.
    theta : array (size,), optional
        Parameters in place of the network's own.

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
    steps = network.walk(network.read_rows(X), theta)
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


def zero_lines(W: Array, b: Array, box: tuple[float, float, float, float]) -> Array:
    """Where units over a plane have a raw value of zero, within a part of it.

    Parameters
    ----------
    W, b : arrays (2, k) and (k,)
        The units' weights of the plane's two coordinates, and their biases.
    box : tuple of four floats
        The part of the plane: x from, x to, y from, y to.

    Returns
    -------
    array (k, 4)
        For each unit the two ends x, y, x, y of w1 x + w2 y + b = 0 in the box, with
        the side where it is positive on the left; NaN where it is not in the box.

    Examples
    --------
    >>> zero_lines(np.array([[0.0], [1.0]]), np.array([-0.5]), (0.0, 2.0, 0.0, 1.0))
    array([[0. , 0.5, 2. , 0.5]])
    """
    x0, x1, y0, y1 = box
    lines = np.full((len(b), 4), np.nan)
    for unit, (w1, w2, bias) in enumerate(zip(*W, b, strict=True)):
        ends = [(x, -(bias + w1 * x) / w2) for x in (x0, x1) if w2]
        inside = [end for end in ends if y0 <= end[1] <= y1]
        ends = [(-(bias + w2 * y) / w1, y) for y in (y0, y1) if w1]
        inside += [end for end in ends if x0 < end[0] < x1]
        if len(inside) >= 2:
            # along (w2, -w1), the way of (w1, w2) is on the left
            inside.sort(key=lambda end: end[0] * w2 - end[1] * w1)
            lines[unit] = (*inside[0], *inside[-1])
    return lines
