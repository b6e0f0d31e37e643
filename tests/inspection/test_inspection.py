"""Summaries counted by hand, hidden activations by scalar loops, gradients by inputs
against finite differences.
"""

import inspect
from dataclasses import dataclass
from xml.etree import ElementTree

import numpy as np
import pytest
from scipy.sparse import csr_matrix

import naive
from halfmoon.components.activations import ACTIVATIONS
from halfmoon.components.losses import LOSSES, Loss
from halfmoon.inspection import hidden_activations, input_gradients, summary
from halfmoon.layers import Context, Dense, Dropout, Layer
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
    """Central differences of function(X) (n, ...) by each input of the same row: (n,
    ..., d).
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


# What a network computes


@each_depth
def test_hidden_activations_equal_scalar_loops(hidden):
    network, _ = example(hidden)
    found = hidden_activations(network, X)
    assert len(found) == len(hidden)
    for i, x in enumerate(X):
        _, inputs = naive.forward(
            [3, *[4] * len(hidden), 2], hidden, network.theta.tolist(), x.tolist()
        )
        for a, expected in zip(found, inputs[1:], strict=True):
            np.testing.assert_allclose(a[i], expected, rtol=1e-12, atol=1e-14)


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
        hidden_activations(network, X[:, :2])
    with pytest.raises(
        ValueError,
        match="batch_size must be None or a whole number of at least 1; got 0",
    ):
        summary(network, batch_size=0)


# What a network is


def test_parameters_and_memory_are_those_counted_by_hand():
    found = summary(
        Network.dense([64, 100, 50, 10], "relu", dropout=[0.1, 0.2, 0.0]),
        batch_size=200,
    )
    assert [row.name for row in found.rows] == [
        "Dropout",
        "Dense 1",
        "Dropout",
        "Dense 2",
        "Dense 3",
    ]
    assert [row.weights for row in found.rows] == [0, 6400, 0, 5000, 500]
    assert [row.biases for row in found.rows] == [0, 100, 0, 50, 10]
    assert [row.parameters for row in found.rows] == [0, 6500, 0, 5050, 510]
    assert (found.total.d, found.total.k, found.total.weights, found.total.biases) == (
        64,
        10,
        11900,
        160,
    )
    assert found.parameters == 12060
    assert found.parameter_bytes == 8 * 12060
    assert found.training_bytes == 3 * 8 * 12060
    assert found.activation_bytes == 8 * 200 * (64 + 2 * (64 + 100 + 100 + 50 + 10))


def test_float32_needs_half():
    double, single = (
        summary(Network.dense([2, 3, 2], dtype=dtype))
        for dtype in (np.float64, np.float32)
    )
    for name in ("parameter_bytes", "training_bytes", "activation_bytes"):
        assert getattr(double, name) == 2 * getattr(single, name)


def test_activation_memory_is_what_the_layers_hold_in_training():
    network = Network.dense([3, 5, 4, 2], "tanh", dropout=[0.5, 0.5, 0.0])
    theta = network.theta
    ctx = Context(True)
    z, tape = network.forward(theta, X, ctx)
    held = {id(X): X, id(z): z}
    for backward in tape:
        for value in inspect.getclosurevars(backward).nonlocals.values():
            if isinstance(value, np.ndarray):
                held[id(value)] = value
    a_is_z = z.nbytes  # the last layer's activation is the identity
    assert (
        sum(value.nbytes for value in held.values())
        == summary(network, batch_size=6).activation_bytes - a_is_z
    )


def test_the_text_is_a_tidy_table():
    network = Network(
        [
            Dropout(2, 0.1),
            Dense(2, 30, "leaky_relu:slope=0.1", rate_factor=0.5),
            Dense(30, 40),
            Dense(40, 1),
        ],
        "huber:delta=2.0",
        dtype=np.float32,
    )
    assert str(summary(network, batch_size=32)) == "\n".join(
        [
            "Network: huber:delta=2.0, float32",
            "",
            (
                "layer    in -> out  activation            start                      "
                "      weights  biases  parameters"
            ),
            "-" * 102,
            (
                "Dropout  2 -> 2                           rate 0.1                   "
                "            0       0           0"
            ),
            (
                "Dense 1  2 -> 30    leaky_relu:slope=0.1  he_uniform, learning rate x "
                "0.5       60      30          90"
            ),
            (
                "Dense 2  30 -> 40   identity              glorot_uniform             "
                "        1,200      40       1,240"
            ),
            (
                "Dense 3  40 -> 1    identity              glorot_uniform             "
                "           40       1          41"
            ),
            "-" * 102,
            (
                "total    2 -> 1                                                      "
                "        1,300      71       1,371"
            ),
            "",
            "parameters   5,484 bytes",
            "training     16,452 bytes, and 5,484 for each slot of the optimizer",
            "activations  18,944 bytes at batch_size=32",
        ]
    )


def test_html_is_well_formed_escaped_and_holds_the_same():
    found = summary(Network.dense([2, 3, 2]))
    root = ElementTree.fromstring(f"<div>{found._repr_html_()}</div>")
    rows = [["".join(cell.itertext()) for cell in row] for row in root.findall(".//tr")]
    assert rows[1] == ["Dense 1", "2 -> 3", "tanh", "glorot_uniform", "6", "3", "9"]
    assert rows[-1] == ["total", "2 -> 2", "", "", "12", "5", "17"]
    assert len(root.findall(".//th[@scope='row']")) == 3
    assert len(root.findall(".//th[@scope='col']")) == len(rows[0]) == 7
    assert root.find("pre").text.startswith("parameters   136 bytes")
    assert "color" not in found._repr_html_()  # the page's own, light or dark


def test_layers_of_your_own_are_counted_and_numbered():
    class Shift(Layer):
        def __init__(self):
            super().__init__(4, 4, b=(4,))

        def initial(self, p, rng):
            p.b[...] = 0.0

        def forward(self, p, a0, ctx):
            return a0 + p.b, lambda da, dp, need_da0: da

    class Thick(Dense):
        pass

    found = summary(Network([Thick(3, 4, "tanh"), Shift(), Dense(4, 2)]))
    assert [(row.name, row.weights, row.biases) for row in found.rows] == [
        ("Thick 1", 12, 4),
        ("Shift 2", 0, 4),
        ("Dense 3", 8, 2),
    ]
    assert found.parameters == 30
