"""Section 8's measurements: small ones, against plain NumPy and known numbers."""

import numpy as np
import pytest
from sklearn.datasets import make_gaussian_quantiles

from halfmoon import datasets
from halfmoon.inspection.gradient_check import check_gradients
from halfmoon.tutorial.exercises import activations, annealing, classes, minibatches
from halfmoon.tutorial.experiment import Experiment, build, full_loss

DATA = datasets.make("moons", 40, 0.2, 0)


@pytest.fixture
def experiment():
    return Experiment(quick=True)


# Minibatches


def test_the_losses_are_those_after_so_many_passes(experiment):
    losses = minibatches.watch(experiment, DATA, 10, 0.5, np.array([1, 5, 8]))
    for passes, loss in zip((1, 5, 8), losses, strict=True):
        network, _ = minibatches.train_in_batches(experiment, DATA, 10, 0.5, passes)
        assert full_loss(network, *DATA) == loss


def test_another_order_of_the_points_is_another_run(experiment):
    passes = np.array([3])
    ends = [minibatches.watch(experiment, DATA, 10, 0.5, passes, i) for i in (0, 1)]
    assert ends[0] != ends[1]
    whole = [minibatches.watch(experiment, DATA, 40, 0.5, passes, i) for i in (0, 1)]
    assert whole[0] == pytest.approx(whole[1], rel=1e-9)


def test_the_rate_is_that_of_the_lowest_mean_loss(experiment):
    course = minibatches.follow(experiment, DATA, 10, 12)
    first = np.arange(1, minibatches.FIRST_PASSES + 1)
    means = {
        rate: minibatches.watch(experiment, DATA, 10, rate, first).mean()
        for rate in minibatches.RATES
    }
    assert course.numbers["rate"] == min(means, key=means.get)
    assert course.passes.tolist() == list(range(1, 13))
    low = course.losses < minibatches.LOW
    if low.any():
        assert course.numbers["passes_to_low"] == low.argmax() + 1
        assert course.milliseconds > 0.0


# Annealing


def test_a_straight_line_falls_from_one_to_zero(experiment):
    trial = annealing.anneal(experiment, annealing.Straight(), 2.0, 8)
    assert trial.learning_rates == pytest.approx(2.0 - np.arange(8) / 4.0)


def test_every_schedule_and_ours_are_there():
    schedules = annealing.schedules_for(500)
    assert [*schedules][:-1] == [*annealing.SCHEDULES]
    assert [*schedules][-1] == annealing.OURS


# Activations


@pytest.mark.parametrize("name", activations.FORGOTTEN)
def test_only_the_slope_is_forgotten(name):
    forgotten = activations.FORGOTTEN[name]
    known = activations.ACTIVATIONS.make(name)
    z = np.linspace(-2.0, 2.0, 9)
    a = known.f(z)
    assert forgotten.f(z).tolist() == a.tolist()
    assert forgotten.df(z, a) == pytest.approx(1.0 - a**2)
    for act, is_right in ((known, True), (forgotten, False)):
        assert check_gradients(build([2, 3, 2], act), *DATA).ok is is_right


# Classes


def test_the_rings_are_those_of_the_program():
    np.random.seed(0)
    X, y = make_gaussian_quantiles(n_samples=200, cov=0.4)
    own = classes.draw_rings(200, 0)
    assert own[0].tolist() == X.tolist()
    assert own[1].tolist() == y.tolist()


def test_three_data_sets_have_three_classes(experiment):
    for points in classes.data_sets(experiment).values():
        for X, y in points:
            assert X.shape == (len(y), 2)
            assert np.bincount(y).min() > 0.3 * len(y)
            assert len(np.bincount(y)) == 3


# Answers that a reader can check


def test_the_answers_are_right(results):
    assert results["minibatches"]["updates_of_other_batch"] == 7
    assert results["activations"]["slope_of_logistic_at_0"] == 0.25
    assert results["classes"]["parameters"] == 2 * 10 + 10 + 10 * 3 + 3
    assert results["depth"]["parameters_of_exercise"] == 173
    assert results["annealing"]["rate_after_three_quarters"] == 0.5
