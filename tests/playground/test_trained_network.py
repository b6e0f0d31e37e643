"""A trained network in the playground predicts what it did before."""

import numpy as np
import pytest

from halfmoon import MLPClassifier, MLPRegressor, Network, datasets
from halfmoon.layers import Dense, Scaling
from halfmoon.playground.opening import make_session

NAMES = np.array(["early", "late", "never"])
FITTED = {"hidden_layer_sizes": (4, 3), "max_iter": 5, "random_state": 0}
pytestmark = pytest.mark.filterwarnings("ignore:.*Maximum iterations")


def outputs(session):
    moment = session.moment()
    return moment.network.predict(moment.data.X, moment.theta)


@pytest.mark.parametrize("classes", [2, 3])
def test_a_fitted_classifier_gives_the_same_probabilities(classes):
    X, y = datasets.make("blobs", 60, 0.5, 1)
    X = np.column_stack([2.0 * X, X[:, 0] ** 2, np.arange(60) % 2])
    labels = NAMES[y % classes]
    model = MLPClassifier(**FITTED, activation="tanh").fit(X, labels)
    with make_session(model, X=X, y=labels, learning_rate=0.25) as session:
        assert session.data.classes == tuple(model.classes_)
        assert session.setup.hidden == (4, 3)
        assert session.setup.activations == ("tanh", "tanh")
        assert session.setup.learning_rate == 0.25
        expected = model.predict_proba(X)
        np.testing.assert_allclose(outputs(session), expected, rtol=1e-9, atol=1e-12)
        session.advance(3)
        assert session.moment().update == 3
        session.reset()  # leads back to them
        np.testing.assert_allclose(outputs(session), expected, rtol=1e-9, atol=1e-12)
        session.new_weights()
        assert not np.allclose(outputs(session), expected, rtol=0.01)


def test_a_fitted_regressor_gives_the_same_values():
    X = np.random.default_rng(0).normal(size=(50, 3)) * [1.0, 10.0, 0.1]
    y = 0.5 + X[:, 0]
    model = MLPRegressor(**FITTED).fit(X, y)
    with make_session(model, X=X, y=y) as session:
        assert (session.data.middle, session.data.spread) == (0.0, 1.0)
        np.testing.assert_allclose(outputs(session)[:, 0], model.predict(X), rtol=1e-9)


def test_a_network_is_opened_as_it_is():
    X, y = datasets.make("moons", 40, 0.1, 0)
    network = Network.dense([2, 5, 2], activation="relu", dropout=0.1, seed=3)
    with make_session(network, X=X, y=y) as session:
        expected = network.predict(X)
        np.testing.assert_allclose(outputs(session), expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("model", "given", "sentence"),
    [
        (Network.dense([2, 3, 2]), {}, "A network is opened with rows: give X and y"),
        (MLPRegressor(normalize_y=True), {}, "This model scales y before its network"),
        (MLPClassifier(), {}, "Of models, fitted ones of MLPClassifier and"),
        (
            Network([Scaling(2), Dense(2, 2, "identity", "glorot_uniform")]),
            {"X": [[0.0, 1.0], [1.5, 0.5]], "y": [0, 1]},
            "The playground shows networks of dense layers",
        ),
        (
            Network.dense([2, 3, 2]),
            {"X": [["a", 1.5], ["b", 0.5], ["c", 0.0]], "y": [0, 1, 0]},
            "The network was given numbers, and 'x1' holds something else",
        ),
        (
            Network.dense([2, 3, 2]),
            {"X": [[0.5], [1.5], [2.5]], "y": [0, 1, 0]},
            "The network has 2 inputs and 2 outputs; the rows have 1 columns",
        ),
    ],
)
def test_what_cannot_be_adopted_is_told(model, given, sentence):
    with pytest.raises(ValueError, match=r"\.$") as refused:
        make_session(model, **given)
    assert str(refused.value).startswith(sentence)
