"""Random numbers by position equal SplitMix64 as published, and have its qualities.

They are uniform or normal, and independent of the order in which they are computed.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

import naive
from halfmoon.arrays.random import (
    CHECK,
    DROPOUT,
    SHUFFLE,
    SPLIT,
    WEIGHTS,
    Stream,
    bits,
    key,
    normal,
    permutation,
    uniform,
)

few = hypothesis_settings(max_examples=50)
keys = st.integers(0, 2**64 - 1)

# Vigna's splitmix64.c, started at 0 and at 1234567: the figures that other
# implementations print
PUBLISHED = {
    0: [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F, 0xF88BB8A8724C81EC],
    1234567: [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
    ],
}


@pytest.mark.parametrize("state", PUBLISHED)
def test_bits_are_the_published_outputs(state):
    assert naive.splitmix64(state, 4) == PUBLISHED[state]
    assert bits(state, np.arange(4)).tolist() == PUBLISHED[state]


@few
@given(keys, st.integers(0, 40))
def test_bits_equal_splitmix64(k, count):
    got = bits(k, np.arange(count))
    assert got.dtype == np.uint64
    assert got.tolist() == naive.splitmix64(k, count)


@few
@given(keys, st.lists(st.integers(0, 2**40), max_size=4))
def test_keys_are_a_walk_along_the_path(seed, path):
    got = key(seed, *path)
    assert type(got) is int
    assert got == naive.key(seed, *path)


def test_different_paths_give_different_keys():
    paths = [
        (s, *rest)
        for s in range(3)
        for rest in [(), (0,), (1,), (0, 0), (0, 1), (1, 0), (1, 1), (0, 0, 0)]
    ]
    assert len({key(*path) for path in paths}) == len(paths)


def test_purposes_are_apart():
    assert len({WEIGHTS, SHUFFLE, DROPOUT, SPLIT, CHECK}) == 5


@few
@given(keys)
def test_uniform_numbers_are_the_upper_53_bits(k):
    got = uniform(k, np.arange(20))
    assert got.dtype == np.float64
    assert got.tolist() == naive.uniforms(k, 20)


@few
@given(keys)
def test_normal_numbers_are_box_and_mullers(k):
    np.testing.assert_allclose(
        normal(k, np.arange(20)), naive.normals(k, 20), rtol=1e-12, atol=1e-14
    )


@few
@given(keys, st.integers(0, 200))
def test_permutation_equals_fisher_and_yates(k, n):
    order = permutation(k, n)
    assert order.dtype == np.int64
    assert order.tolist() == naive.fisher_yates(k, n)
    assert sorted(order.tolist()) == list(range(n))


@pytest.mark.parametrize("function", [bits, uniform, normal])
@few
@given(k=keys, start=st.integers(0, 2**50), cut=st.integers(0, 30))
def test_a_block_of_positions_is_the_slice_of_all(function, k, start, cut):
    positions = np.arange(start, start + 30)
    whole = function(k, positions)
    np.testing.assert_array_equal(function(k, positions[cut:]), whole[cut:])
    np.testing.assert_array_equal(function(k, positions[::-1]), whole[::-1])
    np.testing.assert_array_equal(
        function(k, positions.reshape(5, 6)), whole.reshape(5, 6)
    )
    np.testing.assert_array_equal(function(k, start), whole[0])


@pytest.mark.parametrize("k", [key(0, DROPOUT), key(1, WEIGHTS), key(2**64 - 1)])
def test_uniform_numbers_are_uniform(k):
    n = 100_000
    u = uniform(k, np.arange(n))
    assert u.min() >= 0.0
    assert u.max() < 1.0
    assert u.mean() == pytest.approx(0.5, abs=4 * np.sqrt(1 / 12 / n))
    assert u.var() == pytest.approx(1 / 12, abs=4 * np.sqrt(1 / 180 / n))
    counts = np.histogram(u, bins=100, range=(0, 1))[0]
    chi2 = ((counts - n / 100) ** 2 / (n / 100)).sum()
    assert 51 < chi2 < 167  # 99 degrees of freedom: 99 +- 4.8 standard deviations of 14
    pairs = np.histogram2d(u[::2], u[1::2], bins=10, range=[[0, 1], [0, 1]])[0]
    assert 51 < ((pairs - n / 200) ** 2 / (n / 200)).sum() < 167


@pytest.mark.parametrize("k", [key(0, WEIGHTS), key(7, CHECK)])
def test_normal_numbers_are_normal(k):
    n = 100_000
    x = np.sort(normal(k, np.arange(n)))
    assert x.mean() == pytest.approx(0.0, abs=4 / np.sqrt(n))
    assert x.var() == pytest.approx(1.0, abs=4 * np.sqrt(2 / n))
    assert (x**3).mean() == pytest.approx(0.0, abs=4 * np.sqrt(15 / n))
    inside = [np.mean(np.abs(x) < sigmas) for sigmas in (1, 2, 3)]
    assert inside == pytest.approx([0.682689, 0.954500, 0.997300], abs=0.006)


def test_neighbouring_seeds_and_epochs_give_unrelated_numbers():
    n = 20_000
    rows = [
        uniform(key(seed, SHUFFLE, epoch), np.arange(n))
        for seed in range(3)
        for epoch in range(3)
    ]
    off_diagonal = np.corrcoef(rows)[~np.eye(9, dtype=bool)]
    assert np.abs(off_diagonal).max() < 4.5 / np.sqrt(n)


def test_permutations_are_fair():
    """Each of the 24 orders of four rows comes up about as often.

    By chi-square with 23 degrees of freedom.
    """
    n = 6000
    orders = [tuple(permutation(key(0, SHUFFLE, epoch), 4)) for epoch in range(n)]
    counts = np.array([orders.count(order) for order in set(orders)])
    assert len(counts) == 24
    assert ((counts - n / 24) ** 2 / (n / 24)).sum() < 55


# ---- Stream


def test_stream_goes_on_where_it_stopped():
    whole = Stream(3, WEIGHTS)
    parts = Stream(3, WEIGHTS)
    together = whole.standard_normal((4, 5))
    apart = np.concatenate(
        [
            parts.standard_normal((1, 5)),
            parts.standard_normal((0, 5)),
            parts.standard_normal((3, 5)),
        ]
    )
    np.testing.assert_array_equal(apart, together)
    np.testing.assert_array_equal(
        whole.uniform(0.0, 1.0, (2,)), parts.uniform(0.0, 1.0, (2,))
    )


def test_streams_numbers_are_those_of_its_key():
    np.testing.assert_array_equal(
        Stream(3, SPLIT).uniform(0.0, 1.0, (6,)), naive.uniforms(naive.key(3, SPLIT), 6)
    )
    np.testing.assert_allclose(
        Stream(3, SPLIT).standard_normal((6,)),
        naive.normals(naive.key(3, SPLIT), 6),
        rtol=1e-12,
    )


def test_stream_draws_between_low_and_high():
    x = Stream(0).uniform(-3.0, 5.0, (10_000,))
    assert -3.0 <= x.min() < -2.98
    assert 4.98 < x.max() < 5.0
    assert x.mean() == pytest.approx(1.0, abs=4 * 8 / np.sqrt(12 * 10_000))


def test_stream_bears_the_methods_of_numpys_generators():
    for source in (Stream(0), np.random.RandomState(0), np.random.default_rng(0)):
        assert source.standard_normal((2, 3)).shape == (2, 3)
        assert source.uniform(-1.0, 1.0, (3, 2)).shape == (3, 2)


def test_no_bit_serves_twice_in_a_stream():
    """Normal i is made of uniforms 2i and 2i+1.

    So normals move the stream on by two, and begin at an even position.
    """
    k = naive.key(0, WEIGHTS)
    stream = Stream(0, WEIGHTS)
    np.testing.assert_allclose(
        stream.standard_normal((2, 5)),
        np.reshape(naive.normals(k, 10), (2, 5)),
        rtol=1e-12,
    )
    np.testing.assert_array_equal(
        stream.uniform(0.0, 1.0, (3,)), naive.uniforms(k, 23)[20:]
    )
    np.testing.assert_allclose(
        stream.standard_normal((4,)), naive.normals(k, 16)[12:], rtol=1e-12
    )
    np.testing.assert_array_equal(
        stream.uniform(0.0, 1.0, (2,)), naive.uniforms(k, 34)[32:]
    )
