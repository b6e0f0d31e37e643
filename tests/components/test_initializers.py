"""How weights start: shapes, sizes, distributions, and the tutorial's own numbers."""

import numpy as np
import pytest

import cases
from halfmoon.arrays.random import Stream
from halfmoon.components.initializers import INITIALIZERS, Initializer
from halfmoon.network import Network

each_name = pytest.mark.parametrize("name", INITIALIZERS)

# by the papers, d inputs and k units
VARIANCE = {
    name: case.variance
    for name, case in cases.INITIALIZERS.items()
    if case.variance is not None
}
NORMAL = [name for name in VARIANCE if name.endswith("normal")]
UNIFORM = [name for name in VARIANCE if name.endswith("uniform")]


def draw(name, d, k, seed=0):
    return INITIALIZERS.make(name).draw(d, k, Stream(seed))


def test_every_built_in_initializer_has_a_case():
    built_in = {
        name
        for name, block in INITIALIZERS.items()
        if block.__module__ == "halfmoon.components.initializers"
    }
    assert built_in == set(cases.INITIALIZERS)


@each_name
@pytest.mark.parametrize(("d", "k"), [(1, 1), (2, 3), (3, 2), (7, 7), (1, 9), (9, 1)])
def test_shape_is_inputs_by_units(name, d, k):
    for source in (Stream(1), np.random.RandomState(1), np.random.default_rng(1)):
        W = INITIALIZERS.make(name).draw(d, k, source)
        assert W.shape == (d, k)
        assert np.isfinite(W).all()


@each_name
def test_same_seed_same_weights(name):
    np.testing.assert_array_equal(draw(name, 5, 4, 2), draw(name, 5, 4, 2))


@pytest.mark.parametrize("name", [name for name in INITIALIZERS if name != "zeros"])
def test_another_seed_another_start(name):
    assert (draw(name, 5, 4, 2) != draw(name, 5, 4, 3)).all()


@pytest.mark.parametrize("name", [name for name in INITIALIZERS if name != "zeros"])
def test_no_two_units_start_equal(name):
    W = draw(name, 6, 5)
    assert np.linalg.matrix_rank(W) == 5


@pytest.mark.parametrize("name", VARIANCE)
@pytest.mark.parametrize(("d", "k"), [(200, 300), (300, 200), (20, 2000)])
def test_mean_is_zero_and_variance_is_the_papers(name, d, k):
    W = draw(name, d, k)
    variance = VARIANCE[name](d, k)
    n = d * k
    assert W.mean() == pytest.approx(0.0, abs=4 * np.sqrt(variance / n))
    assert W.var() == pytest.approx(variance, rel=4 * np.sqrt(2 / n))


@pytest.mark.parametrize("name", UNIFORM)
def test_uniform_ones_fill_their_interval_evenly(name):
    W = draw(name, 200, 300)
    r = np.sqrt(3 * VARIANCE[name](200, 300))  # U(-r, r) has variance r^2 / 3
    assert 0.999 * r < np.abs(W).max() <= r
    counts = np.histogram(W, bins=10, range=(-r, r))[0]
    np.testing.assert_allclose(counts, 6000, rtol=0.06)


@pytest.mark.parametrize("name", NORMAL)
def test_normal_ones_have_a_normals_tails(name):
    x = np.abs(draw(name, 200, 300)) / np.sqrt(VARIANCE[name](200, 300))
    assert [(x < sigmas).mean() for sigmas in (1, 2, 3)] == pytest.approx(
        [0.6827, 0.9545, 0.9973], abs=0.006
    )


@pytest.mark.parametrize("name", VARIANCE)
def test_weights_are_the_sources_numbers_scaled_to_the_papers_size(name):
    d = 4
    k = 7
    W = INITIALIZERS.make(name).draw(d, k, np.random.RandomState(2))
    source = np.random.RandomState(2)
    size = (d, k)
    # variance 1
    if name in NORMAL:
        one = source.standard_normal(size)
    else:
        one = source.uniform(-(3**0.5), 3**0.5, size)
    np.testing.assert_allclose(
        W, one * VARIANCE[name](d, k) ** 0.5, rtol=1e-12, atol=1e-14
    )


@pytest.mark.parametrize(("d", "k"), [(6, 6), (9, 4), (4, 9), (1, 5), (5, 1)])
def test_orthogonal_has_orthonormal_rows_or_columns(d, k):
    W = draw("orthogonal", d, k)
    product = W.T @ W if d >= k else W @ W.T
    np.testing.assert_allclose(product, np.eye(min(d, k)), atol=1e-14)


def test_orthogonal_prefers_no_direction():
    """Orthogonal matrices are uniform over the group.

    Without the signs, QR's first column would always point one way.
    """
    W = np.array([draw("orthogonal", 3, 3, seed) for seed in range(600)])
    assert np.abs(W.mean(axis=0)).max() < 4 * np.sqrt(1 / 3 / 600)
    assert np.mean(np.linalg.det(W) > 0) == pytest.approx(
        0.5, abs=4 * np.sqrt(0.25 / 600)
    )


def test_zeros_are_zeros():
    np.testing.assert_array_equal(draw("zeros", 2, 3), [[0, 0, 0], [0, 0, 0]])


def test_the_tutorials_weights_are_drawn_from_numpys_generator():
    np.random.seed(0)
    W1 = np.random.randn(2, 3) / np.sqrt(2)
    W2 = np.random.randn(3, 2) / np.sqrt(3)
    theta = Network.dense(
        [2, 3, 2], initializer="tutorial", rng=np.random.RandomState(0)
    ).theta
    np.testing.assert_array_equal(theta, [*W1.ravel(), 0, 0, 0, *W2.ravel(), 0, 0])
    # as everybody's randn at seed 0 begins
    assert theta[0] == pytest.approx(1.764052345967664 / 2**0.5, rel=1e-15)


def test_layers_of_one_network_start_apart():
    network = Network.dense([4, 4, 4], initializer="he_normal")
    first, second = (p.W for p in network.views(network.theta)[:2])
    assert not np.isin(first, second).any()


def test_an_initializer_that_defines_nothing_says_what_is_missing():
    with pytest.raises(NotImplementedError, match="define draw"):
        Initializer().draw(1, 1, Stream(0))
