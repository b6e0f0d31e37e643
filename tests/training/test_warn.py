"""Warnings point at the line of the user's that caused them."""

import warnings

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

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


@pytest.fixture
def nothing_told(monkeypatch):
    monkeypatch.setattr("halfmoon.training.warn._warned", set())


def counted(action, *calls, **options):
    """How many warnings of these calls filters with this action let through."""
    with warnings.catch_warnings(record=True) as recorded:
        warnings.simplefilter(action, UserWarning)
        warnings.simplefilter("ignore", ConvergenceWarning)
        for call in calls:
            call(**options)
    return len(recorded)


@pytest.mark.usefixtures("nothing_told")
def test_what_is_to_be_told_once_is_told_once_where_filters_show_it_once():
    def one(**options):
        warn("careful", **options)

    def other(**options):
        warn("careful", **options)

    assert counted("default", one, other) == 2
    assert counted("default", one, other, one, once="a") == 1
    assert counted("default", one, once="a") == 0
    assert counted("default", one, once="b") == 1
    assert counted("always", one, other, once="a") == 2
    for _ in range(2):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with pytest.raises(UserWarning, match="careful"):
                one(once="c")
    assert counted("ignore", one, once="c") == 0


@pytest.mark.usefixtures("nothing_told")
def test_filters_that_python_starts_with_hold_texts_instead_of_patterns():
    def one():
        warn("careful", once="a")

    def counted_with(message, module):
        """How many of two calls the filter ("always", ...) lets through."""
        with warnings.catch_warnings(record=True) as recorded:
            warnings.simplefilter("default")
            warnings.filters.insert(0, ("always", message, UserWarning, module, 0))
            one()
            one()
        return len(recorded)

    assert counted_with(None, "__main__") == 1  # another module: told once
    assert counted_with(None, __name__) == 2
    assert counted_with("careful", None) == 2
    assert counted_with("care", None) == 0  # another message, already told


@pytest.mark.usefixtures("nothing_told")
def test_a_search_over_solvers_is_told_once_of_each_idle_parameter():
    grid = {
        "solver": ["sgd", "adam"],
        "momentum": [0.5, 0.8],
        "learning_rate": ["constant", "adaptive"],
    }
    search = GridSearchCV(MLPClassifier((3,), max_iter=2), grid, cv=2)
    assert counted("default", lambda: search.fit(X, Y)) == 2
    # as often as it happens, for who asks
    assert counted("always", lambda: search.fit(X, Y)) > 8


@pytest.mark.parametrize("hides", [{}, {"module": "sklearn"}], ids=["all", "sklearn"])
def test_scikit_learns_idiom_hides_what_its_own_meta_estimators_call(hides):
    model = MLPClassifier((3,), max_iter=2)
    with warnings.catch_warnings(record=True) as recorded:
        warnings.simplefilter("always")
        warnings.filterwarnings("ignore", category=ConvergenceWarning, **hides)
        make_pipeline(model).fit(X, Y)
        assert not recorded
        model.fit(X, Y)
    assert len(recorded) == len(hides)  # called from here, which is not sklearn


def test_an_interrupted_fit_points_at_the_line_that_began_it():
    with pytest.warns(UserWarning, match="interrupted") as recorded:
        fit(callbacks=[interrupt], epochs=20)
    assert recorded[0].filename.endswith("fits.py")
    with pytest.warns(RuntimeWarning, match="diverged") as recorded:
        network, _ = explosive()
    assert recorded[0].filename.endswith("fits.py")
    assert np.isfinite(network.theta).all()
