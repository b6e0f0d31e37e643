"""The training loop: reproducible to the bit, resumable, keeps the best epoch, stops
when told, says what happened.
"""

import dataclasses
import os
import signal
import threading
import time
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import naive
from halfmoon import datasets
from halfmoon.components.optimizers import OPTIMIZERS
from halfmoon.components.schedules import SCHEDULES
from halfmoon.layers import Context
from halfmoon.network import Network
from halfmoon.training import loop
from halfmoon.training.history import SCHEMA
from halfmoon.training.interrupt import Interrupt
from halfmoon.training.settings import Settings
from halfmoon.training.train import train

X, Y = datasets.make("moons", 60, 0.2, 0)
X2, Y2 = datasets.make("moons", 40, 0.2, 1)
COUNTED = [name for name in SCHEMA.names if name != "seconds"]


def net(**options):
    return Network.dense([2, 4, 2], "tanh", **options)


def fit(network=None, **options):
    """The network and its Run after a short fit; options as for train."""
    network = network or net()
    return network, train(
        network,
        X,
        Y,
        **{"optimizer": "gd", "learning_rate": 0.5, "epochs": 8, **options},
    )


def accuracy(y_hat, y, *_):
    return float((y_hat.argmax(axis=1) == y.argmax(axis=1)).mean())


def after(epochs):
    """A callback that stops after so many epochs."""
    return lambda network, run: run.epoch >= epochs


def assert_same(one, other, columns=COUNTED):
    """Two (network, run) with the same bits in weights, state and history."""
    (first, a) = one
    (second, b) = other
    assert np.array_equal(first.theta, second.theta)
    assert np.array_equal(a.theta, b.theta)
    assert a.t == b.t
    assert len(a.slots) == len(b.slots)
    assert all(np.array_equal(x, y) for x, y in zip(a.slots, b.slots, strict=True))
    assert a.average is b.average is None or np.array_equal(a.average, b.average)
    for name in columns:
        assert np.array_equal(a.history[name], b.history[name], equal_nan=True), name


# The same bits

OPTIONS = {
    "full batch": {},
    "minibatches": {"batch_size": 7},
    "everything": {
        "batch_size": 7,
        "average": 0.9,
        "clip": 0.5,
        "l2": 0.01,
        "l1": 0.001,
        "decay": 0.1,
    },
    "schedules": {
        "batch_size": 16,
        "schedule": "cosine",
        "decay": 0.1,
        "decay_schedule": "step:every=2",
    },
}
each_option = pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)


def long(seconds, monkeypatch, **options):
    """A fit with dropout that takes many blocks, which last about so many seconds."""
    monkeypatch.setattr(loop, "CHUNK_SECONDS", seconds)
    blocks = []
    progress = options.pop("progress", lambda run: blocks.append(run.t))
    return fit(net(dropout=0.2), epochs=40, progress=progress, **options), blocks


@each_option
def test_the_size_of_the_blocks_changes_no_bit(options, monkeypatch):
    short, many = long(1e-9, monkeypatch, **options)
    large, few = long(10.0, monkeypatch, **options)
    assert len(many) == short[1].t  # one update a block
    assert len(few) < len(many) / 3
    assert_same(short, large)


@each_option
def test_onlookers_change_no_bit(options):
    unseen = fit(net(dropout=0.2), **options)
    seen = fit(
        net(dropout=0.2),
        callbacks=[lambda network, run: None],
        progress=lambda run: None,
        **options,
    )
    assert_same(unseen, seen)


@each_option
def test_validation_and_score_change_no_update(options):
    unseen = fit(net(dropout=0.2), **options)[1]
    seen = fit(net(dropout=0.2), validation=(X2, Y2), score=accuracy, **options)[1]
    assert np.array_equal(unseen.theta, seen.theta)
    for name in ("loss", "penalty", "gradient_norm", "learning_rate"):
        assert np.array_equal(unseen.history[name], seen.history[name])


def test_the_same_seed_gives_the_same_bits_and_another_does_not():
    one, again, other = (fit(batch_size=7, seed=seed) for seed in (1, 1, 2))
    assert_same(one, again)
    assert (one[0].theta != other[0].theta).any()


