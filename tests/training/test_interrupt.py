"""Ctrl-C: it ends a fit between two updates, keeps the weights, and is put back."""

import os
import signal
import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest

from fits import (
    assert_same,
    fit,
    interrupt,
    net,
)
from halfmoon.training.interrupt import Interrupt
from halfmoon.training.train import is_finite


def handler_of_ctrl_c():
    return getattr(signal.getsignal(signal.SIGINT), "__self__", None)


def test_ctrl_c_from_outside_ends_a_long_fit_soon_and_keeps_its_weights():
    network = net()
    start = net().theta
    fit(net(), epochs=1)  # compiles
    sent = []
    later = []

    def send_once_it_has_begun():
        while not isinstance(handler_of_ctrl_c(), Interrupt):
            time.sleep(0.01)
        time.sleep(0.3)
        os.kill(os.getpid(), signal.SIGINT)
        sent.append(True)

    def count_chunks(run):
        later.extend(sent)

    threading.Thread(target=send_once_it_has_begun).start()
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
