"""What splits tell of a method, and what its mistakes cost."""

import io

import numpy as np
import pytest
from rich.console import Console

from halfmoon.pages.book import Book
from halfmoon.tutorial.program import FRONT
from halfmoon.tutorial.splits import COSTS, LIMITS, compare_splits, measure, tally


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


def text_of(tmp_path, gain):
    """What is said where the network's three scores are higher by `gain` (10, 3)."""
    out = io.StringIO()
    book = Book(tmp_path, FRONT, console=Console(file=out, width=100))
    book.begin("9", "patients", "Patients")
    logistic = np.tile([0.9, 0.3, 0.8], (10, 1))
    compare_splits(book, {"logistic": logistic, "three": logistic + gain})
    return " ".join(out.getvalue().split())


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
