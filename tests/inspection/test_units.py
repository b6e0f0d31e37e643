"""What hidden units answer, by scalar loops; and where they are flat."""

import numpy as np
import pytest

import naive
from halfmoon.components.activations import ACTIVATIONS
from halfmoon.inspection import hidden_activations
from halfmoon.inspection.units import is_flat
from halfmoon.network import Network

X = np.random.default_rng(0).normal(size=(6, 3))
DEPTHS = [(), ("tanh",), ("relu", "logistic"), ("gelu", "tanh", "elu")]
each_depth = pytest.mark.parametrize(
    "hidden", DEPTHS, ids=lambda hidden: f"{len(hidden) + 1} layers"
)


def example(hidden=("tanh",)):
    """A network whose biases are not zero."""
    network = Network.dense([3, *[4] * len(hidden), 2], list(hidden))
    step = np.random.default_rng(1).normal(size=network.size)
    network.theta = network.theta + 0.3 * step
    return network


@each_depth
def test_hidden_activations_equal_scalar_loops(hidden):
    network = example(hidden)
    found = hidden_activations(network, X)
    assert len(found) == len(hidden)
    for i, x in enumerate(X):
        _, inputs = naive.forward(
            [3, *[4] * len(hidden), 2], hidden, network.theta.tolist(), x.tolist()
        )
        for a, expected in zip(found, inputs[1:], strict=True):
            np.testing.assert_allclose(a[i], expected, rtol=1e-12, atol=1e-14)


def test_rows_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"X must have shape \(n, 3\)"):
        hidden_activations(example(), X[:, :2])


@pytest.mark.parametrize(
    ("name", "flat_sides"),
    [("relu", [True, False]), ("tanh", [True, True]), ("leaky_relu", [False, False])],
)
def test_flat_sides(name, flat_sides):
    act = ACTIVATIONS.make(name)
    assert is_flat(act, np.array([-1e3, 1e3])).tolist() == flat_sides
    assert not is_flat(act, np.array([0.5])).any()
