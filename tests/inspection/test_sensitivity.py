"""Gradients by inputs, against finite differences."""

from dataclasses import dataclass

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from halfmoon.components.activations import ACTIVATIONS
from halfmoon.components.losses import LOSSES, Loss
from halfmoon.inspection import hidden_activations, input_gradients, summary
from halfmoon.layers import Dense
from halfmoon.network import Network

RNG = np.random.default_rng(0)
X = RNG.normal(size=(6, 3))
DEPTHS = [(), ("tanh",), ("relu", "logistic"), ("gelu", "tanh", "elu")]
each_depth = pytest.mark.parametrize(
    "hidden", DEPTHS, ids=lambda hidden: f"{len(hidden) + 1} layers"
)


def example(hidden=("tanh",), loss="softmax_cross_entropy", columns=2, **options):
    """A network whose biases are not zero, and a truth for X."""
    made = LOSSES.make(loss)
    k = made.outputs(columns)
    network = Network.dense([3, *[4] * len(hidden), k], list(hidden), loss, **options)
    network.theta = network.theta + 0.3 * np.random.default_rng(1).normal(
        size=network.size
    )
    kinds = {
        "labels": RNG.integers(0, 2, (6, columns)),
        "counts": RNG.poisson(2.0, (6, columns)),
    }
    kinds["classes"] = np.stack(
        [RNG.integers(0, size, 6) for size in made.classes(k)], axis=1
    ).squeeze()
    return network, kinds.get(made.target, RNG.normal(size=(6, columns)))


def slopes(function, h=1e-5):
    """Central differences (n, ..., d) of function(X) (n, ...).

    They are by each input of the same row.
    """
    steps = h * np.eye(X.shape[1])
    return np.stack(
        [(function(X + step) - function(X - step)) / (2.0 * h) for step in steps],
        axis=-1,
    )


def row_losses(network, y):
    """Each row's own loss, summed over its outputs."""
    return lambda rows: network.loss.value(
        network.raw_predict(rows), network.read(rows, y)[1]
    ).sum(axis=1)


@each_depth
@pytest.mark.parametrize("loss", LOSSES)
def test_gradients_equal_finite_differences_for_every_loss(loss, hidden):
    network, y = example(hidden, loss)
    functions = {"raw": network.raw_predict, "prediction": network.predict}
    for of, function in functions.items():
        np.testing.assert_allclose(
            input_gradients(network, X, of=of), slopes(function), rtol=1e-7, atol=1e-8
        )
    expected = slopes(row_losses(network, y))
    np.testing.assert_allclose(
        input_gradients(network, X, y, of="loss"), expected, rtol=1e-6, atol=1e-8
    )


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_gradients_equal_finite_differences_for_every_activation(name):
    network, y = example((name, name), "logistic_cross_entropy")
    np.testing.assert_allclose(
        input_gradients(network, X), slopes(network.predict), rtol=1e-6, atol=1e-8
    )
    expected = slopes(row_losses(network, y))
    np.testing.assert_allclose(
        input_gradients(network, X, y, of="loss"), expected, rtol=1e-6, atol=1e-8
    )


LINKS = {  # dy_hat/dz by hand, (n, k, k)
    "softmax_cross_entropy": lambda z, p: (
        p[:, :, None] * (np.eye(z.shape[1]) - p[:, None, :])
    ),
    "logistic_cross_entropy": lambda z, p: (
        (p * (1.0 - p))[:, :, None] * np.eye(z.shape[1])
    ),
    "poisson": lambda z, p: p[:, :, None] * np.eye(z.shape[1]),
}


@pytest.mark.parametrize("scale", [1.0, 30.0])
@pytest.mark.parametrize("loss", LINKS)
def test_links_are_differentiated_to_thirteen_digits(loss, scale):
    network, _ = example(loss=loss)
    network.theta = network.theta * np.concatenate(
        [np.ones(16), np.full(network.size - 16, scale)]
    )
    z = network.raw_predict(X)
    y_hat = network.predict(X)
    expected = np.einsum(
        "nck,nkd->ncd", LINKS[loss](z, y_hat), input_gradients(network, X, of="raw")
    )
    size = max(1.0, y_hat.max()) * scale
    np.testing.assert_allclose(
        input_gradients(network, X), expected, rtol=1e-11, atol=2e-13 * size
    )


def test_where_the_prediction_is_the_score_so_is_its_gradient():
    network, _ = example(loss="huber")
    # biases beside which a step is lost
    network.theta = np.append(network.theta[:-2], [1e18, 1e18])
    assert input_gradients(network, X).any()
    assert np.array_equal(
        input_gradients(network, X), input_gradients(network, X, of="raw")
    )


