"""Real patients: what splits tell of a method, and how many mistakes it makes."""

import numpy as np
import pytest

from halfmoon.tutorial.patients import THRESHOLDS, compare, count_mistakes, evaluate


def test_accuracy_log_loss_and_the_share_found():
    y = np.array([1, 1, 0, 0])
    p = np.array([0.9, 0.4, 0.2, 0.6])
    accuracy, log_loss, found = evaluate(y, p)
    assert accuracy == 0.5
    assert log_loss == pytest.approx(-np.log([0.9, 0.4, 0.8, 0.4]).mean())
    assert found == 0.5


def test_the_worse_a_miss_the_lower_the_threshold():
    assert THRESHOLDS.tolist() == pytest.approx([0.5, 0.2, 0.05])


def test_a_gain_is_a_better_score_and_its_error_is_corrected():
    """Nadeau & Bengio 2003: 1 / splits + held out / learned from, which is 1 / 4."""
    gain = np.random.default_rng(0).normal(size=(10, 3))
    gain[0] = 0.0
    others = np.tile([0.9, 0.3, 0.8], (10, 1))
    told = compare(others + gain, others)
    better = gain * [1, -1, 1]  # less log-loss is better
    counts = [[(g > 0).sum(), (g == 0).sum(), (g < 0).sum()] for g in better.T]
    assert told["better_equal_worse"].tolist() == counts
    assert told["mean_gain"] == pytest.approx(better.mean(axis=0))
    error = better.std(axis=0, ddof=1) * np.sqrt(1 / 10 + 1 / 4)
    assert told["standard_error"] == pytest.approx(error)


def test_missed_tumours_and_false_alarms_are_counted_for_a_round():
    """Two rounds of two splits, of two patients each."""
    truths = [np.array([1, 0]), np.array([1, 0])] * 2
    p = [np.array(each) for each in ([0.3, 0.9], [0.01, 0.1], [0.1, 0.3], [0.8, 0.01])]
    # one half: 3 missed, 1 alarm; one fifth: 2 and 2; one twentieth: 1 and 3
    rows = np.array([[3, 1], [2, 2], [1, 3]]) / 2
    assert count_mistakes(truths, p, rounds=2).tolist() == rows.tolist()
