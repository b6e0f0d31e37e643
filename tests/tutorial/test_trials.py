"""Trials of the exercises: what they remember, how good they are, and their ranges."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from halfmoon.tutorial.exercises.trials import (
    draw_trials,
    median_trial,
    reached,
    run_trial,
    sample_points,
    span,
    train_seeds,
    train_sizes,
)
from halfmoon.tutorial.experiment import RATE, Experiment, build, full_loss

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
    assert len(trial.losses) == 13
    before = EXPERIMENT.network()
    assert trial.losses[0] == pytest.approx(full_loss(before, *trial.points.data), 0.01)
    assert trial.losses[-1] == full_loss(trial.network, *trial.points.data)
    assert trial.losses[-1] < trial.losses[0]


def test_accuracy_is_the_share_of_new_points_on_their_own_side(trial):
    X, y = trial.points.new
    right = trial.network.predict(X).argmax(axis=1) == y
    assert trial.accuracy_new == pytest.approx(right.mean())


# Of several seeds


@pytest.fixture(scope="module")
def of_seeds():
    experiment = Experiment(seed=4, quick=True)
    points = sample_points(experiment, "moons", 40, 0.2, 60)
    return train_seeds(experiment, [2, 3, 2], points, 30, RATE, "relu")


def test_each_seed_gives_its_own_initial_weights(of_seeds):
    assert len(of_seeds) == 2
    for seed, trial in zip((4, 5), of_seeds, strict=True):
        X, y = trial.points.data
        before = build([2, 3, 2], "relu", seed)
        z = before.predict(X)
        assert trial.losses[0] == pytest.approx(
            -np.log(z[np.arange(len(y)), y]).mean()
            + 0.5 * 0.00005 * sum((p.W**2).sum() for p in before.views(before.theta))
        )


def test_the_median_trial_has_the_median_loss(of_seeds):
    low, high = sorted(of_seeds, key=lambda trial: trial.loss)
    assert low.loss < high.loss
    assert median_trial([high, low]) is low  # the lower of the middle two
    assert median_trial([high]) is high


def test_a_range_goes_from_the_lowest_to_the_highest(of_seeds):
    assert span([3.0, 1.0, 2.0, 9.0, 4.0]) == [1.0, 3.0, 9.0]
    losses = [trial.loss for trial in of_seeds]
    shares = []
    for trial in of_seeds:
        X, y = trial.points.new
        shares.append(np.mean(trial.network.predict(X).argmax(axis=1) == y))
    assert reached(of_seeds) == {
        "parameters": 17,
        "loss": [min(losses), np.mean(losses), max(losses)],
        "accuracy_new": [min(shares), np.mean(shares), max(shares)],
    }


def test_sizes_are_named_by_their_hidden_layers():
    experiment = Experiment(quick=True)
    points = sample_points(experiment, "spiral:arms=3", 30, 0.03, 30)
    trials = train_sizes(experiment, [(), (4,), (2, 5)], points, 1, RATE)
    assert [*trials] == ["none", "4", "2 and 5"]
    counts = [each[0].network.size for each in trials.values()]
    assert counts == [9, 12 + 15, 6 + 15 + 18]


def test_each_map_has_its_name_and_its_accuracy(of_seeds):
    fig = Figure()
    draw_trials(fig, {"first": of_seeds[0], "second": of_seeds[1]})
    for ax, name, trial in zip(fig.axes, ("first", "second"), of_seeds, strict=True):
        assert ax.get_title() == f"{name}: {trial.accuracy_new:.1%}"
