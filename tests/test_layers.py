"""Layers against scalar loops, and what is promised of dropout masks."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import naive
from formulas import evaluate
from halfmoon.inspection.gradient_check import check_gradients
from halfmoon.layers import PREDICT, Context, Dense, Dropout, Scaling
from halfmoon.network import Network

RNG = np.random.default_rng(0)
TRAIN = Context(training=True, seed=3, update=5)


def dense(d, k, activation="tanh"):
    """A Dense layer with its parameters and room for their gradients."""
    layer = Dense(d, k, activation)
    p = SimpleNamespace(W=RNG.normal(size=(d, k)), b=RNG.normal(size=k))
    return layer, p, SimpleNamespace(W=np.full((d, k), np.nan), b=np.full(k, np.nan))


def mask(layer, ctx, n=50):
    """Which of n rows' entries are kept, and by what they are multiplied."""
    return layer.forward(None, np.ones((n, layer.k)), ctx)[0]


@pytest.mark.parametrize("name", naive.ACTIVATIONS)
def test_dense_forward_and_backward_equal_scalar_loops(name):
    n = 5
    d = 3
    k = 4
    layer, p, dp = dense(d, k, name)
    a0 = RNG.normal(size=(n, d))
    da = RNG.normal(size=(n, k))
    a, backward = layer.forward(p, a0, PREDICT)
    da0 = backward(da, dp, True)
    f, df = naive.ACTIVATIONS[name]
    z = [
        [sum(a0[i, r] * p.W[r, j] for r in range(d)) + p.b[j] for j in range(k)]
        for i in range(n)
    ]
    delta = [[da[i, j] * df(z[i][j]) for j in range(k)] for i in range(n)]
    np.testing.assert_allclose(
        a, [[f(z[i][j]) for j in range(k)] for i in range(n)], rtol=1e-12, atol=1e-14
    )
    dW = [
        [sum(a0[i, r] * delta[i][j] for i in range(n)) for j in range(k)]
        for r in range(d)
    ]
    np.testing.assert_allclose(dp.W, dW, rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(
        dp.b, [sum(row[j] for row in delta) for j in range(k)], rtol=1e-10, atol=1e-13
    )
    expected = [
        [sum(delta[i][j] * p.W[r, j] for j in range(k)) for r in range(d)]
        for i in range(n)
    ]
    np.testing.assert_allclose(da0, expected, rtol=1e-10, atol=1e-13)


class Matrix(np.ndarray):
    """Its product is the matrix product, as in a0 W."""

    def __mul__(self, other):
        return (np.asarray(self) @ np.asarray(other)).view(Matrix)


@pytest.mark.parametrize(
    "layer", [Dense(3, 4, "tanh"), Dropout(3, 0.4), Scaling(3)], ids=str
)
def test_equations_are_what_is_computed(layer):
    """Printed formulas, evaluated as they stand; delta's with f' as it is given."""
    p = SimpleNamespace(
        W=RNG.normal(size=(3, 4)), b=RNG.normal(size=4), s=RNG.normal(size=3)
    )
    dp = SimpleNamespace(W=np.empty((3, 4)), b=np.empty(4), s=np.empty(3))
    a0 = RNG.normal(size=(5, 3))
    da = RNG.normal(size=(5, layer.k))
    values = {}
    a, backward = layer.forward(p, a0, replace(TRAIN, values=values))
    da0 = backward(da, dp, True)
    found = values | {"a": a, "da0": da0, "dW": dp.W, "db": dp.b, "ds": dp.s}
    names = {"a0": a0.view(Matrix), "W": p.W.view(Matrix), "b": p.b, "da": da}
    if "s" in layer.shapes:
        names = {"a0": a0, "da": da, "s": p.s}
    if layer.random:
        names = {"a0": a0, "da": da, "scale": np.where(a == 0.0, 0.0, 1.0 / 0.6)}
    for tag, name, formula, _ in layer.forward_equations + layer.backward_equations:
        if name == "delta":
            product, slope = formula.split(",  f' = ")
            assert product == "da * f'(z)"
            value = da * evaluate(slope, z=found["z"], a=a)
        else:
            value = evaluate(
                formula, {"sum_n": lambda table: table.sum(axis=0)}, **names
            )
        np.testing.assert_allclose(value, found[name], rtol=1e-12, err_msg=tag)
        if name in ("z", "delta"):
            names[name] = found[name].view(Matrix)


def test_dense_gives_no_da0_where_none_is_asked_for():
    layer, p, dp = dense(3, 2)
    _, backward = layer.forward(p, np.ones((4, 3)), PREDICT)
    assert backward(np.ones((4, 2)), dp, False) is None
    assert np.isfinite(dp.W).all()


def test_dense_does_not_write_in_its_inputs():
    layer, p, dp = dense(3, 2)
    a0 = RNG.normal(size=(4, 3))
    da = RNG.normal(size=(4, 2))
    copies = a0.copy(), da.copy(), p.W.copy(), p.b.copy()
    layer.forward(p, a0, PREDICT)[1](da, dp, True)
    for now, before in zip((a0, da, p.W, p.b), copies, strict=True):
        assert np.array_equal(now, before)


@pytest.mark.parametrize("name", naive.ACTIVATIONS)
def test_dense_takes_a_leading_axis_of_stacked_inputs(name):
    layer, p, _ = dense(3, 2, name)
    stacked = RNG.normal(size=(6, 5, 3))
    each = [layer.forward(p, part, PREDICT)[0] for part in stacked]
    np.testing.assert_allclose(
        layer.forward(p, stacked, PREDICT)[0], each, rtol=1e-13, atol=1e-15
    )


def test_dense_takes_a_leading_axis_of_stacked_weights():
    layer = Dense(3, 2, "tanh")
    stack = [dense(3, 2)[1] for _ in range(4)]
    together = SimpleNamespace(
        W=np.stack([p.W for p in stack]), b=np.stack([p.b for p in stack])[:, None, :]
    )
    a0 = RNG.normal(size=(5, 3))
    each = [layer.forward(p, a0, PREDICT)[0] for p in stack]
    np.testing.assert_allclose(
        layer.forward(together, a0, PREDICT)[0], each, rtol=1e-13, atol=1e-15
    )


@pytest.mark.parametrize(("d", "k"), [(0, 1), (1, 0), (-1, 2)])
def test_dense_refuses_to_be_empty(d, k):
    with pytest.raises(ValueError, match="whole numbers of inputs and units"):
        Dense(d, k)


def test_dense_starts_as_its_initializer_says_with_zero_biases():
    layer, p, _ = dense(3, 2)
    rng = np.random.RandomState(0)
    Dense(3, 2, "tanh", "tutorial").initial(p, rng)
    np.testing.assert_array_equal(
        p.W, np.random.RandomState(0).randn(3, 2) / np.sqrt(3)
    )
    assert not p.b.any()
    assert str(layer.initializer) == "glorot_uniform"
    assert str(Dense(3, 2, "relu").initializer) == "he_uniform"


def test_scaling_forward_and_backward_equal_scalar_loops():
    n = 5
    d = 3
    p = SimpleNamespace(s=RNG.normal(size=d))
    dp = SimpleNamespace(s=np.full(d, np.nan))
    a0 = RNG.normal(size=(n, d))
    da = RNG.normal(size=(n, d))
    a, backward = Scaling(d).forward(p, a0, PREDICT)
    da0 = backward(da, dp, True)
    for j in range(d):
        total = 0.0
        for i in range(n):
            assert a[i, j] == a0[i, j] * p.s[j]
            assert da0[i, j] == da[i, j] * p.s[j]
            total += a0[i, j] * da[i, j]
        assert dp.s[j] == pytest.approx(total, rel=1e-13)
    assert backward(da, dp, False) is None


def test_a_scaling_begins_as_the_identity_and_no_penalty_shrinks_it():
    network = Network([Scaling(3, 6.0), Dense(3, 2)])
    a0 = RNG.normal(size=(4, 3))
    assert np.array_equal(next(network.walk(a0)).a, a0)
    assert network.penalised.tolist() == [0.0] * 3 + [1.0] * 6 + [0.0] * 2
    assert network.rate_factor.tolist() == [6.0] * 3 + [1.0] * 8


def test_gradients_through_scalings_are_differences():
    network = Network(
        [Scaling(3), Dense(3, 4, "tanh"), Dropout(4, 0.3), Scaling(4), Dense(4, 2)]
    )
    network.theta = network.theta + 0.3 * RNG.normal(size=network.size)
    X = RNG.normal(size=(6, 3))
    assert check_gradients(network, X, np.arange(6) % 2, l2=0.1, l1=0.05)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [((0,), "at least 1; got 0"), ((2.5,), "whole number"), ((2, -1.0), "rate_factor")],
)
def test_scaling_refuses_what_it_cannot_be(arguments, told):
    with pytest.raises(ValueError, match=told):
        Scaling(*arguments)


