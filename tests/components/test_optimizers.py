"""Update rules equal the papers' loops, are pure, and find the bottom of a valley."""

import numpy as np
import pytest

import cases
import naive
from cases import of_cases, with_settings
from halfmoon.components.optimizers import OPTIMIZERS, Optimizer
from halfmoon.engines import reference
from halfmoon.engines.contract import Problem, State
from halfmoon.layers import Dense
from halfmoon.network import Network

CASES = with_settings(OPTIMIZERS, cases.OPTIMIZERS)
each_name = pytest.mark.parametrize("name", OPTIMIZERS)
of_cases_only = pytest.mark.parametrize(
    ("name", "h"), of_cases(CASES, cases.OPTIMIZERS), ids=str
)
each_case = pytest.mark.parametrize(("name", "h"), CASES, ids=str)
GRADIENTS = np.random.RandomState(5).standard_normal((20, 6)) * [
    1.0,
    1e-6,
    1e3,
    0.0,
    0.1,
    10.0,
]


def empty(block, like):
    return [np.zeros_like(like) for _ in range(block.slots)]


def directions(block, gradients, slots=None, start=0):
    """All directions u, one row per update, and the slots at the end."""
    slots = empty(block, gradients[0]) if slots is None else slots
    us = []
    for t, g in enumerate(gradients, start + 1):
        u, slots = block.rule(g, slots, t)
        us.append(u)
    return np.array(us), list(slots)


# ---- the rule


@of_cases_only
def test_twenty_updates_equal_the_papers_loop(name, h):
    block = OPTIMIZERS[name](**h)
    us, slots = directions(block, GRADIENTS)
    rule, count = naive.OPTIMIZERS[name]
    assert block.slots == count
    for j in range(GRADIENTS.shape[1]):
        memory = [0.0] * count
        for t in range(1, 21):
            u, memory = rule(float(GRADIENTS[t - 1, j]), memory, t, **h)
            assert us[t - 1, j] == pytest.approx(u, rel=1e-12, abs=1e-300), (
                f"update {t}, parameter {j}"
            )
        assert [slot[j] for slot in slots] == pytest.approx(
            memory, rel=1e-12, abs=1e-300
        )


def test_every_built_in_optimizer_has_a_case():
    built_in = {
        name
        for name, block in OPTIMIZERS.items()
        if block.__module__ == "halfmoon.components.optimizers"
    }
    assert built_in == set(cases.OPTIMIZERS)


@each_case
def test_the_rule_is_pure(name, h):
    block = OPTIMIZERS[name](**h)
    g = GRADIENTS[0].copy()
    slots = [np.full_like(g, 0.3 + i) for i in range(block.slots)]
    kept = g.copy(), [slot.copy() for slot in slots]
    first = block.rule(g, slots, 3)
    again = block.rule(g, slots, 3)
    np.testing.assert_array_equal(g, kept[0])
    for slot, before in zip(slots, kept[1], strict=True):
        np.testing.assert_array_equal(slot, before)
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])
    assert not any(np.shares_memory(new, old) for new in first[1] for old in slots)


@each_case
@pytest.mark.parametrize("dtype", [np.float64, np.float32], ids=["float64", "float32"])
def test_dtype_and_shape_are_kept(name, h, dtype):
    block = OPTIMIZERS[name](**h)
    gradients = GRADIENTS.astype(dtype).reshape(20, 2, 3)
    us, slots = directions(block, gradients)
    assert (us.dtype, us.shape) == (dtype, gradients.shape)
    assert len(slots) == block.slots
    assert all((slot.dtype, slot.shape) == (dtype, (2, 3)) for slot in slots)


@each_case
def test_float32_is_float64_rounded(name, h):
    block = OPTIMIZERS[name](**h)
    gradients = GRADIENTS.astype(np.float32)
    exact = directions(block, gradients.astype(np.float64))[0]
    # a zero crossing of Lion's sign is the one thing that rounding may move; these
    # gradients have none
    np.testing.assert_allclose(
        directions(block, gradients)[0], exact, rtol=2e-4, atol=1e-6
    )


