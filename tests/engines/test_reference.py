"""The reference's step [O4] [O5] [O6] against scalar loops and stated formulas."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import naive
from halfmoon.components.optimizers import OPTIMIZERS
from halfmoon.engines import reference
from halfmoon.engines.contract import Plan, Problem, State
from halfmoon.layers import Context, Dense, Dropout
from halfmoon.network import Network

SIZES = [3, 4, 2]
HIDDEN = ["tanh"]


def task(optimizer="gd", batch_size=6, seed=0, network=None, **options):
    """Six rows for a small network, with unequal weights."""
    rng = np.random.default_rng(seed)
    network = network or Network.dense(SIZES, HIDDEN, seed=seed)
    data = network.read(
        rng.normal(size=(6, 3)), rng.integers(0, 2, 6), rng.uniform(0.5, 2.0, 6)
    )
    return Problem(
        network,
        *data,
        optimizer=OPTIMIZERS.make(optimizer),
        batch_size=batch_size,
        decay=1.0,  # so that a plan may ask for it
        **options,
    )


def state(problem):
    theta = problem.network.theta
    slots = [np.zeros_like(theta) for _ in range(problem.optimizer.slots)]
    return State(theta.copy(), slots, None if problem.average is None else theta.copy())


def plan(eta, decay=None, dropout=None, g_factor=None):
    eta = np.atleast_1d(np.asarray(eta, dtype=float))
    return Plan(
        eta,
        np.zeros_like(eta) if decay is None else decay,
        np.ones_like(eta) if dropout is None else dropout,
        np.ones_like(eta) if g_factor is None else g_factor,
    )


def one_step(problem, g, eta=0.1, decay=0.0):
    """theta after one update with gradient g."""
    after = state(problem)
    reference.step(problem, after, g, reference.length(g), eta, decay)
    return after.theta


def judged(problem, name, eta, decay, g_factor, *, clip=None, memory=None):
    """theta and average after the same updates by naive's loops over numbers."""
    theta = problem.network.theta.tolist()
    slots = [[0.0] * naive.OPTIMIZERS[name][1] for _ in theta]
    average = None if memory is None else theta
    X = problem.X.tolist()
    y = problem.y.tolist()
    w = problem.w.tolist()
    columns = zip(eta.tolist(), decay.tolist(), g_factor.tolist(), strict=True)
    for t, (e, d, factor) in enumerate(columns, start=1):
        g = naive.objective(
            SIZES,
            HIDDEN,
            "softmax_cross_entropy",
            theta,
            X,
            y,
            w,
            problem.lam,
            problem.l1,
        )[2]
        more = {
            "mask": naive.is_weight(SIZES),
            "g_factor": factor,
            "clip": clip,
            "average": average,
            "memory": memory or 0.0,
        }
        theta, slots, average = naive.step(name, theta, g, slots, t, e, decay=d, **more)
    return theta, average


@pytest.mark.parametrize("name", naive.OPTIMIZERS)
def test_ten_updates_with_everything_on_equal_scalar_loops(name):
    eta = np.linspace(0.05, 0.01, 10)
    decay = np.linspace(0.0, 0.2, 10)
    g_factor = np.linspace(1.0, 0.5, 10)
    problem = task(name, lam=0.02, l1=0.01, clip=0.3, average=0.8)
    run = state(problem)
    reference.run(problem, run, plan(eta, decay, g_factor=g_factor))
    theta, average = judged(problem, name, eta, decay, g_factor, clip=0.3, memory=0.8)
    np.testing.assert_allclose(run.theta, theta, rtol=0, atol=1e-10)
    np.testing.assert_allclose(run.average, average, rtol=0, atol=1e-10)
    assert run.t == 10


def test_every_optimizer_on_the_registry_has_a_scalar_judge():
    assert set(OPTIMIZERS) == set(naive.OPTIMIZERS)


# [O5]


@given(clip=st.floats(1e-3, 1e3), size=st.floats(1e-3, 1e3))
@settings(max_examples=40)
def test_clipping_shortens_the_gradient_and_keeps_its_direction(clip, size):
    problem = task(clip=clip)
    g = np.random.default_rng(0).normal(size=problem.network.size)
    g *= size / np.linalg.norm(g)
    moved = (
        problem.network.theta - one_step(problem, g, eta=1.0)
    ) * problem.network.rate_factor
    np.testing.assert_allclose(
        moved, g * min(1.0, clip / size), rtol=1e-9, atol=1e-12 * max(1.0, clip)
    )


def test_the_norm_measured_is_the_one_before_clipping():
    clipped, free = (
        reference.run(p, state(p), plan([0.1])) for p in (task(clip=1e-3), task())
    )
    assert clipped.norm == free.norm
    assert clipped.norm[0] > 1e-3


