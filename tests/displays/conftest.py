"""Fitted estimators to draw; no test may change them."""

import pytest
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from halfmoon import MLPClassifier, MLPRegressor
from pictures import X2, X4, XD, fit, flowers, y2, yd


@pytest.fixture(scope="session")
def moons():
    """Two inputs, one output, three tanh units, validated."""
    model = MLPClassifier(
        (3,),
        "tanh",
        learning_rate_init=0.05,
        early_stopping=True,
        max_iter=30,
        random_state=0,
    )
    return fit(model, X2, y2)


@pytest.fixture(scope="session")
def iris():
    """A pipeline, four inputs, string labels, two hidden layers, no validation data."""
    model = MLPClassifier(
        (20, 5), "relu", learning_rate_init=0.02, max_iter=30, random_state=0
    )
    return fit(make_pipeline(StandardScaler(), model), X4, flowers)


@pytest.fixture(scope="session")
def values():
    model = MLPRegressor(
        hidden_layer_sizes=(5,),
        activation="tanh",
        solver="lbfgs",
        max_iter=50,
        random_state=0,
    )
    return fit(make_pipeline(StandardScaler(), model), XD, yd)


@pytest.fixture(scope="session")
def search():
    """Two sizes and two seeds with every penalty, and one grid without `alpha`."""
    grid = [
        {
            "hidden_layer_sizes": [(2,), (3, 3)],
            "random_state": [0, 1],
            "alpha": [1e-3, 1.0],
        }
    ]
    grid.append({"hidden_layer_sizes": [(4,)], "random_state": [0]})
    model = MLPClassifier(activation="tanh", solver="lbfgs", max_iter=10)
    return fit(GridSearchCV(model, grid, cv=3, return_train_score=True), X2, y2)
