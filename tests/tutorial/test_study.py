"""Section 7's study: the truth about the moons, and scores over several seeds."""

import numpy as np
import pytest
from sklearn.datasets import make_moons

from halfmoon import datasets
from halfmoon.tutorial.experiment import Experiment, descend, new_points
from halfmoon.tutorial.study import MEASURED, Study, count_higher, summary, truth


@pytest.fixture
def study():
    return Study(Experiment(seed=7, quick=True))


def test_the_truth_is_a_probability_and_nearly_accuracy():
    X, y = datasets.make("moons", 500, 0.2, 3)
    p = truth(X)
    assert p.sum(axis=1) == pytest.approx(1.0)
    assert (p.argmax(axis=1) == y).mean() > 0.95
    arcs, c = datasets.make("moons", 50, 0.0, 0)
    assert (truth(arcs, noise=0.01).argmax(axis=1) == c).all()


def test_each_seed_has_points_and_weights_of_its_own(study):
    assert [one.seed for one in study.repeats] == [7, 8]
    first, second = study.repeats
    assert not np.array_equal(first.data[0], second.data[0])
    assert len(Study(Experiment(seed=7)).repeats) == 5


def test_new_points_are_of_a_seed_that_nobody_learns_from(study):
    for X, y in (study.test, new_points("moons", 2_000, 0.2, 7)):
        fresh, sides = make_moons(2_000, noise=0.2, random_state=10_007)
        assert np.array_equal(X, fresh)
        assert np.array_equal(y, sides)


def test_the_truth_is_scored_without_training(study):
    scores = study.best_scores()
    assert tuple(scores) == MEASURED
    assert not study.fits
    assert len(scores["accuracy_learned"]["each"]) == 2
    assert scores["log_loss_new"]["spread"] == 0.0


def test_an_early_stage_is_one_of_the_same_run(study):
    """Pausing to measure changes nothing: it equals a shorter run, and a longer one."""
    fits = study.train(1)
    assert study.train(1) is fits
    assert study.early == 1_000
    one = study.repeats[1]
    for stage, passes in (("early_", 1_000), ("", 5_000)):
        network = one.network(1)
        descend(network, *one.data, 2.0, epochs=passes)
        right = [
            (network.predict(X).argmax(axis=1) == y).mean()
            for X, y in (one.data, study.test)
        ]
        found = [fits[1].scores[f"{stage}{name}"] for name in MEASURED[::2]]
        assert found == pytest.approx(right)
    assert np.array_equal(fits[1].network.theta, network.theta)


def test_the_swing_is_of_the_losses_in_the_second_half(study):
    fit = study.train(1)[0]
    network = study.repeats[0].network(1)
    run = descend(network, *study.repeats[0].data, 2.0, epochs=5_000)
    last = run.history["loss"][2_500:]
    assert fit.swing == [min(last), max(last)]


def test_a_penalty_and_a_rate_reach_the_training(study):
    weights = [
        np.abs(fits[0].network.theta).max()
        for fits in (study.train(1), study.train(1, 100), study.train(1, rate=0.25))
    ]
    assert weights[1] < weights[0]
    assert weights[2] != weights[0]


def test_scores_are_means_and_standard_deviations_over_the_seeds():
    (scores,) = summary([{"right": 0.5}, {"right": 0.9}]).values()
    assert scores["mean"] == pytest.approx(0.7)
    assert scores["spread"] == pytest.approx(0.4 / np.sqrt(2.0))
    assert scores["each"].tolist() == [0.5, 0.9]


def test_seeds_are_counted_where_the_first_has_the_higher_loss():
    one = {"log_loss_new": {"each": np.array([0.5, 0.2, 0.2])}}
    other = {"log_loss_new": {"each": np.array([0.3, 0.05, 0.2])}}
    assert count_higher(one, other) == 2
    assert count_higher(other, one) == 0


def test_nearly_all_seeds_are_four_of_five_and_never_two_of_two(study):
    whole = Study(Experiment())
    assert [whole.nearly_all(count) for count in (3, 4, 5)] == [False, True, True]
    assert not study.nearly_all(2)
