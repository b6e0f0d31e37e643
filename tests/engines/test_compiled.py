"""The compiled engine, judged by the reference engine, which scalar loops judge
(test_engine.py), and by figures.
"""

import copy
import ctypes
import dataclasses
import importlib
import pickle
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import wraps
from itertools import count, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_info, threadpool_limits

import naive
from halfmoon import datasets
from halfmoon.arrays.elementary import logistic
from halfmoon.arrays.random import DROPOUT, SHUFFLE, key, permutation, uniform
from halfmoon.components.activations import ACTIVATIONS, Activation
from halfmoon.components.losses import LOSSES, Loss, Quantiles
from halfmoon.components.optimizers import OPTIMIZERS, Optimizer
from halfmoon.components.schedules import Schedule
from halfmoon.engines import reference
from halfmoon.engines.choose import choose
from halfmoon.engines.compiled import engine as compiled
from halfmoon.engines.compiled import (
    native,
    prediction,
    tables,
    translation,
    workspace,
)
from halfmoon.engines.contract import Plan, Problem, State
from halfmoon.engines.predicting import predictor_of
from halfmoon.layers import Dense, Dropout
from halfmoon.network import Network
from halfmoon.training import loop
from halfmoon.training.history import SCHEMA
from halfmoon.training.train import train

# how far the engines may differ after one update, relative to size
CLOSE = {"float64": 1e-12, "float32": 1e-5}
X, Y = datasets.make("moons", 60, 0.2, 0)
each_dtype = pytest.mark.parametrize("dtype", CLOSE)


def specs(registry):
    """Every block in the registry as text, with its default settings and with all of
    them changed.
    """
    found = []
    for name in registry:
        fields = [
            (f.name, f.metadata["rule"], f.default)
            for f in dataclasses.fields(registry[name])
        ]
        values = (0.3, 0.6, 2.0, (3, 2, 4), (0.2, 0.5, 0.7, 0.9))
        other = {
            key: next(v for v in values if rule.allows(v) and v != old)
            for key, rule, old in fields
        }
        found += [str(registry[name]()), str(registry[name](**other))]
    return list(dict.fromkeys(found))


def outputs(loss, wanted=2):
    """How many scores a network needs for this loss."""
    return LOSSES.make(loss).outputs(wanted)


def truth(network, n, rng):
    """Something for the network's loss to aim at."""
    loss = network.loss
    k = network.k
    columns = k // len(loss.levels) if isinstance(loss, Quantiles) else k
    return {
        "classes": lambda: rng.integers(0, loss.classes(k), (n, len(loss.classes(k)))),
        "labels": lambda: rng.integers(0, 2, (n, k)),
        "counts": lambda: rng.poisson(1.0, (n, k)),
        "real": lambda: rng.normal(size=(n, columns)),
    }[loss.target]()


def task(
    network,
    n=40,
    batch_size=None,
    optimizer="gd",
    weights="rows",
    data_seed=0,
    **options,
):
    """A problem for a network: n rows, with weights (some 0) for rows, for outputs if
    the loss allows, or without.
    """
    rng = np.random.default_rng(data_seed)
    inputs = rng.normal(size=(n, network.d))
    y = truth(network, n, rng)
    columns = network.k if weights == "outputs" and network.loss.pointwise else 1
    w = (
        None
        if weights is None
        else rng.uniform(0.5, 2.0, (n, columns)) * (np.arange(n)[:, None] % 5 != 1)
    )
    data = network.read(inputs, y, w)
    size = min(batch_size or n, n)
    # with a decay, so that a plan may ask for one
    options = {"optimizer": OPTIMIZERS.make(optimizer), "decay": 1.0, **options}
    return Problem(network, *data, batch_size=size, **options)


def begun(problem, t=0):
    """A state after t updates; slots that hold something keep the rules from magnifying
    rounding.
    """
    rng = np.random.default_rng(t)
    theta = problem.network.theta
    draw = (
        rng.uniform(0.5, 1.5, (problem.optimizer.slots, len(theta)))
        if t
        else np.zeros((problem.optimizer.slots, 1))
    )
    slots = [(theta * 0 + one).astype(theta.dtype) for one in draw]
    return State(
        theta.copy(), slots, None if problem.average is None else theta * 0.9, t
    )


def plan(count=1, eta=0.1, decay=0.0, dropout=1.0):
    return Plan(*(np.zeros(count) + value for value in (eta, decay, dropout)))


def carried_out(engine, problem, start, todo):
    """The state and the measurements after the planned updates; `start` is left
    alone.
    """
    state = State(
        start.theta.copy(), [s.copy() for s in start.slots], start.average, start.t
    )
    return state, engine.run(problem, state, todo)


def assert_close(actual, expected, tolerance, what=""):
    """Relative to the size of the largest entry expected, or to 1."""
    assert np.shape(actual) == np.shape(expected)
    assert np.asarray(actual).dtype == np.asarray(expected).dtype
    size = max(1.0, float(np.abs(expected).max())) if np.size(expected) else 1.0
    np.testing.assert_allclose(
        actual, expected, rtol=0, atol=tolerance * size, err_msg=what
    )


def assert_agree(problem, start, todo, tolerance=None):
    """Both engines carry out the same updates and come to the same state, having
    measured the same; gives the state.
    """
    tolerance = tolerance or CLOSE[problem.network.dtype.name]
    (state, seen), (expected, measured) = (
        carried_out(e, problem, start, todo) for e in (compiled, reference)
    )
    for name in ("loss", "penalty", "norm"):
        assert_close(getattr(seen, name), getattr(measured, name), tolerance, name)
    assert_close(state.theta, expected.theta, tolerance, "theta")
    assert_close(
        state.theta - start.theta, expected.theta - start.theta, tolerance, "step"
    )
    for one, other in zip(state.slots, expected.slots, strict=True):
        assert_close(one, other, tolerance, "slots")
    assert (state.average is None) == (expected.average is None)
    if expected.average is not None:
        assert_close(state.average, expected.average, tolerance, "average")
    assert (state.t, seen.diverged) == (expected.t, measured.diverged)
    assert_close(
        state.last_finite.theta,
        expected.last_finite.theta,
        tolerance,
        "last finite state",
    )
    return state


# One update


@pytest.mark.parametrize("loss", specs(LOSSES))
@pytest.mark.parametrize("activation", specs(ACTIVATIONS))
@each_dtype
def test_one_update_agrees_for_every_activation_with_every_loss(
    activation, loss, dtype
):
    network = Network.dense([3, 5, outputs(loss)], activation, loss, dtype=dtype)
    assert_agree(task(network, 17), begun(task(network)), plan(eta=0.5))


@pytest.mark.parametrize("activation", specs(ACTIVATIONS))
@each_dtype
def test_one_update_agrees_for_every_activation_in_the_last_layer(activation, dtype):
    network = Network(
        [Dense(3, 4, "tanh"), Dense(4, 2, activation)], "squared_error", dtype=dtype
    )
    assert_agree(task(network, 17), begun(task(network)), plan(eta=0.5))


FLAGS = {
    "plain": {},
    "decay": {"decay": 0.3},
    "clip": {"clip": 0.05},
    "clip that lets through": {"clip": 1e3},
    "average": {"average": 0.8},
    "penalties": {"lam": 0.2, "l1": 0.1},
    "all": {"decay": 0.3, "clip": 0.05, "average": 0.8, "lam": 0.2, "l1": 0.1},
}