@each_case
def test_one_number_gives_what_the_array_gives(name, h):
    block = OPTIMIZERS[name](**h)
    us = directions(block, GRADIENTS)[0]
    for j in range(GRADIENTS.shape[1]):
        slots = [0.0] * block.slots
        for t in range(1, 21):
            u, slots = block.rule(float(GRADIENTS[t - 1, j]), slots, t)
            assert float(u) == pytest.approx(us[t - 1, j], rel=1e-13, abs=1e-300)


@each_case
def test_going_on_from_the_slots_is_as_if_there_had_been_no_pause(name, h):
    block = OPTIMIZERS[name](**h)
    whole, end = directions(block, GRADIENTS)
    first, slots = directions(block, GRADIENTS[:8])
    second, slots = directions(block, GRADIENTS[8:], slots, start=8)
    np.testing.assert_array_equal(np.vstack([first, second]), whole)
    np.testing.assert_array_equal(slots, end)


@each_case
def test_no_gradient_no_step(name, h):
    block = OPTIMIZERS[name](**h)
    us, _ = directions(block, np.zeros((5, 3)))
    np.testing.assert_array_equal(us, 0.0)


@each_case
def test_the_first_step_is_downhill_and_finite_whatever_the_gradients_size(name, h):
    block = OPTIMIZERS[name](**h)
    g = np.array([1e-30, -1e-8, 1.0, -1e8, 1e30])
    (u,), _ = directions(block, g[None])
    assert np.isfinite(u).all()
    np.testing.assert_array_equal(np.sign(u), np.sign(g))


@each_case
def test_parameters_do_not_know_of_each_other(name, h):
    block = OPTIMIZERS[name](**h)
    alone = directions(block, GRADIENTS[:, 2:3])[0]
    np.testing.assert_array_equal(alone, directions(block, GRADIENTS)[0][:, 2:3])


@pytest.mark.parametrize(
    "name", ["adagrad", "rmsprop", "adam", "adamw", "nadam", "lion"]
)
def test_adaptive_rules_do_not_care_for_the_gradients_unit(name):
    block = OPTIMIZERS.make(name)
    gradients = GRADIENTS[:, [0, 2, 4]]
    np.testing.assert_allclose(
        directions(block, 1e4 * gradients)[0],
        directions(block, gradients)[0],
        rtol=1e-5,
    )


def test_only_adamw_decays_unasked():
    assert {name: block.decay for name, block in OPTIMIZERS.items() if block.decay} == {
        "adamw": 0.01
    }


def test_an_optimizer_that_defines_nothing_says_what_is_missing():
    with pytest.raises(NotImplementedError, match=r"define rule\(g, slots, t\)"):
        Optimizer().rule(0.0, [], 1)


# ---- to the bottom, at the rates of cases.py


def rates(name):
    return cases.OPTIMIZERS.get(name, cases.Optimizer(None, 0))


def descend(name, gradient, start, steps, eta, falls):
    block = OPTIMIZERS.make(name)
    p = np.array(start)
    slots = empty(block, p)
    for t in range(1, steps + 1):
        u, slots = block.rule(gradient(p), slots, t)
        p = p - eta * ((1 - (t - 1) / steps) if falls else 1.0) * u
    return p


@each_name
def test_finds_the_bottom_of_a_parabola(name):
    """(x - 3)^2 / 2 + 2 (y + 1)^2."""
    bottom = descend(
        name,
        lambda p: np.array([p[0] - 3, 4 * (p[1] + 1)]),
        [0.0, 0.0],
        1000,
        *rates(name).parabola,
    )
    np.testing.assert_allclose(bottom, [3.0, -1.0], atol=1e-3)


