"""A recorded program repeats a run in pieces, with what was changed between them."""

import numpy as np
import pytest

from halfmoon import Network, datasets, train
from halfmoon.files.recorded_program import Stretch, plain_changes, recorded_program

X, y = datasets.make("moons", n=40, noise=0.2, seed=0)
DATA = (
    'X, y = datasets.make("moons", n=40, noise=0.2, seed=0)',
    "is_test = np.arange(40) < 10",
)
NETWORK = {"sizes": [2, 3, 2], "activation": ["tanh"], "seed": 4}
TRAINING = {"optimizer": "gd", "learning_rate": 0.5, "epochs": 99}
FIRST = Stretch(0, 7, DATA, "{y}", NETWORK, TRAINING)


def learned(stretches):
    names = {}
    exec(recorded_program(stretches, has_test=True), names)
    return names["network"].theta


def test_one_stretch_is_one_call_of_train():
    network = Network.dense(**NETWORK)
    train(network, X[10:], y[10:], **TRAINING, updates=7)
    np.testing.assert_array_equal(learned([FIRST]), network.theta)


def test_pieces_are_the_whole():
    cut = [FIRST._replace(end=3), FIRST._replace(begin=3)]
    np.testing.assert_array_equal(learned(cut), learned([FIRST]))


def test_another_network_goes_on_with_the_weights():
    other = FIRST._replace(
        begin=7,
        end=7,
        network={**NETWORK, "activation": ["relu"], "seed": 9},
        weights={2: 5.0},
    )
    theta = learned([FIRST])
    theta[2] = 5.0
    np.testing.assert_array_equal(learned([FIRST, other]), theta)


def test_classes_can_be_columns(capsys):
    loss = {**NETWORK, "loss": "logistic_cross_entropy"}
    stretch = FIRST._replace(network=loss, truth="np.eye(2)[{y}]")
    network = Network.dense(**loss)
    train(network, X[10:], np.eye(2)[y[10:]], **TRAINING, updates=7)
    np.testing.assert_array_equal(learned([stretch]), network.theta)
    assert "test rows: loss" in capsys.readouterr().out


def test_plain_changes_are_of_rate_and_weights():
    faster = {**TRAINING, "learning_rate": 2.0}
    changed = FIRST._replace(begin=7, end=9, training=faster, weights={0: 1.0, 16: 2.0})
    changes = plain_changes([FIRST, changed])
    assert changes == {7: ["W1[0, 0] = 1.0", "b2[1] = 2.0", "rate = 2.0"]}
    other = FIRST._replace(begin=7, end=9, training={**TRAINING, "l2": 0.1})
    with pytest.raises(ValueError, match="After update 7 the run went on"):
        plain_changes([FIRST, other])
