"""Predictions, hidden activations and random numbers of the engine in WebAssembly."""

import itertools

import numpy as np
import pytest

from engines.browsing import MANIFEST, Page, needs_node, three_classes
from halfmoon.arrays import random
from halfmoon.components.activations import ACTIVATIONS
from halfmoon.network import Network

pytestmark = needs_node
CLOSE = {"rtol": 1e-13, "atol": 1e-13}
SIZES = [2, 5, 4, 3]
UNITS = 9
# x from -1.5 to 2, y from 1 to -2: the first row is the highest
WINDOW = (-1.5, 2.0, 1.0, -2.0)


def grid(columns, rows):
    """The points of WINDOW, row after row."""
    x0, x1, y0, y1 = WINDOW
    x, y = np.meshgrid(np.linspace(x0, x1, columns), np.linspace(y0, y1, rows))
    return np.column_stack([x.ravel(), y.ravel()])


def by_numpy(theta, X):
    """Hidden activations (n, 9) and probabilities (n, 3) of tanh, layer by layer."""
    a = X
    hidden = []
    start = 0
    for d, k in itertools.pairwise(SIZES):
        W = theta[start : start + d * k].reshape(d, k)
        b = theta[start + d * k : start + (d + 1) * k]
        start += (d + 1) * k
        z = a @ W + b
        a = np.tanh(z)
        hidden.append(a)
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return np.hstack(hidden[:-1]), e / e.sum(axis=1, keepdims=True)


def prepared(theta, n=60):
    """A page with points and a network."""
    X, y = three_classes(n)
    page = Page()
    page.set_points(X, y)
    page.set_network(SIZES, theta=theta)
    return page, X, y


@pytest.mark.parametrize(("columns", "rows"), [(1, 1), (7, 3), (50, 30), (160, 160)])
def test_maps_are_numpys(columns, rows):
    theta = Network.dense(SIZES, seed=7).theta * 2.0
    page, _, _ = prepared(theta)
    cells = columns * rows
    probabilities = page.read("predict_map", 3 * cells, *WINDOW, columns, rows)
    units = page.read("unit_map", UNITS * cells, *WINDOW, columns, rows)
    results = page.results()
    wanted_units, wanted = by_numpy(theta, grid(columns, rows))
    found = results[probabilities].reshape(cells, 3)
    np.testing.assert_allclose(found, wanted, **CLOSE)
    found = results[units].reshape(cells, UNITS)
    np.testing.assert_allclose(found, wanted_units, **CLOSE)


@pytest.mark.parametrize("n", [1, 60, 1999])
def test_points_are_numpys(n):
    theta = Network.dense(SIZES, seed=8).theta * 2.0
    page, X, y = prepared(theta, n)
    if n == 1:  # of one class: all the same, the network has three
        page.call("set_points", 1, 3)
        page.set_network(SIZES, theta=theta)
    probabilities = page.read("predict_points", 3 * n)
    hidden = page.read("hidden_points", UNITS * n)
    accuracy = page.call("accuracy")
    units = page.call("hidden_units")
    results = page.results()
    wanted_hidden, wanted = by_numpy(theta, X)
    np.testing.assert_allclose(results[probabilities].reshape(n, 3), wanted, **CLOSE)
    np.testing.assert_allclose(results[hidden].reshape(n, 9), wanted_hidden, **CLOSE)
    assert results[accuracy] == np.mean(wanted.argmax(axis=1) == y)
    assert results[units] == UNITS


def test_maps_disturb_no_training():
    """What is read between two calls changes no update."""
    finals = []
    for looks in (False, True):
        page, _, _ = prepared(Network.dense(SIZES, seed=9).theta)
        page.call("set_training", 16, 0.01)
        page.call("run", 5, 0.1)
        if looks:
            page.read("predict_map", 3, *WINDOW, 9, 9)
            page.read("unit_map", 9, *WINDOW, 9, 9)
            page.read("hidden_points", 9)
            page.call("accuracy")
            page.call("loss")
            page.call("curvature")
        page.call("run", 5, 0.1)
        theta = page.read("theta", 54)
        finals.append(page.results()[theta])
    np.testing.assert_array_equal(*finals)


