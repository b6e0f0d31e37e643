"""Distributions of weights, slopes and activations."""

import numpy as np
import pytest

from halfmoon import Network
from halfmoon.inspection.distributions import distribution, layer_distributions


def test_all_finite_numbers_are_counted():
    values = np.array([[0.0, 1.0, 2.0], [np.nan, np.inf, 2.0]])
    found = distribution(values)
    assert (found.low, found.high, sum(found.counts)) == (0.0, 2.0, 4)
    assert found.counts[-1] == 2
    assert (found.mean, found.sd) == pytest.approx((1.25, np.std([0, 1, 2, 2])))


@pytest.mark.parametrize("size", [1e-300, 1.0, 1e17, 1e300])
def test_numbers_that_are_nearly_or_quite_equal_are_counted(size):
    for values in ([size, np.nextafter(size, 2.0 * size)], [size, size]):
        found = distribution(values)
        assert sum(found.counts) == 2
        assert found.low < size < found.high


def test_of_nothing_there_is_no_mean():
    found = distribution([np.nan])
    assert sum(found.counts) == 0
    assert np.isnan(found.mean)


def test_each_layer_with_units():
    network = Network.dense([2, 3, 4, 2], ["relu", "tanh"], dropout=0.2, seed=1)
    theta = network.theta.copy()
    theta[6] = -100.0  # the bias of the first unit, which is then 0 everywhere
    network.theta = theta
    X = np.random.RandomState(0).standard_normal((50, 2))
    found = layer_distributions(network, X, np.arange(network.size, dtype=float))
    assert [layer.name for layer in found] == ["hidden 1", "hidden 2", "output"]
    assert [layer.dead for layer in found] == [1, 0, 0]
    first, second, last = found
    assert sum(second.activations.counts) == 50 * 4
    assert (first.gradients.low, first.gradients.high) == (0.0, 5.0)
    assert sum(last.weights.counts) == 8
    assert last.activations is None