@pytest.mark.parametrize("rate", [-0.1, 1.0, 2.0, float("nan")])
def test_dropout_refuses_rates_that_are_no_share(rate):
    with pytest.raises(ValueError, match=r"in \[0, 1\)"):
        Dropout(3, rate)


def test_dropout_is_the_identity_when_predicting_and_at_rate_0():
    a0 = RNG.normal(size=(4, 3))
    assert np.array_equal(Dropout(3, 0.5).forward(None, a0, PREDICT)[0], a0)
    assert np.array_equal(Dropout(3, 0.0).forward(None, a0, TRAIN)[0], a0)
    off = Context(training=True, dropout=0.0)
    assert np.array_equal(Dropout(3, 0.5).forward(None, a0, off)[0], a0)


def test_dropout_passes_gradients_exactly_where_it_passes_values():
    layer = Dropout(6, 0.4)
    a0 = RNG.normal(size=(30, 6))
    a, backward = layer.forward(None, a0, TRAIN)
    np.testing.assert_allclose(
        backward(np.ones_like(a0), None, True), a / a0, rtol=1e-13
    )
    assert backward(np.ones_like(a0), None, False) is None


@given(rate=st.floats(0.05, 0.9), factor=st.floats(0.1, 1.0), seed=st.integers(0, 1000))
@settings(max_examples=20)
def test_dropout_keeps_the_expected_share_and_the_expectation(rate, factor, seed):
    n = 400
    k = 50
    q = rate * factor
    kept = mask(Dropout(k, rate), Context(True, seed, dropout=factor), n)
    assert set(np.unique(kept.round(12))) <= {0.0, round(1.0 / (1.0 - q), 12)}
    slack = 6.0 * np.sqrt(q * (1.0 - q) / (n * k))
    assert abs((kept == 0.0).mean() - q) < slack
    assert abs(kept.mean() - 1.0) < slack / (1.0 - q)


