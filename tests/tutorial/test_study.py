"""Section 7's study: the truth about the moons, and scores over several seeds."""

import numpy as np
import pytest

from halfmoon import datasets
from halfmoon.tutorial.experiment import Experiment
from halfmoon.tutorial.study import MEASURED, Study, format_cells, truth


@pytest.fixture
def study():
    return Study(Experiment(seed=7, quick=True))


def test_the_truth_is_a_probability_and_nearly_right():
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


def test_the_truth_is_scored_without_training(study):
    scores = study.scores()
    assert tuple(scores) == MEASURED
    assert not study.networks
    assert len(scores["right_learned"]["each"]) == 2
    assert scores["log_loss_new"]["spread"] == 0.0
    for one in scores.values():
        assert one["mean"] == pytest.approx(np.mean(one["each"]))


def test_a_cell_has_a_spread_where_there_is_one():
    scores = {
        "right_new": {"mean": 0.9, "spread": 0.0},
        "log_loss_new": {"mean": 0.25, "spread": 0.015},
    }
    assert format_cells(scores, "right_new", "log_loss_new") == [
        "90.0%",
        "0.250 ± 0.015",
    ]
