"""Warnings point at the line of the user's that caused them."""

import warnings

import numpy as np
import pytest

from fits import explosive, fit, interrupt
from halfmoon import MLPClassifier, Network, train
from halfmoon.training.warn import warn
from small import X, Y


def line_of(recorded):
    return recorded[0].filename, recorded[0].lineno


def here(offset):
    """This file, and the line of the caller, moved by an offset."""
    import inspect

    frame = inspect.currentframe().f_back
    return __file__, frame.f_lineno + offset


def test_a_warning_of_train_points_at_its_caller():
    network = Network.dense([2, 1], loss="squared_error")
    options = {"optimizer": "gd", "learning_rate": 1e3, "epochs": 10_000}
    with pytest.warns(RuntimeWarning, match="diverged") as recorded:
        train(network, X, Y, **options)
    assert line_of(recorded) == here(-1)


def test_a_warning_of_an_estimator_points_at_its_caller():
    rows = 1e3 * X
    model = MLPClassifier((2,), solver="sgd", learning_rate_init=1e9, max_iter=3)
    with warnings.catch_warnings(record=True) as recorded:
        warnings.simplefilter("always")
        model.fit(rows, Y)
    assert recorded
    assert {(each.filename, each.lineno) for each in recorded} == {here(-2)}


def test_outside_halfmoon_it_points_at_the_caller():
    with pytest.warns(UserWarning, match="careful") as recorded:
        warn("careful")
    assert line_of(recorded) == here(-1)


def test_an_interrupted_fit_points_at_the_line_that_began_it():
    with pytest.warns(UserWarning, match="interrupted") as recorded:
        fit(callbacks=[interrupt], epochs=20)
    assert recorded[0].filename.endswith("fits.py")
    with pytest.warns(RuntimeWarning, match="diverged") as recorded:
        network, _ = explosive()
    assert recorded[0].filename.endswith("fits.py")
    assert np.isfinite(network.theta).all()