def resumed(pauses, network, **options):
    """A fit that is stopped by a callback at each of the pauses and then continued to
    its end.
    """
    run = None
    for epochs in [*pauses, 10**9]:
        network, run = fit(network, run=run, callbacks=[after(epochs)], **options)
    return network, run


@pytest.mark.parametrize(
    "schedule",
    ["constant", "cosine:warmup=0.2", "one_cycle", "plateau:patience=2,tol=0.1"],
)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_resumed_run_equals_an_uninterrupted_one(optimizer, schedule):
    options = {
        "optimizer": optimizer,
        "schedule": schedule,
        "batch_size": 13,
        "learning_rate": 0.05,
        "average": 0.8,
    }
    pieces = resumed([3, 4], net(dropout=0.2), **options)
    whole = fit(net(dropout=0.2), **options)
    assert pieces[1].stopped == whole[1].stopped == "epochs"
    assert_same(pieces, whole)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_run_resumed_in_the_middle_of_an_epoch_equals_an_uninterrupted_one(
    schedule, monkeypatch
):
    # one update a block, so that it stops anywhere
    monkeypatch.setattr(loop, "CHUNK_SECONDS", 1e-9)
    options = {
        "optimizer": "adam",
        "batch_size": 7,
        "schedule": schedule,
        "dropout_schedule": "step:every=2",
    }
    network = net(dropout=0.2)
    run = fit(network, seconds=1e-9, **options)[1]
    assert (run.stopped, run.t, run.epoch) == ("time", 1, 0)
    while run.t < 30:
        run = fit(network, seconds=run.seconds, run=run, **options)[1]
    # 60 rows in batches of 7 are 9 updates an epoch: it stands in the middle
    assert run.t % 9 == 3
    run = fit(network, run=run, **options)[1]
    assert_same((network, run), fit(net(dropout=0.2), **options))


def test_a_resumed_run_keeps_the_best_epoch_and_the_patience_of_before():
    options = {
        "validation": (X2, Y2),
        "patience": 4,
        "learning_rate": 5.0,
        "epochs": 60,
        "batch_size": 13,
    }
    pieces = resumed([2, 5, 6], net(), **options)
    whole = fit(net(), **options)
    assert_same(pieces, whole)
    assert pieces[1].best.epoch == whole[1].best.epoch
    assert np.array_equal(pieces[1].best.weights, whole[1].best.weights)


def test_more_epochs_continue_a_finished_run():
    network = net()
    run = fit(network, epochs=5)[1]
    assert fit(network, epochs=5, run=run)[1].t == 5
    longer = fit(network, epochs=9, run=run)
    assert_same(longer, fit(epochs=9))


# The best epoch


def best_of(weights_after, losses):
    """The weights of the epoch with the lowest loss; the later one of two that are
    equal.
    """
    finite = [loss if np.isfinite(loss) else np.inf for loss in losses]
    return weights_after[max(i for i, loss in enumerate(finite) if loss == min(finite))]


def interrupt(network, run):
    if run.epoch == 10:
        os.kill(os.getpid(), signal.SIGINT)


ENDS = {
    "epochs": ({}, None),
    "patience": ({"patience": 3}, None),
    "callback": ({"callbacks": [after(10)]}, None),
    "interrupted": (
        {"callbacks": [interrupt]},
        (UserWarning, "interrupted in epoch 11; the best epoch's weights"),
    ),
    "time": (
        {"callbacks": [lambda network, run: time.sleep(0.01)], "seconds": 0.2},
        None,
    ),
    "diverged": (
        {"schedule": "plateau:patience=9,rate=0.5"},
        (RuntimeWarning, "the best epoch's weights were kept"),
    ),
}


