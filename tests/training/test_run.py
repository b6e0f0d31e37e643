"""A released run goes on with other data, other settings, another method.

What it remembers, and what begins anew.
"""

import os
import pickle
import signal

import numpy as np
import pytest

import naive
from halfmoon import datasets
from halfmoon.components.optimizers import OPTIMIZERS
from halfmoon.components.schedules import SCHEDULES
from halfmoon.network import Network
from halfmoon.training.run import Run, resume, start
from halfmoon.training.settings import Settings
from halfmoon.training.train import make_problem, train
from small import MOONS_X, MOONS_Y, NAN, one_thread

pytestmark = one_thread

A = datasets.make("moons", 24, 0.2, 0)
B = datasets.make("moons", 35, 0.2, 1)
V = datasets.make("moons", 40, 0.2, 2)
ENGINES = ("numpy", "compiled")
COUNTED = (
    "epoch",
    "update",
    "rows",
    "loss",
    "penalty",
    "learning_rate",
    "gradient_norm",
)
SIZES = [2, 3, 2]


def net(**options):
    return Network.dense(SIZES, "tanh", **options)


def fit(network, data, run=None, **options):
    """A short fit by minibatches; options as for train."""
    usual = {"optimizer": "adam", "learning_rate": 0.05, "epochs": 4, "batch_size": 10}
    return train(network, *data, run=run, **{**usual, **options})


def solve(network, data, run=None, **options):
    """A short fit by L-BFGS."""
    usual = {"optimizer": "lbfgs", "l2": 0.1}
    return train(network, *data, run=run, **{**usual, **options})


def released(network, data, anew=True, **options):
    run = fit(network, data, **options)
    run.release(anew)
    return run


def assert_same(one, other, columns=COUNTED):
    """Two runs with the same bits in state and history."""
    assert np.array_equal(one.theta, other.theta)
    assert np.array_equal(one.weights, other.weights)
    assert one.average is other.average is None or np.array_equal(
        one.average, other.average
    )
    assert all(
        np.array_equal(x, y) for x, y in zip(one.slots, other.slots, strict=True)
    )
    for name in columns:
        assert np.array_equal(one.history[name], other.history[name], equal_nan=True), (
            name
        )


# On other rows