def test_maps_that_are_too_large_are_refused():
    page, _, _ = prepared(Network.dense(SIZES).theta)
    refused = [
        page.call("predict_map", *WINDOW, 161, 160),
        page.call("unit_map", *WINDOW, 161, 160),
    ]
    page.set_network([2, 65, 3])
    refused.append(page.call("unit_map", *WINDOW, 160, 160))
    allowed = page.call("unit_map", *WINDOW, 100, 100)
    results = page.results()
    assert [results[place] for place in refused] == [0, 0, 0]
    assert results[allowed] > 0


@pytest.mark.parametrize("activation", MANIFEST["activations"])
def test_activations_are_numpys_over_a_wide_range(activation):
    """The functions that take an exponent apart are still right in WebAssembly."""
    page = Page()
    page.set_points(*three_classes())
    theta = np.zeros(9)
    theta[0] = 1.0  # z = x
    page.set_network([2, 1, 3], activation, theta)
    wide = page.read("unit_map", 25600, -750.0, 750.0, 0.0, 0.0, 25600, 1)
    near = page.read("unit_map", 25600, -3.0, 3.0, 0.0, 0.0, 25600, 1)
    results = page.results()
    f = ACTIVATIONS[activation]().f
    for place, end in [(wide, 750.0), (near, 3.0)]:
        z = np.linspace(-end, end, 25600)
        # z itself is rounded as NumPy rounds it, or by one bit more
        np.testing.assert_allclose(results[place], f(z), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("seed", [0, 1, 12345])
def test_initial_weights_are_those_of_the_library(seed):
    page, _, _ = prepared(np.zeros(54))
    page.call("reset", seed)
    theta = page.read("theta", 54)
    found = page.results()[theta]
    wanted = Network.dense(SIZES, initializer="tutorial", seed=seed).theta
    np.testing.assert_allclose(found, wanted, rtol=1e-14, atol=1e-15)


def test_a_reset_forgets_updates_and_memory():
    page, _, _ = prepared(np.zeros(54))
    page.call("set_rule", MANIFEST["rules"].index("momentum"))
    page.call("reset", 0)
    page.call("run", 10, 0.1)
    page.call("reset", 0)
    updates = page.call("updates")
    slots = page.read("slots", 3 * 54)
    results = page.results()
    assert results[updates] == 0
    assert not results[slots].any()


def test_noise_is_normal():
    """Mean, variance, skewness and kurtosis, each within four standard errors."""
    clean = three_classes(2000)[0]
    page = Page()
    page.write("clean", clean)
    n = page.call("make_points", 2000, 0.2, 5)
    first = page.read("points", 4000)
    page.call("make_points", 2000, 0.2, 6)
    second = page.read("points", 4000)
    page.call("make_points", 2000, 0.0, 6)
    without = page.read("points", 4000)
    results = page.results()
    noise = (results[first] - clean.ravel()) / 0.2
    assert results[n] == 2000
    moments = [np.mean(noise**power) for power in (1, 2, 3, 4)]
    for moment, wanted, variance in zip(
        moments, [0, 1, 0, 3], [1, 2, 15, 96], strict=True
    ):
        assert abs(moment - wanted) < 4.0 * np.sqrt(variance / 4000)
    assert abs(np.mean(noise[::2] * noise[1::2])) < 4.0 / np.sqrt(2000)
    other = (results[second] - clean.ravel()) / 0.2
    assert abs(np.mean(noise * other)) < 4.0 / np.sqrt(4000)
    np.testing.assert_array_equal(results[without], clean.ravel())


def test_noise_is_by_position():
    """As arrays/random.py has it, from its uniform numbers [N5]."""
    page = Page()
    page.write("clean", np.zeros(400))
    page.call("make_points", 200, 1.0, 3)
    X = page.read("points", 400)
    found = page.results()[X]
    wanted = random.normal(random.key(3, random.SPLIT), np.arange(400))
    np.testing.assert_allclose(found, wanted, rtol=1e-13, atol=1e-15)
