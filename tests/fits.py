"""Short fits of a small network, which several files of tests of training share."""

import os
import signal

import numpy as np

from halfmoon import datasets
from halfmoon.network import Network
from halfmoon.training.history import SCHEMA
from halfmoon.training.train import train

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


def interrupt(network, run):
    if run.epoch == 10:
        os.kill(os.getpid(), signal.SIGINT)


def explosive(**options):
    """A linear regression whose steps overshoot further and further."""
    network = Network.dense([2, 1], loss="squared_error")
    options = {"optimizer": "gd", "learning_rate": 1e3, "epochs": 10_000, **options}
    return network, train(network, X, Y, **options)