@pytest.mark.parametrize("flags", FLAGS.values(), ids=FLAGS)
@pytest.mark.parametrize("optimizer", specs(OPTIMIZERS))
@pytest.mark.parametrize("t", [0, 7])
@each_dtype
def test_one_update_agrees_for_every_optimizer_with_every_flag(
    optimizer, flags, t, dtype
):
    flags = dict(flags)
    network = Network.dense([3, 5, 2], "tanh", dtype=dtype)
    decay = flags.pop("decay", 0.0)
    problem = task(network, 17, optimizer=optimizer, **flags)
    # g / |g| magnifies rounding where g is small
    if t == 0 and dtype == "float32" and problem.optimizer.slots:
        problem = task(
            Network.dense([3, 5, 2], "tanh"), 17, optimizer=optimizer, **flags
        )
    assert_agree(problem, begun(problem, t), plan(eta=0.1, decay=decay))


@st.composite
def fits(draw):
    """A problem, a state and a plan, with everything that can be combined."""
    dtype = draw(st.sampled_from([*CLOSE]))
    loss = draw(st.sampled_from(specs(LOSSES)))
    layers = []
    d = draw(st.sampled_from([1, 2, 5, 50, 51, 70]))
    for _ in range(draw(st.integers(0, 3))):
        if draw(st.booleans()):
            layers.append(Dropout(d, draw(st.sampled_from([0.0, 0.2, 0.7]))))
        k = draw(st.sampled_from([1, 3, 13, 40]))
        act = draw(st.sampled_from(specs(ACTIVATIONS)))
        layers.append(
            Dense(d, k, act, rate_factor=draw(st.sampled_from([1.0, 0.0, 0.3, 2.0])))
        )
        d = k
    network = Network(
        [*layers, Dense(d, outputs(loss))],
        loss,
        dtype=dtype,
        seed=draw(st.integers(0, 99)),
    )
    number = st.sampled_from([0.0, 0.02, 0.3])
    problem = task(
        network,
        n := draw(st.sampled_from([1, 5, 33, 150])),
        draw(st.integers(1, n)),
        draw(st.sampled_from(specs(OPTIMIZERS))),
        draw(st.sampled_from([None, "rows", "outputs"])),
        draw(st.integers(0, 99)),
        shuffle=draw(st.booleans()),
        lam=draw(number),
        l1=draw(number),
        clip=draw(st.sampled_from([None, 0.1, 1.0])),
        average=draw(st.sampled_from([None, 0.5, 0.99])),
        seed=draw(st.sampled_from([0, 1, 2**64 - 1])),
    )
    todo = plan(
        1,
        draw(st.sampled_from([0.0, 0.1])),
        draw(number),
        draw(st.sampled_from([0.0, 0.5, 1.0])),
    )
    return problem, begun(problem, draw(st.integers(1, 300))), todo


@pytest.mark.slow
@given(fits())
@settings(max_examples=100, deadline=None)
def test_one_update_agrees_whatever_is_combined(fit):
    assert_agree(*fit)


DEEP = [
    Dropout(6, 0.2),
    Dense(6, 9, "gelu"),
    Dense(9, 20, "leaky_relu:slope=0.3", rate_factor=0.5),
]
DEEP += [Dropout(20, 0.5), Dense(20, 7, "mish"), Dense(7, 3, rate_factor=2.0)]


@pytest.mark.parametrize("loss", specs(LOSSES))
@pytest.mark.parametrize("weights", [None, "rows", "outputs"])
@pytest.mark.parametrize("place", ["first", "in the middle", "short last batch"])
@each_dtype
def test_one_update_agrees_with_everything_on(loss, weights, place, dtype):
    """Six layers, dropout on inputs and hidden units, rate factors, L1, L2, clip,
    decay, average; 50 rows by 16.
    """
    network = Network(
        [*DEEP[:-1], Dense(7, outputs(loss, 3), rate_factor=2.0)],
        loss,
        dtype=dtype,
        seed=2,
    )
    flags = {"lam": 0.02, "l1": 0.01, "clip": 0.3, "average": 0.9, "seed": 5}
    problem = task(network, 50, 16, "adam", weights, **flags)
    t = {"first": 8, "in the middle": 9, "short last batch": 11}[place]
    assert len(problem.batch(t) if not isinstance(problem.batch(t), slice) else ()) == (
        2 if t == 11 else 16
    )
    assert_agree(problem, begun(problem, t), plan(eta=0.1, decay=0.2, dropout=0.8))


ODD = {
    "dropout last": [Dense(3, 4, "tanh"), Dense(4, 2), Dropout(2, 0.3)],
    "dropout twice": [
        Dropout(3, 0.2),
        Dropout(3, 0.3),
        Dense(3, 4, "silu"),
        Dropout(4, 0.2),
        Dropout(4, 0.3),
        Dense(4, 2),
    ],
    "dropout on wide inputs": [Dropout(80, 0.3), Dense(80, 4, "tanh"), Dense(4, 2)],
    "rate 0": [Dropout(3, 0.0), Dense(3, 2)],
    "a factor 0": [Dense(3, 4, "tanh", rate_factor=0.0), Dense(4, 2)],
    "wide and alone": [Dense(90, 2)],
    "wide and thin": [Dense(90, 1, "tanh"), Dense(1, 2)],
    "linear": [Dense(3, 20), Dense(20, 20), Dense(20, 2)],
}


@pytest.mark.parametrize("layers", ODD.values(), ids=ODD)
@each_dtype
def test_updates_agree_for_odd_networks(layers, dtype):
    problem = task(
        Network(layers, "squared_error", dtype=dtype), 40, 11, "momentum", lam=0.1
    )
    assert_agree(problem, begun(problem, 3), plan(5, eta=0.01, decay=0.1))


TUNINGS = {
    "thin products": {"THIN": 10**6},
    "no thin products": {"THIN": 0},
    "flat products": {"THIN": 0, "FLAT": 0},
    "all inputs are narrow": {"NARROW": 10**6},
    "all inputs are wide": {"NARROW": 0},
    "small ranges": {"RANGE_SIZE": 5},
    "small blocks": {"BLOCK_ROWS": 5},
    "shares": {"SHARED_WORK": 0.0, "SHARE_ROWS": 4},
    "shares, blocks and ranges": {
        "SHARED_WORK": 0.0,
        "SHARE_ROWS": 4,
        "RANGE_SIZE": 5,
        "BLOCK_ROWS": 2,
        "THIN": 8,
    },
}
each_tuning = pytest.mark.parametrize("tuning", TUNINGS.values(), ids=TUNINGS)


def tune(tuning, monkeypatch):
    """As though these were the sizes that pay on this machine."""
    for name, value in tuning.items():
        monkeypatch.setattr(tables, name, value)


SEVERAL = [*DEEP[:-1], Dense(7, 9)]
CUT = {"deep": DEEP, "shallower": DEEP[1:], "several class variables": SEVERAL}
CUT |= {name: ODD[name] for name in ("wide and alone", "wide and thin")}


def classifier(layers, **options):
    """A network that tells one class variable, or in SEVERAL three."""
    loss = (
        "softmax_cross_entropy:sizes=3/2/4,smoothing=0.1"
        if layers is SEVERAL
        else "softmax_cross_entropy"
    )
    return Network(layers, loss, **options)


@each_tuning
@pytest.mark.parametrize("layers", CUT.values(), ids=CUT)
@pytest.mark.parametrize("batch_size", [33, 100])
@each_dtype
def test_updates_and_predictions_agree_however_the_work_is_cut(
    layers, batch_size, tuning, dtype, monkeypatch
):
    """What pays on another machine must be right here, too."""
    tune(tuning, monkeypatch)
    network = classifier(layers, dtype=dtype, seed=2)
    flags = {"lam": 0.02, "l1": 0.01, "clip": 0.3, "average": 0.9, "n_threads": 2}
    problem = task(network, 100, batch_size, "adam", **flags)
    assert (tables.shares_of(network, batch_size) > 1) == ("SHARED_WORK" in tuning)
    assert_agree(
        problem,
        begun(problem, 2 * problem.per_epoch - 1),
        plan(3, eta=0.01, decay=0.2, dropout=0.8),
    )
    for n in (1, 2, 300):
        data = np.random.default_rng(n).normal(size=(n, network.d)).astype(dtype)
        for link in (True, False):
            expected = reference.predict(network, network.theta, data, link)
            assert_close(
                compiled.predict(network, network.theta, data, link),
                expected,
                CLOSE[dtype],
            )


