"""How weights, slopes and activations of each layer are distributed."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from halfmoon.arrays.elementary import Array
from halfmoon.inspection.units import is_flat
from halfmoon.network import Network

BINS = 40


class Distribution(NamedTuple):
    """A histogram of numbers, their mean and standard deviation (NaN of none)."""

    low: float
    high: float
    counts: list[int]
    mean: float
    sd: float


class LayerDistributions(NamedTuple):
    """Those of one layer; of the last one no activations."""

    name: str  # "hidden 1", ..., "output"
    weights: Distribution
    gradients: Distribution
    activations: Distribution | None
    dead: int  # units that are flat in every row


def distribution(values: ArrayLike) -> Distribution:
    """The histogram of all finite numbers in an array.

    >>> distribution([0.0, 1.0, 1.0, np.nan]).counts[-1]
    2
    """
    numbers = np.asarray(values)
    finite = numbers[np.isfinite(numbers)]
    counts, edges = np.histogram(finite, BINS, _range(finite))
    low, *_, high = edges.tolist()
    if not len(finite):
        return Distribution(low, high, counts.tolist(), np.nan, np.nan)
    with np.errstate(over="ignore"):
        mean = float(finite.mean())
        sd = float(finite.std())
    return Distribution(low, high, counts.tolist(), mean, sd)


def _range(values: Array) -> tuple[float, float]:
    """From where to where bins go: wide enough that each is longer than rounding."""
    if not len(values):
        return 0.0, 1.0
    low = float(values.min())
    high = float(values.max())
    if low == high:
        return low - 0.5 * (abs(low) or 1.0), high + 0.5 * (abs(high) or 1.0)
    least = 4.0 * BINS * float(np.spacing(max(abs(low), abs(high))))
    missing = max(0.0, least - (high - low)) / 2.0
    return low - missing, high + missing


def layer_distributions(
    network: Network, X: ArrayLike, g: Array
) -> list[LayerDistributions]:
    """The distributions of each layer with units.

    Parameters
    ----------
    network : Network
        A network of dense layers.
    X : array-like (n, d)
        Rows, whose activations are counted.
    g : array (size,)
        The objective's gradient.

    Returns
    -------
    list of LayerDistributions
        From the first hidden layer to the output.

    Examples
    --------
    >>> network = Network.dense([2, 3, 2])
    >>> first, last = layer_distributions(network, [[0.5, -1.0]], network.theta)
    >>> sum(first.weights.counts), sum(first.activations.counts), last.name
    (6, 3, 'output')
    """
    slopes = network.views(g)
    found = []
    for step in network.walk(network.read_rows(X)):
        act: Any = step.layer.act
        if act is None:
            continue
        is_output = step.layer is network.layers[-1]
        found.append(
            LayerDistributions(
                name="output" if is_output else f"hidden {step.layer.number}",
                weights=distribution(step.p.W),
                gradients=distribution(slopes[step.layer.index].W),
                activations=None if is_output else distribution(step.a),
                dead=int(is_flat(act, step.z).all(axis=0).sum()),
            )
        )
    return found
