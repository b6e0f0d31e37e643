"""From a setup to a network and a fit: what `train` would make of the same options."""

import dataclasses

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, log_loss, r2_score

from halfmoon.components.losses import LOSSES
from halfmoon.engines.cores import available_cores
from halfmoon.network import Network
from halfmoon.playground.building import (
    OF_TRAINING,
    Conditions,
    Measures,
    measure,
    network_options,
    train_options,
)
from halfmoon.playground.changes import OF_DATA, OF_VIEW
from halfmoon.playground.make_data import make_data
from halfmoon.playground.setup import Setup
from halfmoon.training.settings import Settings
from halfmoon.training.stages import begin


def made(**settings):
    setup = Setup(**{"rows": 60, **settings})
    return setup, make_data(setup)


def test_options_are_what_the_public_functions_take():
    setup, data = made(hidden=[4, 3], activations=["tanh", "relu"], dropout=0.1, seed=5)
    network = Network.dense(**network_options(setup, data))
    assert [layer.k for layer in network.layers if layer.shapes] == [4, 3, 2]
    work = begin(Conditions(setup, data))
    np.testing.assert_array_equal(work.run.theta, network.theta)
    threads = work.fit.settings.n_threads  # of which the bits do not depend
    expected = Settings(**train_options(setup), n_threads=threads)
    assert work.fit.settings == expected


def test_every_setting_is_one_of_data_network_training_or_view():
    setup, data = made()
    network = {*network_options(setup, data)} - {"sizes", "activation"}
    known = OF_DATA | OF_VIEW | network | {"hidden", "activations", *OF_TRAINING}
    assert known == {*vars(setup)}


def test_a_core_is_left_to_the_page():
    work = begin(Conditions(*made()))
    assert work.fit.settings.n_threads == max(1, available_cores() - 1)


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_every_loss_that_suits_a_task_begins(task):
    name = "moons" if task == "classification" else "wave"
    for loss in LOSSES:
        if LOSSES.make(loss).suits(task):
            setup, data = made(data=name, loss=loss)
            assert np.isfinite(begin(Conditions(setup, data)).network.theta).all()


def test_a_loss_of_another_task_is_refused_in_words():
    with pytest.raises(ValueError, match="not for regression; take loss='auto'"):
        network_options(*made(data="wave", loss="softmax_cross_entropy"))


def test_classes_are_measured_as_scikit_learn_does():
    setup, data = made()
    network = begin(Conditions(setup, data)).network
    measures = measure(network, data, network.theta)
    for rows, loss, score in (
        (~data.is_test, measures.train_loss, measures.train_score),
        (data.is_test, measures.test_loss, measures.test_score),
    ):
        y_hat = network.predict(data.X[rows])
        np.testing.assert_allclose(loss, log_loss(data.y[rows], y_hat))
        assert score == accuracy_score(data.y[rows], y_hat.argmax(axis=1))


def test_values_are_measured_by_r2_and_without_test_rows_there_is_no_number():
    setup, data = made(data="wave", test_share=0.0, l2=0.5)
    network = begin(Conditions(setup, data)).network
    measures = measure(network, data, network.theta)
    y_hat = network.predict(data.X)[:, 0]
    np.testing.assert_allclose(measures.train_score, r2_score(data.y, y_hat))
    errors = (data.y - y_hat) ** 2
    np.testing.assert_allclose(measures.train_loss / errors.mean(), 0.5)
    assert np.isnan(measures.test_loss)
    assert np.isnan(measures.test_score)


def test_what_cannot_be_is_refused_in_words():
    setup, data = made()
    wrong = dataclasses.replace(setup, optimizer="adm")
    with pytest.raises(ValueError, match="no optimizer 'adm'; did you mean 'adam'"):
        begin(Conditions(wrong, data))


def test_each_condition_stops_and_without_test_rows_the_training_rows_count():
    setup, data = made(stop_loss=0.1, stop_score=0.9, patience=3)
    good = Measures(0.5, 0.1, 0.5, 0.95)
    conditions = Conditions(setup, data)
    assert conditions.watched
    assert not Conditions(Setup(), data).watched
    assert conditions.monitor(good) == 0.1
    assert conditions.reason_to_stop(good, 0) == "loss"
    assert conditions.reason_to_stop(good._replace(test_loss=0.2), 0) == "score"
    poor = Measures(0.1, 0.5, 0.95, 0.5)
    assert conditions.reason_to_stop(poor, 2) == ""
    assert conditions.reason_to_stop(poor, 3) == "patience"
    untested = Conditions(*made(test_share=0.0, stop_score=0.9))
    assert untested.reason_to_stop(poor, 0) == "score"
    assert untested.judged(poor) == (0.1, 0.95)