@each_tuning
@pytest.mark.parametrize(
    "layers", [DEEP, SEVERAL], ids=["deep", "several class variables"]
)
def test_the_number_of_threads_changes_no_bit_however_the_work_is_cut(
    layers, tuning, monkeypatch
):
    tune(tuning | {"SHARED_WORK": 0.0, "SHARE_ROWS": 4}, monkeypatch)
    ends = []
    used = []
    for threads in (1, 2, 3, 8):
        problem = task(
            classifier(layers, seed=2),
            100,
            33,
            "adam",
            average=0.9,
            clip=0.3,
            n_threads=threads,
        )
        state, measured = carried_out(compiled, problem, begun(problem), plan(9))
        ends.append(
            [state.theta, state.average, *state.slots, measured.loss, measured.norm]
        )
        used.append(measured.threads)
    assert used == [1, 2, 3, 8]
    for end in ends[1:]:
        for one, other in zip(end, ends[0], strict=True):
            assert np.array_equal(one, other)


@pytest.mark.parametrize("scale", [1e2, 1e4, 1e6])
@pytest.mark.parametrize("loss", specs(LOSSES))
@each_dtype
def test_scores_of_a_million_agree(loss, scale, dtype):
    network = Network.dense([3, 5, outputs(loss, 3)], "relu", loss, dtype=dtype)
    network.theta = (network.theta * scale**0.5).astype(dtype)
    problem = task(network, 40)
    for one, other in zip(
        *(e.gradient(problem, begun(problem)) for e in (compiled, reference)),
        strict=True,
    ):
        assert_close(one, other, CLOSE[dtype])
    for link in (True, False):
        one, other = (
            e.predict(network, network.theta, problem.X, link)
            for e in (compiled, reference)
        )
        assert_close(one, other, CLOSE[dtype])


@pytest.mark.parametrize("scale", [1e-3, 1e2, 1e4, 1e6])
@pytest.mark.parametrize("activation", specs(ACTIVATIONS))
@each_dtype
def test_activations_of_the_very_large_and_small_agree(activation, scale, dtype):
    network = Network.dense([3, 5, 2], activation, "huber", dtype=dtype)
    network.theta = (network.theta * scale).astype(dtype)
    problem = task(network, 40)
    for one, other in zip(
        *(e.gradient(problem, begun(problem)) for e in (compiled, reference)),
        strict=True,
    ):
        assert_close(one, other, CLOSE[dtype])


@pytest.mark.parametrize("scale", [1e-30, 1e-18, 1e15, 1e18])
def test_the_norm_of_a_gradient_whose_square_float32_cannot_hold(scale):
    """A linear regression's gradient grows with the scale of y; clipped by it, it steps
    as far as ever.
    """
    network = Network.dense([3, 2], loss="squared_error", dtype="float32")
    network.theta = network.theta * 0
    problem = task(network, 40, clip=1.0)
    problem.y[:] *= np.float32(scale)
    state, measured = carried_out(compiled, problem, begun(problem), plan())
    expected, told = carried_out(reference, problem, begun(problem), plan())
    np.testing.assert_allclose(measured.norm, told.norm, rtol=1e-5)
    np.testing.assert_allclose(
        state.theta,
        expected.theta,
        rtol=1e-4,
        atol=1e-6 * float(np.abs(expected.theta).max()),
    )


def test_one_update_equals_scalar_loops():
    """The outside judge once more, without the reference engine between."""
    problem = task(
        Network.dense([3, 4, 2], "tanh"),
        9,
        optimizer="adam",
        lam=0.02,
        l1=0.01,
        clip=0.3,
        average=0.8,
    )
    theta = problem.network.theta.tolist()
    average = problem.network.theta.tolist()
    slots = [[0.0, 0.0]] * 26
    for t in (1, 2, 3):
        rows = problem.X.tolist(), problem.y.tolist(), problem.w.tolist()
        g = naive.objective(
            [3, 4, 2], ["tanh"], "softmax_cross_entropy", theta, *rows, 0.02, 0.01
        )[2]
        flags = {
            "mask": naive.is_weight([3, 4, 2]),
            "clip": 0.3,
            "average": average,
            "memory": 0.8,
            "decay": 0.1,
        }
        theta, slots, average = naive.step("adam", theta, g, slots, t, 0.1, **flags)
    start = State(problem.network.theta, begun(problem).slots, problem.network.theta)
    state, _ = carried_out(compiled, problem, start, plan(3, decay=0.1))
    np.testing.assert_allclose(state.theta, theta, rtol=0, atol=1e-12)
    np.testing.assert_allclose(state.average, average, rtol=0, atol=1e-12)


# Many updates


@pytest.mark.parametrize("optimizer", ["gd", "momentum", "adam"])
@pytest.mark.parametrize(
    "rates", [0.0, [0.1, 0.3, 0.2]], ids=["without dropout", "with dropout"]
)
def test_a_hundred_free_running_updates_agree(optimizer, rates):
    network = Network.dense([4, 16, 8, 3], ["tanh", "silu"], dropout=rates)
    problem = task(network, 100, 16, optimizer, lam=1e-3, seed=3)
    assert_agree(problem, begun(problem), plan(100, eta=0.02), 1e-10)


def test_masks_are_the_very_same():
    """A single mask that differs would show in the loss's first digits."""
    network = Network.dense([5, 30, 30, 3], "tanh", dropout=[0.2, 0.5, 0.5])
    problem = task(network, 60, 13, seed=9)
    seen, expected = (
        carried_out(e, problem, begun(problem), plan(25, 1e-3))
        for e in (compiled, reference)
    )
    np.testing.assert_allclose(seen[1].loss, expected[1].loss, rtol=1e-13)


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
@each_dtype
def test_the_mask_is_the_one_of_random(seed, dtype):
    rows = np.array([70_000, 3, 0, 12])
    k = 6
    ld = 5
    t = 41
    rate = np.array([0.4])
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
    q = 0.4 * 0.9
    assert np.array_equal(a[:, :4], np.where(u >= q, np.asarray(1 / (1 - q), dtype), 0))


# Shapes

SHAPES = [
    [1, 1],
    [1, 1, 1],
    [3, 600, 2],
    [50, 12, 13, 3],
    [51, 12, 13, 3],
    [120, 33, 2],
    [600, 2],
    [2, 15, 16, 17, 2],
    [7, 6, 5, 4, 3, 2],
    [4, 8, 16, 32, 16, 8, 3],
    [60, 100, 1, 100, 2],
]


@pytest.mark.parametrize("sizes", SHAPES, ids=lambda sizes: "-".join(map(str, sizes)))
@pytest.mark.parametrize("n", [1, 2, 3, 97, 1000])
@each_dtype
def test_updates_agree_for_all_depths_widths_and_batch_sizes(sizes, n, dtype):
    """Three updates across the border of two epochs, where a short last batch and a new
    shuffle lie.
    """
    loss = "squared_error" if sizes[-1] == 1 else "softmax_cross_entropy"
    network = Network.dense(sizes, "tanh", loss, dtype=dtype)
    for batch_size in {min(size, n) for size in (1, 2, 15, 16, 17, 100, n)}:
        problem = task(network, n, batch_size, "momentum")
        start = begun(problem, 2 * problem.per_epoch - 1)
        assert_agree(problem, start, plan(3, eta=0.01))