@pytest.mark.parametrize("reason", ENDS)
def test_the_best_epochs_weights_stay_whatever_ends_the_fit(reason):
    extra, warning = ENDS[reason]
    weights = []

    def remember(network, run):
        weights.append(run.current.copy())
        if reason == "diverged" and run.epoch == 20:
            run.theta = np.full_like(run.theta, np.nan)

    options = {
        "validation": (X2, Y2),
        "learning_rate": 8.0,
        "epochs": 30,
        "batch_size": 20,
        **extra,
    }
    options["epochs"] = 10**6 if reason == "time" else options["epochs"]
    options["callbacks"] = [remember, *options.get("callbacks", [])]
    with (
        pytest.warns(*warning[:1], match=warning[1])
        if warning
        else warnings.catch_warnings()
    ):
        network, run = fit(**options)
    assert run.stopped == reason
    assert run.best.epoch <= run.epoch
    losses = run.history["validation_loss"]
    assert np.array_equal(network.theta, best_of(weights, losses))
    assert run.best.monitor == np.nanmin(losses)
    z = network.loss.value(network.raw_predict(X2), np.eye(2)[Y2])
    assert z.mean() == pytest.approx(np.nanmin(losses), rel=1e-12)


def test_the_best_score_decides_where_score_is_monitored():
    weights = []
    remember = [lambda network, run: weights.append(run.theta.copy())]
    network, run = fit(
        validation=(X2, Y2),
        score=accuracy,
        monitor="score",
        learning_rate=6.0,
        callbacks=remember,
    )
    assert np.array_equal(
        network.theta, best_of(weights, -run.history["validation_score"])
    )
    assert (
        accuracy(network.predict(X2), np.eye(2)[Y2])
        == run.history["validation_score"].max()
        == -run.best.monitor
    )


def test_a_tie_goes_to_the_later_epoch():
    network, run = fit(validation=(X2, Y2), score=lambda *_: 1.0, monitor="score")
    assert run.best.epoch == 8
    assert np.array_equal(network.theta, run.theta)


def test_the_averaged_weights_are_validated_and_kept():
    network, run = fit(validation=(X2, Y2), average=0.9)
    assert run.best.epoch == 8
    assert np.array_equal(network.theta, run.average)
    assert (run.average != run.theta).all()


def test_validation_weights_count_rows():
    times = np.arange(40) % 3
    rows = np.repeat(np.arange(40), times)
    weighted = fit(validation=(X2, Y2, times))[1].history["validation_loss"]
    repeated = fit(validation=(X2[rows], Y2[rows]))[1].history["validation_loss"]
    np.testing.assert_allclose(weighted, repeated, rtol=1e-12)


def test_without_validation_the_last_weights_stay():
    network, run = fit()
    assert run.best is None
    assert np.array_equal(network.theta, run.theta)


# Ctrl-C


def test_ctrl_c_from_outside_ends_a_long_fit_soon_and_keeps_its_weights():
    network = net()
    start = net().theta
    sent = []

    def send():
        sent.append(time.perf_counter())
        os.kill(os.getpid(), signal.SIGINT)

    timer = threading.Timer(0.3, send)
    timer.start()
    with pytest.warns(UserWarning, match="interrupted .*; the last weights were kept"):
        _, run = fit(network, epochs=10**8)
    assert time.perf_counter() - sent[0] < 0.5
    assert run.stopped == "interrupted"
    assert np.array_equal(network.theta, run.theta)
    assert (network.theta != start).any()


def test_the_signal_handler_is_put_back():
    before = signal.getsignal(signal.SIGINT)
    fit()
    with pytest.warns(UserWarning, match="interrupted"):
        fit(callbacks=[interrupt], epochs=20)
    assert signal.getsignal(signal.SIGINT) is before


def test_a_second_ctrl_c_is_raised():
    def impatient(network, run):
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        fit(callbacks=[impatient])
    assert signal.getsignal(signal.SIGINT) is before


def test_ctrl_c_reaches_whoever_waits_around_the_fit():
    with Interrupt() as outer:
        with pytest.warns(UserWarning, match="interrupted"):
            fit(callbacks=[interrupt], epochs=20)
        assert outer.seen


def test_an_interrupted_run_continues_as_if_nothing_had_happened():
    network = net()
    with pytest.warns(UserWarning, match="interrupted in epoch 11"):
        run = fit(network, callbacks=[interrupt], epochs=20, batch_size=7)[1]
    assert_same(
        fit(network, epochs=20, batch_size=7, run=run), fit(epochs=20, batch_size=7)
    )


