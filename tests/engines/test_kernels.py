"""The kernels against the reference, which scalar loops check (test_reference.py)."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import naive
from engines.problems import (
    CLOSE,
    CUT,
    DEEP,
    ODD,
    assert_agree,
    assert_close,
    begun,
    carried_out,
    classifier,
    each_dtype,
    each_tuning,
    outputs,
    plan,
    specs,
    task,
    tune,
)
from halfmoon.components.activations import ACTIVATIONS
from halfmoon.components.losses import LOSSES
from halfmoon.components.optimizers import OPTIMIZERS
from halfmoon.engines import reference
from halfmoon.engines.compiled import engine as compiled
from halfmoon.engines.compiled import native, tables, translation
from halfmoon.engines.contract import State
from halfmoon.engines.predicting import predictor_of
from halfmoon.layers import Dense, Dropout, Scaling
from halfmoon.network import Network


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
        if draw(st.booleans()):
            layers.append(Scaling(d, draw(st.sampled_from([1.0, 6.0]))))
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
        draw(st.sampled_from([1.0, 0.3])),
    )
    return problem, begun(problem, draw(st.integers(1, 300))), todo


@pytest.mark.slow
@given(fits())
@settings(max_examples=100)
def test_one_update_agrees_whatever_is_combined(fit):
    assert_agree(*fit)


@pytest.mark.parametrize("loss", specs(LOSSES))
@pytest.mark.parametrize("weights", [None, "rows", "outputs"])
@pytest.mark.parametrize("place", ["first", "in the middle", "short last batch"])
@each_dtype
def test_one_update_agrees_with_everything_on(loss, weights, place, dtype):
    """Six layers with all options, 50 rows in batches of 16."""
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


@pytest.mark.parametrize("layers", ODD.values(), ids=ODD)
@each_dtype
def test_updates_agree_for_odd_networks(layers, dtype):
    problem = task(
        Network(layers, "squared_error", dtype=dtype), 40, 11, "momentum", lam=0.1
    )
    assert_agree(problem, begun(problem, 3), plan(5, eta=0.01, decay=0.1))


def begin_away(network):
    """Every parameter away from where it starts: a scaling's factors, too."""
    step = np.random.default_rng(3).normal(size=network.size)
    network.theta = network.theta + 0.3 * step
    return network


@pytest.mark.parametrize("name", [name for name in ODD if "scaling" in name])
@each_dtype
def test_gradients_of_factors_that_are_not_1_agree(name, dtype):
    network = begin_away(Network(ODD[name], dtype=dtype))
    problem = task(network, 40, 11, lam=0.1)
    found, expected = (
        e.gradient(problem, begun(problem), 1.0) for e in (compiled, reference)
    )
    assert_close(found.g, expected.g, CLOSE[dtype])
    scaling = next(x for x in network.layers if x.kernel == "scaling")
    assert np.abs(network.views(found.g)[scaling.index].s).max() > 1e-3


@each_tuning
@pytest.mark.parametrize("layers", CUT.values(), ids=CUT)
@pytest.mark.parametrize("batch_size", [33, 100])
@each_dtype
def test_updates_and_predictions_agree_however_the_work_is_cut(
    layers, batch_size, tuning, dtype, monkeypatch
):
    """What pays on another machine must be right here, too."""
    tune(tuning, monkeypatch)
    network = begin_away(classifier(layers, dtype=dtype, seed=2))
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
    """A gradient that grows with the scale of y, clipped, steps as far as ever."""
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
    """Three updates across the end of an epoch: a short last batch, a new shuffle."""
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


@pytest.mark.parametrize("dtype", CLOSE)
@pytest.mark.parametrize("rate", [0.9, 0.995])
def test_both_engines_drop_99_in_a_hundred_at_most(rate, dtype):
    network = Network([Dropout(200, rate), Dense(200, 2)], dtype=dtype)
    assert_agree(task(network, 40), begun(task(network, 40)), plan(dropout=5.0))
