"""What a model predicts, as leads and probabilities."""

import numpy as np
import pytest

from halfmoon import Network
from halfmoon.displays.response import leads, probabilities


def test_a_lead_is_over_the_best_of_the_others():
    response = np.array([[[0.5, 0.3, 0.2], [0.4, 0.4, 0.2]]])
    expected = [[[0.2, -0.2, -0.3], [0.0, 0.0, -0.2]]]
    np.testing.assert_allclose(leads(response), expected, atol=1e-15)


def test_one_logistic_output_is_two_classes():
    network = Network.dense([2, 3, 1], "tanh", "logistic_cross_entropy")
    p = probabilities(network, np.array([[0.5, -0.5], [1.0, 2.0]]))
    assert p.shape == (2, 2)
    np.testing.assert_allclose(p.sum(axis=1), 1.0)


def test_a_network_of_numbers_has_no_probabilities():
    network = Network.dense([2, 3, 1], "tanh", "squared_error")
    with pytest.raises(ValueError, match="Only networks that tell classes apart"):
        probabilities(network, np.zeros((1, 2)))
