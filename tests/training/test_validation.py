"""Validation data: read as the network reads them, weighed, and named in errors."""

import numpy as np
import pytest

from fits import X2, Y2, X, Y, fit, net
from halfmoon import MLPClassifier, Network, train
from halfmoon.training.validation import evaluate, read_validation
from small import MOONS_X, MOONS_Y


def test_validation_data_are_read_as_training_data_are():
    network = net()
    expected = network.read(X2, Y2, np.arange(40))
    for one, other in zip(
        read_validation(network, (X2, Y2, np.arange(40))), expected, strict=True
    ):
        assert np.array_equal(one, other)


@pytest.mark.parametrize("wrong", [X2, (X2,), (X2, Y2, None, None), [X2, Y2], "X"])
def test_something_else_is_refused(wrong):
    with pytest.raises(ValueError, match=r"validation must be \(X, y\) or \(X, y, w\)"):
        read_validation(net(), wrong)


def test_an_error_says_that_it_is_about_the_validation_data():
    with pytest.raises(ValueError, match="Validation data: X must have shape"):
        read_validation(net(), (X2[:, :1], Y2))


def test_the_loss_is_the_weighted_mean_and_the_score_gets_its_arguments():
    network = net()
    data = network.read(X, Y, np.arange(60) % 3)
    seen = []

    def score(y_hat, y, w, X):
        seen.append((y_hat, y, w, X))
        return 0.25

    z = network.raw_predict(X)
    columns = evaluate(network, z, data, score)
    loss = network.loss.value(z, data[1])[:, 0]
    expected = np.average(loss, weights=np.arange(60) % 3)
    assert columns["validation_loss"] == pytest.approx(expected, rel=1e-12)
    assert columns["validation_score"] == 0.25
    y_hat, y, w, rows = seen[0]
    assert np.array_equal(y_hat, network.predict(X))
    assert y is data[1]
    assert np.array_equal(w, np.arange(60) % 3)
    assert rows is data[0]
    assert evaluate(network, z, data, None).keys() == {"validation_loss"}


def test_a_function_of_raw_predictions_judges_in_place_of_the_loss():
    network = net()
    w = np.arange(60) % 3
    data = network.read(X, Y, w)
    z = network.raw_predict(X)
    seen = []

    def judge(*arguments):
        seen.append(arguments)
        return np.float32(0.25)

    columns = evaluate(network, z, data, lambda *_: 0.5, judge)
    assert columns == {"validation_loss": 0.25, "validation_score": 0.5}
    assert seen[0][0] is z
    assert seen[0][1] is data[1]
    assert np.array_equal(seen[0][2], w)


def test_validation_weights_count_rows():
    times = np.arange(40) % 3
    rows = np.repeat(np.arange(40), times)
    weighted = fit(validation=(X2, Y2, times))[1].history["validation_loss"]
    repeated = fit(validation=(X2[rows], Y2[rows]))[1].history["validation_loss"]
    np.testing.assert_allclose(weighted, repeated, rtol=1e-12)


def test_missing_values_are_named_by_their_columns():
    rows = MOONS_X.copy()
    rows[3, 1] = np.nan
    with pytest.raises(ValueError, match="columns 1"):
        MLPClassifier().fit(rows, MOONS_Y)
    with pytest.raises(ValueError, match=r"Validation data: X .* columns 1"):
        train(Network.dense([2, 3, 2]), MOONS_X, MOONS_Y, validation=(rows, MOONS_Y))
    with pytest.raises(ValueError, match="validation must be"):
        train(Network.dense([2, 3, 2]), MOONS_X, MOONS_Y, validation=MOONS_X)


def test_weights_of_single_outputs_count_single_losses():
    """The mean is over rows: of two outputs that weigh 1 it is the sum of both."""
    network = Network.dense([2, 3, 2], loss="squared_error")
    rng = np.random.default_rng(0)
    y = rng.normal(size=(60, 2))
    w = rng.uniform(0.5, 1.5, size=(60, 2))
    z = network.raw_predict(X)
    seen = []

    def score(y_hat, y, w, X):
        seen.append(w)
        return 0.0

    columns = evaluate(network, z, network.read(X, y, w), score)
    loss = (w * (z - y) ** 2 / 2).sum() / w.mean(axis=1).sum()
    assert columns["validation_loss"] == pytest.approx(loss, rel=1e-12)
    assert np.array_equal(seen[0], w.mean(axis=1))
