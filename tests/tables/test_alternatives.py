"""What else might stand in a cell."""

import numpy as np
import pytest

from halfmoon.tables.alternatives import alternatives, column_effects

FIRST = np.datetime64("2020-01-01", "s")


def test_numbers_go_from_the_lowest_to_the_highest():
    found = alternatives(np.array([5.0, np.nan, 1.0, 3.0]))
    assert found.usual == 3.0
    np.testing.assert_allclose(found.values, np.linspace(1.0, 5.0, 13))
    assert found.place("2") == pytest.approx(0.25)
    assert found.place("99") == 1.0
    assert found.place("many") is None
    assert found.place("") is None


def test_of_words_the_most_frequent_ones():
    column = np.array(["b", None, "b", "a", "b"] + [f"c{i}" for i in range(20)], object)
    found = alternatives(column)
    assert found.usual == "b"
    assert len(found.values) == 8
    assert found.values.tolist() == sorted(found.values)
    assert found.place("a") == 0.0
    assert found.place("z") is None


def test_of_dates_the_median_and_some():
    days = FIRST + np.arange(201) * np.timedelta64(1, "D")
    found = alternatives(np.append(days, np.datetime64("NaT")))
    assert found.usual == days[100]
    assert (found.values[0], found.values[-1]) == (days[0], days[-1])
    assert found.place("2020-04-10") == pytest.approx(0.5, abs=0.01)
    assert found.place("") is None


@pytest.mark.parametrize("column", [np.array([np.nan]), np.array([None], object)])
def test_of_nothing_there_is_nothing(column):
    with pytest.raises(ValueError, match="without a value"):
        alternatives(column)


def test_each_column_is_moved_alone():
    """Of y = 3 a + b, by hand: a is 2 over its mean, b 1 under its own."""
    others = {
        "b": alternatives(np.array([0.0, 2.0])),
        "a": alternatives(np.array([0.0, 4.0])),
    }

    def predict(rows):
        return np.array([3.0 * float(row["a"]) + float(row["b"]) for row in rows])

    first, second = column_effects({"a": "4", "b": "0"}, others, predict)
    assert (first.column, first.usual, first.effect, first.at) == ("a", "2", 6.0, 1.0)
    assert (second.column, second.effect) == ("b", -1.0)
    assert first.along[0] == ("0", 0.0)
    assert first.along[-1] == ("4", 12.0)
    assert len(first.along) == 13


def test_the_largest_numbers_have_finite_alternatives():
    largest = np.finfo(float).max
    found = alternatives(np.array([-largest, largest, largest, 0.0]))
    assert found.usual == largest / 4.0
    steps = np.linspace(-1.0, 1.0, 13)
    np.testing.assert_allclose(found.values / largest, steps, atol=1e-15)
    assert found.place("0") == pytest.approx(0.5)
