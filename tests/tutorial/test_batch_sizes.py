"""Section 8.1's trials of batch sizes."""

import numpy as np
import pytest

from halfmoon import datasets
from halfmoon.tutorial.exercises.batch_sizes import (
    FIRST_PASSES,
    RATES,
    BatchTrial,
    choose_rate,
    time_a_pass,
    watch,
)
from halfmoon.tutorial.experiment import Experiment, full_loss

X, y = datasets.make("moons", 40, 0.2, 0)


@pytest.fixture
def experiment():
    return Experiment(quick=True)


def test_a_trial_is_named_by_its_rows():
    numbers = {"rows": 50, "of": 2_000}
    assert BatchTrial(np.empty(0), [], 0.0, numbers).name == "50 of 2,000"
    numbers = {"rows": 2_000, "of": 2_000}
    assert BatchTrial(np.empty(0), [], 0.0, numbers).name == "all 2,000"


def test_watching_keeps_a_loss_a_pass_and_two_sets_of_weights(experiment):
    losses, weights = watch(experiment, X, y, 10, 0.5, 2 * FIRST_PASSES)
    assert np.isfinite(losses).all()
    for kept, passes in zip(weights, (FIRST_PASSES, 2 * FIRST_PASSES), strict=True):
        network = experiment.network()
        network.theta = kept
        assert full_loss(network, X, y) == losses[passes - 1]


def test_the_rate_is_that_of_the_lowest_mean_loss(experiment):
    means = [
        watch(experiment, X, y, 10, rate, FIRST_PASSES)[0].mean() for rate in RATES
    ]
    assert choose_rate(experiment, X, y, 10) == RATES[int(np.argmin(means))]


def test_a_pass_takes_time(experiment):
    assert time_a_pass(experiment, X, y, 40, 0.5, 20) > 0.0
