"""The range test changes nothing, and repeats to the bit.

It measures what it says, and suggests rates that train well.
"""

import dataclasses

import numpy as np
import pytest

from halfmoon import datasets
from halfmoon.components.optimizers import OPTIMIZERS, GradientDescent
from halfmoon.network import Network
from halfmoon.training.rate_finder import find_learning_rate
from halfmoon.training.settings import Settings
from halfmoon.training.train import make_problem, train

pytestmark = pytest.mark.usefixtures("one_blas_thread")

X, Y = datasets.make("moons", n=150, noise=0.2, seed=0)
WAVE = datasets.make("wave", n=150, noise=0.1, seed=0)
ENGINES = ("numpy", "compiled")


def moons(seed=0, **options):
    return Network.dense([2, 8, 2], seed=seed, **options)


# It changes nothing


@pytest.mark.parametrize("engine", ENGINES)
def test_network_data_settings_and_numpys_random_numbers_stay_as_they_are(engine):
    network = moons(dropout=0.2)
    settings = Settings(batch_size=32, engine=engine, l2=0.01)
    given = X.copy(), Y.copy(), np.random.default_rng(0).uniform(0.5, 1.5, len(X))
    before = [array.copy() for array in given]
    theta = network.theta
    attributes = dict(vars(network))
    layers = [dict(vars(layer)) for layer in network.layers]
    bits = theta.tobytes()
    state = np.random.get_state()
    find_learning_rate(network, given[0], given[1], w=given[2], settings=settings)
    assert network.theta is theta
    assert theta.tobytes() == bits
    assert vars(network) == attributes
    assert [vars(layer) for layer in network.layers] == layers
    assert all(np.array_equal(a, b) for a, b in zip(given, before, strict=True))
    assert settings == Settings(batch_size=32, engine=engine, l2=0.01)
    after = np.random.get_state()
    assert np.array_equal(state[1], after[1])
    assert state[2:] == after[2:]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("batch_size", [None, 32])
def test_the_same_call_gives_the_same_bits(engine, batch_size):
    np.random.seed(1)
    first, second = (
        find_learning_rate(
            moons(dropout=0.2), X, Y, batch_size=batch_size, engine=engine, seed=3
        )
        for _ in range(2)
    )
    for name in ("rates", "losses", "smoothed"):
        assert getattr(first, name).tobytes() == getattr(second, name).tobytes()
    assert (first.suggestion, first.rule) == (second.suggestion, second.rule)


def test_what_only_matters_to_a_whole_fit_changes_nothing():
    plain = find_learning_rate(moons(), X, Y, batch_size=32)
    other = find_learning_rate(
        moons(),
        X,
        Y,
        batch_size=32,
        learning_rate=0.5,
        schedule="cosine",
        epochs=3,
        patience=1,
        average=0.9,
    )
    assert np.array_equal(plain.losses, other.losses)
    assert plain.suggestion == other.suggestion


@pytest.mark.parametrize(
    "options",
    [
        {"seed": 1},
        {"optimizer": "gd"},
        {"batch_size": 40},
        {"l2": 0.1},
        {"clip": 0.1},
        {"decay": 0.1},
    ],
)
def test_what_matters_to_every_update_counts(options):
    plain = find_learning_rate(moons(), X, Y, **{"batch_size": 32})
    other = find_learning_rate(moons(), X, Y, **{"batch_size": 32} | options)
    assert not np.array_equal(plain.losses, other.losses)


# It measures what it says


@pytest.mark.parametrize("engine", ENGINES)
def test_rates_and_losses_are_those_of_gradient_descent_step_by_step(engine):
    network = moons()
    found = find_learning_rate(
        network,
        X,
        Y,
        optimizer="gd",
        l2=0.01,
        engine=engine,
        low=1e-3,
        high=1.0,
        updates=31,
    )
    theta = network.theta
    data = network.read(X, Y)
    for i in range(31):
        eta = 10.0 ** (-3.0 + i / 10.0)
        part = network.objective(theta, *data, 0.01)
        assert found.rates[i] == pytest.approx(eta, rel=1e-12)
        assert found.losses[i] == pytest.approx(part.loss + part.penalty, rel=1e-10)
        theta = theta - eta * part.g


def test_the_engine_asked_for_carries_it_out(monkeypatch):
    from halfmoon.engines import reference

    calls = []
    run = reference.run
    monkeypatch.setattr(
        reference, "run", lambda *arguments: calls.append(1) or run(*arguments)
    )
    find_learning_rate(moons(), X, Y, engine="compiled")
    assert not calls
    find_learning_rate(moons(), X, Y, engine="numpy")
    assert calls


