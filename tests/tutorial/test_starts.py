"""Trials from several seeds, and their ranges."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from halfmoon.tutorial.exercises.starts import (
    count_seeds,
    draw_trials,
    median_trial,
    reached,
    span,
    train_sizes,
    train_starts,
    write_range,
)
from halfmoon.tutorial.experiment import RATE, Experiment, build
from halfmoon.tutorial.trials import sample_points


@pytest.fixture(scope="module")
def trials():
    experiment = Experiment(seed=4, quick=True)
    points = sample_points(experiment, "moons", 40, 0.2, 60)
    return train_starts(experiment, [2, 3, 2], points, 30, RATE, "relu")


def test_each_seed_gives_its_own_initial_weights(trials):
    assert len(trials) == count_seeds(Experiment(quick=True)) == 2
    for seed, trial in zip((4, 5), trials, strict=True):
        X, y = trial.points.data
        before = build([2, 3, 2], "relu", seed)
        z = before.predict(X)
        assert trial.losses[0] == pytest.approx(
            -np.log(z[np.arange(len(y)), y]).mean()
            + 0.5 * 0.00005 * sum((p.W**2).sum() for p in before.views(before.theta))
        )


def test_the_median_trial_has_the_median_loss(trials):
    low, high = sorted(trials, key=lambda trial: trial.loss)
    assert low.loss < high.loss
    assert median_trial([high, low]) is low  # the lower of the middle two
    assert median_trial([high]) is high


def test_a_range_goes_from_the_lowest_to_the_highest(trials):
    assert span([3.0, 1.0, 2.0, 9.0, 4.0]) == [1.0, 3.0, 9.0]
    losses = [trial.loss for trial in trials]
    shares = []
    for trial in trials:
        X, y = trial.points.new
        shares.append(np.mean(trial.network.predict(X).argmax(axis=1) == y))
    assert reached(trials) == {
        "parameters": 17,
        "loss": [min(losses), np.mean(losses), max(losses)],
        "accuracy_new": [min(shares), np.mean(shares), max(shares)],
    }
    assert write_range([0.5, 0.75, 0.875], ".1%") == "50.0% to 87.5%"
    assert write_range([0.5, 0.5001], ".1%") == "50.0%"


def test_sizes_are_named_by_their_hidden_layers():
    experiment = Experiment(quick=True)
    points = sample_points(experiment, "spiral:arms=3", 30, 0.03, 30)
    trials = train_sizes(experiment, [(), (4,), (2, 5)], points, 1, RATE)
    assert [*trials] == ["none", "4", "2 and 5"]
    counts = [each[0].network.size for each in trials.values()]
    assert counts == [9, 12 + 15, 6 + 15 + 18]


def test_each_map_has_its_name_and_its_accuracy(trials):
    fig = Figure()
    draw_trials(fig, {"first": trials[0], "second": trials[1]})
    for ax, name, trial in zip(fig.axes, ("first", "second"), trials, strict=True):
        assert ax.get_title() == f"{name}: {trial.accuracy_new:.1%}"
