"""The Hessian against autograd's, against quadratics, and against what descent does."""

import sys

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
from scipy.sparse import csr_array

from cases import ACTIVATIONS, LOSSES
from halfmoon import Dropout, curvature, train
from halfmoon.inspection import hessian
from halfmoon.inspection.curvature import curvature_along
from halfmoon.layers import Dense
from halfmoon.network import Network
from small import MOONS_X, MOONS_Y

RNG = np.random.default_rng(0)
X = RNG.normal(size=(8, 2))
CLASSES = np.arange(8) % 2
WEIGHTS = RNG.uniform(0.2, 2.0, 8)
L2 = 0.03
SMOOTH = ["tanh", "logistic", "softplus", "gelu", "silu", "mish"]


def example(activation="tanh", loss="softmax_cross_entropy", **options):
    """A network of three hidden units, and biases that are not 0."""
    network = Network.dense([2, 3, 2], activation, loss, **options)
    network.theta = network.theta + 0.3 * RNG.normal(size=network.size)
    return network


def autograds_hessian(theta, activation, loss, truth, w):
    """That of the objective, from a forward pass in autograd's own words."""

    def objective(theta):
        W1 = theta[:6].reshape((2, 3))
        W2 = theta[9:15].reshape((3, 2))
        a = ACTIVATIONS[activation].autodiff(anp.dot(X, W1) + theta[6:9])
        z = anp.dot(a, W2) + theta[15:]
        data = anp.sum(w[:, None] * LOSSES[loss].autodiff(z, truth)) / w.sum()
        return data + L2 / 2.0 * (anp.sum(W1**2) + anp.sum(W2**2))

    return autograd.hessian(objective)(theta)


@pytest.mark.parametrize("activation", SMOOTH)
def test_the_hessian_is_autograds(activation):
    network = example(activation)
    truth = np.eye(2)[CLASSES]
    theirs = autograds_hessian(
        network.theta, activation, "softmax_cross_entropy", truth, WEIGHTS
    )
    ours = hessian(network, X, CLASSES, w=WEIGHTS, l2=L2)
    np.testing.assert_allclose(ours, theirs, rtol=1e-7, atol=1e-9)
    assert (ours == ours.T).all()
    largest = curvature(network, X, CLASSES, w=WEIGHTS, l2=L2)
    assert largest == pytest.approx(np.linalg.eigvalsh(theirs)[-1], rel=1e-8)
    assert np.abs(theirs).max() > 0.01, "a Hessian of nothing would prove nothing"


@pytest.mark.parametrize("loss", ["squared_error", "logistic_cross_entropy", "poisson"])
def test_so_it_is_with_other_losses(loss):
    network = example("tanh", loss)
    truth = RNG.integers(0, 2, (8, 2)).astype(float)
    theirs = autograds_hessian(network.theta, "tanh", loss, truth, np.ones(8))
    ours = hessian(network, X, truth, l2=L2)
    np.testing.assert_allclose(ours, theirs, rtol=1e-7, atol=1e-9)


def quadratic(l2):
    """A line fitted by squared error, and its Hessian: X'^T X' / n, X' = [X 1]."""
    rows = np.column_stack([X, np.ones(8)])
    H = rows.T @ rows / 8.0 + l2 * np.diag([1.0, 1.0, 0.0])
    return Network([Dense(2, 1)], "squared_error"), H


def test_a_quadratic_has_the_same_curvature_everywhere():
    network, H = quadratic(L2)
    y = RNG.normal(size=8)
    for theta in RNG.normal(size=(3, 3)):
        ours = hessian(network, X, y, theta=theta, l2=L2)
        np.testing.assert_allclose(ours, H, rtol=1e-8, atol=1e-9)
    kappa = curvature(network, X, y, l2=L2)
    assert kappa == pytest.approx(np.linalg.eigvalsh(H)[-1], rel=1e-8)


@pytest.mark.parametrize(("share", "comes_nearer"), [(0.99, True), (1.01, False)])
def test_descent_comes_nearer_up_to_a_rate_of_two_over_the_curvature(
    share, comes_nearer
):
    network, _ = quadratic(0.0)
    y = RNG.normal(size=8)
    rate = share * 2.0 / curvature(network, X, y)
    loss = train(
        network, X, y, optimizer="gd", learning_rate=rate, epochs=3_000
    ).history["loss"]
    rows = np.column_stack([X, np.ones(8)])
    least = np.linalg.lstsq(rows, y, rcond=None)[1][0] / 16.0
    assert bool(loss[-1] < 1.000001 * least) is comes_nearer
    assert bool(loss[-1] > 1e6 * loss[0]) is not comes_nearer


def test_a_row_of_weight_two_is_the_row_twice():
    network = example()
    twice = np.r_[0, np.arange(8)]
    weights = np.r_[2.0, np.ones(7)]
    once = hessian(network, X, CLASSES, w=weights)
    np.testing.assert_allclose(
        once, hessian(network, X[twice], CLASSES[twice]), rtol=1e-9, atol=1e-10
    )


def test_sparse_rows_and_single_precision_give_the_same():
    network = example()
    dense = curvature(network, X, CLASSES)
    assert curvature(network, csr_array(X), CLASSES) == pytest.approx(dense, rel=1e-8)
    single = Network.dense([2, 3, 2], dtype=np.float32)
    single.theta = network.theta
    assert curvature(single, X, CLASSES) == pytest.approx(dense, rel=1e-5)


def test_the_network_stays_as_it_is_and_its_dropout_is_off():
    plain = example()
    theta = plain.theta.copy()
    layers = [plain.layers[0], Dropout(3, 0.5), plain.layers[1]]
    dropped = Network(layers)
    dropped.theta = theta
    assert (hessian(dropped, X, CLASSES) == hessian(plain, X, CLASSES)).all()
    assert (plain.theta == theta).all()


def test_too_many_parameters_are_refused_in_one_sentence():
    network = Network.dense([2, 500, 2])
    message = (
        "A Hessian is computed for at most 2000 parameters, and this network has 2502; "
        "take one with fewer inputs or hidden units."
    )
    with pytest.raises(ValueError, match="at most 2000") as error:
        curvature(network, MOONS_X, MOONS_Y)
    assert str(error.value) == message


def test_data_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="X has 8 rows but y has 7"):
        curvature(example(), X, CLASSES[:-1])
    with pytest.raises(ValueError, match=r"theta must have shape \(17,\)"):
        curvature(example(), X, CLASSES, theta=np.zeros(16))


def test_the_curvature_along_a_run_is_that_of_the_very_same_run():
    network = Network.dense([2, 3, 2])
    theta = network.theta.copy()
    updates = [0, 1, 7, 300]
    found = curvature_along(network, MOONS_X, MOONS_Y, 0.5, updates, l2=L2)
    assert list(found) == updates
    options = {"optimizer": "gd", "learning_rate": 0.5, "l2": L2}
    for update in updates:
        again = Network.dense([2, 3, 2])
        again.theta = theta.copy()
        if update > 0:
            train(again, MOONS_X, MOONS_Y, epochs=update, **options)
        assert found[update] == curvature(again, MOONS_X, MOONS_Y, l2=L2)


def test_ctrl_c_ends_a_run_that_is_measured(monkeypatch):
    class Interrupted:
        stopped = "interrupted"

    module = sys.modules["halfmoon.inspection.curvature"]  # not the function
    monkeypatch.setattr(module, "train", lambda *data, **more: Interrupted())
    with pytest.raises(KeyboardInterrupt):
        curvature_along(Network.dense([2, 3, 2]), MOONS_X, MOONS_Y, 0.5, [0, 1])