def test_a_minibatchs_loss_is_its_mean_however_short_it_is():
    network = moons()
    settings = Settings(batch_size=64, optimizer="gd")
    w = np.linspace(0.5, 1.5, len(X))
    # batches of 64, 64 and 22 rows
    problem = make_problem(network, X, Y, w, settings, GradientDescent())
    found = find_learning_rate(network, X, Y, w=w, settings=settings)
    for t in range(6):  # the first rates are too small to change anything
        rows = problem.batch(t)
        loss = network.loss.value(network.raw_predict(problem.X[rows]), problem.y[rows])
        expected = (problem.w[rows] * loss).mean() / problem.w.mean()
        assert found.losses[t] == pytest.approx(expected, rel=1e-3)


def test_smooth_is_a_running_average_of_the_full_batchs_loss():
    found = find_learning_rate(moons(), X, Y)
    for t in (1, 5, 40, len(found.losses)):
        weights = [0.8 ** (t - 1 - i) for i in range(t)]
        expected = sum(
            weight * loss for weight, loss in zip(weights, found.losses, strict=False)
        ) / sum(weights)
        assert found.smoothed[t - 1] == pytest.approx(expected, rel=1e-12)


def test_batches_are_compared_with_themselves_so_that_chance_is_no_learning():
    found = find_learning_rate(moons(dropout=0.3), X, Y, batch_size=16, optimizer="gd")
    still = found.rates < 1e-5
    assert np.ptp(found.losses[still]) > 0.2
    assert np.ptp(found.smoothed[still]) < 1e-4


@pytest.mark.parametrize("batch_size", [None, 32])
@pytest.mark.parametrize("optimizer", ["gd", "momentum", "adam"])
def test_both_engines_see_the_same(optimizer, batch_size):
    a, b = (
        find_learning_rate(
            moons(), X, Y, optimizer=optimizer, batch_size=batch_size, engine=engine
        )
        for engine in ENGINES
    )
    known = a.rates <= 0.1  # beyond, rounding is amplified
    assert np.array_equal(a.rates[known], b.rates[known])
    np.testing.assert_allclose(a.losses[known], b.losses[known], rtol=1e-8)
    np.testing.assert_allclose(a.smoothed[known], b.smoothed[known], rtol=1e-8)
    assert a.suggestion == pytest.approx(b.suggestion, rel=0.05)


def test_weights_count():
    w = np.where(np.arange(len(X)) < 100, 1.0, 0.0)
    weighed = find_learning_rate(moons(), X, Y, w=w)
    left_out = find_learning_rate(moons(), X[:100], Y[:100])
    np.testing.assert_allclose(weighed.losses, left_out.losses, rtol=1e-6)
    assert weighed.suggestion == pytest.approx(left_out.suggestion, rel=1e-6)


def test_float32_is_as_good():
    single, double = (
        find_learning_rate(moons(dtype=dtype), X, Y)
        for dtype in (np.float32, np.float64)
    )
    assert single.losses.dtype == np.float64
    assert single.suggestion == pytest.approx(double.suggestion, rel=0.05)


# It suggests rates that train well

MOONS = ([2, 8, 2], "tanh", "softmax_cross_entropy"), (X, Y)
COUNTS = (
    ([1, 20, 1], "relu", "poisson"),
    (WAVE[0], np.round(3.0 + 3.0 * WAVE[1]).clip(0.0)),
)
PROBLEMS = [  # how much of the way from the start to the best rate's loss may be left
    *(
        (*MOONS, optimizer, batch, 0.15)
        for optimizer in ("adam", "adamw", "rmsprop")
        for batch in (None, 32)
    ),
    # moons' loss rests at that of a straight border, and rates at the edge of stability
    # leave it first
    *(
        (*MOONS, optimizer, batch, 0.3)
        for optimizer in ("gd", "momentum", "nesterov")
        for batch in (None, 32)
    ),
    (([1, 30, 30, 1], "relu", "squared_error"), WAVE, "adam", 16, 0.05),
    (*COUNTS, "momentum", 32, 0.1),
    (([2, 2], "tanh", "softmax_cross_entropy"), (X, Y), "adam", None, 0.05),
]


