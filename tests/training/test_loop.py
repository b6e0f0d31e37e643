"""The training loop gives the same bits however it is chunked, watched or resumed.

At the end the best epoch's weights stay.
"""

import time
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from fits import X2, Y2, accuracy, after, assert_same, fit, interrupt, net
from halfmoon.components.optimizers import OPTIMIZERS
from halfmoon.components.schedules import SCHEDULES, Schedule
from halfmoon.training import loop
from halfmoon.training.stopping import STOPPED

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
    """A fit with dropout that takes many chunks, which last about so many seconds."""
    monkeypatch.setattr(loop, "CHUNK_SECONDS", seconds)
    chunks = []
    progress = options.pop("progress", lambda run: chunks.append(run.t))
    return fit(net(dropout=0.2), epochs=40, progress=progress, **options), chunks


@each_option
def test_the_size_of_the_chunks_changes_no_bit(options, monkeypatch):
    short, many = long(1e-9, monkeypatch, **options)
    large, few = long(10.0, monkeypatch, **options)
    assert len(many) == short[1].t  # one update a chunk
    assert len(few) < len(many) / 3
    assert_same(short, large)


@each_option
def test_callbacks_and_progress_change_no_bit(options):
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
    """A fit that a callback stops at each pause, and that then goes on to its end."""
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
    # one update a chunk, so that it stops anywhere
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


def best_of(weights_after, losses):
    """The weights of the epoch with the lowest loss; of equal ones, the later one."""
    finite = [loss if np.isfinite(loss) else np.inf for loss in losses]
    return weights_after[max(i for i, loss in enumerate(finite) if loss == min(finite))]


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
    expected = warnings.catch_warnings()
    if warning:
        expected = pytest.warns(warning[0], match=warning[1])
    with expected:
        network, run = fit(**options)
    assert run.stopped == reason
    assert reason in STOPPED
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


def furthest(z, y, w):
    """How far the worst row is from what it should be: no loss that is learned."""
    return np.abs(z - 4.0 * y).max()


def test_a_function_of_raw_predictions_says_which_epoch_is_best():
    weights = []
    remember = [lambda network, run: weights.append(run.theta.copy())]
    options = {"learning_rate": 6.0, "epochs": 15, "validation": (X2, Y2)}
    network, run = fit(validation_loss=furthest, callbacks=remember, **options)
    found = run.history["validation_loss"]
    y = np.eye(2)[Y2]
    judged = [furthest(network.raw_predict(X2, theta), y, None) for theta in weights]
    np.testing.assert_allclose(found, judged, rtol=1e-12)
    assert np.array_equal(network.theta, best_of(weights, found))
    # and not the one whose loss is lowest
    losses = [
        network.loss.value(network.raw_predict(X2, theta), y).mean()
        for theta in weights
    ]
    assert np.argmin(losses) != np.argmin(found)


def test_it_costs_one_forward_pass_of_the_validation_rows_an_epoch(monkeypatch):
    predicted = []
    kind = type(net())
    raw_predict = kind.raw_predict

    def counted(network, X, theta=None):
        predicted.append(len(X))
        return raw_predict(network, X, theta)

    monkeypatch.setattr(kind, "raw_predict", counted)
    fit(validation=(X2, Y2), validation_loss=furthest, epochs=5)
    assert predicted == [len(X2)] * 5


def test_patience_waits_for_what_judges():
    scripted = iter([3.0, 2.0, 2.5, 2.4, 1.0])
    run = fit(
        validation=(X2, Y2), validation_loss=lambda *_: next(scripted), patience=2
    )[1]
    assert run.stopped == "patience"
    assert run.epoch == 4
    assert run.best.epoch == 2


def test_a_tie_goes_to_the_later_epoch():
    network, run = fit(validation=(X2, Y2), score=lambda *_: 1.0, monitor="score")
    assert run.best.epoch == 8
    assert np.array_equal(network.theta, run.theta)


def test_the_averaged_weights_are_validated_and_kept():
    network, run = fit(validation=(X2, Y2), average=0.9)
    assert run.best.epoch == 8
    assert np.array_equal(network.theta, run.average)
    assert (run.average != run.theta).all()


def test_without_validation_the_last_weights_stay():
    network, run = fit()
    assert run.best is None
    assert np.array_equal(network.theta, run.theta)


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_so_many_updates_in_all_are_the_first_ones_of_the_whole_fit(options):
    """In pieces that end in the middle of an epoch, too: schedules go by its epochs."""
    options = {**options, "engine": "numpy"}
    whole = fit(**options)
    network, run = fit(updates=3, **options)
    assert (run.updates, run.stopped) == (3, "updates")
    for updates in (4, 4, 20):
        fit(network, run=run, updates=updates, **options)
    assert run.updates == min(20, whole[1].updates)
    assert_same((network, run), fit(updates=20, **options))
    assert_same(fit(network, run=run, **options), whole)


def test_epochs_end_a_fit_before_its_updates_are_done():
    run = fit(updates=100)[1]
    assert (run.updates, run.stopped) == (8, "epochs")


def test_updates_are_counted_over_a_change_of_the_batches():
    network, run = fit(batch_size=20, updates=5)
    run.release(anew=False)
    fit(network, run=run, batch_size=7, updates=9)
    assert (run.updates, run.stopped) == (9, "updates")


@dataclass(frozen=True)
class Odd(Schedule):
    """A schedule that gives what it is told to."""

    given: Any = None

    def factor(self, progress):
        return self.given


@pytest.mark.parametrize("setting", ["schedule", "decay_schedule"])
@pytest.mark.parametrize("given", [None, np.nan, -1.0, np.inf, np.ones(3), [[1.0]]])
def test_a_schedule_that_gives_no_factors_is_named(setting, given):
    with pytest.raises(ValueError, match=r"factor of the schedule Odd.* at least 0"):
        fit(net(), epochs=5, decay=0.1, **{setting: Odd(given)})
