"""Whole networks against two outside judges: HIPS autograd, and the loops of naive.py.

autograd differentiates a forward pass written here, in its own words; our backward pass
must come to the same.
"""

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import value_and_grad

import cases
import naive
from halfmoon.components.activations import ACTIVATIONS
from halfmoon.components.losses import LOSSES
from halfmoon.layers import Dense
from halfmoon.network import Network

SEVERAL = "softmax_cross_entropy:sizes=3/2/4"
F = {name: case.autodiff for name, case in cases.ACTIVATIONS.items()}
L = {name: case.autodiff for name, case in cases.LOSSES.items()}
GROUPS = [slice(0, 3), slice(3, 5), slice(5, 9)]
MORE = {
    SEVERAL: lambda z, y: sum(
        L["softmax_cross_entropy"](z[:, group], y[:, group]) for group in GROUPS
    )
}
SIZES = (3, 5, 4)
COLUMNS = 2
N = 6


def example(loss_name, seed=0, columns=COLUMNS):
    """X, y and weights of six rows, and how many outputs the network needs."""
    rng = np.random.RandomState(seed)
    loss = LOSSES.make(loss_name)
    X = rng.standard_normal((N, SIZES[0]))
    w = rng.uniform(0.2, 2.0, (N, 1))
    y = {
        "classes": np.hstack(
            [
                np.eye(C)[rng.randint(C, size=N)]
                for C in loss.classes(loss.outputs(columns))
            ]
        ),
        "labels": rng.randint(2, size=(N, columns)).astype(float),
        "counts": rng.poisson(2.0, (N, columns)).astype(float),
        "real": rng.standard_normal((N, columns)),
    }[loss.target]
    return X, y, w, loss.outputs(columns)


def autograds_sum(theta, sizes, activations, loss_name, X, y, w):
    """Sum of w l over the rows, from theta: layer after layer, W row by row and
    then b.
    """
    a = X
    place = 0
    for depth in range(len(sizes) - 1):
        d = sizes[depth]
        k = sizes[depth + 1]
        W = theta[place : place + d * k].reshape((d, k))
        b = theta[place + d * k : place + (d + 1) * k]
        z = anp.dot(a, W) + b
        a = F[activations[depth]](z) if depth < len(activations) else z
        place += (d + 1) * k
    return anp.sum(w * (L | MORE)[loss_name](a, y))


def somewhere(network, seed=1):
    """Parameters with biases that are not 0."""
    return 0.7 * np.random.RandomState(seed).standard_normal(network.size)


def agree(ours, theirs, rtol=1e-9):
    scale = np.abs(theirs[1]).max()
    assert ours[0] == pytest.approx(theirs[0], rel=rtol)
    np.testing.assert_allclose(ours[1], theirs[1], rtol=rtol, atol=1e-12 * scale)
    assert scale > 1e-3, "a gradient of nothing would prove nothing"


@pytest.mark.parametrize("loss_name", [*LOSSES, *MORE])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_two_hidden_layers_have_autograds_gradient(activation, loss_name):
    X, y, w, k = example(loss_name)
    sizes = (*SIZES, k)
    network = Network.dense(sizes, activation, loss_name)
    theta = somewhere(network)
    total, dtheta, weight = network.sums(theta, X, y, w)
    theirs = value_and_grad(autograds_sum)(
        theta, sizes, [activation] * 2, loss_name, X, y, w
    )
    agree((total, dtheta), theirs)
    assert weight == pytest.approx(w.sum(), rel=1e-14)


