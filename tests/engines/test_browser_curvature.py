"""The largest eigenvalue of the Hessian, against the whole Hessian by autograd."""

import itertools

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import hessian

from engines.browsing import Page, needs_node, three_classes

pytestmark = needs_node
FUNCTIONS = {
    "tanh": anp.tanh,
    "logistic": lambda z: 1.0 / (1.0 + anp.exp(-z)),
    "softplus": lambda z: anp.log(1.0 + anp.exp(z)),
    "identity": lambda z: z,
}


def objective(sizes, f, l2):
    """Mean cross-entropy of softmax and the L2 penalty, as a function of theta."""
    X, y = three_classes()

    def of(theta):
        a = X
        start = 0
        penalty = 0.0
        for index, (d, k) in enumerate(itertools.pairwise(sizes)):
            W = anp.reshape(theta[start : start + d * k], (d, k))
            b = theta[start + d * k : start + (d + 1) * k]
            start += (d + 1) * k
            z = anp.dot(a, W) + b
            a = f(z) if index + 2 < len(sizes) else z
            penalty = penalty + anp.sum(W * W)
        log_sum = anp.log(anp.sum(anp.exp(a), axis=1))
        return anp.mean(log_sum - a[range(len(y)), y]) + 0.5 * l2 * penalty

    return of


def curvatures(sizes, activation, scale, updates, l2=0.01, seed=3):
    """The eigenvalues by autograd, ascending, and what WebAssembly found.

    scale is the initial weights' factor; then come so many updates.
    """
    rng = np.random.default_rng(seed)
    parameters = sum((d + 1) * k for d, k in itertools.pairwise(sizes))
    page = Page()
    page.set_points(*three_classes())
    page.set_network(sizes, activation, scale * rng.normal(size=parameters))
    page.call("set_training", 0, l2)
    page.call("run", updates, 0.1)
    theta = page.read("theta", parameters)
    found = page.call("curvature")
    results = page.results()
    H = hessian(objective(sizes, FUNCTIONS[activation], l2))(results[theta])
    return np.linalg.eigvalsh(H), results[found]


@pytest.mark.parametrize("updates", [0, 300])
@pytest.mark.parametrize("activation", FUNCTIONS)
@pytest.mark.parametrize("sizes", [[2, 3, 3], [2, 4, 3, 3], [2, 3]])
def test_it_is_the_largest_eigenvalue(sizes, activation, updates):
    eigenvalues, found = curvatures(sizes, activation, 0.7, updates)
    np.testing.assert_allclose(found, eigenvalues[-1], rtol=1e-6)


def test_it_is_not_the_one_of_largest_size():
    """Where the objective bends downwards most, the largest is still meant."""
    eigenvalues, found = curvatures([2, 4, 3, 3], "tanh", 3.0, 0, l2=0.0, seed=10)
    assert -eigenvalues[0] > 5.0 * eigenvalues[-1]
    np.testing.assert_allclose(found, eigenvalues[-1], rtol=1e-6)


def test_many_units():
    """More parameters than directions: fewer products than parameters do."""
    eigenvalues, found = curvatures([2, 30, 3], "tanh", 0.5, 200)
    assert len(eigenvalues) > 64
    np.testing.assert_allclose(found, eigenvalues[-1], rtol=1e-6)


def test_it_leaves_theta_alone():
    page = Page()
    page.set_points(*three_classes())
    page.set_network([2, 3, 3])
    page.call("reset", 0)
    before = page.read("theta", 21)
    page.call("curvature")
    after = page.read("theta", 21)
    results = page.results()
    np.testing.assert_array_equal(results[before], results[after])


def test_of_relu_it_is_that_of_the_piece():
    """Between its bends a network of ReLU is smooth: differences of gradients."""
    page = Page()
    page.set_points(*three_classes())
    page.set_network([2, 4, 3], "relu")
    page.call("reset", 1)
    theta = page.read("theta", 27)
    found = page.call("curvature")
    results = page.results()
    H = hessian(objective([2, 4, 3], lambda z: anp.maximum(z, 0.0), 0.0))
    eigenvalues = np.linalg.eigvalsh(H(results[theta]))
    np.testing.assert_allclose(results[found], eigenvalues[-1], rtol=1e-6)
