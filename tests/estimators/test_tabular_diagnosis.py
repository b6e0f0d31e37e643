"""What is said of a fit of a table that went wrong."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import log_loss

from halfmoon import TabularClassifier, TabularRegressor
from halfmoon.arrays.binned import Binned
from halfmoon.estimators.tabular_diagnosis import REMEDIES
from halfmoon.inspection.diagnosis import RULES
from small import one_thread

pytestmark = one_thread
RNG = np.random.default_rng(0)
X = pd.DataFrame(RNG.normal(size=(200, 3)), columns=["a", "b", "c"])


def test_each_remedy_is_for_a_rule_and_in_the_words_of_the_parameters():
    assert set(REMEDIES) <= set(RULES)
    names = {field.name for field in dataclasses.fields(TabularClassifier)}
    for remedy in filter(None, REMEDIES.values()):
        assert any(name in remedy for name in names)
        assert not {"alpha", "max_iter", "learning_rate_init"} & set(remedy.split())


def test_a_column_that_gives_the_classes_away_is_named():
    y = (X["a"] + RNG.normal(size=200) > 0.0).to_numpy()
    table = X.assign(result=np.where(y, 5.0, 7.0) + RNG.random(200))
    model = TabularClassifier(effort=1, random_state=0).fit(table, y)
    (found,) = model.diagnose(table[:100], y[:100]).findings
    assert found.name == "leaking column"
    assert "result" in found.message


def test_of_a_sound_fit_nothing_is_found():
    y = X["a"] + RNG.normal(size=200) * 0.5
    model = TabularRegressor(effort=1, random_state=0).fit(X, y)
    told = model.diagnose(X, y)
    assert not told.findings
    assert set(told.rules) <= set(REMEDIES)


def test_rows_whose_bins_are_looked_up_are_diagnosed():
    table = RNG.normal(size=(1_600, 2))
    y = table[:, 0] + RNG.normal(size=1_600)
    model = TabularRegressor(effort=1, random_state=0).fit(table, y)
    assert isinstance(model._encode(table), Binned)
    assert set(model.diagnose(table, y).rules) <= set(REMEDIES)


def test_too_few_targets_are_refused():
    model = TabularRegressor(effort=1, random_state=0).fit(X, X["a"])
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        model.diagnose(X, X["a"][:5])


def test_rows_weigh_as_they_did_in_the_fit():
    """2 of 100 rows are rare. Balanced, they are said to be far more probable than they
    are: by rows of equal weight, a constant probability would be the better answer.
    """
    rare = np.arange(1_000) % 50 == 0
    table = pd.DataFrame({"a": RNG.normal(size=1_000) + 2.0 * rare})
    model = TabularClassifier(effort=1, class_weight="balanced", random_state=0)
    model.fit(table, rare)
    p = model.predict_proba(table)[:, 1]
    assert log_loss(rare, p) > log_loss(rare, np.full(1_000, rare.mean()))
    told = model.diagnose(table, rare)
    assert "underfitting" in told.rules
    assert not told.findings
