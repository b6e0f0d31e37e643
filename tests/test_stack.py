"""How parameters lie in theta, and the layers and sizes that make no network."""

from itertools import pairwise

import numpy as np
import pytest

import naive
from halfmoon.layers import Dense, Dropout
from halfmoon.network import Network


def test_theta_holds_each_w_by_rows_and_then_b():
    network = Network.dense([3, 4, 2])
    theta = np.arange(network.size, dtype=float)
    layers = naive.unpack([3, 4, 2], theta.tolist())
    for p, (W, b) in zip(network.views(theta), layers, strict=True):
        assert p.W.tolist() == W
        assert p.b.tolist() == b


def test_w_with_b_as_its_last_row_is_one_block_of_theta():
    sizes = [3, 4, 5, 2]
    start = 0
    network = Network.dense(sizes)
    for (d, k), p in zip(pairwise(sizes), network.views(network.theta), strict=True):
        block = network.theta[start : start + (d + 1) * k].reshape(d + 1, k)
        assert np.array_equal(block, np.vstack([p.W, p.b]))
        start += (d + 1) * k


def test_views_share_thetas_memory():
    network = Network.dense([3, 4, 2], dropout=0.5)
    theta = network.theta
    for p in network.views(theta):
        for array in vars(p).values():
            assert np.shares_memory(array, theta)
    network.views(theta)[-1].b[...] = 7.0
    assert theta[-2:].tolist() == [7.0, 7.0]


def test_masks_of_weights_and_rate_factors_lie_like_theta():
    network = Network(
        [Dense(2, 3, "tanh", rate_factor=0.5), Dropout(3, 0.1), Dense(3, 1)],
        "squared_error",
    )
    assert network.penalised.tolist() == [1.0] * 6 + [0.0] * 3 + [1.0] * 3 + [0.0]
    assert network.rate_factor.tolist() == [0.5] * 9 + [1.0] * 4


def test_layers_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="Layer 0 gives 3 values but layer 1 takes 4"):
        Network([Dense(2, 3), Dense(4, 1)])
    with pytest.raises(ValueError, match="at least one layer with parameters"):
        Network([Dropout(3, 0.5)])
    with pytest.raises(ValueError, match="at least inputs and outputs"):
        Network.dense([2])
    with pytest.raises(
        ValueError, match="2 hidden layers need 2 activations and 3 dropout rates"
    ):
        Network.dense([2, 3, 3, 1], ["tanh"])
    with pytest.raises(ValueError, match="did you mean 'tanh'"):
        Network.dense([2, 3, 1], "tahn")


def test_a_layer_may_serve_two_networks():
    drop = Dropout(3, 0.5)
    first = Network([Dense(2, 3), drop, Dense(3, 2)])
    Network([drop, Dense(3, 3), Dense(3, 2)])
    assert first.layers[1].index == 1


@pytest.mark.parametrize("layers", [[5], 5, None, "dense", [Dense(2, 3), 3]], ids=repr)
def test_what_is_no_list_of_layers_is_refused_in_words(layers):
    with pytest.raises(ValueError, match="layers must be a list of layers, such as"):
        Network(layers)


@pytest.mark.parametrize("sizes", [None, 5, [], [3]], ids=repr)
def test_what_is_no_list_of_sizes_is_refused_in_words(sizes):
    with pytest.raises(ValueError, match="sizes needs at least inputs and outputs"):
        Network.dense(sizes)
