"""Small data and small estimators that several files of tests share."""

import numpy as np
import pytest
from sklearn import neural_network
from sklearn.datasets import load_iris
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import has_fit_parameter

from halfmoon import MLPClassifier, MLPRegressor, datasets

X, Y = datasets.make("moons", 120, 0.2, 0)
X2, Y2 = datasets.make("moons", 60, 0.2, 1)
MOONS_X, MOONS_Y = datasets.make("moons", 100, 0.2, 0)
NAMES = np.array(["full", "new"])[Y]
WAVE = datasets.make("wave", 150, 0.1, 0)
IRIS = load_iris(return_X_y=True)
IRIS = (StandardScaler().fit_transform(IRIS[0]), IRIS[1])
LABELS = np.column_stack([X[:, 0] > 0.5, X[:, 1] > 0.3, X.sum(axis=1) > 0.0]).astype(
    int
)
COLUMNS = np.column_stack(
    [NAMES, np.array(["left", "middle", "right"])[np.digitize(X[:, 0], [0.0, 1.0])]]
)
NAN = float("nan")

one_thread = pytest.mark.usefixtures("one_blas_thread")
unfinished = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
out_of_epochs = pytest.mark.filterwarnings(
    "ignore:.*(Maximum iterations|failed to "
    "converge):sklearn.exceptions.ConvergenceWarning"
)

# what not every version of scikit-learn has
their_weights = pytest.mark.skipif(
    not has_fit_parameter(neural_network.MLPClassifier(), "sample_weight"),
    reason="scikit-learn's MLPs have no sample_weight here",
)
needs_callbacks = pytest.mark.skipif(
    not hasattr(MLPClassifier(), "set_callbacks"),
    reason="this scikit-learn has no callbacks",
)
their_loss = pytest.mark.skipif(
    "loss" not in neural_network.MLPRegressor().get_params(),
    reason="scikit-learn's MLPRegressor has no loss here",
)


def classifier(**options):
    return MLPClassifier(
        **{
            "hidden_layer_sizes": (8,),
            "solver": "lbfgs",
            "max_iter": 5000,
            "random_state": 0,
            **options,
        }
    )


def regressor(**options):
    return MLPRegressor(
        **{
            "hidden_layer_sizes": (8,),
            "solver": "lbfgs",
            "max_iter": 5000,
            "random_state": 0,
            **options,
        }
    )


SHORT = {
    "hidden_layer_sizes": (8,),
    "solver": "adam",
    "max_iter": 6,
    "batch_size": 32,
    "learning_rate_init": 0.01,
    "tol": 0.0,
    "random_state": 0,
}


def short(**options):
    """A classifier that trains by minibatches for a few epochs."""
    return MLPClassifier(**{**SHORT, **options})


def brief(**options):
    """A regressor that does."""
    return MLPRegressor(**{**SHORT, **options})


def small(cls, **options):
    """A small network, and few epochs that nothing ends early."""
    usual = {"hidden_layer_sizes": (6,), "max_iter": 8, "random_state": 0, "tol": 0.0}
    by_updates = options.get("solver") != "lbfgs"
    if by_updates:
        usual["learning_rate_init"] = 0.01
        usual["batch_size"] = 32
        usual["n_iter_no_change"] = 1000
    return cls(**{**usual, **options})


def predicted(model, data):
    """Probabilities if it gives some, else what it predicts."""
    predict = getattr(model, "predict_proba", model.predict)
    return predict(data)


def theta(model):
    """Every parameter of a fitted model."""
    return model.network_.theta


def same_fit(one, other):
    """Whether two fits have the same bits, in weights and in what they tell."""
    assert np.array_equal(theta(one), theta(other))
    assert np.array_equal(one.loss_curve_, other.loss_curve_, equal_nan=True)
    return True
