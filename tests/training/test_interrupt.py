"""Ctrl-C: it ends a fit between two updates, keeps the weights, and is put back."""

import os
import signal
import threading
from types import SimpleNamespace

import numpy as np
import pytest

from accidents import Accident, run_to_line
from fits import (
    X2,
    Y2,
    X,
    Y,
    assert_same,
    fit,
    interrupt,
    net,
    press_ctrl_c_from_outside,
)
from halfmoon.engines import reference
from halfmoon.network import Network
from halfmoon.training import loop, rate_finder
from halfmoon.training.interrupt import Interrupt
from halfmoon.training.train import is_finite, train


def test_ctrl_c_from_outside_ends_a_long_fit_soon_and_keeps_its_weights():
    network = net()
    start = net().theta
    fit(net(), epochs=1)  # compiles
    later = []

    def count_chunks(run):
        later.extend(pressed)

    pressed = press_ctrl_c_from_outside()
    with pytest.warns(UserWarning, match="interrupted .*; the last weights were kept"):
        _, run = fit(network, epochs=10**8, progress=count_chunks)
    assert len(later) <= 1  # the chunk of updates that was under way
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
    with Interrupt().opened() as outer:
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


@pytest.mark.parametrize("wrong", [None, np.nan, np.inf])
def test_after_ctrl_c_the_weights_are_looked_at_without_another_pass(wrong):
    def gradient(*arguments, **options):
        raise AssertionError("nobody waits for another pass over the data")

    fit = SimpleNamespace(
        engine=SimpleNamespace(gradient=gradient), interrupt=Interrupt()
    )
    run = SimpleNamespace(stopped="interrupted", theta=np.ones(3))
    if wrong is not None:
        run.theta[1] = wrong
    assert is_finite(fit, run) is (wrong is None)


def test_the_handler_is_put_back_whatever_line_fails():
    before = signal.getsignal(signal.SIGINT)
    where = "halfmoon.training.interrupt"
    lines = run_to_line(lambda: fit(epochs=2), modules=where)
    assert lines > 20
    for line in range(1, lines + 1):
        with pytest.raises(Accident):
            run_to_line(lambda: fit(epochs=2), line, modules=where)
        assert signal.getsignal(signal.SIGINT) is before, line


# A program's own handler


def press(times=1):
    for _ in range(times):
        os.kill(os.getpid(), signal.SIGINT)


@pytest.fixture
def handled():
    """Sets a handler for the test, and puts back the one before."""
    before = signal.getsignal(signal.SIGINT)
    yield lambda handler: signal.signal(signal.SIGINT, handler)
    signal.signal(signal.SIGINT, before)


def test_a_programs_own_handler_is_called_too(handled):
    told = []
    handled(lambda number, frame: told.append(number))
    with pytest.warns(UserWarning, match="interrupted in epoch 11"):
        _, run = fit(callbacks=[interrupt], epochs=20)
    assert (told, run.epoch) == ([signal.SIGINT], 10)


def test_an_ignored_signal_stays_ignored(handled):
    handled(signal.SIG_IGN)
    _, run = fit(callbacks=[interrupt], epochs=20)
    assert (run.stopped, run.epoch) == ("epochs", 20)
    assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN


class EnoughError(Exception):
    """What a program's handler raises."""


def enough(number, frame):
    raise EnoughError


def test_what_a_handler_raises_ends_the_fit_and_leaves_the_network(handled):
    handled(enough)
    network = net()
    with pytest.raises(EnoughError):
        fit(network, callbacks=[interrupt], epochs=20)
    assert np.array_equal(network.theta, net().theta)
    assert signal.getsignal(signal.SIGINT) is enough


def press_and_go_on(listening, times, steps):
    """What an engine at work does, while Ctrl-C is pressed."""
    with listening.held():
        press(times)
        steps.append("joined")


def test_what_is_raised_while_an_engine_works_waits_for_its_end(handled):
    handled(enough)
    steps = []
    with Interrupt().opened() as listening, pytest.raises(EnoughError):
        press_and_go_on(listening, 1, steps)
    assert listening.seen
    assert steps == ["joined"]


def test_a_second_ctrl_c_waits_for_the_engine_and_a_third_does_not():
    steps = []
    with Interrupt().opened() as listening:
        with pytest.raises(KeyboardInterrupt):
            press_and_go_on(listening, 2, steps)
        with pytest.raises(KeyboardInterrupt):
            press_and_go_on(listening, 1, steps)
    assert steps == ["joined"]


def test_the_warning_says_how_a_search_is_ended():
    with pytest.warns(UserWarning, match="a second Ctrl-C during a fit"):
        fit(callbacks=[interrupt], epochs=20)


# Within half a second: asked before the work is over


