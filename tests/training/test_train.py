"""train(): what it refuses, and what stays when a fit diverges."""

from contextlib import nullcontext
from types import SimpleNamespace

import numpy as np
import pytest

from fits import X2, Y2, X, Y, accuracy, assert_same, explosive, fit, net
from halfmoon import MLPClassifier
from halfmoon.network import Network
from halfmoon.training import loop
from halfmoon.training.rate_finder import find_learning_rate
from halfmoon.training.train import is_finite, train
from small import MOONS_X, MOONS_Y


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


def test_divergence_gives_the_same_bits_whatever_the_chunks(monkeypatch):
    fits = []
    for seconds in (1e-9, 10.0):
        monkeypatch.setattr(loop, "CHUNK_SECONDS", seconds)
        with pytest.warns(RuntimeWarning, match="diverged"):
            fits.append(explosive(batch_size=25))
    assert_same(*fits)


@pytest.mark.parametrize("batch_size", [None, 25])
def test_after_divergence_history_and_updates_still_agree(batch_size):
    """Each update done is measured once.

    It is in a row of history, or among those of the unfinished epoch.
    """
    with pytest.warns(RuntimeWarning, match="diverged"):
        _, run = explosive(batch_size=batch_size)
    per_epoch = -(-60 // (batch_size or 60))
    assert run.epoch * per_epoch + run.unfinished_epoch.shape[1] == run.t


def test_a_diverged_run_can_be_resumed_with_a_lower_rate():
    """A rate that jumps up in epoch 6 makes the fit diverge.

    With the constant rate it goes on to the end.
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


@pytest.mark.parametrize(
    "useless",
    [
        {"monitor": "score"},
        {"monitor": "score", "validation": (X2, Y2)},
        {"monitor": "score", "score": accuracy},
        {"dropout_schedule": "cosine"},  # there is no dropout
        {"decay_schedule": "cosine"},  # there is no decay
        {"decay_schedule": "cosine", "optimizer": "adamw", "decay": 0.0},
        {"decay_schedule": "cosine", "optimizer": "adamw:decay=0.0"},
        {"tol": 0.1},  # there is no patience
        {"validation_loss": min},  # there are no validation data
    ],
    ids="+".join,
)
def test_a_setting_that_cannot_apply_raises(useless):
    words = r"monitor|dropout|a decay|patience|validation_loss has no effect"
    with pytest.raises(ValueError, match=words):
        fit(**useless)


def test_a_decay_schedule_acts_on_the_optimizers_own_decay_or_the_one_that_is_set():
    for options in ({"optimizer": "adamw"}, {"decay": 0.1}):
        constant = fit(**options)[0].theta
        changing = fit(**options, decay_schedule="step:every=2")[0].theta
        assert (constant != changing).any()


def test_an_unknown_optimizer_is_answered_with_the_nearest_of_both_kinds():
    with pytest.raises(ValueError, match=r"'adan'; did you mean 'adam'\? .*lbfgs"):
        fit(optimizer="adan")
    with pytest.raises(TypeError, match="Expected optimizer"):
        fit(optimizer=3)


def test_a_warning_that_is_an_error_leaves_the_network_as_it_was():
    network = Network.dense([2, 3, 1], "identity", "squared_error")
    before = network.theta
    with pytest.raises(RuntimeWarning, match="diverged"):
        train(network, MOONS_X, MOONS_Y, optimizer="gd", learning_rate=1e10, epochs=50)
    assert network.theta is before


@pytest.mark.parametrize("last", [1.0, np.inf, np.nan])
def test_an_interrupted_runs_weights_are_looked_at_without_another_pass(last):
    engine = None  # which has no gradient
    interrupted = SimpleNamespace(stopped="interrupted", theta=np.array([1.0, last]))
    fit = SimpleNamespace(engine=engine, interrupt=SimpleNamespace(held=nullcontext))
    assert is_finite(fit, interrupted) == (last == 1.0)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"callbacks": None}, r"callbacks must be a list of functions .* got None"),
        ({"callbacks": len}, "callbacks must be a list of functions"),
        ({"callbacks": [3]}, r"callbacks must be a list of functions .* got \[3\]"),
        ({"validation_loss": 3}, r"validation_loss must be a function \(z, y, w\) or"),
        ({"score": 3}, r"score must be a function \(y_hat, y, w, X\) or None; got 3"),
        ({"progress": 3}, r"progress must be a function \(run\) or None; got 3"),
        ({"run": 5}, "run must be a Run, as train returns it; got 5"),
    ],
)
def test_what_is_no_callback_and_no_run_is_answered_in_a_sentence(options, words):
    with pytest.raises(TypeError, match=words):
        fit(**options)


@pytest.mark.parametrize("function", [train, find_learning_rate])
def test_an_estimator_is_no_network(function):
    with pytest.raises(
        TypeError, match=r"network must be a Network; got MLPClass.* is"
    ):
        function(MLPClassifier(), X, Y)


def test_settings_that_are_none_and_numbers_without_a_float_are_refused():
    with pytest.raises(TypeError, match=r"settings must be Settings.* got \{\}"):
        train(net(), X, Y, settings={})
    with pytest.raises(ValueError, match=r"learning_rate must be a number in \(0, inf"):
        fit(learning_rate=10**400)
