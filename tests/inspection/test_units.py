"""What hidden units answer, by scalar loops; and where they are flat."""

import numpy as np
import pytest

import naive
from halfmoon.components.activations import ACTIVATIONS
from halfmoon.inspection import hidden_activations
from halfmoon.inspection.units import is_flat, zero_lines
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


def test_activations_of_other_parameters():
    network = example()
    other = example()
    other.theta = 2.0 * network.theta
    (found,) = hidden_activations(network, X, 2.0 * network.theta)
    np.testing.assert_array_equal(found, hidden_activations(other, X)[0])


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


def test_a_line_is_where_a_unit_is_zero_with_its_positive_side_on_the_left():
    rng = np.random.default_rng(0)
    W = rng.normal(size=(2, 40))
    b = rng.normal(size=40)
    lines = zero_lines(W, b, (-1.0, 2.0, -0.5, 1.5))
    crossing = lines[~np.isnan(lines[:, 0])]
    assert 5 < len(crossing) < 40
    for unit in range(40):
        ends = lines[unit].reshape(2, 2)
        corners = np.array([[-1.0, -0.5], [-1.0, 1.5], [2.0, -0.5], [2.0, 1.5]])
        signs = np.sign(corners @ W[:, unit] + b[unit])
        assert np.isnan(ends).any() == (len(set(signs)) == 1)
        if np.isnan(ends).any():
            continue
        np.testing.assert_allclose(ends @ W[:, unit] + b[unit], 0.0, atol=1e-12)
        along = ends[1] - ends[0]
        left = ends[0] + 0.01 * np.array([-along[1], along[0]])
        assert left @ W[:, unit] + b[unit] > 0.0


def test_lines_along_an_axis_and_units_without_weights():
    W = np.array([[0.0, 2.0, 0.0], [1.0, 0.0, 0.0]])
    lines = zero_lines(W, np.array([-0.5, -1.0, 1.0]), (0.0, 2.0, 0.0, 1.0))
    np.testing.assert_allclose(lines[0], [0.0, 0.5, 2.0, 0.5])
    np.testing.assert_allclose(lines[1], [0.5, 1.0, 0.5, 0.0])
    assert np.isnan(lines[2]).all()