def scalars(optimizer, pieces, batch_size, eta, **options):
    """theta, and average, after all the pieces, by loops over single numbers.

    The pieces are (X, y, epochs), one after the other.
    """
    theta = net().theta.tolist()
    t = 0
    slots = [[0.0] * naive.OPTIMIZERS[optimizer][1]] * len(theta)
    average = list(theta)
    for X, y, epochs in pieces:
        rows = X.tolist()
        truth = np.eye(2)[y].tolist()
        for _ in range(epochs):
            for first in range(0, len(rows), batch_size):
                part = slice(first, first + batch_size)
                count = len(rows[part])
                _, g, _ = naive.sums(
                    SIZES,
                    ["tanh"],
                    "softmax_cross_entropy",
                    theta,
                    rows[part],
                    truth[part],
                    [[1.0]] * count,
                )
                t += 1
                g = [number / batch_size for number in g]
                options_of_step = {"average": average, "memory": 0.7, **options}
                theta, slots, average = naive.step(
                    optimizer, theta, g, slots, t, eta, **options_of_step
                )
    return theta, average


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("optimizer", ["adam", "nadam", "momentum", "lion"])
def test_on_other_rows_the_optimizer_remembers_and_counts_on(optimizer, engine):
    """Bias corrections, memories and running average equal loops over numbers."""
    options = {
        "optimizer": optimizer,
        "batch_size": 10,
        "shuffle": False,
        "average": 0.7,
        "engine": engine,
    }
    network = net()
    run = released(network, A, epochs=3, **options)
    run = fit(network, B, run, epochs=2, **options)
    run.release()
    run = fit(network, A, run, epochs=1, **options)
    theta, average = scalars(optimizer, [(*A, 3), (*B, 2), (*A, 1)], 10, 0.05)
    np.testing.assert_allclose(run.theta, theta, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(run.average, average, rtol=1e-9, atol=1e-12)
    assert np.array_equal(network.theta, run.average)


def test_forgetting_the_count_would_have_been_seen():
    """A count that begins anew moves elsewhere.

    The test above compares with a count that goes on.
    """
    on = scalars("adam", [(*A, 3), (*B, 2)], 10, 0.05)[0]
    anew = scalars("adam", [(*B, 2)], 10, 0.05)[0]
    assert np.abs(np.subtract(on, anew)).max() > 0.01


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_both_engines_agree_on_other_rows(optimizer):
    ends = []
    for engine in ENGINES:
        network = net(dropout=0.2)
        options = {
            "optimizer": optimizer,
            "engine": engine,
            "learning_rate": 0.01,
            "average": 0.8,
            "l2": 0.01,
        }
        run = fit(network, B, released(network, A, **options), **options)
        ends.append((run.theta, run.average, *(run.history[name] for name in COUNTED)))
    for one, other in zip(*ends, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-7, atol=1e-10)


@pytest.mark.parametrize("engine", ENGINES)
def test_history_goes_on_with_epochs_updates_and_rows(engine):
    """24 rows in batches of 10 are 3 updates, 35 rows are 4."""
    network = net()
    run = fit(
        network,
        B,
        released(network, A, epochs=2, engine=engine),
        epochs=3,
        engine=engine,
    )
    assert run.history["epoch"].tolist() == [1, 2, 3, 4, 5]
    assert run.history["update"].tolist() == [3, 6, 10, 14, 18]
    assert run.history["rows"].tolist() == [24, 48, 83, 118, 153]
    assert (run.epoch, run.rows, run.stopped) == (5, 153, "epochs")
    assert (np.diff(run.history["seconds"]) >= 0.0).all()


@pytest.mark.parametrize("engine", ENGINES)
def test_on_the_same_rows_a_released_run_is_one_long_fit(engine):
    options = {"average": 0.8, "engine": engine, "l2": 0.01, "clip": 0.3}
    network = net(dropout=0.2)
    pieces = fit(
        network, A, released(network, A, epochs=5, **options), epochs=7, **options
    )
    assert_same(pieces, fit(net(dropout=0.2), A, epochs=12, **options))


def test_another_batch_size_or_seed_may_follow():
    network = net()
    run = released(network, A, epochs=2)
    run = fit(network, A, run, epochs=1, batch_size=4, seed=5, shuffle=False)
    assert run.history["update"].tolist() == [3, 6, 12]
    assert run.history["rows"].tolist() == [24, 48, 72]


def test_a_pickled_run_goes_on_with_the_same_bits():
    one = net()
    other = net()
    run = pickle.loads(pickle.dumps(released(one, A)))
    assert isinstance(run, Run)
    assert_same(fit(one, B, run), fit(other, B, released(other, A)))


def stop_at(update):
    """Ctrl-C after so many updates, seen as soon as the chunk ends."""

    def progress(run):
        if run.t == update:
            os.kill(os.getpid(), signal.SIGINT)

    return progress


@pytest.mark.parametrize("data", [A, B], ids=["same rows", "other rows"])
@pytest.mark.parametrize("engine", ENGINES)
def test_a_run_stopped_within_an_epoch_begins_another_one_and_counts_all_its_updates(
    data, engine, monkeypatch
):
    # one update a chunk
    monkeypatch.setattr("halfmoon.training.loop.CHUNK_SECONDS", 1e-9)
    network = net()
    with pytest.warns(UserWarning, match="interrupted in epoch 2"):
        run = fit(network, A, progress=stop_at(5), engine=engine)
    assert (run.t, run.epoch) == (5, 1)
    run.release()
    run = fit(network, data, run, epochs=2, engine=engine)
    per_epoch = -(-len(data[0]) // 10)
    assert run.history["update"].tolist() == [3, 5 + per_epoch, 5 + 2 * per_epoch]
    assert run.history["rows"].tolist() == [
        24,
        24 + len(data[0]),
        24 + 2 * len(data[0]),
    ]
    assert run.updates == 5 + 2 * per_epoch


# Schedules


def rates(run, count):
    return run.history["learning_rate"][-count:]


@pytest.mark.parametrize(
    "schedule",
    ["cosine:warmup=0.2", "cosine:cycles=2", "one_cycle", "plateau:patience=1,tol=9"],
)
def test_schedules_of_the_whole_fit_begin_anew(schedule):
    """What depends on the share of the fit is as in a fit of these rows alone.

    So is what depends on the monitor.
    """
    network = net()
    run = fit(
        network,
        B,
        released(network, A, epochs=5, schedule=schedule),
        epochs=6,
        schedule=schedule,
    )
    np.testing.assert_allclose(
        rates(run, 6), rates(fit(net(), B, epochs=6, schedule=schedule), 6), rtol=1e-12
    )
    assert np.ptp(rates(run, 6)) > 0.0


FALLING = {
    "step:every=3": lambda epoch, update, rows: 0.5 ** (epoch // 3),
    "exponential:rate=0.1": lambda epoch, update, rows: np.exp(-0.1 * epoch),
    "inverse_time:rate=0.5": lambda epoch, update, rows: 1.0 / (1.0 + 0.5 * epoch),
    "inverse_scaling:unit=epochs": lambda epoch, update, rows: (1.0 + epoch) ** -0.5,
    "inverse_scaling": lambda epoch, update, rows: (1.0 + update) ** -0.5,
    "inverse_scaling:unit=rows": lambda epoch, update, rows: (1.0 + rows) ** -0.5,
}


@pytest.mark.parametrize("schedule", FALLING)
def test_schedules_that_count_go_on_counting(schedule):
    """The last of B's 4 updates stands at 3/4 of its epoch.

    3 updates and 30 rows of it are behind.
    """
    network = net()
    run = fit(
        network,
        B,
        released(network, A, epochs=2, schedule=schedule),
        epochs=3,
        schedule=schedule,
    )
    place = np.arange(3)
    expected = FALLING[schedule](
        2 + place + 0.75, 6 + 4 * place + 3, 48 + 35 * place + 30
    )
    np.testing.assert_allclose(rates(run, 3), 0.05 * expected, rtol=1e-12)


def test_every_schedule_has_been_looked_at():
    looked_at = {name.partition(":")[0] for name in FALLING}
    assert set(SCHEDULES) - looked_at == {"constant", "cosine", "one_cycle", "plateau"}


def test_a_run_that_is_released_within_its_fit_goes_on_with_its_share():
    """anew=False, as partial_fit does: the epochs so far belong to this fit."""
    network = net()
    run = released(network, A, anew=False, epochs=3)
    run = fit(network, A, run, epochs=8, schedule="cosine")
    assert run.epoch == 8
    whole = fit(net(), A, epochs=8, schedule="cosine")
    np.testing.assert_allclose(rates(run, 5), rates(whole, 5), rtol=1e-12)


# Patience and the best epoch


@pytest.mark.parametrize(("anew", "epochs"), [(True, 8), (False, 4)])
def test_patience_begins_anew_with_a_new_fit_only(anew, epochs):
    """With a large tol only the first epoch improves, and three more end the fit."""
    network = net()
    run = released(network, A, anew=anew, patience=3, tol=1e6, epochs=99)
    assert (run.stopped, run.epoch) == ("patience", 4)
    run = fit(network, A, run, patience=3, tol=1e6, epochs=99)
    assert (run.stopped, run.epoch) == ("patience", epochs)


def loss_on(network, theta, data):
    return network.objective(theta, *network.read(*data)).loss


def test_the_earlier_best_epoch_is_evaluated_again_by_the_present_validation_data():
    """Weights that fit A are still the best for A's rows after a few wild steps on B.

    B's labels are exchanged.
    """
    network = net()
    run = released(network, A, epochs=30, validation=A)
    good = run.best.weights
    epoch = run.best.epoch
    wrong = (B[0], 1 - B[1])
    run = fit(network, wrong, run, epochs=3, learning_rate=1.0, validation=V)
    assert run.best.epoch == epoch
    assert np.array_equal(run.best.weights, good)
    assert np.array_equal(network.theta, good)
    assert (run.theta != good).any()
    assert run.best.monitor == pytest.approx(loss_on(network, good, V), rel=1e-12)
    run.release()
    run = fit(network, wrong, run, epochs=3, learning_rate=0.1, validation=wrong)
    assert run.best.epoch > epoch
    assert run.best.monitor == np.nanmin(run.history["validation_loss"][-3:])
    assert run.best.monitor < loss_on(network, good, wrong)


def test_a_score_decides_about_the_earlier_best_epoch_where_it_is_monitored():
    def score(y_hat, y, w, X):
        return float((y_hat.argmax(axis=1) == y.argmax(axis=1)).mean())

    network = net()
    options = {"score": score, "monitor": "score"}
    run = released(network, A, epochs=40, validation=A, **options)
    good = run.best.weights
    run = fit(
        network,
        (B[0], 1 - B[1]),
        run,
        epochs=2,
        learning_rate=1.0,
        validation=V,
        **options,
    )
    right = score(network.predict(V[0], good), np.eye(2)[V[1]], None, None)
    assert np.array_equal(network.theta, good)
    assert run.best.monitor == -right


def test_an_earlier_best_epoch_whose_new_score_is_nan_is_none():
    scores = iter([0.9, 0.9, NAN, 0.1])
    network = net()
    options = {
        "score": lambda y_hat, y, w, X: next(scores) if len(y) == 40 else 0.0,
        "monitor": "score",
        "epochs": 1,
    }
    run = fit(network, A, validation=V, **options)
    assert run.best.monitor == -0.9
    run.release()
    # evaluated again: 0.9; then NaN
    run = fit(network, A, run, validation=V, **options)
    assert run.best.epoch == 1
    run.release()
    assert next(scores) == 0.1
    scores = iter([NAN, 0.1])
    # evaluated again: NaN; then 0.1
    run = fit(network, A, run, validation=V, **options)
    assert (run.best.epoch, run.best.monitor) == (3, -0.1)


def test_without_validation_data_the_earlier_best_epoch_counts_no_more():
    network = net()
    run = released(network, A, epochs=20, validation=A)
    run = fit(network, B, run, epochs=2, learning_rate=1.0)
    assert run.best is None
    assert np.array_equal(network.theta, run.theta)


def test_training_goes_on_from_the_current_weights_not_from_the_best():
    """Validation keeps the best, but the updates are those of a fit without it."""
    seen = net()
    unseen = net()
    # learning makes it worse, so an early epoch is the best
    options = {"epochs": 6}
    wrong = (V[0], 1 - V[1])
    run = fit(
        seen,
        B,
        released(seen, A, validation=wrong, **options),
        validation=wrong,
        **options,
    )
    blind = fit(unseen, B, released(unseen, A, **options), **options)
    assert run.best.epoch < run.epoch
    assert np.array_equal(run.theta, blind.theta)
    assert not np.array_equal(seen.theta, run.theta)


# By another method


def test_another_optimizer_begins_with_these_weights_and_nothing_else():
    """Full batches, so that nothing but weights and memory can matter."""
    network = net()
    options = {"batch_size": None, "epochs": 5}
    run = released(network, A, optimizer="adam", **options)
    fresh = net()
    fresh.theta = network.theta
    run = fit(network, A, run, optimizer="momentum", average=0.8, **options)
    expected = fit(fresh, A, optimizer="momentum", average=0.8, **options)
    assert np.array_equal(run.theta, expected.theta)
    assert np.array_equal(run.average, expected.average)
    assert np.array_equal(run.history["loss"][-5:], expected.history["loss"])
    assert run.history["epoch"].tolist() == list(range(1, 11))


def test_a_solver_goes_on_from_a_run_and_a_run_from_a_solver():
    network = net()
    options = {"batch_size": None, "epochs": 5}
    run = released(network, A, optimizer="adam", **options)
    fresh = net()
    fresh.theta = network.theta
    run = solve(network, A, run, epochs=6)
    expected = solve(fresh, A, epochs=6)
    assert np.array_equal(run.theta, expected.theta)
    assert run.history["rows"].tolist() == (24 * np.arange(1, 12)).tolist()
    run.release()
    run = fit(network, A, run, optimizer="adam", **options)
    expected = fit(fresh, A, optimizer="adam", **options)
    assert np.array_equal(run.theta, expected.theta)
    assert run.epoch == 16


def test_updates_are_counted_on_by_another_method_too():
    """History's "update" is the number of updates done.

    They are 3 an epoch by minibatches of 24 rows, and 1 an iteration.
    """
    network = net()
    run = released(network, A, epochs=2)
    run = solve(network, A, run, epochs=2)
    run.release()
    run = fit(network, A, run, epochs=2, optimizer="momentum")
    assert run.history["update"].tolist() == [3, 6, 7, 8, 11, 14]


def test_a_solver_may_follow_a_solver():
    """The second solver goes on, downhill, where the first stopped.

    It remembers nothing but theta.
    """
    network = net()
    run = solve(network, A, epochs=4)
    fresh = net()
    fresh.theta = network.theta
    run.release()
    run = solve(network, B, run, epochs=4)
    assert np.array_equal(run.theta, solve(fresh, B, epochs=4).theta)
    assert run.history["epoch"].tolist() == list(range(1, 9))
    assert run.history["rows"].tolist() == [24, 48, 72, 96, 131, 166, 201, 236]


@pytest.mark.parametrize("engine", ENGINES)
def test_after_another_method_diverged_at_once_a_third_may_follow(engine):
    """The last finite ground is the first method's, with its memory."""
    network = Network.dense([2, 3, 1], "relu", loss="squared_error")
    options = {"engine": engine, "epochs": 2}
    run = train(network, A[0], A[1] * 1.0, optimizer="adam", **options)
    kept = network.theta.copy()
    run.release()
    with pytest.warns(RuntimeWarning, match="diverged"):
        run = train(
            network, A[0] * 1e200, A[1] * 1.0, optimizer="momentum", run=run, **options
        )
    assert np.array_equal(network.theta, kept)
    run.release()
    run = train(network, A[0], A[1] * 1.0, optimizer="momentum", run=run, **options)
    assert run.stopped == "epochs"
    assert np.isfinite(network.theta).all()
    assert len(run.slots) == 1


# What is refused


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"data": B}, "24 rows .*not .* 35 rows"),
        ({"batch_size": 4}, "batches of 10.*not .*batches of 4"),
        ({"shuffle": False}, "shuffle=True.*not .*shuffle=False"),
        ({"seed": 3}, "seed=0.*not .*seed=3"),
        ({"optimizer": "nadam"}, "adam.*not .*nadam"),
        ({"average": 0.5}, "average=None.*not .*average=0.5"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_run_that_was_not_released_goes_on_with_its_like_only(change, message):
    network = net()
    run = fit(network, A)
    with pytest.raises(ValueError, match=f"made with .*{message}"):
        fit(network, **{"data": A, "run": run, **change})
    with pytest.raises(ValueError, match="only from a released run"):
        solve(network, A, run)


def test_released_once_a_run_goes_on_once():
    """What it went on with is what it was made with from then on."""
    network = net()
    run = fit(network, B, released(network, A))
    with pytest.raises(ValueError, match=r"made with .*35 rows"):
        fit(network, A, run, epochs=9)


@pytest.mark.parametrize("optimizer", ["adam", "lbfgs"])
@pytest.mark.parametrize("engine", ENGINES)
def test_the_run_of_another_network_is_refused(engine, optimizer):
    run = train(net(), *A, epochs=2, engine=engine)
    run.release()
    options = {"optimizer": optimizer, "engine": engine, "epochs": 2}
    with pytest.raises(ValueError, match=r"17 parameters|\(17,\)"):
        train(Network.dense([2, 30, 2]), *A, run=run, **options)


@pytest.mark.parametrize("optimizer", ["adam", "lbfgs"])
@pytest.mark.parametrize("engine", ENGINES)
def test_the_run_of_a_network_of_another_dtype_is_converted_or_refused(
    engine, optimizer
):
    run = train(net(), *A, epochs=2, engine=engine, optimizer="gd", learning_rate=0.1)
    before = run.history["loss"][-1]
    run.release()
    other = net(dtype=np.float32)
    message = ""
    try:
        options = {"optimizer": optimizer, "engine": engine}
        run = train(other, *A, run=run, epochs=2, **options)
    except ValueError as error:
        message = str(error)
    converted = (
        run.theta.dtype == other.theta.dtype == np.float32
        and run.history["loss"][-1] < before + 1e-3
    )
    assert converted or "float32" in message


# Back to a checkpoint


def test_a_restored_run_is_as_it_was():
    network = net()
    run = fit(network, A, epochs=3)
    before = run.checkpoint()
    theta = run.theta.copy()
    run.release()
    fit(network, B, run, epochs=20, optimizer="momentum")
    assert run.epoch == 23
    run.restore(before)
    assert_same(run, fit(net(), A, epochs=3))
    assert np.array_equal(run.theta, theta)
    assert_same(fit(network, A, run, epochs=6), fit(net(), A, epochs=6))


def test_epochs_are_recorded_in_one_place_with_their_share_of_the_time():
    network = net()
    problem = make_problem(
        network, *A, None, Settings(batch_size=10), OPTIMIZERS.make("gd")
    )
    run = start(problem, problem.optimizer)
    run.seconds = 3.0
    run.update_offset = 5
    losses = [0.3, 0.2, 0.1]
    run.record_epochs(problem, loss=losses, penalty=np.zeros(3), gradient_norm=losses)
    assert run.history["epoch"].tolist() == [1, 2, 3]
    assert run.history["update"].tolist() == [8, 11, 14]
    assert run.history["rows"].tolist() == [24, 48, 72]
    assert run.history["seconds"].tolist() == [1.0, 2.0, 3.0]
    assert run.history["loss"].tolist() == losses
    assert np.isnan(run.history["learning_rate"]).all()
    assert run.rows == 72


def test_a_run_continued_without_validation_keeps_what_it_learns():
    network = Network.dense([2, 3, 2])
    run = train(network, MOONS_X, MOONS_Y, epochs=5, validation=(MOONS_X, MOONS_Y))
    train(network, MOONS_X, MOONS_Y, epochs=100, run=run)
    assert run.best is None
    assert (network.theta == run.current).all()


def test_a_run_goes_on_only_with_what_it_was_made_with():
    network = Network.dense([2, 3, 2])
    run = train(network, MOONS_X, MOONS_Y, epochs=3, average=0.9)
    for change in (
        {},
        {"average": 0.5},
        {"average": 0.9, "optimizer": "nadam"},
        {"average": 0.9, "seed": 1},
    ):
        with pytest.raises(ValueError, match="made with"):
            train(network, MOONS_X, MOONS_Y, epochs=5, run=run, **change)
    assert train(network, MOONS_X, MOONS_Y, epochs=5, average=0.9, run=run).epoch == 5


def test_with_a_new_optimizer_the_average_begins_at_the_one_before():
    """With its weight forgotten after one update, as a new average's start is."""
    network = net()
    run = released(network, A, average=0.9)
    mean = run.average.copy()
    assert np.abs(mean - run.theta).max() > 1e-3
    settings = {"optimizer": "gd", "learning_rate": 1e-300, "average": 0.5}
    problem = make_problem(
        network, *A, None, Settings(**settings), OPTIMIZERS.make("gd")
    )
    went_on = resume(run, problem, problem.optimizer)
    assert np.array_equal(went_on.average, mean)
    assert went_on.average is not went_on.theta