@each_dtype
def test_the_main_kernel_is_compiled_once_whatever_the_network(dtype):
    for sizes, rates in (([2, 3, 2], 0.0), ([70, 9, 9, 9, 3], 0.3), ([1, 1], 0.0)):
        problem = task(
            Network.dense(sizes, "relu", "huber", dropout=rates, dtype=dtype),
            30,
            7,
            "adam",
            average=0.9,
        )
        carried_out(compiled, problem, begun(problem), plan(2))
        reduced = np.asarray(problem.X)
        problem.network.predictor = predictor_of(compiled)
        problem.network.predict(reduced)
    kernels = translation.source("kernels", dtype)
    if native.JIT:
        assert len(kernels.updates.signatures) == len(kernels.predict.signatures) == 1


# The same bits

BIG = {
    "optimizer": "adam",
    "learning_rate": 0.01,
    "batch_size": 800,
    "epochs": 4,
    "engine": "compiled",
    "l2": 1e-3,
}
COUNTED = [name for name in SCHEMA.names if name != "seconds"]


def big(**options):
    """A network and its Run, after a fit with batches that are cut into eight
    shares.
    """
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(2000, 20))
    y = rng.integers(0, 4, 2000)
    options = {**BIG, **options}
    network = options.pop("network", None) or Network.dense(
        [20, 64, 4], "gelu", dropout=0.2
    )
    return network, train(network, rows, y, **options)


def assert_same(one, other):
    """Two (network, run) with the same bits in weights, state and history."""
    (first, a) = one
    (second, b) = other
    assert a.engine == b.engine == "compiled"
    assert np.array_equal(first.theta, second.theta)
    assert np.array_equal(a.theta, b.theta)
    assert (a.t, a.stopped) == (b.t, b.stopped)
    assert all(np.array_equal(x, y) for x, y in zip(a.slots, b.slots, strict=True))
    assert a.average is b.average is None or np.array_equal(a.average, b.average)
    for name in COUNTED:
        assert np.array_equal(a.history[name], b.history[name], equal_nan=True), name


@pytest.fixture(scope="module")
def once():
    return big(n_threads=1)


def test_the_batches_of_these_tests_are_cut_into_shares(once):
    assert tables.shares_of(once[0], 800) == 8


@pytest.mark.parametrize("threads", [2, 3, 4, 8, None])
def test_the_number_of_threads_changes_no_bit(threads, once):
    fit = big(n_threads=threads)
    assert once[1].threads == 1
    assert fit[1].threads == (threads or min(8, workspace.cores()))
    assert_same(fit, once)


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize(
    "flags",
    [{"clip": 0.01}, {"average": 0.9, "decay": 0.1}, {"batch_size": None}],
    ids=str,
)
def test_threads_and_blocks_change_no_bit_whatever_the_flags(
    threads, flags, monkeypatch
):
    monkeypatch.setattr(loop, "CHUNK_SECONDS", 10.0)
    expected = big(n_threads=1, **flags)
    monkeypatch.setattr(loop, "CHUNK_SECONDS", 1e-9)
    assert_same(big(n_threads=threads, **flags), expected)


def test_onlookers_change_no_bit(once):
    assert_same(
        big(callbacks=[lambda network, run: None], progress=lambda run: None), once
    )


def test_a_fit_again_gives_the_same_bits_and_another_seed_does_not(once):
    assert_same(big(), once)
    assert (big(seed=1)[0].theta != once[0].theta).any()


@pytest.mark.parametrize("updates", [1, 2, 3, 5])
def test_a_fit_that_pauses_gives_the_same_bits(updates, once, monkeypatch):
    """It stops inside an epoch or at its end, and goes on with another number of
    threads.
    """
    monkeypatch.setattr(loop, "CHUNK_SECONDS", 1e-9)
    network, run = big(seconds=1e-9, n_threads=2)
    while run.t < updates:
        run = big(network=network, run=run, seconds=run.seconds)[1]
    assert (run.t, run.stopped) == (updates, "time")
    assert_same(big(network=network, run=run, n_threads=3), once)


def test_two_fits_at_once_disturb_neither(once):
    done = []
    work = [
        threading.Thread(target=lambda n=n: done.append(big(n_threads=n)))
        for n in (2, 1)
    ]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    assert len(done) == 2
    for fit in done:
        assert_same(fit, once)


def test_a_snapshot_is_not_changed_by_later_updates():
    problem = task(Network.dense([3, 4, 2]), 30, 7, "adam", average=0.9)
    state = begun(problem)
    compiled.run(problem, state, plan(3))
    kept = state.snapshot()
    copies = [array.copy() for array in (kept.theta, *kept.slots, kept.average)]
    compiled.run(problem, state, plan(3))
    for array, before in zip(
        (kept.theta, *kept.slots, kept.average), copies, strict=True
    ):
        assert np.array_equal(array, before)


@pytest.mark.parametrize(
    "order", [("numpy", "compiled"), ("compiled", "numpy")], ids="-".join
)
def test_a_run_may_go_on_with_the_other_engine(order):
    options = {
        "optimizer": "adam",
        "batch_size": 7,
        "average": 0.9,
        "learning_rate": 0.05,
    }
    whole, pieces = (Network.dense([2, 5, 2], dropout=0.2) for _ in range(2))
    expected = train(whole, X, Y, epochs=6, engine="numpy", **options)
    run = train(pieces, X, Y, epochs=3, engine=order[0], **options)
    run = train(pieces, X, Y, epochs=6, engine=order[1], run=run, **options)
    assert_close(pieces.theta, whole.theta, 1e-11)
    for name in COUNTED:
        np.testing.assert_allclose(
            run.history[name], expected.history[name], rtol=1e-10, err_msg=name
        )


def test_the_best_epoch_is_the_same_with_both_engines():
    other = datasets.make("moons", 40, 0.2, 1)
    ends = []
    for engine in ("compiled", "numpy"):
        network = Network.dense([2, 20, 2])
        options = {
            "optimizer": "adam",
            "learning_rate": 0.1,
            "epochs": 40,
            "batch_size": 20,
            "engine": engine,
        }
        run = train(
            network,
            X,
            Y,
            validation=other,
            score=lambda y_hat, *_: float(y_hat[0, 0]),
            **options,
        )
        ends.append((network.theta, run))
    (theta, run), (expected, wanted) = ends
    assert run.best.epoch == wanted.best.epoch < 40
    assert_close(theta, expected, 1e-9)
    for name in ("validation_loss", "validation_score", "train_score"):
        np.testing.assert_allclose(
            run.history[name], wanted.history[name], rtol=1e-8, err_msg=name
        )


def test_a_fit_leaves_the_process_as_it_was():
    """BLAS's threads, and numbers so small that the processor could take them for 0."""
    threads = threadpool_info()
    tiny = np.full(9, 1e-310)
    for options in ({}, {"learning_rate": 1e300}):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            fit(
                Network.dense([2, 3, 2], loss="squared_error"),
                np.eye(2)[Y],
                engine="compiled",
                **options,
            )
        assert np.array_equal(tiny * 0.5, np.full(9, 5e-311))
        assert [pool["num_threads"] for pool in threadpool_info()] == [
            pool["num_threads"] for pool in threads
        ]


@pytest.mark.parametrize(("engine", "during"), [("compiled", 1), ("numpy", 2)])
def test_a_solver_is_spared_blas_threads_where_the_engine_needs_none(engine, during):
    def threads(*_):
        return {
            pool["num_threads"]
            for pool in threadpool_info()
            if pool["user_api"] == "blas"
        }

    with threadpool_limits(2, user_api="blas"):
        met = []
        train(
            Network.dense([2, 3, 2]),
            X,
            Y,
            optimizer="lbfgs",
            engine=engine,
            epochs=3,
            callbacks=[lambda *_: met.append(threads())],
        )
        assert met == 3 * [{during}]
        assert threads() == {2}


