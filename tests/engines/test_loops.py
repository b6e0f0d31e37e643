"""Loops under the kernels, called by themselves: random numbers by position."""

import ctypes

import numpy as np
import pytest

import naive
from engines.problems import each_dtype
from halfmoon.arrays.random import DROPOUT, SHUFFLE, key, permutation, uniform
from halfmoon.engines.compiled import native, tables, translation


def called(name, dtype, *arguments):
    """One of the loops, called by address with addresses and integers."""
    address = native.address(getattr(translation.source("loops", dtype), name), dtype)
    if not native.JIT:
        return native.call(address, *arguments)
    return ctypes.CFUNCTYPE(ctypes.c_double, *[ctypes.c_int64] * len(arguments))(
        address
    )(*arguments)


@pytest.mark.parametrize("n", [1, 2, 3, 10, 1000])
@pytest.mark.parametrize("seed", [0, 1, 2**63, 2**64 - 1])
@pytest.mark.parametrize("epoch", [0, 1, 10_000])
def test_the_shuffle_is_the_one_of_random(n, seed, epoch):
    order = np.full(n, -1)
    called(
        "shuffle",
        "float64",
        order.ctypes.data,
        n,
        tables.signed(key(seed, SHUFFLE)),
        epoch,
    )
    assert np.array_equal(order, permutation(key(seed, SHUFFLE, epoch), n))
    assert order.tolist() == naive.fisher_yates(naive.key(seed, SHUFFLE, epoch), n)


@pytest.mark.parametrize("seed", [0, 2**64 - 1])
@pytest.mark.parametrize(("share", "q"), [(0.4, 0.4 * 0.9), (1.2, 0.99)])
@each_dtype
def test_the_mask_is_the_one_of_random(seed, dtype, share, q):
    """At most 99 percent are set to 0."""
    rows = np.array([70_000, 3, 0, 12])
    k = 300  # so many that one in a hundred is seen
    ld = 5
    t = 41
    rate = np.array([share])
    factor = np.array([0.9])
    a0, a, scale = (np.ones((k, ld), dtype) for _ in range(3))
    places = [array.ctypes.data for array in (a0, a, scale, rows, rate, factor)]
    called(
        "dropout",
        dtype,
        *places,
        tables.signed(key(seed, DROPOUT, 2)),
        t,
        k,
        len(rows),
        ld,
    )
    u = uniform(key(seed, DROPOUT, 2, t), rows * k + np.arange(k)[:, None])
    assert (u >= q).any()
    assert np.array_equal(a[:, :4], np.where(u >= q, np.asarray(1 / (1 - q), dtype), 0))