@pytest.fixture
def each_block(monkeypatch):
    """Blocks of 16 rows; what it is given is called with the rows of each."""
    monkeypatch.setattr(reference, "rows_at_a_time", lambda network: 16)
    sums = Network.sums

    def follow(told):
        def told_sums(network, theta, rows, *others):
            told(len(rows))
            return sums(network, theta, rows, *others)

        monkeypatch.setattr(Network, "sums", told_sums)

    return follow


@pytest.mark.parametrize("optimizer", ["gd", "lbfgs"])
def test_nothing_is_begun_after_ctrl_c_while_the_engine_was_prepared(
    optimizer, monkeypatch
):
    """Compiling takes seconds, and cannot be broken off."""
    begun = []

    def begin(*arguments, **options):
        begun.append(arguments)
        raise AssertionError

    monkeypatch.setattr(reference, "prepare", lambda problem: press())
    monkeypatch.setattr(reference, "run", begin)
    monkeypatch.setattr(reference, "gradient", begin)
    network = net()
    with pytest.warns(UserWarning, match="interrupted in epoch 1; the last weights"):
        run = train(network, X, Y, optimizer=optimizer, engine="numpy")
    assert (run.stopped, run.t, begun) == ("interrupted", 0, [])
    assert np.array_equal(network.theta, net().theta)


@pytest.mark.parametrize("optimizer", ["gd", "lbfgs"])
def test_a_long_update_of_the_reference_is_given_up_between_two_blocks(
    optimizer, each_block
):
    """Ctrl-C in the second update's second block of four leaves the others undone."""
    blocks = []

    def told(rows):
        blocks.append(rows)
        if len(blocks) == 6:
            press()

    each_block(told)
    network = net()
    with pytest.warns(UserWarning, match="interrupted"):
        run = train(network, X, Y, optimizer=optimizer, engine="numpy", epochs=20)
    assert blocks == [16, 16, 16, 12, 16, 16]
    assert run.t == (1 if optimizer == "gd" else 0)
    assert np.array_equal(network.theta, net().theta) == (optimizer == "lbfgs")


def test_blocks_of_a_long_update_add_up_to_it(monkeypatch):
    options = {"engine": "numpy", "l2": 0.1, "epochs": 5, "batch_size": 50}
    whole = fit(net(), **options)
    monkeypatch.setattr(reference, "rows_at_a_time", lambda network: 16)
    parts = fit(net(), **options)
    np.testing.assert_allclose(whole[0].theta, parts[0].theta, rtol=1e-10)
    np.testing.assert_allclose(whole[1].history["loss"], parts[1].history["loss"])


def test_an_epoch_whose_validation_is_given_up_has_not_been(monkeypatch):
    """Validation in blocks of 16 rows; Ctrl-C comes in one of epoch 3."""
    monkeypatch.setattr(loop, "rows_at_a_time", lambda network: 16)
    calls = []
    predict = Network.raw_predict

    def pressing(network, rows, theta=None):
        calls.append(len(rows))
        if len(calls) == 8:  # the third epoch's second block, of three
            press()
        return predict(network, rows, theta)

    monkeypatch.setattr(Network, "raw_predict", pressing)
    network = net()
    with pytest.warns(UserWarning, match="interrupted in epoch 3"):
        run = fit(network, validation=(X2, Y2), engine="numpy")[1]
    assert calls == [16, 16, 8, 16, 16, 8, 16, 16]
    assert run.epoch == 2
    assert np.isfinite(run.history["validation_loss"]).all()
    options = {"validation": (X2, Y2), "engine": "numpy"}
    assert_same(fit(network, **options, run=run), fit(**options))


def test_a_time_budget_ends_within_a_long_update(each_block, monkeypatch):
    """A clock that a block of rows puts on by a second; an update has four of them."""
    now = [0.0]
    monkeypatch.setattr(loop.time, "perf_counter", lambda: now[0])

    def told(rows):
        now[0] += 1.0

    each_block(told)
    run = fit(engine="numpy", epochs=9, seconds=6.5)[1]
    assert (run.stopped, run.epoch, now[0]) == ("time", 1, 8.0)
    now[0] = 0.0
    with pytest.warns(UserWarning, match="before the first update was done"):
        run = fit(engine="numpy", epochs=9, seconds=2.5)[1]
    assert (run.stopped, run.epoch, now[0]) == ("time", 0, 4.0)


def test_one_ctrl_c_in_a_range_test_is_a_keyboard_interrupt(monkeypatch):
    update = rate_finder._update
    calls = []

    def pressing(*arguments):
        calls.append(arguments)
        if len(calls) == 3:
            press()
        return update(*arguments)

    monkeypatch.setattr(rate_finder, "_update", pressing)
    network = net()
    with pytest.raises(KeyboardInterrupt):
        rate_finder.find_learning_rate(network, X, Y)
    assert len(calls) == 3
    assert np.array_equal(network.theta, net().theta)
