"""Baselines learn what they can, from tables of all kinds."""

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler

from halfmoon.report import baselines
from small import one_thread

pytestmark = one_thread
RNG = np.random.default_rng(0)
N = 240
TRAIN = slice(0, 160)
TEST = slice(160, N)
AGE = RNG.normal(40.0, 12.0, N)
CITY = RNG.choice(np.array(["Oslo", "Rome", "Turin"], dtype=object), N)
Y = 0.1 * AGE + 3.0 * (CITY == "Rome") + 0.1 * RNG.normal(size=N)
KNOWN = {"age": AGE, "city": CITY}


def table(rows, **columns):
    return {name: column[rows] for name, column in {**KNOWN, **columns}.items()}


def fitted(train, y, test, classes=0):
    found = list(baselines.fit_baselines(train, y, test, classes, seed=0))
    return {one.kind.name: one for one in found}


def test_ridge_is_scikit_learns_on_standardised_columns():
    found = fitted(table(TRAIN), Y[TRAIN], table(TEST))
    cities = pd.get_dummies(CITY).to_numpy(float)
    scale = StandardScaler().fit(AGE[TRAIN, None])
    X = np.column_stack([scale.transform(AGE[:, None]), cities])
    expected = Ridge().fit(X[TRAIN], Y[TRAIN]).predict(X[TEST])
    assert found["linear"].predicted == pytest.approx(expected)
    assert found["dummy"].predicted == pytest.approx(np.full(80, Y[TRAIN].mean()))


def test_boosting_is_scikit_learns_on_pandas_categories():
    found = fitted(table(TRAIN), Y[TRAIN], table(TEST))
    frame = pd.DataFrame({"age": AGE, "city": pd.Categorical(CITY)})
    trees = HistGradientBoostingRegressor(
        categorical_features="from_dtype", random_state=0
    ).fit(frame[TRAIN], Y[TRAIN])
    assert found["boosting"].predicted == pytest.approx(trees.predict(frame[TEST]))
    assert found["boosting"].seconds > 0.0


def test_classes_have_probabilities():
    t = np.digitize(Y, np.quantile(Y, [0.3, 0.6]))
    found = fitted(table(TRAIN), t[TRAIN], table(TEST), 3)
    for one in found.values():
        assert one.error is None
        assert one.predicted.shape == (80, 3)
        assert one.predicted.sum(axis=1) == pytest.approx(np.ones(80))
    dummy = DummyClassifier().fit(AGE[TRAIN, None], t[TRAIN])
    shares = dummy.predict_proba(AGE[TEST, None])
    assert found["dummy"].predicted == pytest.approx(shares)
    right = {
        name: (one.predicted.argmax(1) == t[TEST]).mean() for name, one in found.items()
    }
    assert right["boosting"] > right["dummy"] + 0.2
    assert right["linear"] > right["dummy"] + 0.2


def test_dates_missing_cells_new_categories_and_huge_numbers():
    day = np.datetime64("2020-01-01", "s") + RNG.integers(0, 700, N) * 86400
    day[::9] = np.datetime64("NaT")
    age = np.where(RNG.random(N) < 0.2, np.nan, AGE)
    city = CITY.copy()
    city[::7] = None
    city[170] = "Lima"
    huge = np.where(RNG.random(N) < 0.5, 1e300, -1e300)
    parts = {"age": age, "city": city, "day": day, "huge": huge}
    parts["empty"] = np.full(N, np.nan)
    found = fitted(table(TRAIN, **parts), Y[TRAIN], table(TEST, **parts))
    for one in found.values():
        assert one.error is None
        assert np.isfinite(one.predicted).all()


def test_a_missing_date_is_missing_in_all_its_columns():
    day = np.array(["2020-03-01", "NaT", "2021-09-05"], dtype="datetime64[s]")
    learned, _ = baselines.inputs({"day": day}, {"day": day[:1]})
    assert learned.X.shape == (3, 9)
    assert np.isnan(learned.X).all(axis=1).tolist() == [False, True, False]
    assert np.isfinite(learned.X[[0, 2]]).all()


def test_a_date_is_read_by_both():
    """A target that depends on the month only is found in the dates."""
    day = np.datetime64("2018-01-01", "s") + RNG.integers(0, 1400, N) * 86400
    month = day.astype("datetime64[M]").astype(int) % 12
    y = np.cos(2.0 * np.pi * month / 12.0)
    found = fitted({"day": day[TRAIN]}, y[TRAIN], {"day": day[TEST]})
    errors = {
        name: np.abs(one.predicted - y[TEST]).mean() for name, one in found.items()
    }
    assert errors["linear"] < 0.25 * errors["dummy"]
    assert errors["boosting"] < 0.25 * errors["dummy"]


def test_many_categories_are_fewer_for_trees():
    names = np.array([f"n{i % 900}" for i in range(1800)], dtype=object)
    numbers = np.arange(1800) % 900
    learned, _ = baselines.inputs({"name": names}, {"name": names[:3]})
    assert len(np.unique(learned.X)) == baselines.MOST_CATEGORIES
    y = (numbers < 3).astype(float)
    found = fitted({"name": names}, y, {"name": names[:5]})
    assert found["boosting"].error is None


def test_a_method_that_fails_says_why(monkeypatch):
    def fail(*args, **kwargs):
        raise ValueError("No luck.\nAnd more.")

    monkeypatch.setattr(LogisticRegression, "fit", fail)
    t = (Y.mean() < Y).astype(int)
    found = fitted(table(TRAIN), t[TRAIN], table(TEST), 2)
    assert found["linear"].error == "could not be fitted: No luck."
    assert found["linear"].predicted is None
    assert found["boosting"].error is None


def test_trees_for_very_many_classes_are_left_out():
    t = np.arange(160) % 60
    found = fitted(table(TRAIN), t, table(TEST), 60)
    assert "60 classes" in found["boosting"].error
    assert found["linear"].error is None


@pytest.mark.parametrize("class_weight", ["balanced", {0: 1.0, 1: 9.0}])
def test_classes_have_weights_where_the_model_gives_them(class_weight):
    t = (np.quantile(Y, 0.9) < Y).astype(int)
    data = ({"age": AGE[TRAIN]}, t[TRAIN], {"age": AGE[TEST]}, 2, 0, class_weight)
    found = {one.kind.name: one.predicted for one in baselines.fit_baselines(*data)}
    X = StandardScaler().fit(AGE[TRAIN, None]).transform(AGE[:, None])
    weighed = LogisticRegression(max_iter=300, class_weight=class_weight)
    expected = weighed.fit(X[TRAIN], t[TRAIN]).predict_proba(X[TEST])
    assert found["linear"] == pytest.approx(expected)
    trees = HistGradientBoostingClassifier(class_weight=class_weight, random_state=0)
    trees.fit(AGE[TRAIN, None], t[TRAIN])
    assert found["boosting"] == pytest.approx(trees.predict_proba(AGE[TEST, None]))
