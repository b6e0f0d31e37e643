"""Callbacks: what a Recorder keeps, and when."""

import numpy as np
import pytest

from fits import X2, Y2, fit, net
from halfmoon import Network, Recorder, train
from small import MOONS_X, MOONS_Y


def test_it_keeps_the_weights_of_every_few_epochs():
    recorder = Recorder(every=3)
    weights = {}

    def remember(network, run):
        weights[run.epoch] = run.theta.copy()

    fit(epochs=10, callbacks=[recorder, remember])
    assert recorder.epochs == [3, 6, 9]
    for epoch in recorder.epochs:
        assert np.array_equal(recorder.weights[epoch], weights[epoch])


def test_beyond_its_limit_it_keeps_every_second_one():
    recorder = Recorder(most=4)
    fit(epochs=17, callbacks=[recorder])
    assert recorder.epochs == [4, 8, 12, 16]


def test_another_fit_begins_anew():
    recorder = Recorder(most=4)
    fit(epochs=17, callbacks=[recorder])
    fit(epochs=3, callbacks=[recorder])
    assert recorder.epochs == [1, 2, 3]


def test_a_network_as_it_was():
    recorder = Recorder()
    network, run = fit(callbacks=[recorder])
    then = recorder.at(network, 2)
    assert np.array_equal(then.theta, recorder.weights[2])
    assert np.array_equal(network.theta, run.theta)
    then.theta = np.zeros(then.size)
    assert recorder.weights[2].any()
    with pytest.raises(ValueError, match="epoch 9 were not kept; there are those of"):
        recorder.at(network, 9)


def test_the_running_average_is_what_is_kept():
    recorder = Recorder()
    _, run = fit(callbacks=[recorder], average=0.9)
    assert np.array_equal(recorder.weights[8], run.average)


@pytest.mark.parametrize("wrong", [{"every": 0}, {"most": 1}])
def test_limits_that_are_none_are_refused(wrong):
    with pytest.raises(ValueError, match="every must be at least 1 and most at least"):
        Recorder(**wrong)


def test_all_callbacks_are_called_and_the_first_reason_stops():
    called = []

    def first(network, run):
        called.append("first")
        return "enough" if run.epoch == 2 else None

    def second(network, run):
        called.append("second")
        return run.epoch == 2

    _, run = fit(callbacks=[first, second])
    assert (run.stopped, run.epoch) == ("enough", 2)
    assert called == ["first", "second"] * 2


def test_a_callback_may_predict_and_do_no_harm():
    def meddle(network, run):
        network.predict(X2)
        network.theta = np.zeros(network.size)

    meddled = fit(net(), callbacks=[meddle], validation=(X2, Y2))
    left_alone = fit(net(), validation=(X2, Y2))
    assert np.array_equal(meddled[1].theta, left_alone[1].theta)


def test_a_callback_can_do_no_harm():
    def spoil(network, run):
        network.theta[:] = 0.0

    spoilt = Network.dense([2, 3, 2])
    whole = Network.dense([2, 3, 2])
    train(spoilt, MOONS_X, MOONS_Y, epochs=5, callbacks=[spoil])
    train(whole, MOONS_X, MOONS_Y, epochs=5)
    assert (spoilt.theta == whole.theta).all()