@pytest.mark.parametrize("scale", [1e-30, 1.0, 1e30])
def test_length_does_not_overflow_in_float32(scale):
    g = np.array([3.0, -4.0], dtype=np.float32) * np.float32(scale)
    assert reference.length(g) == pytest.approx(5.0 * scale, rel=1e-6)


def test_length_of_nothing_and_of_the_infinite():
    assert reference.length(np.zeros(3)) == 0.0
    assert not np.isfinite(reference.length(np.array([1.0, np.inf])))
    assert not np.isfinite(reference.length(np.array([1.0, np.nan])))


# [O4]


@pytest.mark.parametrize("name", naive.OPTIMIZERS)
def test_decoupled_decay_shrinks_weights_and_leaves_biases_alone(name):
    problem = task(name)
    problem.network.theta = problem.network.theta + 1.0  # biases too are not 0
    g = np.random.default_rng(1).normal(size=problem.network.size)
    without = one_step(problem, g)
    with_decay = one_step(problem, g, decay=0.3)
    weights = problem.network.penalised == 1.0
    assert np.array_equal(with_decay[~weights], without[~weights])
    expected = without[weights] - 0.1 * 0.3 * problem.network.theta[weights]
    np.testing.assert_allclose(with_decay[weights], expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", naive.OPTIMIZERS)
def test_rate_factor_multiplies_a_layers_step(name):
    slow = task(
        name, network=Network([Dense(3, 4, "tanh", rate_factor=0.25), Dense(4, 2)])
    )
    usual = task(name, network=Network([Dense(3, 4, "tanh"), Dense(4, 2)]))
    g = np.random.default_rng(1).normal(size=usual.network.size)
    steps = [one_step(p, g, decay=0.2) - p.network.theta for p in (slow, usual)]
    np.testing.assert_allclose(
        steps[0][:16], 0.25 * steps[1][:16], rtol=1e-9, atol=1e-15
    )
    assert np.array_equal(steps[0][16:], steps[1][16:])


def test_a_layer_with_rate_factor_0_stays_where_it_is():
    problem = task(
        "adam", network=Network([Dense(3, 4, "tanh", rate_factor=0.0), Dense(4, 2)])
    )
    run = state(problem)
    reference.run(problem, run, plan(np.full(5, 0.1), np.full(5, 0.1)))
    assert np.array_equal(run.theta[:16], problem.network.theta[:16])
    assert (run.theta[16:] != problem.network.theta[16:]).all()


# [O6]


@pytest.mark.parametrize("memory", [0.1, 0.5, 0.99])
def test_running_average_is_the_mean_with_weights_that_fade(memory):
    problem = task(average=memory)
    thetas = []
    run = state(problem)
    for _ in range(12):
        reference.run(problem, run, plan([0.3]))
        thetas.append(run.theta)
    fade = [memory ** (len(thetas) - t) for t in range(1, len(thetas) + 1)]
    expected = sum(f * theta for f, theta in zip(fade, thetas, strict=True)) / sum(fade)
    np.testing.assert_allclose(run.average, expected, rtol=1e-12)
    assert run.current is run.average


def test_running_average_does_not_touch_the_steps():
    kept = task(average=0.9)
    none = task()
    runs = [state(kept), state(none)]
    for problem, run in zip((kept, none), runs, strict=True):
        reference.run(problem, run, plan(np.full(5, 0.3)))
    assert np.array_equal(runs[0].theta, runs[1].theta)


# The plan


@pytest.mark.parametrize("column", ["eta", "decay", "dropout", "g_factor"])
def test_each_update_obeys_its_own_entry_of_the_plan(column):
    """Updates carried out together equal updates carried out one at a time."""
    network = Network([Dense(3, 4, "tanh"), Dropout(4, 0.6), Dense(4, 2)])
    numbers = {
        name: np.full(4, value)
        for name, value in {
            "eta": 0.1,
            "decay": 0.1,
            "dropout": 0.5,
            "g_factor": 0.7,
        }.items()
    }
    numbers[column] = np.array([0.9, 0.0, 0.4, 0.2])
    problem = task("momentum", batch_size=4, network=network)
    together = state(problem)
    single = state(problem)
    constant = state(problem)
    reference.run(problem, together, Plan(**numbers))
    for i in range(4):
        reference.run(
            problem,
            single,
            Plan(**{name: values[i : i + 1] for name, values in numbers.items()}),
        )
    reference.run(problem, constant, Plan(**{**numbers, column: np.full(4, 0.9)}))
    assert np.array_equal(together.theta, single.theta)
    assert (together.theta != constant.theta).any()


def test_an_update_with_learning_rate_0_changes_no_weight_but_counts():
    problem = task("gd")
    run = state(problem)
    reference.run(problem, run, plan([0.0, 0.0]))
    assert np.array_equal(run.theta, problem.network.theta)
    assert run.t == 2


def test_dropout_factor_0_is_no_dropout():
    layers = [Dense(3, 4, "tanh"), Dense(4, 2)]
    with_dropout = task(network=Network([layers[0], Dropout(4, 0.6), layers[1]]))
    runs = [state(with_dropout), state(task(network=Network(layers)))]
    reference.run(with_dropout, runs[0], plan([0.1], dropout=np.zeros(1)))
    reference.run(task(network=Network(layers)), runs[1], plan([0.1]))
    assert np.array_equal(runs[0].theta, runs[1].theta)


def test_what_is_measured_is_the_objective_before_each_update():
    problem = task(lam=0.05, l1=0.02)
    run = state(problem)
    for _ in range(3):
        before = problem.network.objective(
            run.theta, problem.X, problem.y, problem.w, 0.05, 0.02
        )
        measured = reference.run(problem, run, plan([0.5]))
        assert measured.loss[0] == pytest.approx(before.loss, rel=1e-13)
        assert measured.penalty[0] == pytest.approx(before.penalty, rel=1e-13)
        assert measured.norm[0] == pytest.approx(np.linalg.norm(before.g), rel=1e-13)


def test_dropout_masks_go_by_the_rows_numbers_in_the_data():
    network = Network(
        [Dropout(3, 0.3), Dense(3, 4, "tanh"), Dropout(4, 0.4), Dense(4, 2)]
    )
    for shuffle in (True, False):
        problem = task(batch_size=4, network=network, seed=2, shuffle=shuffle)
        for t in range(4):
            rows = np.arange(6)[problem.batch(t)]
            ctx = Context(True, problem.seed, t, rows, 0.8)
            data = problem.X[rows], problem.y[rows], problem.w[rows]
            expected = network.sums(network.theta, *data, ctx)[1] / (
                problem.w.mean() * 4
            )
            g = reference.gradient(problem, State(network.theta, [], t=t), 0.8).g
            np.testing.assert_allclose(g, expected, rtol=1e-12, atol=1e-15)


def test_a_snapshot_is_not_changed_by_later_updates():
    problem = task("adam", average=0.5)
    run = state(problem)
    reference.run(problem, run, plan([0.1]))
    snapshot = run.snapshot()
    copies = [
        array.copy() for array in (snapshot.theta, *snapshot.slots, snapshot.average)
    ]
    reference.run(problem, run, plan([0.1, 0.1, 0.1]))
    for array, copy in zip(
        (snapshot.theta, *snapshot.slots, snapshot.average), copies, strict=True
    ):
        assert np.array_equal(array, copy)
    assert (run.theta != snapshot.theta).any()


def test_the_engine_stops_before_an_update_that_is_not_finite_and_goes_back():
    """The second step throws theta so far that the third loss is not finite."""
    problem = task("adam", network=Network.dense(SIZES, "identity"))
    run = state(problem)
    two = state(problem)
    measured = reference.run(problem, run, plan([0.1, 1e308, 0.1, 0.1]))
    reference.run(problem, two, plan([0.1]))
    assert measured.diverged
    assert len(measured.loss) == run.t == 2  # the second was tried, and taken back
    assert np.array_equal(run.theta, two.theta)
    for one, other in zip(run.slots, two.slots, strict=True):
        assert np.array_equal(one, other)


def test_weights_scale_out():
    """All weights times 5: the same gradient, so the same steps."""
    heavy = task(batch_size=4)
    light = task(batch_size=4)
    object.__setattr__(heavy, "w", 5.0 * light.w)
    runs = [state(heavy), state(light)]
    for problem, run in zip((heavy, light), runs, strict=True):
        reference.run(problem, run, plan(np.full(4, 0.2)))
    np.testing.assert_allclose(runs[0].theta, runs[1].theta, rtol=1e-12)


def test_the_reference_engine_runs_everything():
    for name in OPTIMIZERS:
        assert reference.why_not(Network.dense([2, 2]), OPTIMIZERS.make(name)) is None


def test_an_update_without_decay_or_penalty_reads_no_mask_of_theta():
    """Nor factors of the rate that are the same in all layers."""
    problem = task("adam", clip=1.0)
    reference.run(problem, state(problem), plan(np.full(3, 0.1)))
    assert not {"penalised", "rate_factor"} & set(vars(problem.network))
    reference.run(problem, state(problem), plan([0.1], np.ones(1)))
    assert "penalised" in vars(problem.network)
