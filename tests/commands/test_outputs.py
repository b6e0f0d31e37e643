"""The columns that `halfmoon predict` writes."""

import numpy as np
import pytest

from halfmoon import TabularClassifier, TabularRegressor
from halfmoon.commands.predicting.outputs import (
    Asked,
    check_asked,
    predict_block,
    predicted_name,
)

RANDOM = np.random.default_rng(0)
SIZE = RANDOM.normal(size=80)
TABLE = {"size": SIZE, "city": np.array(["Rome", "Bonn"] * 40, dtype=object)}


@pytest.fixture(scope="module")
def two_classes():
    labels = np.where(SIZE > 0.0, "large", "small")
    return TabularClassifier(effort=1, random_state=0).fit(TABLE, labels)


@pytest.fixture(scope="module")
def values():
    return TabularRegressor(effort=1, random_state=0).fit(TABLE, 3.0 * SIZE)


def test_classes_and_their_probabilities(two_classes):
    columns = predict_block(two_classes, TABLE, Asked(proba=True), "y")
    assert list(columns) == ["y", "probability_large", "probability_small"]
    p = two_classes.predict_proba(TABLE)
    np.testing.assert_array_equal(columns["y"], two_classes.predict(TABLE))
    np.testing.assert_array_equal(columns["probability_small"], p[:, 1])


@pytest.mark.parametrize("threshold", [0.05, 0.5, 0.95])
def test_from_the_threshold_on_it_is_the_second_class(two_classes, threshold):
    columns = predict_block(two_classes, TABLE, Asked(threshold=threshold), "y")
    p = two_classes.predict_proba(TABLE)
    expected = ["small" if row[1] >= threshold else "large" for row in p]
    assert columns["y"].tolist() == expected


def test_a_probability_that_is_the_threshold_is_enough(two_classes):
    p = two_classes.predict_proba(TABLE)[:, 1]
    columns = predict_block(two_classes, TABLE, Asked(threshold=float(p[3])), "y")
    assert columns["y"][3] == "small"


def test_values_as_python_predicts_them(values):
    columns = predict_block(values, TABLE, Asked(), "y")
    assert list(columns) == ["y"]
    np.testing.assert_array_equal(columns["y"], values.predict(TABLE))


def test_several_targets_have_numbers():
    y = np.column_stack([SIZE, -SIZE])
    model = TabularRegressor(effort=1, random_state=0).fit(TABLE, y)
    columns = predict_block(model, TABLE, Asked(), "y")
    assert list(columns) == ["y_1", "y_2"]
    np.testing.assert_array_equal(columns["y_2"], model.predict(TABLE)[:, 1])
    with pytest.raises(
        ValueError, match=r"--interval is for one target, .* predicts 2"
    ):
        check_asked(model, Asked(interval=0.9))


def test_what_a_model_cannot_give_is_said(two_classes, values):
    with pytest.raises(ValueError, match="--proba is for classes"):
        check_asked(values, Asked(proba=True))
    with pytest.raises(ValueError, match="--threshold is for classes"):
        check_asked(values, Asked(threshold=0.5))
    with pytest.raises(ValueError, match=r"--threshold must be between 0 and 1; got 2"):
        check_asked(two_classes, Asked(threshold=2.0))
    with pytest.raises(ValueError, match="--interval must be between"):
        check_asked(values, Asked(interval=90))
    check_asked(two_classes, Asked(proba=True, threshold=0.5, interval=0.9))
    check_asked(values, Asked(interval=0.9))


def test_three_classes_have_no_threshold(two_classes):
    labels = np.digitize(SIZE, [-0.5, 0.5])
    model = TabularClassifier(effort=1, random_state=0).fit(TABLE, labels)
    with pytest.raises(ValueError, match="for two classes, and this model has 3"):
        check_asked(model, Asked(threshold=0.5))


def test_predictions_are_called_as_the_target_was(two_classes):
    assert predicted_name(two_classes, []) == "prediction"
    assert predicted_name(two_classes, ["prediction"]) == "predicted_prediction"
