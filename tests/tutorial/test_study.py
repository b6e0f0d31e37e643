"""Section 7's study: the truth about the moons, and scores over several seeds."""

import io

import numpy as np
import pytest
from rich.console import Console
from sklearn.datasets import make_moons

from halfmoon import datasets
from halfmoon.pages.book import Book
from halfmoon.tutorial import penalties
from halfmoon.tutorial.experiment import Experiment, new_points
from halfmoon.tutorial.program import FRONT
from halfmoon.tutorial.study import (
    MEASURED,
    Study,
    count_higher,
    format_cells,
    truth,
)


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


def test_new_points_are_of_a_seed_that_nobody_learns_from(study):
    for X, y in (study.test, new_points("moons", 2_000, 0.2, 7)):
        fresh, sides = make_moons(2_000, noise=0.2, random_state=10_007)
        assert np.array_equal(X, fresh)
        assert np.array_equal(y, sides)


# log-loss on new points, in three seeds
LOSSES = {
    (50, 1): [0.5, 0.2, 0.2],
    (50, 10): [0.1, 0.1, 0.3],
    (50, 100): [0.4, 0.4, 0.4],
    (3, 1): [0.3, 0.05, 0.2],
    (3, 10): [0.2, 0.2, 0.2],
    (3, 100): [0.6, 0.6, 0.6],
}


class Measured(Study):
    """A study whose networks have these losses, and nothing else to tell apart."""

    def scores(self, *which):
        each = np.array(LOSSES[which])
        other = {"mean": 0.9, "spread": 0.0, "each": np.full(3, 0.9)}
        loss = {"mean": each.mean(), "spread": each.std(ddof=1), "each": each}
        return dict.fromkeys(MEASURED, other) | {"log_loss_new": loss}


@pytest.fixture
def book(tmp_path):
    book = Book(tmp_path, FRONT, console=Console(file=io.StringIO(), width=100))
    book.begin("7", "sizes", "Sizes")
    return book


def test_seeds_are_counted_where_the_first_has_the_higher_loss(book):
    study = Measured(Experiment(quick=True))
    large = study.scores(50, 1)
    small = study.scores(3, 1)
    assert count_higher(book, "higher", large, small) == (2, 3)
    assert count_higher(book, "higher", small, large) == (0, 3)
    assert book.results["sizes"] == {"higher": 0, "seeds": 3}


def test_the_best_penalty_has_the_lowest_loss_on_new_points(book, monkeypatch):
    monkeypatch.setattr(penalties, "draw_strengths", lambda *arguments: None)
    penalties.strengthen(book, Measured(Experiment(quick=True)), 0.05)
    told = book.results["sizes"]
    assert told["best_times"] == 10
    assert told["old_penalty_has_the_higher_log_loss"] == 2
    assert told["smaller_layer_has_the_higher_log_loss"] == 1
    text = " ".join(book.console.file.getvalue().split())
    assert "from 0.300 to 0.167, lower in 2 of 3 seeds" in text
    assert "3 units have 0.183, in 1 of 3 seeds higher" in text