def test_updates_given_up_half_way_leave_the_state_of_those_that_were_measured(
    monkeypatch,
):
    monkeypatch.setattr(workspace, "SLOW_UPDATE", 0.0)
    network = Network.dense([300, 400, 3])
    problem = task(network, 1000, optimizer="adam")
    start = begun(problem)
    todo = plan(400, eta=0.001)
    looks = count(1)
    state = copy.deepcopy(start)
    measured = compiled.run(problem, state, todo, lambda: next(looks) > 4)
    done = len(measured.loss)
    assert 0 < done < 400
    assert not measured.diverged
    assert state.t == done
    for end, updates in ((state, done), (state.last_finite, done - 1)):
        expected = (
            carried_out(compiled, problem, start, plan(updates, eta=0.001))[0]
            if updates
            else start
        )
        assert np.array_equal(end.theta, expected.theta)
        assert all(
            np.array_equal(*pair)
            for pair in zip(end.slots, expected.slots, strict=True)
        )


# Divergence


@pytest.mark.parametrize("count", [1, 2, 3, 7])
@pytest.mark.parametrize("optimizer", ["gd", "momentum", "adam"])
@each_dtype
def test_divergence_anywhere_in_a_block_leaves_what_the_reference_leaves(
    count, optimizer, dtype
):
    """The rate of one update throws theta out of bounds: seen before the next one, if
    that is in the block.
    """
    network = Network.dense([3, 4, 2], "identity", "squared_error", dtype=dtype)
    for thrown in range(count):
        problem = task(network, 30, 7, optimizer, average=0.9)
        eta = np.full(count, 0.01)
        eta[thrown] = 1e30 if dtype == "float32" else 1e300
        ends = [
            carried_out(e, problem, begun(problem), plan(count, eta))
            for e in (compiled, reference)
        ]
        (state, seen), (expected, measured) = ends
        assert seen.diverged == measured.diverged == (thrown < count - 1)
        assert (state.t, len(seen.loss)) == (expected.t, len(measured.loss))
        np.testing.assert_allclose(
            seen.loss, measured.loss, rtol=1e-4 if dtype == "float32" else 1e-11
        )
        for one, other in zip(
            (
                state.theta,
                state.average,
                *state.slots,
                state.last_finite.theta,
                state.last_finite.average,
            ),
            (
                expected.theta,
                expected.average,
                *expected.slots,
                expected.last_finite.theta,
                expected.last_finite.average,
            ),
            strict=True,
        ):
            np.testing.assert_allclose(
                one, other, rtol=1e-4 if dtype == "float32" else 1e-11
            )


@pytest.mark.parametrize("engine", [compiled, reference])
def test_divergence_before_the_first_update_leaves_everything_alone(engine):
    problem = task(Network.dense([3, 2], loss="squared_error"), 30, 7)
    problem.X[:] = 1e200
    state, measured = carried_out(engine, problem, begun(problem), plan(3))
    assert measured.diverged
    assert len(measured.loss) == state.t == 0
    assert state.last_finite is None
    assert np.array_equal(state.theta, problem.network.theta)


@dataclass(frozen=True)
class Spike(Schedule):
    """A learning rate beyond all bounds at one update."""

    at: int = 0

    def factor(self, progress):
        return np.where(progress.update == self.at, 1e300, 1.0)


@pytest.mark.parametrize("at", [0, 1, 20, 28, 29])
def test_a_fit_that_diverges_ends_alike_with_both_engines(at):
    """Thirty updates; with the last of them thrown out, too."""
    ends = []
    for engine in ("compiled", "numpy"):
        network = Network.dense([2, 3, 1], "identity", "squared_error")
        options = {
            "optimizer": "gd",
            "learning_rate": 0.1,
            "epochs": 10,
            "batch_size": 25,
            "schedule": Spike(at),
        }
        with pytest.warns(
            RuntimeWarning, match=rf"diverged after update {at + 1}.*last finite"
        ):
            ends.append((network, train(network, X, Y, engine=engine, **options)))
    (first, run), (second, other) = ends
    assert (run.engine, other.engine) == ("compiled", "numpy")
    np.testing.assert_allclose(first.theta, second.theta, rtol=1e-11)
    assert (run.t, run.stopped, run.epoch) == (other.t, other.stopped, other.epoch)
    for name in COUNTED:
        np.testing.assert_allclose(
            run.history[name], other.history[name], rtol=1e-10, err_msg=name
        )
    np.testing.assert_allclose(run.unfinished_epoch, other.unfinished_epoch, rtol=1e-10)


# Prediction


def trained(
    sizes=(3, 8, 2),
    activation="tanh",
    loss="softmax_cross_entropy",
    dtype="float64",
    **options,
):
    """A network after a short fit by the compiled engine."""
    network = Network.dense(
        [*sizes[:-1], outputs(loss, sizes[-1])],
        activation,
        loss,
        dtype=dtype,
        **options,
    )
    problem = task(network, 40)
    run = train(
        network,
        problem.X,
        problem.y,
        optimizer="gd",
        learning_rate=0.01,
        epochs=3,
        engine="compiled",
    )
    assert run.engine == network.engine == "compiled"
    return network


def rows(network, n, seed=1):
    return np.random.default_rng(seed).normal(size=(n, network.d))


def by_reference(network, data, link=True):
    return reference.predict(network, network.theta, data, link)


@pytest.mark.parametrize("loss", specs(LOSSES))
@pytest.mark.parametrize("n", [1, 2, 300, 5000])
@each_dtype
def test_predictions_and_scores_equal_the_references_for_every_loss(loss, n, dtype):
    network = trained(loss=loss, dtype=dtype, dropout=[0.2, 0.5])
    data = rows(network, n)
    assert_close(network.predict(data), by_reference(network, data), CLOSE[dtype])
    assert_close(
        network.raw_predict(data), by_reference(network, data, link=False), CLOSE[dtype]
    )


@pytest.mark.parametrize(
    "sizes",
    [[1, 1], [3, 600, 2], [50, 7, 2], [51, 7, 2], [200, 20, 30, 3], [4, 3, 2, 3, 2, 3]],
)
@pytest.mark.parametrize("n", [1, 2, 255, 256, 257, 1000])
@each_dtype
def test_predictions_equal_the_references_for_every_shape(sizes, n, dtype):
    network = trained(sizes, "silu", "squared_error", dtype)
    data = rows(network, n)
    assert_close(network.predict(data), by_reference(network, data), CLOSE[dtype])


def read_only(a):
    a = a.copy()
    a.flags.writeable = False
    return a