def test_scores_of_ten_thousand_have_gradients_without_a_warning():
    network, y = example(())
    network.theta = 1e4 * network.theta
    for found in (
        input_gradients(network, X),
        input_gradients(network, X, y, of="loss"),
    ):
        assert np.isfinite(found).all()
    assert np.abs(input_gradients(network, X)).max() < 1e-6  # saturated


def test_a_linear_network_has_its_weights_for_gradients():
    network, y = example((), "squared_error")
    (p,) = network.views(network.theta)
    assert np.array_equal(
        input_gradients(network, X), np.broadcast_to(p.W.T, (6, 2, 3))
    )
    expected = (X @ p.W + p.b - y) @ p.W.T
    np.testing.assert_allclose(
        input_gradients(network, X, y, of="loss"), expected, rtol=1e-13
    )


@dataclass(frozen=True)
class Shares(Loss):
    """y_hat = z^2 / sum z^2: a link of one's own, that mixes the outputs."""

    pointwise = False

    def link(self, z):
        return z * z / (z * z).sum(axis=-1, keepdims=True)

    def value(self, z, y):
        return ((self.link(z) - y) ** 2).sum(axis=-1, keepdims=True)

    def dz(self, z, y):
        r = 2.0 * (self.link(z) - y)
        return (
            2.0
            * z
            * (r - (r * self.link(z)).sum(axis=-1, keepdims=True))
            / (z * z).sum(axis=-1, keepdims=True)
        )


def test_a_loss_of_your_own_needs_nothing_more():
    network = Network([Dense(3, 4, "tanh"), Dense(4, 3)], Shares())
    y = RNG.uniform(size=(6, 3))
    np.testing.assert_allclose(
        input_gradients(network, X), slopes(network.predict), rtol=1e-6, atol=1e-8
    )
    expected = slopes(row_losses(network, y))
    np.testing.assert_allclose(
        input_gradients(network, X, y, of="loss"), expected, rtol=1e-6, atol=1e-8
    )


@pytest.mark.parametrize(
    "dropout", [[0.5, 0.0, 0.0], [0.0, 0.5, 0.5], [0.2, 0.5, 0.0]], ids=str
)
def test_dropout_changes_nothing(dropout):
    plain, y = example(("tanh", "relu"))
    network, _ = example(("tanh", "relu"), dropout=dropout)
    network.theta = plain.theta
    for a, expected in zip(
        hidden_activations(network, X), hidden_activations(plain, X), strict=True
    ):
        assert np.array_equal(a, expected)
    for truth, of in ((None, "prediction"), (None, "raw"), (y, "loss")):
        assert np.array_equal(
            input_gradients(network, X, truth, of=of),
            input_gradients(plain, X, truth, of=of),
        )


@pytest.mark.parametrize("loss", LOSSES)
def test_float32_stays_float32_and_is_as_good(loss):
    network, y = example(("tanh", "relu"), loss, dtype=np.float32)
    precise, _ = example(("tanh", "relu"), loss)
    for truth, of in ((None, "prediction"), (None, "raw"), (y, "loss")):
        found = input_gradients(network, X, truth, of=of)
        assert found.dtype == np.float32
        expected = input_gradients(precise, X, truth, of=of, theta=network.theta)
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    assert {a.dtype for a in hidden_activations(network, X)} == {np.dtype(np.float32)}


def test_sparse_rows_give_what_full_ones_give():
    network, y = example(("tanh", "relu"))
    few = X * (np.abs(X) > 1.0)
    for truth, of in ((None, "prediction"), (y, "loss")):
        found, expected = (
            input_gradients(network, rows, truth, of=of)
            for rows in (csr_matrix(few), few)
        )
        np.testing.assert_allclose(found, expected, rtol=1e-13)


def test_theta_may_be_given_and_nothing_changes():
    network, y = example()
    other = example()[0].theta * 2.0
    before = network.theta.copy()
    attributes = set(vars(network))
    found = input_gradients(network, X, y, of="loss", theta=other)
    hidden_activations(network, X)
    summary(network)
    assert np.array_equal(network.theta, before)
    assert set(vars(network)) == attributes
    network.theta = other
    assert np.array_equal(input_gradients(network, X, y, of="loss"), found)


def test_what_cannot_be_done_is_refused_in_a_sentence():
    network, y = example()
    with pytest.raises(
        ValueError, match="of must be 'prediction', 'raw' or 'loss'; got 'z'"
    ):
        input_gradients(network, X, of="z")
    with pytest.raises(ValueError, match="of='loss' needs y"):
        input_gradients(network, X, of="loss")
    with pytest.raises(ValueError, match="of='prediction' does not use y"):
        input_gradients(network, X, y)
    with pytest.raises(ValueError, match=r"theta must have shape"):
        input_gradients(network, X, theta=[1.0])
    with pytest.raises(ValueError, match=r"X must have shape \(n, 3\)"):
        input_gradients(network, X[:, :2])
