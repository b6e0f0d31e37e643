"""Remedies of `train` in the estimators' words, and what they do there."""

import warnings

import numpy as np
import pytest

from halfmoon import MLPClassifier, MLPRegressor
from halfmoon.estimators.remedies import as_parameter

RNG = np.random.RandomState(0)
X = RNG.normal(size=(60, 2))
LABELS = RNG.randint(2, size=60)


@pytest.mark.parametrize(
    ("setting", "parameter"),
    [
        (("learning_rate", 0.1), ("learning_rate_init", 0.1)),
        (("epochs", 50), ("max_iter", 50)),
        (("l2", 0.0167), ("alpha", 1.0)),  # of the sum of 60 losses
        (("sizes", (2, 8, 4, 1)), ("hidden_layer_sizes", (8, 4))),
        (("activation", "leaky_relu"), ("activation", "leaky_relu")),
    ],
)
def test_each_setting_has_its_parameter(setting, parameter):
    assert as_parameter(*setting, 60.0) == parameter


def test_what_the_remedy_sets_is_a_parameter_with_this_value():
    model = MLPClassifier((60,), solver="lbfgs", alpha=0.0, random_state=0)
    model.set_params(max_iter=500).fit(X[:40], LABELS[:40])
    found = model.diagnose(X[:40], LABELS[:40], X_val=X[40:], y_val=LABELS[40:])
    finding = next(each for each in found.findings if each.name == "overfitting")
    assert finding.change == {"alpha": 1.0}
    assert "alpha=1 or more" in finding.remedy
    model.set_params(**finding.change).fit(X[:40], LABELS[:40])


def test_what_an_estimator_does_by_itself_is_named():
    y = 1e4 + 1e3 * X[:, 0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = MLPRegressor(hidden_layer_sizes=(4,), max_iter=3).fit(X, y)
    told = model.diagnose(X, y)
    assert "turn predictions back. normalize_y=True does so." in str(told)
