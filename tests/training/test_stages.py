"""A stage begins with a run that goes on, changed only where it must be."""

import numpy as np
import pytest

from halfmoon.playground.building import Conditions
from halfmoon.playground.make_data import make_data
from halfmoon.playground.setup import Setup
from halfmoon.training.stages import begin


def conditions(**settings):
    setup = Setup(**{"rows": 24, "learning_rate": 0.05, "epochs": 40, **settings})
    return Conditions(setup, make_data(setup))


def test_a_run_is_released_only_where_its_batches_or_memory_are_others():
    first = conditions()
    run = begin(first).run
    for settings, released in (
        ({"learning_rate": 0.1, "l2": 0.1, "activations": ["relu"]}, False),
        ({"optimizer": "adam"}, True),
        ({"batch_size": 8}, True),
    ):
        work = begin(conditions(**settings), run)
        assert work.released == released
        np.testing.assert_array_equal(work.run.theta, run.theta)


def test_weights_set_by_hand_change_nothing_else():
    run = begin(conditions()).run
    theta = run.theta.copy()
    work = begin(conditions(), run, {3: 7.0})
    assert work.run.theta[3] == 7.0
    np.testing.assert_array_equal(run.theta, theta)
    assert len(np.flatnonzero(work.run.theta != theta)) == 1


def test_a_solver_is_refused_in_words():
    with pytest.raises(ValueError, match=r"makes no single updates.*take an optimizer"):
        begin(conditions(optimizer="lbfgs"))
