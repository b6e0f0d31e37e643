"""Numbers as texts."""

import pytest

from halfmoon.report.measured import Score
from halfmoon.report.wording import number, seconds, size, value_of


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [(0.08, 0.09, "0.0812"), (0.05, 0.11, "0.081"), (-9.0, 9.0, "0.1")],
)
def test_a_score_has_the_digits_that_its_interval_warrants(low, high, text):
    score = Score("log_loss", "log-loss", 0.08123, low, high, False)
    assert value_of(score, score.value) == text


def test_scores_of_any_size_keep_their_digits():
    score = Score("rmse", "RMSE", 2.314e-7, 2.1e-7, 2.5e-7, False)
    assert value_of(score, score.value) == "2.31e\u221207"
    score = Score("rmse", "RMSE", 1_035_188_031.0, 9.5e8, 1.1e9, False)
    assert value_of(score, score.value, sign=True) == "+1.04e+09"


@pytest.mark.parametrize("value", [0.0, -0.0, -0.0004])
def test_what_rounds_to_zero_has_no_sign(value):
    score = Score("accuracy", "accuracy", 0.5, 0.4, 0.6, True)
    assert value_of(score, value, sign=True) == "0.0%"


def test_small_and_large_numbers_keep_their_digits():
    assert number(0.0) == "0"
    assert number(123456.7, 3) == "123,457"
    assert number(1.5e12) == "1.5e+12"


def test_times_and_sizes_have_units():
    assert seconds(0.0000021) == "2.1 µs"
    assert seconds(59.9) == "1 min 0 s"
    assert size(999_999) == "1,000 kB"