@pytest.mark.parametrize(
    ("network", "data", "optimizer", "batch_size", "left"), PROBLEMS
)
def test_the_suggestion_trains_nearly_as_well_as_the_best_rate_of_a_grid(
    network, data, optimizer, batch_size, left
):
    options = {"optimizer": optimizer, "batch_size": batch_size}
    epochs = 600 if batch_size is None else 120

    def reached(rate):
        """The mean loss of the last tenth of a fit; divergence would be an error."""
        run = train(
            Network.dense(*network), *data, learning_rate=rate, epochs=epochs, **options
        )
        return run.history["loss"][-epochs // 10 :].mean()

    rate = find_learning_rate(Network.dense(*network), *data, **options).suggestion
    grid = [10.0**power for power in (-4.0, -3.0, -2.5, -2.0, -1.5, -1.0, -0.5)] + (
        [1.0] if optimizer == "gd" else []
    )
    losses = [reached(eta) for eta in grid]
    start = Network.dense(*network)
    begin = start.objective(start.theta, *start.read(*data)).loss
    assert reached(rate) - min(losses) < left * (begin - min(losses))
    assert 1 / 30 < rate / grid[int(np.argmin(losses))] < 30


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_gets_a_suggestion_inside_the_range(name):
    found = find_learning_rate(moons(), X, Y, optimizer=name, batch_size=32)
    assert found.rates[0] < found.suggestion < found.rates[found.smoothed.argmin()]
    assert f"{found.suggestion:.2g}" in found.rule


def test_the_suggestion_is_half_of_the_way_down():
    found = find_learning_rate(moons(), X, Y)
    there = np.interp(np.log(found.suggestion), np.log(found.rates), found.smoothed)
    assert there == pytest.approx(
        (found.smoothed[0] + found.smoothed.min()) / 2.0, rel=1e-3
    )


def test_it_ends_once_the_loss_has_risen_by_three_times_its_best_or_its_fall():
    found = find_learning_rate(moons(), X, Y, high=1e3, optimizer="adam", updates=300)
    best = np.minimum.accumulate(found.smoothed)
    fall = found.smoothed[0] - best
    *before, last = (found.smoothed - best) / np.maximum(np.abs(best), fall)
    assert max(before) <= 3.0 < last
    assert len(found.rates) < 300


def test_a_loss_that_still_falls_at_the_end_is_mentioned():
    assert (
        "try a larger high"
        in find_learning_rate(moons(), X, Y, optimizer="gd", high=0.1).rule
    )
    assert (
        "try a larger high"
        not in find_learning_rate(moons(), X, Y, optimizer="gd", high=1e3).rule
    )


# What goes wrong


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("optimizer", ["gd", "momentum", "adam"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_divergence_ends_the_test_without_a_warning(engine, optimizer, dtype):
    network = Network.dense([1, 20, 1], "relu", "squared_error", dtype=dtype)
    found = find_learning_rate(
        network, *WAVE, optimizer=optimizer, engine=engine, high=1e9
    )
    assert 20 < len(found.losses) < 100
    assert len(found.rates) == len(found.losses) == len(found.smoothed)
    assert np.isfinite(found.losses).all()
    assert np.isfinite(found.suggestion)


@pytest.mark.parametrize("engine", ENGINES)
def test_one_step_from_falling_to_not_finite(engine):
    network = Network.dense(
        [1, *[20] * 5, 1], "relu", "squared_error", dtype=np.float32
    )
    found = find_learning_rate(
        network, *WAVE, optimizer="gd", engine=engine, low=0.01, high=1e300, updates=20
    )
    assert len(found.losses) == 2
    assert found.losses[1] < found.losses[0]
    assert found.rates[0] < found.suggestion < found.rates[1]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_loss_that_is_not_finite_at_the_start(engine):
    with pytest.raises(
        ValueError, match="not finite before the first update; scale X and y"
    ):
        find_learning_rate(
            Network.dense([1, 3, 1], "tanh", "squared_error"),
            WAVE[0],
            1e200 * WAVE[1],
            engine=engine,
        )


def test_a_loss_that_never_falls():
    with pytest.raises(
        ValueError,
        match=(
            r"never fell between learning rates 1e-12 and 1e-11 \(it "
            r"began at 0\.\d+\)"
        ),
    ):
        find_learning_rate(moons(), X, Y, low=1e-12, high=1e-11)
    with pytest.raises(
        ValueError,
        match=r"never fell between learning rates 1e\+30 .*scale X and y .*low and",
    ):
        find_learning_rate(moons(), X, Y, optimizer="gd", low=1e30, high=1e40)
    network = Network.dense([1, 1], loss="squared_error")
    with pytest.raises(ValueError, match=r"never fell .*\(it began at 0\)"):
        find_learning_rate(network, WAVE[0], network.predict(WAVE[0]))


@pytest.mark.parametrize(
    "bad",
    [
        {"low": 0.0},
        {"low": 2.0, "high": 1.0},
        {"high": np.inf},
        {"low": np.nan},
        {"updates": 5},
    ],
)
def test_a_range_that_is_none(bad):
    with pytest.raises(
        ValueError,
        match=r"needs 0 < low < high, both finite, and updates of at least 20; got ",
    ):
        find_learning_rate(moons(), X, Y, **bad)


def test_options_are_those_of_train():
    with pytest.raises(TypeError, match="did you mean 'optimizer'"):
        find_learning_rate(moons(), X, Y, optimiser="gd")
    with pytest.raises(TypeError, match="not both"):
        find_learning_rate(moons(), X, Y, settings=Settings(), l2=0.1)


def test_a_solver_has_no_rate():
    with pytest.raises(ValueError, match="needs an optimizer; lbfgs chooses its own"):
        find_learning_rate(moons(), X, Y, optimizer="lbfgs")


def test_a_range_test_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        find_learning_rate(moons(), X, Y).suggestion = 1.0
