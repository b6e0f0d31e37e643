"""A trial of the tutorial: what it remembers of a training, and how it is evaluated."""

import numpy as np
import pytest

from halfmoon.tutorial.experiment import Experiment, full_loss
from halfmoon.tutorial.trials import run_trial, sample_points

EXPERIMENT = Experiment(quick=True, engine="numpy")


@pytest.fixture(scope="module")
def trial():
    points = sample_points(EXPERIMENT, "moons", 60, 0.2, 90)
    network = EXPERIMENT.network()
    return run_trial(EXPERIMENT, "a test", network, points, 12, 1.0)


def test_points_are_learned_from_or_new(trial):
    X, y = trial.points.data
    new, _ = trial.points.new
    assert len(X) == len(y) == 60
    assert len(new) == 90
    assert not np.isin(new, X).any()


def test_losses_are_before_each_pass_and_at_the_end(trial):
    assert trial.passes == 12
    assert len(trial.losses) == 13
    before = EXPERIMENT.network()
    assert trial.losses[0] == pytest.approx(full_loss(before, *trial.points.data), 0.01)
    assert trial.losses[-1] == full_loss(trial.network, *trial.points.data)
    assert trial.losses[-1] < trial.losses[0]
    assert trial.learning_rates.tolist() == [1.0] * 12


def test_accuracy_is_the_share_of_new_points_on_their_own_side(trial):
    X, y = trial.points.new
    right = trial.network.predict(X).argmax(axis=1) == y
    assert trial.accuracy_new == pytest.approx(right.mean())