def test_a_fit_runs_in_a_thread_that_is_not_the_main_one():
    results = []
    thread = threading.Thread(target=lambda: results.append(fit(batch_size=7)))
    thread.start()
    thread.join()
    assert_same(results[0], fit(batch_size=7))


# Divergence


def explosive(**options):
    """A linear regression whose steps overshoot further and further."""
    network = Network.dense([2, 1], loss="squared_error")
    options = {"optimizer": "gd", "learning_rate": 1e3, "epochs": 10_000, **options}
    return network, train(network, X, Y, **options)


@pytest.mark.parametrize("options", [{}, {"batch_size": 25}, {"average": 0.9}], ids=str)
def test_divergence_stops_at_once_with_a_warning_and_the_last_finite_weights(options):
    with pytest.warns(
        RuntimeWarning,
        match=r"diverged .* last finite weights .* lower the learning rate \(it was 1",
    ):
        network, run = explosive(**options)
    assert run.stopped == "diverged"
    assert run.epoch < 200
    assert np.isfinite(network.theta).all()
    assert np.isfinite(run.history["loss"]).all()
    part = network.objective(run.theta, *network.read(X, Y))
    assert np.isfinite(part.loss)
    assert np.array_equal(network.theta, run.current)


def test_divergence_gives_the_same_bits_whatever_the_blocks(monkeypatch):
    fits = []
    for seconds in (1e-9, 10.0):
        monkeypatch.setattr(loop, "CHUNK_SECONDS", seconds)
        with pytest.warns(RuntimeWarning, match="diverged"):
            fits.append(explosive(batch_size=25))
    assert_same(*fits)


