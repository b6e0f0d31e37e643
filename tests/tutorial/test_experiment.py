"""The tutorial's data, networks and training, for one seed."""

import numpy as np
import pytest

from halfmoon import datasets
from halfmoon.tutorial.experiment import (
    L2,
    RATE,
    Experiment,
    build,
    full_loss,
    is_zigzag,
    new_points,
)


def test_settings_on_the_sum_are_settings_on_the_mean():
    assert pytest.approx(2.0) == RATE
    assert pytest.approx(0.00005) == L2


def test_weights_are_drawn_as_the_tutorial_draws_them():
    """Its `build_model`, NumPy's generator seeded with 0."""
    rng = np.random.RandomState(0)
    W1 = rng.randn(2, 3) / np.sqrt(2)
    W2 = rng.randn(3, 2) / np.sqrt(3)
    network = build([2, 3, 2])
    first, second = network.views(network.theta)
    assert np.array_equal(first.W, W1)
    assert np.array_equal(second.W, W2)
    assert not first.b.any()
    assert not second.b.any()


def test_the_full_loss_holds_the_penalty():
    X, y = datasets.make("moons", n=50, noise=0.2, seed=0)
    network = build([2, 3, 2])
    p = network.predict(X)
    loss = -np.log(p[np.arange(50), y]).mean()
    squares = sum((p.W**2).sum() for p in network.views(network.theta))
    assert full_loss(network, X, y) == pytest.approx(loss + L2 / 2.0 * squares)


def test_new_points_are_not_those_learned_from():
    X, _ = datasets.make("moons", 30, 0.2, 5)
    assert not np.isin(new_points("moons", 30, 0.2, 5)[0], X).any()
    highest = 2**32 - 1
    assert len(new_points("moons", 30, 0.2, highest)[0]) == 30


def test_seeds_begin_with_the_first_and_wrap_around():
    assert Experiment(seed=3).seeds == [3, 4, 5, 6, 7]
    assert Experiment(seed=2**32 - 1, quick=True).seeds == [2**32 - 1, 0]


def test_a_zigzag_goes_up_and_down_in_turn():
    t = np.arange(40)
    assert is_zigzag(1.0 + 0.1 * (-1.0) ** t)
    assert not is_zigzag(1.0 / (1.0 + t))
    assert not is_zigzag(1.0 + 1e-9 * (-1.0) ** t)


def test_a_fit_runs_on_the_engine_that_was_chosen():
    experiment = Experiment(quick=True, engine="numpy")
    network = experiment.network()
    run = experiment.fit("a test", 3, network, *experiment.data, RATE)
    assert run.engine == "numpy"
    assert run.epoch == 3


def test_a_regression_is_fitted_once():
    experiment = Experiment(quick=True)
    line = experiment.regression(1)
    assert experiment.regression(1) is line
    assert line[0].n_output_features_ == 2
