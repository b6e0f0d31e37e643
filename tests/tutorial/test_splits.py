"""What splits tell of a method, and what its mistakes cost."""

import io

import numpy as np
import pytest
from rich.console import Console

from halfmoon.pages.book import Book
from halfmoon.tutorial.program import FRONT
from halfmoon.tutorial.splits import (
    COSTS,
    LIMITS,
    compare_splits,
    measure,
    tally,
    thresholds,
)


def test_accuracy_log_loss_and_the_share_found():
    y = np.array([1, 1, 0, 0])
    p = np.array([0.9, 0.4, 0.2, 0.6])
    accuracy, log_loss, found = measure(y, p)
    assert accuracy == 0.5
    assert log_loss == pytest.approx(-np.log([0.9, 0.4, 0.8, 0.4]).mean())
    assert found == 0.5


def test_the_dearer_a_miss_the_lower_the_threshold():
    assert LIMITS.tolist() == pytest.approx([0.5, 0.2, 0.05])
    malignant = np.array([True, True, False, False])
    p = np.array([0.3, 0.04, 0.6, 0.1])
    rows = tally(malignant, p)
    assert rows[:, 0].tolist() == [2, 1, 1]
    assert rows[:, 1].tolist() == [1, 1, 2]
    assert rows[:, 2].tolist() == (COSTS * rows[:, 0] + rows[:, 1]).tolist()


def begin(tmp_path):
    book = Book(tmp_path, FRONT, console=Console(file=io.StringIO(), width=100))
    book.begin("9", "patients", "Patients")
    return book


def compared(tmp_path, gain):
    """The book where the network's three scores are higher by `gain` (10, 3)."""
    book = begin(tmp_path)
    logistic = np.tile([0.9, 0.3, 0.8], (10, 1))
    compare_splits(book, {"logistic": logistic, "three": logistic + gain})
    return book


def text_of(tmp_path, gain):
    return " ".join(compared(tmp_path, gain).console.file.getvalue().split())


def test_a_gain_is_a_better_score_and_its_error_is_corrected(tmp_path):
    """Nadeau & Bengio 2003: 1 / splits + held out / learned from, which is 1 / 4."""
    gain = np.random.default_rng(0).normal(size=(10, 3))
    gain[0] = 0.0
    told = compared(tmp_path, gain).results["patients"]
    better = gain * [1, -1, 1]  # less log-loss is better
    counts = [[(g > 0).sum(), (g == 0).sum(), (g < 0).sum()] for g in better.T]
    assert told["better_equal_worse"] == counts
    assert told["mean_gain"] == pytest.approx(better.mean(axis=0))
    error = better.std(axis=0, ddof=1) * np.sqrt(1 / 10 + 1 / 4)
    assert told["standard_error"] == pytest.approx(error)


def test_missed_tumours_and_false_alarms_are_counted_for_a_round(tmp_path):
    """Two splits of four patients; in a round there are five splits."""
    book = begin(tmp_path)
    y = np.array([1, 1, 0, 0, 1, 1, 0, 0])
    tests = [np.arange(4), np.arange(4, 8)]
    # one half: 3 missed, 1 alarm; one fifth: 2 and 2; one twentieth: 1 and 3
    three = [np.array([0.3, 0.01, 0.9, 0.1]), np.array([0.1, 0.8, 0.3, 0.01])]
    logistic = [np.array([0.9, 0.9, 0.01, 0.01])] * 2
    names = {"logistic": "logistic regression", "three": "network"}
    answers = {"logistic": logistic, "three": three}
    thresholds(book, names, y, tests, answers)
    told = book.results["patients"]
    rows = np.array([[3, 1, 4], [2, 2, 10], [1, 3, 22]]) * 5 / 2
    assert told["missed_alarms_cost_three"] == rows.tolist()
    assert told["missed_alarms_cost_logistic"] == [[0, 0, 0]] * 3
    gap = 5 * np.array([21, 1])  # costs in the two splits, against none
    error = gap.std(ddof=1) * np.sqrt(1 / 2 + 1 / 4)
    assert told["standard_error_of_the_gap"] == pytest.approx(error)
    text = " ".join(book.console.file.getvalue().split())
    assert "the network misses 7.50 of 4 malignant tumours and raises 2.50" in text
    assert "then misses 2.50, at the price of 7.50" in text
    assert "cost more than those of logistic regression, 55.00 against 0.00" in text


def test_gains_that_are_clear_are_named(tmp_path):
    gain = np.tile([0.05, 0.2, 0.0], (10, 1))
    gain[:, 2] = np.resize([0.1, -0.1], 10)
    text = text_of(tmp_path, gain)
    assert "errors: right (better), log-loss (worse). The rest may be chance." in text
    assert "try the straight line first" not in text


def test_without_a_clear_gain_the_line_comes_first(tmp_path):
    noise = np.resize([0.1, -0.1], (10, 1))
    text = text_of(tmp_path, np.tile(noise, 3))
    assert "these splits cannot tell the two apart. A weighted sum" in text
    assert "is right in 90.0%, and a hidden layer finds little to add." in text