@pytest.mark.parametrize(("rate", "factor"), [(0.999, 1.0), (0.5, 1.99)])
def test_dropout_sets_at_most_99_percent_to_0(rate, factor):
    """Without that limit an input would be multiplied by 1000, or by 200."""
    kept = mask(Dropout(50, rate), Context(True, 0, dropout=factor), 400)
    assert set(np.unique(kept.round(9))) == {0.0, 100.0}
    assert abs((kept != 0.0).mean() - 0.01) < 0.005


@given(
    rows=st.lists(st.integers(0, 999), min_size=1, max_size=30),
    update=st.integers(0, 10**6),
)
@settings(max_examples=30)
def test_a_rows_mask_depends_on_its_number_not_on_its_batch(rows, update):
    layer = Dropout(4, 0.5)
    whole = mask(layer, Context(True, 7, update, np.arange(1000)), 1000)
    assert np.array_equal(
        mask(layer, Context(True, 7, update, np.array(rows)), len(rows)), whole[rows]
    )


def test_masks_differ_with_update_seed_and_index():
    elsewhere = Dropout(8, 0.5)
    elsewhere.index = 2
    here = mask(Dropout(8, 0.5), TRAIN)
    others = [Context(True, 3, 6), Context(True, 4, 5)]
    different = [mask(Dropout(8, 0.5), ctx) for ctx in others] + [
        mask(elsewhere, TRAIN)
    ]
    for other in different:
        # independent masks agree half of the time
        assert 0.4 < (here == other).mean() < 0.6


def test_mask_is_what_the_documented_numbers_say():
    layer = Dropout(3, 0.3)
    rows = [4, 0, 9]
    layer.index = 2
    kept = mask(layer, Context(True, 11, 6, np.array(rows)), 3)
    # 2: dropout's path; then place and update
    u = naive.uniforms(naive.key(11, 2, 2, 6), 30)
    expected = [
        [1 / 0.7 if u[row * 3 + j] >= 0.3 else 0.0 for j in range(3)] for row in rows
    ]
    np.testing.assert_allclose(kept, expected, rtol=1e-14)


def test_dropout_takes_a_leading_axis():
    layer = Dropout(3, 0.5)
    stacked = RNG.normal(size=(4, 5, 3))
    each = [layer.forward(None, part, TRAIN)[0] for part in stacked]
    assert np.array_equal(layer.forward(None, stacked, TRAIN)[0], each)


@pytest.mark.parametrize(
    ("rate", "factor", "share"), [(0.9, 1.0, 0.9), (0.9, 2.0, 0.99), (0.995, 1.0, 0.99)]
)
def test_dropout_leaves_one_in_a_hundred_at_least(rate, factor, share):
    """Those that stay grow by 1 / (1 - q), at most a hundred times."""
    layer = Dropout(2000, rate)
    ctx = Context(training=True, dropout=factor)
    a, _ = layer.forward(SimpleNamespace(), np.ones((50, 2000)), ctx)
    assert a.max() == pytest.approx(1.0 / (1.0 - share), rel=1e-12)
    assert (a == 0.0).mean() == pytest.approx(share, abs=0.003)