@pytest.mark.parametrize("loss_name", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_two_hidden_layers_have_the_naive_loops_gradient(activation, loss_name):
    X, y, w, k = example(loss_name, seed=2)
    sizes = (*SIZES, k)
    network = Network.dense(sizes, activation, loss_name)
    theta = somewhere(network, seed=3)
    total, dtheta, weight = network.sums(theta, X, y, w)
    lists = [table.tolist() for table in (theta, X, y, w)]
    expected = naive.sums(sizes, [activation] * 2, loss_name, *lists)
    agree((total, dtheta), expected[:2])
    assert weight == pytest.approx(expected[2], rel=1e-14)


@pytest.mark.parametrize(
    ("sizes", "activations"),
    [
        ((3, 2), []),
        ((3, 1, 2), ["tanh"]),
        ((3, 4, 3, 5, 2), ["relu", "gelu", "mish"]),
        ((3, 2, 2, 2, 2, 2, 2), ["tanh", "silu", "selu", "logistic", "elu"]),
    ],
    ids=str,
)
def test_any_depth_and_any_mixture_has_both_judges_gradient(sizes, activations):
    X, y, w, _ = example("softmax_cross_entropy")
    network = Network.dense(sizes, activations)
    theta = somewhere(network)
    ours = network.sums(theta, X, y, w)[:2]
    agree(
        ours,
        value_and_grad(autograds_sum)(
            theta, sizes, activations, "softmax_cross_entropy", X, y, w
        ),
    )
    lists = [table.tolist() for table in (theta, X, y, w)]
    agree(ours, naive.sums(sizes, activations, "softmax_cross_entropy", *lists)[:2])


INDEPENDENT = [
    "logistic_cross_entropy",
    "squared_error",
    "absolute_error",
    "huber",
    "poisson",
    "pinball",
]


@pytest.mark.parametrize("loss_name", INDEPENDENT)
def test_weights_of_single_outputs_have_both_judges_gradient(loss_name):
    X, y, _, k = example(loss_name)
    w = np.random.RandomState(4).uniform(0.0, 2.0, (N, k))
    sizes = (*SIZES, k)
    network = Network.dense(sizes, "tanh", loss_name)
    theta = somewhere(network)
    ours = network.sums(theta, X, y, w)
    agree(
        ours[:2],
        value_and_grad(autograds_sum)(theta, sizes, ["tanh"] * 2, loss_name, X, y, w),
    )
    lists = [table.tolist() for table in (theta, X, y, w)]
    expected = naive.sums(sizes, ["tanh"] * 2, loss_name, *lists)
    agree(ours[:2], expected[:2])
    assert ours[2] == pytest.approx(expected[2], rel=1e-14)


@pytest.mark.parametrize(
    ("loss_name", "h"),
    [
        ("softmax_cross_entropy", {"smoothing": 0.2}),
        ("softmax_cross_entropy", {"sizes": (3, 2, 4)}),
        ("softmax_cross_entropy", {"sizes": (2, 3), "smoothing": 0.2}),
        ("logistic_cross_entropy", {"smoothing": 0.3}),
        ("huber", {"delta": 0.3}),
        ("pinball", {"level": 0.9}),
        ("quantiles", {"levels": (0.2, 0.7)}),
    ],
    ids=str,
)
def test_other_settings_have_the_naive_loops_gradient(loss_name, h):
    loss = LOSSES[loss_name](**h)
    X, y, w, k = example(loss)
    sizes = (*SIZES, k)
    network = Network.dense(sizes, "tanh", loss)
    theta = somewhere(network)
    lists = [table.tolist() for table in (theta, X, y, w)]
    agree(
        network.sums(theta, X, y, w)[:2],
        naive.sums(sizes, ["tanh"] * 2, loss_name, *lists, **h)[:2],
    )


def test_a_network_that_ends_in_an_activation_has_autograds_gradient():
    """The last layer need not be straight: its own f' belongs to the chain."""
    X, y, w, k = example("squared_error")
    network = Network([Dense(3, 4, "relu"), Dense(4, k, "tanh")], "squared_error")
    theta = somewhere(network)
    theirs = value_and_grad(autograds_sum)(
        theta, (3, 4, k), ["relu", "tanh"], "squared_error", X, y, w
    )
    agree(network.sums(theta, X, y, w)[:2], theirs)


@pytest.mark.parametrize(
    ("lam", "l1"), [(0.0, 0.0), (0.3, 0.0), (0.0, 0.2), (0.5, 0.1)]
)
def test_the_objective_with_penalties_is_the_stated_one(lam, l1):
    """[R1] and [R2]: mean loss over the weights' sum, penalties on W and not on b."""
    X, y, w, k = example("softmax_cross_entropy")
    sizes = (*SIZES, k)
    network = Network.dense(sizes, "tanh")
    theta = somewhere(network)
    lists = [table.tolist() for table in (theta, X, y, w)]
    loss, penalty, g = naive.objective(
        sizes, ["tanh"] * 2, "softmax_cross_entropy", *lists, lam=lam, l1=l1
    )
    ours = network.objective(theta, X, y, w, lam, l1)
    assert ours.loss == pytest.approx(loss, rel=1e-12)
    assert ours.penalty == pytest.approx(penalty, rel=1e-12, abs=1e-15)
    np.testing.assert_allclose(ours.g, g, rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize("loss_name", [*LOSSES, *MORE])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_float32_gradients_are_float64s_rounded(activation, loss_name):
    X, y, w, k = (
        part.astype(np.float32) if isinstance(part, np.ndarray) else part
        for part in example(loss_name)
    )
    network = Network.dense((*SIZES, k), activation, loss_name)
    theta = somewhere(network).astype(np.float32)
    _, single, _ = network.sums(theta, X, y, w)
    total, double, _ = network.sums(
        *(part.astype(np.float64) for part in (theta, X, y, w))
    )
    assert single.dtype == np.float32
    np.testing.assert_allclose(
        single, double, rtol=1e-4, atol=2e-6 * max(1.0, np.abs(double).max())
    )
    assert network.sums(theta, X, y, w)[0] == pytest.approx(total, rel=1e-5)