FORMS = {
    "Fortran order": np.asfortranarray,
    "read-only": read_only,
    "every second column": lambda a: np.repeat(a, 2, axis=1)[:, ::2],
    "every second row": lambda a: np.repeat(a, 2, axis=0)[::2],
    "backwards": lambda a: a[::-1].copy()[::-1],
    "a list": lambda a: a.tolist(),
    "float32": lambda a: a.astype(np.float32),
    "float64": lambda a: a.astype(np.float64),
    "big-endian": lambda a: a.astype(">f8"),
    "a subclass": np.ma.MaskedArray,
    "unaligned": lambda a: np.frombuffer(b"0" + a.tobytes(), a.dtype, offset=1).reshape(
        a.shape
    ),
    "integers": lambda a: a.astype(int),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("d", [3, 60])
@each_dtype
def test_inputs_in_any_form_are_read_alike(form, d, dtype):
    network = trained((d, 8, 2), dtype=dtype)
    data = form(rows(network, 37).astype(np.float32).astype(dtype))
    expected = by_reference(network, np.array(data, dtype=dtype))
    assert_close(network.predict(data), expected, CLOSE[dtype])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("place", [(0, 0), (299, 2), (256, 1)])
@pytest.mark.parametrize("d", [3, 60])
@each_dtype
def test_inputs_that_are_not_finite_are_refused_by_column(value, place, d, dtype):
    network = trained((d, 8, 2), dtype=dtype)
    data = rows(network, 300).astype(dtype)
    data[place] = value
    with pytest.raises(
        ValueError, match=rf"NaN or infinite \(in {dtype}\) in columns {place[1]};"
    ):
        network.predict(data)
    with pytest.raises(ValueError, match=f"columns {place[1]};"):
        network.raw_predict(data.tolist())
    with pytest.raises(ValueError, match=f"columns {place[1]};"):
        network.predict(data[place[0]][None])


@pytest.mark.parametrize("d", [3, 60])
def test_the_largest_finite_inputs_are_not_taken_for_infinite(d):
    network = trained((d, 8, 2))
    data = np.full((5, d), 1e300)
    assert np.isfinite(network.predict(data)).all()


@pytest.mark.parametrize("shape", [(3,), (4, 2), (4, 4), (0, 3), (2, 2, 3), ()])
def test_inputs_of_a_wrong_shape_are_refused(shape):
    with pytest.raises(
        ValueError, match=r"X must have shape \(n, 3\) with n at least 1"
    ):
        trained().predict(np.zeros(shape))


@pytest.mark.parametrize("sizes", [[20, 64, 4], [70, 64, 4]])
@each_dtype
def test_threads_change_no_bit_of_a_prediction(sizes, dtype, monkeypatch):
    network = trained(sizes, dtype=dtype)
    bits = []
    data = rows(network, 70_001).astype(dtype)
    for cores in (1, 2, 3, 8):
        monkeypatch.setattr(prediction, "cores", lambda cores=cores: cores)
        bits.append(network.predict(data))
    for other in bits[1:]:
        assert np.array_equal(bits[0], other)
    assert_close(bits[0], by_reference(network, data), CLOSE[dtype])


def test_a_prediction_over_threads_refuses_what_is_not_finite(monkeypatch):
    monkeypatch.setattr(prediction, "cores", lambda: 3)
    network = trained((20, 64, 4))
    data = rows(network, 70_000)
    data[30_000, 7] = np.nan
    with pytest.raises(ValueError, match="columns 7;"):
        network.predict(data)


def test_many_threads_may_predict_on_one_network():
    network = trained((5, 40, 3))
    tables = [rows(network, n, n) for n in (1, 2, 300, 1, 700, 5000)] * 10
    expected = [network.predict(table) for table in tables]
    with ThreadPoolExecutor(8) as pool:
        for one, other in zip(pool.map(network.predict, tables), expected, strict=True):
            assert np.array_equal(one, other)


@pytest.mark.parametrize(
    "again", [lambda n: pickle.loads(pickle.dumps(n)), copy.deepcopy, copy.copy]
)
def test_copies_predict_the_same_bits(again):
    network = trained(dropout=0.2)
    data = rows(network, 300)
    expected = network.predict(data)
    other = again(network)
    assert other.engine == "compiled"
    assert np.array_equal(other.predict(data), expected)
    other.theta = other.theta * 2.0
    assert np.array_equal(network.predict(data), expected)
    assert (other.predict(data) != expected).any()


def test_predictions_follow_theta_and_leave_earlier_ones_alone():
    network = trained()
    data = rows(network, 20)
    theta = network.theta
    first = network.predict(data)
    kept = first.copy()
    assert_close(
        network.predict(data, theta * 3.0),
        reference.predict(network, theta * 3.0, data),
        1e-12,
    )
    network.theta = theta[::2].repeat(2)[: len(theta)].copy()
    assert_close(network.predict(data), by_reference(network, data), 1e-12)
    assert np.array_equal(first, kept)


# Gradients and solvers


@pytest.mark.parametrize("t", [0, 2, 5])
@pytest.mark.parametrize("loss", specs(LOSSES))
@each_dtype
def test_gradient_equals_the_references_and_changes_nothing(t, loss, dtype):
    network = Network.dense(
        [3, 30, outputs(loss)], "gelu", loss, dropout=[0.1, 0.4], dtype=dtype
    )
    problem = task(network, 50, 20, "adam", lam=0.1, l1=0.05, clip=0.1, average=0.9)
    state = begun(problem, t)
    before = pickle.dumps(state)
    part = compiled.gradient(problem, state)
    expected = reference.gradient(problem, state)
    assert pickle.dumps(state) == before
    for one, other in zip(part, expected, strict=True):
        assert_close(one, other, CLOSE[dtype])


@pytest.mark.parametrize("threads", [1, 3])
def test_a_gradient_asked_for_on_the_way_changes_no_bit(threads):
    network = Network.dense([20, 64, 4], "tanh")
    ends = []
    for asks in (False, True):
        problem = task(network, 2000, 800, "adam", n_threads=threads)
        state = begun(problem)
        for _ in range(5):
            compiled.run(problem, state, plan(2))
            if asks:
                g = compiled.gradient(problem, state).g
                kept = g.copy()
                compiled.gradient(problem, begun(problem, 1))
                assert np.array_equal(g, kept)
        ends.append(state.theta)
    assert np.array_equal(*ends)


def test_a_gradient_that_is_not_finite_is_told_by_its_loss():
    problem = task(Network.dense([3, 2], loss="squared_error"))
    problem.X[:] = 1e200
    assert not np.isfinite(compiled.gradient(problem, begun(problem)).loss)


def test_solvers_come_to_the_same_minimum_with_both_engines():
    """A convex problem: logistic regression with a penalty has one minimum."""
    ends = []
    for engine in ("compiled", "numpy"):
        network = Network.dense([2, 2])
        run = train(network, X, Y, optimizer="lbfgs", l2=0.01, engine=engine)
        assert run.stopped == "converged"
        assert f"computed by {engine}" in run.why
        ends.append((run.history["loss"][-1], network.theta))
    assert ends[0][0] == pytest.approx(ends[1][0], rel=1e-10)
    np.testing.assert_allclose(ends[0][1], ends[1][1], atol=1e-4)


# Which engine


@dataclass(frozen=True)
class Cubic(Activation):
    def f(self, z):
        return z + z**3 / 3

    def df(self, z, a):
        return 1 + z**2


@dataclass(frozen=True)
class LogCosh(Loss):
    def link(self, z):
        return z

    def value(self, z, y):
        return np.logaddexp(z - y, y - z) - np.log(2)

    def dz(self, z, y):
        return np.tanh(z - y)


@dataclass(frozen=True)
class SignDescent(Optimizer):
    def rule(self, g, slots, t):
        return np.sign(g), slots


@dataclass(frozen=True)
class Arctan(Activation):
    def f(self, z):
        return np.arctan(z)

    def df(self, z, a):
        return 1.0 / (1.0 + z * z)


@dataclass(frozen=True)
class Snake(Activation):
    """A setting that is an integer."""

    turns: int = 2

    def f(self, z):
        return z + np.sin(self.turns * z) ** 2 / self.turns

    def df(self, z, a):
        return 1.0 + 2.0 * np.sin(self.turns * z) * np.cos(self.turns * z)


def squared(z):
    """A helper beside the blocks."""
    return z * z


@dataclass(frozen=True)
class Helped(Activation):
    def f(self, z):
        return z / np.sqrt(1.0 + squared(z))

    def df(self, z, a):
        return (1.0 + squared(z)) ** -1.5


@dataclass(frozen=True)
class Methodical(Activation):
    share: float = 0.25

    def f(self, z):
        return self.mixed(z, logistic(z))

    def df(self, z, a):
        return self.mixed(1.0, logistic(z) * (1.0 - logistic(z)))

    def mixed(self, one, other):
        return self.share * one + (1.0 - self.share) * other


@dataclass(frozen=True)
class Masked(Activation):
    def f(self, z):
        return (z > 0) * z

    def df(self, z, a):
        return (z > 0) * np.ones_like(z)


@dataclass(frozen=True)
class Where(Activation):
    def f(self, z):
        return np.where(z > 0.5, 2.0 * z, z**3)

    def df(self, z, a):
        return np.where(z > 0.5, 2.0, 3.0 * z**2)


@dataclass(frozen=True)
class Cauchy(Loss):
    """A loss with a setting."""

    width: float = 1.5

    def link(self, z):
        return self.width * z

    def value(self, z, y):
        return np.log1p(((self.width * z - y) / self.width) ** 2)

    def dz(self, z, y):
        r = self.width * z - y
        return 2.0 * r * self.width / (self.width**2 + r * r)


@dataclass(frozen=True)
class Fading(Optimizer):
    """A rule with a slot that depends on t."""

    slots = 1

    def rule(self, g, slots, t):
        (m,) = slots
        m = m + (g - m) / t
        return m / (1.0 + t**0.5), (m,)


@dataclass(frozen=True)
class Retarded(Optimizer):
    """The direction asks for an old slot after the rule has named the new one."""

    slots = 1

    def rule(self, g, slots, t):
        (v,) = slots
        return g + 0.5 * v, (g,)


@dataclass(frozen=True)
class Chained(Optimizer):
    """A slot that asks for the old value of the one before it."""

    slots = 2

    def rule(self, g, slots, t):
        m, v = slots
        return g, (0.9 * m + g, v + m)


slope = 17.0


def enclosed(slope):
    """An activation that knows a number of the function around it, beside another of
    the same name outside.
    """

    @dataclass(frozen=True)
    class Enclosed(Activation):
        def f(self, z):
            return slope * z

        def df(self, z, a):
            return slope + 0.0 * z

    return Enclosed()


SHIFT = -2.0


@dataclass(frozen=True)
class Shifted(Activation):
    """A power of a negative number from outside."""

    def f(self, z):
        return z * SHIFT**2

    def df(self, z, a):
        return SHIFT**2 + 0.0 * z


@dataclass(frozen=True)
class Banded(Activation):
    """Comparisons combined as NumPy combines them."""

    def f(self, z):
        inside = (z > -0.5) & (z < 0.5)
        outer = ~inside
        return (
            np.where(inside | (z > 2.0), z, 0.25 * z)
            + (z > 1.0) * (z < 2.0) * z
            + outer * 0.5
        )

    def df(self, z, a):
        inside = (z > -0.5) & (z < 0.5)
        return np.where(inside | (z > 2.0), 1.0, 0.25) + (z > 1.0) * (z < 2.0)


OWN_ACTIVATIONS = [
    Shifted(),
    Banded(),
    Cubic(),
    Arctan(),
    Snake(),
    Snake(3),
    Helped(),
    Methodical(),
    Methodical(0.5),
    Masked(),
    Where(),
]
OWN_ACTIVATIONS += [enclosed(0.5), enclosed(2.0)]


@pytest.mark.parametrize("act", OWN_ACTIVATIONS, ids=str)
@each_dtype
def test_activations_of_ones_own_are_compiled_and_agree(act, dtype):
    network = Network.dense([3, 5, 2], act, "squared_error", dtype=dtype)
    assert compiled.why_not(network, OPTIMIZERS.make("gd")) is None
    # float32's grows in three updates, and on some processors beyond CLOSE
    rounding = {"float32": 3e-5}.get(dtype)
    assert_agree(task(network, 17), begun(task(network)), plan(3), rounding)


@pytest.mark.parametrize("loss", [LogCosh(), Cauchy(), Cauchy(0.5)], ids=str)
@each_dtype
def test_losses_of_ones_own_are_compiled_and_agree(loss, dtype):
    network = Network.dense([3, 5, 2], "tanh", loss, dtype=dtype)
    assert compiled.why_not(network, OPTIMIZERS.make("gd")) is None
    assert_agree(task(network, 17, weights="outputs"), begun(task(network)), plan(3))
    network.predictor = predictor_of(compiled)
    data = rows(network, 40)
    assert_close(network.predict(data), by_reference(network, data), CLOSE[dtype])


@pytest.mark.parametrize(
    "rule", [SignDescent(), Fading(), Retarded(), Chained()], ids=str
)
@each_dtype
def test_optimizers_of_ones_own_are_compiled_and_agree(rule, dtype):
    network = Network.dense([3, 5, 2], "tanh", dtype=dtype)
    assert compiled.why_not(network, rule) is None
    problem = task(network, 17, 5, rule)
    assert_agree(problem, begun(problem, 4), plan(3))


def fit(network, loss_y=Y, **options):
    return train(network, X, loss_y, **{"optimizer": "gd", "epochs": 2, **options})


@pytest.mark.parametrize(
    ("wanted", "engine", "why"),
    [
        ("numpy", "numpy", "it was asked for"),
        ("compiled", "compiled", "it was asked for"),
        ("auto", "compiled", "it is the faster one, and can run all of this"),
    ],
)
def test_the_engine_is_chosen_and_said(wanted, engine, why):
    network = Network.dense([2, 3, 2])
    run = fit(network, engine=wanted)
    assert (run.engine, run.why, network.engine) == (engine, why, engine)


class Doubling:
    """A layer that is not halfmoon's."""

    d = k = 2
    place = 0
    rate_factor = 1.0
    random = False

    def __init__(self):
        self.shapes = {}

    def initial(self, p, rng):
        pass

    def forward(self, p, a0, ctx):
        return 2.0 * a0, lambda da, dp, need: 2.0 * da if need else None


class Offset(Dense):
    """A kind of Dense, but not Dense."""

    def forward(self, p, a0, ctx):
        return super().forward(p, a0 + 1.0, ctx)


@dataclass(frozen=True)
class Together(Loss):
    """Half the squared distance, a row's outputs together."""

    pointwise = False

    def link(self, z):
        return z

    def value(self, z, y):
        return 0.5 * ((z - y) ** 2).sum(axis=-1, keepdims=True)

    def dz(self, z, y):
        return z - y


@dataclass(frozen=True)
class Looping(Activation):
    def f(self, z):
        total = 0.0 * z
        for power in (1, 3):
            total = total + z**power
        return total

    def df(self, z, a):
        return 1.0 + 3.0 * z**2


@dataclass(frozen=True)
class Centred(Activation):
    def f(self, z):
        return z - z.mean()

    def df(self, z, a):
        return np.ones_like(z)


@dataclass(frozen=True)
class Highest(Activation):
    def f(self, z):
        return z - np.max(z)

    def df(self, z, a):
        return np.ones_like(z)


@dataclass(frozen=True)
class Counting(Activation):
    def f(self, z):
        return ((z > 0) + (z > 1)) * z

    def df(self, z, a):
        return np.where(z > 0, 1.0, 0.0)


def power_of(z, *, n=2.0):
    return z**n


@dataclass(frozen=True)
class Optional(Activation):
    def f(self, z):
        return power_of(z)

    def df(self, z, a):
        return 2.0 * z


@dataclass(frozen=True)
class Worded(Activation):
    kind: str = "odd"

    def f(self, z):
        return z if self.kind == "odd" else -z

    def df(self, z, a):
        return 1.0 + 0.0 * z


@dataclass(frozen=True)
class Recursive(Activation):
    def f(self, z):
        return self.power(z, 3)

    def df(self, z, a):
        return 3.0 * z**2

    def power(self, z, n):
        return z * self.power(z, n - 1) if n else 1.0


def halved(function):
    """A decorator that changes what a function gives, under its name."""

    @wraps(function)
    def half(*arguments):
        return 0.5 * function(*arguments)

    return half


@dataclass(frozen=True)
class Decorated(Activation):
    @halved
    def f(self, z):
        return z

    def df(self, z, a):
        return 0.5 + 0.0 * z


@dataclass(frozen=True)
class Branching(Optimizer):
    def rule(self, g, slots, t):
        if t > 1:
            return g, slots
        return 2.0 * g, slots


def unwritten():
    """An activation whose source is nowhere."""
    space = {"Activation": Activation, "__name__": "__main__"}
    lines = (
        "class Unwritten(Activation):\n def f(self, z): return 2.0 * z\n def df(self, "
        "z, a): return 2.0 + 0.0 * z\n"
    )
    exec(lines, space)
    return space["Unwritten"]()


NOT_COMPILED = {
    "a layer": (
        lambda: Network([Doubling(), Dense(2, 2)]),
        {},
        "Doubling has no kernel here",
    ),
    "a kind of Dense": (
        lambda: Network([Offset(2, 2)]),
        {},
        "Offset has no kernel here",
    ),
    "a loss of rows": (
        lambda: Network.dense([2, 2], loss=Together()),
        {},
        "Together .*pointwise",
    ),
    "no source": (
        lambda: Network.dense([2, 3, 2], unwritten()),
        {},
        "Unwritten .*source of f cannot be read",
    ),
    "a loop": (
        lambda: Network.dense([2, 3, 2], Looping()),
        {},
        "Looping .*for power in",
    ),
    "a mean": (lambda: Network.dense([2, 3, 2], Centred()), {}, "Centred .*mean"),
    "a word": (
        lambda: Network.dense([2, 3, 2], Worded()),
        {},
        "Worded .*kind is not a number",
    ),
    "a whole array": (
        lambda: Network.dense([2, 3, 2], Highest()),
        {},
        r"Highest .*np.max\(z\)",
    ),
    "a sum of comparisons": (
        lambda: Network.dense([2, 3, 2], Counting()),
        {},
        "Counting .*z > 0",
    ),
    "an optional argument": (
        lambda: Network.dense([2, 3, 2], Optional()),
        {},
        "Optional .*power_of has optional",
    ),
    "a recursion": (
        lambda: Network.dense([2, 3, 2], Recursive()),
        {},
        "Recursive .*recursion",
    ),
    "a decorator": (
        lambda: Network.dense([2, 3, 2], Decorated()),
        {},
        "Decorated .*f is decorated",
    ),
    "a branch": (
        lambda: Network.dense([2, 3, 2]),
        {"optimizer": Branching()},
        "Branching .*if t > 1",
    ),
}


@pytest.mark.parametrize(
    ("make", "options", "why"), NOT_COMPILED.values(), ids=NOT_COMPILED
)
def test_what_cannot_be_compiled_runs_on_numpy_and_says_why(make, options, why):
    network = make()
    other = make()
    target = np.eye(2)[Y] if isinstance(network.loss, Together) else Y
    run = fit(network, target, **options)
    assert run.engine == network.engine == "numpy"
    assert (
        pytest.approx(run.theta, abs=0)
        == fit(other, target, engine="numpy", **options).theta
    )
    with pytest.raises(
        ValueError,
        match=f"(?s)^engine='compiled' cannot run this: {why}.*use engine='auto'",
    ):
        fit(make(), target, engine="compiled", **options)
    with pytest.raises(ValueError, match=str(run.why).split("(")[0]):
        fit(make(), target, engine="compiled", **options)


def test_what_a_block_of_ones_own_refers_to_may_change(monkeypatch):
    def both():
        return [
            fit(Network.dense([2, 3, 2], Shifted()), engine=engine).theta
            for engine in ("compiled", "numpy")
        ]

    first = both()
    monkeypatch.setitem(globals(), "SHIFT", 0.5)
    second = both()
    assert_close(*first, 1e-12)
    assert_close(*second, 1e-12)
    assert abs(first[0] - second[0]).max() > 1e-3


def test_a_block_edited_on_disk_and_not_loaded_again_is_not_compiled(
    tmp_path, monkeypatch
):
    text = (
        "from halfmoon import Activation\nclass Edited(Activation):\n def f(self, z): "
        "return 2.0 * z\n"
    )
    text += " def df(self, z, a): return 2.0 + 0.0 * z\n"
    (tmp_path / "edited_block.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    block = importlib.import_module("edited_block").Edited()
    assert fit(Network.dense([2, 3, 2], block)).engine == "compiled"
    (tmp_path / "edited_block.py").write_text(
        text.replace("2.0 * z", "3.0 * z"), encoding="utf-8"
    )
    run = fit(Network.dense([2, 3, 2], block))
    assert run.engine == "numpy"
    assert "the source of f has changed since it was loaded" in run.why


@dataclass(frozen=True)
class Backwards(Schedule):
    """Factors as an array that is not in one piece."""

    def factor(self, progress):
        return (1.0 / (1.0 + progress.update))[::-1]


@dataclass(frozen=True)
class Flat(Schedule):
    """One factor for all."""

    def factor(self, progress):
        return 0.5


@pytest.mark.parametrize("name", ["schedule", "decay_schedule", "dropout_schedule"])
@pytest.mark.parametrize("schedule", [Backwards(), Flat()], ids=str)
def test_schedules_may_give_any_array_or_one_number(schedule, name):
    ends = []
    for engine in ("compiled", "numpy"):
        network = Network.dense([2, 5, 2], dropout=0.5)
        options = {
            name: schedule,
            "decay": 0.1,
            "seconds": None,
            "batch_size": 40,
            "validation": (X, Y),
        }
        ends.append(
            train(
                network, X, Y, optimizer="adam", epochs=3, engine=engine, **options
            ).theta
        )
    assert_close(*ends, 1e-11)


def test_everything_on_the_registries_can_be_compiled():
    for activation, loss, optimizer in product(ACTIVATIONS, LOSSES, OPTIMIZERS):
        network = Network.dense([2, 3, outputs(loss)], activation, loss)
        assert choose(network, OPTIMIZERS.make(optimizer))[0] is compiled


# The tutorial's figures (test_golden.py)


def tutorial(learning_rate, updates):
    points, sides = datasets.make("moons", 200, 0.2, 0)
    network = Network.dense(
        [2, 3, 2], "tanh", initializer="tutorial", rng=np.random.RandomState(0)
    )
    options = {
        "optimizer": "gd",
        "learning_rate": learning_rate,
        "l2": 0.01 / 200,
        "epochs": updates,
    }
    run = train(network, points, sides, engine="compiled", **options)
    assert run.engine == "compiled"
    return run.history["loss"]


def test_the_tutorials_published_figures():
    loss = tutorial(2.0, 20_000)
    assert [f"{loss[t]:.6f}" for t in (0, 1, 1001)] == [
        "0.583940",
        "0.432387",
        "0.068947",
    ]
    assert sorted(loss[19_000:19_002].round(6)) == [0.070758, 0.071316]
    assert int(np.flatnonzero(np.diff(loss) > 0.0)[0]) == 18


def test_half_the_tutorials_rate_settles_at_a_lower_loss():
    loss = tutorial(1.0, 20_000)
    assert loss[-1] == pytest.approx(0.067804, abs=1e-6)
    assert np.ptp(loss[-10:]) < 1e-8


# Time


def test_the_time_budget_is_obeyed():
    run = big(epochs=10**7, seconds=0.3)[1]
    assert run.stopped == "time"
    assert run.seconds >= 0.3
    assert run.epoch < 10**4  # of ten million, however busy the machine is