@pytest.mark.parametrize("batch_size", [None, 25])
def test_after_divergence_history_and_updates_still_agree(batch_size):
    """Each update done is measured once: in a row of history, or among those of the
    unfinished epoch.
    """
    with pytest.warns(RuntimeWarning, match="diverged"):
        _, run = explosive(batch_size=batch_size)
    per_epoch = -(-60 // (batch_size or 60))
    assert run.epoch * per_epoch + run.unfinished_epoch.shape[1] == run.t


def test_a_diverged_run_can_be_resumed_with_a_lower_rate():
    """A rate that jumps up in epoch 6 throws the fit out; with the constant rate it
    goes on to the end.
    """
    network = Network.dense([2, 1], loss="squared_error")
    options = {"optimizer": "gd", "learning_rate": 0.1, "epochs": 12}

    def throw(network, run):
        if run.epoch == 6:
            run.theta = run.theta * 1e200

    with pytest.warns(RuntimeWarning, match="diverged"):
        run = train(network, X, Y, callbacks=[throw], **options)
    run = train(network, X, Y, run=run, **options)
    assert run.stopped == "epochs"
    assert (run.t, run.epoch) == (12, 12)
    assert np.array_equal(run.history["update"], np.arange(1, 13))


def test_no_finite_loss_at_all_is_an_error_and_leaves_the_network_alone():
    network = Network.dense([2, 1], loss="squared_error")
    theta = network.theta.copy()
    with pytest.raises(ValueError, match="not finite before the first update"):
        train(network, X * 1e200, Y, optimizer="gd", epochs=3)
    assert np.array_equal(network.theta, theta)


# Patience


class Scripted:
    """A score on validation data that follows a list, whatever the network says; on
    training data always 0.
    """

    def __init__(self, values):
        self.values = iter(values)

    def __call__(self, y_hat, y, w, X):
        return next(self.values) if len(y) == len(Y2) else 0.0


def scripted(values, patience, tol=0.0):
    """The Run of a fit whose monitored score is what the list says."""
    return fit(
        validation=(X2, Y2),
        score=Scripted(values),
        monitor="score",
        patience=patience,
        tol=tol,
        epochs=len(values),
    )[1]


NAN = float("nan")


@given(st.data())
@settings(max_examples=25, deadline=None)
def test_patience_counts_epochs_without_improvement(data):
    values = data.draw(
        st.lists(
            st.sampled_from([0.0, 0.3, 0.5, 0.55, 1.0, NAN]), min_size=1, max_size=25
        )
    )
    patience = data.draw(st.integers(1, 5))
    tol = data.draw(st.sampled_from([0.0, 0.1]))
    run = scripted(values, patience, tol)
    best = -np.inf
    since = 0
    end = len(values)
    for epoch, value in enumerate(values, start=1):
        since = 0 if value > best + tol else since + 1
        best = value if value > best else best
        if since == patience:
            end = epoch
            break
    assert run.epoch == end
    assert run.stopped == ("patience" if since == patience else "epochs")


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
@pytest.mark.parametrize("batch_size", [None, 25])
def test_patience_leaves_what_so_many_epochs_leave_wherever_its_block_ended(
    engine, batch_size
):
    """The updates beyond it that the block had made leave no trace."""
    options = {
        "engine": engine,
        "batch_size": batch_size,
        "optimizer": "adam",
        "average": 0.9,
        "learning_rate": 0.05,
    }
    network, run = fit(net(), **options, patience=5, tol=1e-3, epochs=5000)
    assert run.stopped == "patience"
    assert 5 < run.epoch < 5000
    other, plain = fit(net(), **options, epochs=run.epoch)
    assert np.array_equal(network.theta, other.theta)
    for array, expected in zip(
        [*run.slots, run.average], [*plain.slots, plain.average], strict=True
    ):
        assert np.array_equal(array, expected)
    assert (run.t, run.epoch, run.unfinished_epoch.shape) == (
        plain.t,
        plain.epoch,
        plain.unfinished_epoch.shape,
    )
    assert np.array_equal(run.history["loss"], plain.history["loss"])
    loss = run.history["loss"]
    assert (loss[-5:] >= loss[:-5].min() - 1e-3).all()


def test_nan_scores_never_count_as_improvement_and_never_reset_patience():
    run = scripted([0.5, NAN, NAN, NAN, 0.9], patience=3)
    assert (run.stopped, run.epoch, run.best.epoch) == ("patience", 4, 1)
    run = scripted([NAN, NAN, 0.1, NAN, 0.0, 0.0, 0.0], patience=3)
    assert (run.stopped, run.epoch, run.best.epoch) == ("patience", 6, 3)


def test_scores_that_are_all_nan_stop_by_patience_with_the_last_weights():
    run = scripted([NAN] * 9, patience=4)
    assert (run.stopped, run.epoch, run.best) == ("patience", 4, None)


def test_patience_watches_the_training_loss_where_there_is_no_validation():
    _, run = fit(patience=3, tol=1e6, epochs=50)
    # the first epoch improves on nothing; three more do not
    assert (run.stopped, run.epoch) == ("patience", 4)
    _, run = fit(patience=3, epochs=50, learning_rate=0.01)
    assert (run.stopped, run.epoch) == ("epochs", 50)


# History


def test_history_has_its_schema_and_counts():
    _, run = fit(batch_size=25, epochs=4)
    assert run.history["epoch"].tolist() == [1, 2, 3, 4]
    assert run.history["update"].tolist() == [3, 6, 9, 12]
    assert run.history["rows"].tolist() == [60, 120, 180, 240]
    assert [tuple(row) for row in run.history] == [SCHEMA.names] * 4
    assert (np.diff(run.history["seconds"]) >= 0.0).all()
    assert 0.0 < run.history["seconds"][-1] <= run.seconds
    for name in ("validation_loss", "train_score", "validation_score"):
        assert np.isnan(run.history[name]).all()


def test_full_batch_history_is_the_objective_before_each_update():
    weights = [net().theta]
    remember = [lambda network, run: weights.append(run.theta)]
    _, run = fit(l2=0.02, l1=0.01, w=np.arange(60) % 4, callbacks=remember)
    rows = [part.tolist() for part in net().read(X, Y, np.arange(60) % 4)]
    for row, theta in zip(run.history, weights[:-1], strict=True):
        judge = naive.objective(
            [2, 4, 2],
            ["tanh"],
            "softmax_cross_entropy",
            theta.tolist(),
            *rows,
            0.02,
            0.01,
        )
        assert row["loss"] == pytest.approx(judge[0] + judge[1], rel=1e-12)
        assert row["penalty"] == pytest.approx(judge[1], rel=1e-12)
        assert row["gradient_norm"] == pytest.approx(
            np.linalg.norm(judge[2]), rel=1e-10
        )


def test_minibatch_history_averages_over_rows_and_gradients_over_updates():
    """Weights that hardly move: the epoch's loss is the mean over all rows, a short
    last batch included.
    """
    w = 1.0 + np.arange(60) % 4
    network, run = fit(
        batch_size=25, learning_rate=1e-12, l2=0.02, w=w, epochs=2, shuffle=False
    )
    data = network.read(X, Y, w)
    whole = network.objective(net().theta, *data, 0.02)
    assert run.history["loss"] == pytest.approx(
        np.full(2, whole.loss + whole.penalty), rel=1e-9
    )
    assert run.history["penalty"] == pytest.approx(np.full(2, whole.penalty), rel=1e-9)
    norms = []
    for part, share in (
        (slice(0, 25), 1.0),
        (slice(25, 50), 1.0),
        (slice(50, 60), 0.4),
    ):
        batch = [table[part] for table in data]
        g = network.sums(net().theta, *batch)[1] / (w.mean() * 25)
        g += share * 0.02 * net().theta * network.penalised
        norms.append(np.linalg.norm(g))
    assert run.history["gradient_norm"] == pytest.approx(
        np.full(2, np.mean(norms)), rel=1e-9
    )


def test_moving_minibatch_history_is_measured_before_each_update():
    """An epoch's loss, summed batch by batch with weights replayed one update at a
    time.
    """
    network, run = fit(
        batch_size=25, shuffle=False, epochs=3, dropout_schedule="constant", l1=0.01
    )
    theta = net().theta
    data = network.read(X, Y)
    update = 0
    for row in run.history:
        total = 0.0
        for part in (slice(0, 25), slice(25, 50), slice(50, 60)):
            batch = [table[part] for table in data]
            ctx = Context(True, 0, update)
            share = len(batch[0]) / 25
            piece = network.objective(
                theta, *batch, 0.0, 0.01, ctx=ctx, total=25.0, share=share
            )
            total += (piece.loss + piece.penalty) * 25 / 60
            theta = theta - 0.5 * piece.g
            update = update + 1
        assert row["loss"] == pytest.approx(total, rel=1e-12)


def test_learning_rate_column_is_the_last_updates_rate():
    _, run = fit(batch_size=30, schedule="inverse_time:rate=0.5", epochs=4)
    # epochs done before each epoch's second update
    last = np.array([0.5, 1.5, 2.5, 3.5])
    np.testing.assert_allclose(
        run.history["learning_rate"], 0.5 / (1.0 + 0.5 * last), rtol=1e-13
    )


def test_validation_columns_are_computed_with_the_weights_after_the_epoch():
    weights = []
    remember = [lambda network, run: weights.append(run.theta)]
    network, run = fit(validation=(X2, Y2), score=accuracy, callbacks=remember, l2=0.1)
    for row, theta in zip(run.history, weights, strict=True):
        loss = network.objective(theta, *network.read(X2, Y2)).loss
        # without penalty
        assert row["validation_loss"] == pytest.approx(loss, rel=1e-12)
        assert row["validation_score"] == accuracy(
            network.predict(X2, theta), np.eye(2)[Y2]
        )
        assert row["train_score"] == accuracy(network.predict(X, theta), np.eye(2)[Y])


def test_history_outlives_its_first_table():
    _, run = fit(epochs=100)
    assert len(run.history) == 100
    assert run.history["epoch"].tolist() == list(range(1, 101))


# Settings that are wrong


@pytest.mark.parametrize(
    ("typo", "meant"),
    [
        ("learning_rat", "learning_rate"),
        ("epoch", "epochs"),
        ("batchsize", "batch_size"),
    ],
)
def test_a_misspelt_setting_is_answered_with_the_nearest_name(typo, meant):
    with pytest.raises(
        TypeError, match=f"no training setting '{typo}'; did you mean '{meant}'"
    ):
        fit(**{typo: 1})


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"optimizer": "adan"}, "did you mean 'adam'"),
        ({"schedule": "cosin"}, "did you mean 'cosine'"),
        (
            {"learning_rate": 0.0},
            r"learning_rate must be a number in \(0, inf\); got 0.0",
        ),
        ({"epochs": 0}, "epochs must be an integer"),
        ({"epochs": 2.5}, "epochs must be an integer"),
        ({"batch_size": 0}, "batch_size must be None, or an integer"),
        ({"average": 1.0}, r"average must be None, or a number in \(0, 1\)"),
        ({"l2": -1.0}, "l2 must be"),
        ({"l2": NAN}, "l2 must be"),
        ({"monitor": "accuracy"}, "monitor must be 'loss' or 'score'"),
    ],
    ids=str,
)
def test_settings_out_of_range_are_refused(wrong, error):
    with pytest.raises(ValueError, match=error):
        fit(**wrong)


