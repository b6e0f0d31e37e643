"""Histories as descriptions and arrays, and back."""

import json
from copy import copy

import numpy as np
import pytest

from fits import COUNTED, fit
from halfmoon.files.histories import describe, make
from halfmoon.training.history import SCHEMA, History
from small import one_thread

pytestmark = one_thread


def there_and_back(history):
    description, arrays = describe(history)
    left = dict(arrays)
    made = make(json.loads(json.dumps(description, allow_nan=False)), left)
    assert not left
    return made


def assert_same(one, other):
    assert one.total == other.total
    assert len(one) == len(other)
    for name in COUNTED:
        assert one[name].dtype == SCHEMA[name]
        assert np.array_equal(one[name], other[name], equal_nan=True)
    assert np.isnan(one["seconds"]).all()


@pytest.mark.parametrize("epochs", [1, 2, 30])
def test_a_history_comes_back_without_its_times(epochs):
    history = fit(epochs=epochs)[1].history
    assert_same(there_and_back(history), history)


def test_an_empty_one_and_one_that_forgets_come_back():
    assert_same(there_and_back(History()), History())
    history = copy(fit(epochs=30)[1].history)
    history.keep_last(4)
    assert_same(there_and_back(history), history)
    history.keep_last(0)
    assert there_and_back(history).total == 30


def test_a_loss_that_never_changes_is_an_array_all_the_same():
    """It says how many rows there are."""
    history = History()
    history.append(epoch=[1, 2], update=[3, 7], rows=[5, 6], loss=0.5)
    made = there_and_back(history)
    assert_same(made, history)
    assert made["update"].tolist() == [3, 7]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"count": 10**12}, "there must be an array history.loss"),
        ({"count": 2}, "there must be an array history.loss"),
        ({"count": -1}, "count of the history must be an integer"),
        ({"forgotten": 2**60}, "forgotten of the history must be an integer"),
        ({"columns": {"seconds": [0.0, 0]}}, "columns of the history are"),
        ({"columns": {"epoch": [1, 2**60]}}, "epoch of the history must be"),
        ({"columns": {"epoch": [1, 1.0]}}, "epoch of the history must be"),
        ({"columns": {"epoch": [1.5, 1]}}, "epoch of the history must be"),
        ({"columns": {"epoch": [2**53, 2**53]}}, "must not grow beyond"),
        ({"columns": {"epoch": []}}, "epoch of the history must be"),
        ({"columns": {"epoch": None}}, "epoch of the history must be"),
        ({"columns": {"penalty": [0.0, 1]}}, "penalty of the history must be one"),
        ({"columns": {"penalty": [10**400, 0]}}, "penalty of the history must be a"),
        ({"columns": {"penalty": ["0", 0]}}, "penalty of the history must be a number"),
    ],
    ids=str,
)
def test_what_describes_no_history_is_refused(changes, message):
    description, arrays = describe(fit(epochs=2000)[1].history)
    description["columns"] |= changes.pop("columns", {})
    description |= changes
    with pytest.raises(ValueError, match=message):
        make(description, arrays)
