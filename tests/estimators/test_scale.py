"""Warnings of X that is not scaled, or not as its validation rows are."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from halfmoon import MLPClassifier, MLPRegressor
from halfmoon.estimators.scale import spaced, warn_of_other_scale
from small import IRIS, WAVE, X, Y, brief, one_thread, short, unfinished

pytestmark = one_thread

TABLES = {
    "iris": load_iris().data,
    "wine": load_wine().data,
    "cancer": load_breast_cancer().data,
    "diabetes": load_diabetes(scaled=False).data,
}


# X_val, against X


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
@pytest.mark.parametrize("scaler", [StandardScaler(), MinMaxScaler()], ids=["z", "01"])
def test_an_x_val_that_was_not_transformed_is_told(table, scaler):
    learn, stop = train_test_split(table, random_state=0)
    scaled = scaler.fit_transform(learn)
    with pytest.warns(UserWarning, match="Most rows of X_val lie over 5 standard"):
        warn_of_other_scale(scaled, stop, range(table.shape[1]))
    warn_of_other_scale(scaled, scaler.transform(stop), range(table.shape[1]))


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
@pytest.mark.parametrize("rows", [5, 8, 40])
def test_rows_drawn_at_random_are_never_told(table, rows):
    for seed in range(100):
        learn, stop = train_test_split(table, test_size=rows, random_state=seed)
        warn_of_other_scale(learn, stop, range(table.shape[1]))


def test_rare_indicators_constant_columns_and_few_rows_are_not_told():
    rare = (np.arange(1000) % 200 == 0).astype(float)[:, None]
    warn_of_other_scale(rare, rare[:40], ["rare"])
    warn_of_other_scale(np.ones((50, 1)), np.full((9, 1), 7.0), ["constant"])
    warn_of_other_scale(X, X[:4] + 1e3, ["a", "b"])
    warn_of_other_scale(csr_array(X), csr_array(X + 1e3), ["a", "b"])


@unfinished
def test_columns_of_a_raw_x_val_in_a_pipeline_are_named():
    rows = pd.DataFrame({"kelvin": 300.0 + X[:, 0], "pascal": 1e5 + X[:, 1]})
    pipe = make_pipeline(StandardScaler(), short())
    pipe.set_output(transform="pandas")
    words = r"in columns kelvin, pascal; .*transform_input=\['X_val'\]"
    with pytest.warns(UserWarning, match=words):
        pipe.fit(rows, Y, mlpclassifier__X_val=rows, mlpclassifier__y_val=Y)
    with pytest.warns(UserWarning, match="in columns 0, 1; transform X_val") as told:
        short().fit(X, Y, X_val=rows.to_numpy(), y_val=Y)
    assert told[0].filename == __file__


# X, against what a network can learn from


def seconds(rows):
    """Moments of a year, in seconds since 1970."""
    return 1.6e9 + 1e7 * rows


@unfinished
@pytest.mark.parametrize("made", [MLPClassifier, MLPRegressor])
@pytest.mark.parametrize("solver", ["adam", "sgd"])
def test_unscaled_columns_of_a_useless_fit_are_named(made, solver):
    rows = pd.DataFrame({"time": seconds(X[:, 0]), "small": X[:, 1]})
    truth = Y if made is MLPClassifier else X[:, 1]
    model = made(hidden_layer_sizes=(8,), solver=solver, max_iter=5, random_state=0)
    words = (
        r"columns time \(time has mean 1\.61e\+09 and standard deviation .*worse than "
        "the best constant prediction; standardise X"
    )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(rows, truth)
    told = [one for one in caught if "standardise X" in str(one.message)]
    assert [one.category for one in told] == [ConvergenceWarning]
    assert told[0].filename == __file__
    with pytest.warns(ConvergenceWarning, match=words):
        model.fit(rows, truth)


@pytest.mark.filterwarnings("error:X is far:sklearn.exceptions.ConvergenceWarning")
@unfinished
def test_fits_that_learned_something_are_not_told_and_nor_are_scaled_ones():
    for rows, truth in ((20.0 * IRIS[0], IRIS[1]), (IRIS[0], IRIS[1])):
        short(max_iter=30).fit(rows, truth)
    short(learning_rate_init=10.0, solver="sgd").fit(X, Y)  # bad, for another reason
    brief().fit(csr_array(seconds(np.ones((120, 1)))), X[:, 1])
    brief(max_iter=30, solver="lbfgs", batch_size="auto", learning_rate_init=0.001).fit(
        30.0 * WAVE[0], WAVE[1]
    )


def test_long_tables_are_looked_at_in_part():
    table = np.arange(12345.0)[:, None]
    assert len(spaced(table)) == 950
    assert spaced(table)[1, 0] == 13.0
    assert len(spaced(table[:1000])) == 1000