@each_name
def test_finds_the_bottom_of_rosenbrocks_valley(name):
    """(1 - x)^2 + 100 (y - x^2)^2 is a bent, narrow valley.

    The start, (-1.2, 1), is the usual one.
    """

    def gradient(p):
        x, y = p
        return np.array([-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)])

    bottom = descend(name, gradient, [-1.2, 1.0], 30_000, *rates(name).rosenbrock)
    np.testing.assert_allclose(bottom, [1.0, 1.0], atol=5e-3)


# ---- the step around the rule: clipping, rate factors, decoupled decay, running
# average


def small_problem(name, h, clip, average):
    network = Network([Dense(2, 3, "tanh"), Dense(3, 2, rate_factor=0.25)])
    X, y, w = network.read([[0.0, 1.0], [1.0, 0.0]], [0, 1])
    return Problem(
        network,
        X,
        y,
        w,
        OPTIMIZERS[name](**h),
        batch_size=2,
        clip=clip,
        average=average,
    )


@of_cases_only
@pytest.mark.parametrize(
    ("clip", "average", "decay"),
    [(None, None, 0.0), (0.5, None, 0.1), (None, 0.9, 0.0), (2, 0.5, 1)],
)
def test_twenty_steps_equal_the_naive_loop(name, h, clip, average, decay):
    problem = small_problem(name, h, clip, average)
    memory = average or 0.0
    theta = problem.network.theta
    size = len(theta)
    state = State(
        theta, empty(problem.optimizer, theta), None if average is None else theta
    )
    mask = [1.0] * 6 + [0.0] * 3 + [1.0] * 6 + [0.0] * 2
    rate = [1.0] * 9 + [0.25] * 8
    expected = theta.tolist()
    slots = [[0.0] * problem.optimizer.slots for _ in range(size)]
    mean = None if average is None else theta.tolist()
    for t, g in enumerate(np.random.RandomState(0).standard_normal((20, size)), 1):
        eta = 0.1 / t
        reference.step(problem, state, g, reference.length(g), eta, decay)
        expected, slots, mean = naive.step(
            name,
            expected,
            g.tolist(),
            slots,
            t,
            eta,
            decay=decay,
            rate=rate,
            mask=mask,
            clip=clip,
            average=mean,
            memory=memory,
            **h,
        )
    assert state.t == 20
    np.testing.assert_allclose(state.theta, expected, rtol=1e-11, atol=1e-13)
    if average is not None:
        np.testing.assert_allclose(state.average, mean, rtol=1e-11, atol=1e-13)


def test_the_running_average_is_the_weighted_mean_of_thetas_since_the_first_update():
    """[O6] unrolled is sum_s B^(t-s) theta_s / sum_s B^(t-s).

    The start, which no update has touched, weighs nothing.
    """
    problem = small_problem("gd", {}, None, 0.8)
    B = 0.8
    state = State(problem.network.theta, [], problem.network.theta)
    thetas = []
    for g in np.random.RandomState(0).standard_normal((12, len(state.theta))):
        reference.step(problem, state, g, 1.0, 0.1, 0.0)
        thetas.append(state.theta)
        weight = B ** np.arange(len(thetas) - 1, -1, -1)
        np.testing.assert_allclose(
            state.average, weight @ np.array(thetas) / weight.sum(), rtol=1e-12
        )


def test_clipping_keeps_the_direction_and_cuts_the_length():
    problem = small_problem("gd", {}, 0.5, None)
    c = problem.network.rate_factor
    start = problem.network.theta
    for size, length in [(10.0, 0.5), (0.1, 0.1)]:
        g = np.ones(len(start)) * size / np.sqrt(len(start))
        state = State(start, [])
        reference.step(problem, state, g, reference.length(g), 1.0, 0.0)
        moved = (start - state.theta) / c
        assert np.linalg.norm(moved) == pytest.approx(length, rel=1e-12)
        np.testing.assert_allclose(moved, moved[0], rtol=1e-9)
