"""Short fits of a small network, which several files of tests of training share."""

import os
import signal
import threading
import time

import numpy as np

from halfmoon import datasets
from halfmoon.network import Network
from halfmoon.training.history import SCHEMA
from halfmoon.training.interrupt import Interrupt
from halfmoon.training.train import train
from waiting import until

X, Y = datasets.make("moons", 60, 0.2, 0)
X2, Y2 = datasets.make("moons", 40, 0.2, 1)
NAN = float("nan")
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


def listening():
    """The fit that hears of Ctrl-C now, if there is one."""
    heard_by = getattr(signal.getsignal(signal.SIGINT), "__self__", None)
    return heard_by if isinstance(heard_by, Interrupt) else None


def press_ctrl_c():
    """Press it while a fit listens, and wait until the main thread has noted it.

    Where nobody listens it would end the tests themselves.
    """
    by = listening()
    assert by is not None
    os.kill(os.getpid(), signal.SIGINT)
    while not by.seen:
        time.sleep(0.001)


def press_ctrl_c_from_outside(after=0.3):
    """From a thread of its own, so many seconds after a fit has begun to listen.

    Returns a list that is empty until it has been pressed.
    """
    pressed = []

    def wait_and_press():
        until(listening)
        time.sleep(after)
        if listening():
            os.kill(os.getpid(), signal.SIGINT)
            pressed.append(True)

    threading.Thread(target=wait_and_press).start()
    return pressed


def interrupt(network, run):
    if run.epoch == 10:
        os.kill(os.getpid(), signal.SIGINT)


def explosive(**options):
    """A linear regression whose steps overshoot further and further."""
    network = Network.dense([2, 1], loss="squared_error")
    options = {"optimizer": "gd", "learning_rate": 1e3, "epochs": 10_000, **options}
    return network, train(network, X, Y, **options)