@pytest.mark.parametrize(
    "useless",
    [
        {"monitor": "score"},
        {"monitor": "score", "validation": (X2, Y2)},
        {"monitor": "score", "score": accuracy},
        {"dropout_schedule": "cosine"},  # there is no dropout
        {"decay_schedule": "cosine"},  # there is no decay
    ],
    ids="+".join,
)
def test_a_setting_that_cannot_apply_raises(useless):
    with pytest.raises(ValueError, match=r"monitor|dropout|decay"):
        fit(**useless)


def test_settings_and_options_are_not_both_taken():
    """Else the options would change nothing."""
    with pytest.raises((TypeError, ValueError), match="settings"):
        train(net(), X, Y, settings=Settings(epochs=2), epochs=7)


# Every setting changes something observable


def outcome(**options):
    """Everything observable of a short fit with dropout, minibatches, validation and a
    slow clock.
    """
    slow = [lambda network, run: time.sleep(0.002)]
    defaults = {
        "epochs": 12,
        "batch_size": 16,
        "learning_rate": 0.5,
        "optimizer": "gd",
        "decay": 0.1,
        "seed": 1,
    }
    usual = {"validation": (X2, Y2), "score": accuracy, "callbacks": slow}
    if "large" in options:  # enough work for a second thread
        network = Network.dense([2, options.pop("large"), 2], "tanh", dropout=0.3)
        run = train(network, np.tile(X, (10, 1)), np.tile(Y, 10), epochs=3, **options)
    else:
        network, run = fit(net(dropout=0.3), **{**usual, **defaults, **options})
    best = None if run.best is None else run.best.epoch
    return network.theta.tobytes(), run.t, run.stopped, best, run.engine, run.threads


# setting: (options of both fits, the value that is compared with the default of
# `outcome`)
EFFECTS = {
    "optimizer": ({}, "momentum"),
    "learning_rate": ({}, 0.4),
    "schedule": ({}, "cosine"),
    "epochs": ({}, 5),
    "batch_size": ({}, 20),
    "shuffle": ({}, False),
    "l2": ({}, 0.1),
    "l1": ({}, 0.01),
    "clip": ({}, 0.05),
    "decay": ({}, 0.5),
    "decay_schedule": ({}, "cosine"),
    "dropout_schedule": ({}, "cosine"),
    "average": ({}, 0.9),
    "monitor": ({"learning_rate": 8.0}, "score"),
    "patience": ({"learning_rate": 8.0}, 1),
    "tol": ({"patience": 2}, 10.0),
    "seconds": ({"epochs": 60}, 0.05),
    "seed": ({}, 2),
    "engine": ({}, "numpy"),
    "n_threads": ({"large": 1000}, 1),
}


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(Settings)])
def test_every_setting_changes_something(name):
    others, value = EFFECTS[name]
    base = outcome(**others)
    assert outcome(**others) == base
    assert outcome(**others, **{name: value}) != base
