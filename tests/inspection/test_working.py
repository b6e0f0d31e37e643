"""Equations with numbers: what is written is worked out again by an evaluator."""

import re

import numpy as np
import pytest

from formulas import evaluate
from halfmoon import ACTIVATIONS, Network, trace
from halfmoon.inspection.working import number_text, write_out, write_sum

LOSSES = {
    "softmax_cross_entropy": (3, 2),
    "logistic_cross_entropy": (3, [0, 1, 1]),
    "squared_error": (1, 0.7),
    "absolute_error": (2, [0.7, -3.0]),
    "huber:delta=0.3": (1, 2.0),
    "poisson": (1, 3.0),
    "pinball:level=0.3": (1, 2.0),
}


def read(text):
    """Names that the evaluator has not: f' is a name, and a number has no exponent."""
    text = re.sub(r"f'\([^()]*\)", "slope", text).replace("f' =", "slope =")
    formula, *definitions = text.split(",  ")
    text = ",  ".join([formula, *reversed(definitions)])  # the last is needed first
    return re.sub(r"[\d.]+e[+-]\d+", lambda n: f"{float(n[0]):.20f}", text)


def compare(network, x, y):
    row = trace(network, x, y)
    written = write_out(network, row, y, digits=15, most=99)
    for line in row.forward[1:] + row.backward:
        texts = written[line.name]
        assert len(texts) == line.value.size, line
        values = [float(np.squeeze(evaluate(read(text)))) for text in texts]
        np.testing.assert_allclose(values, line.value.ravel(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_written_out_is_right(activation):
    network = Network.dense([2, 3, 2], activation, seed=3)
    network.theta = network.theta + 0.1
    compare(network, [0.5, -1.0], 1)


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_written_out_is_right(loss):
    k, y = LOSSES[loss]
    network = Network.dense([2, 3, 4, k], "tanh", loss, dropout=0.1, seed=2)
    compare(network, [0.5, -1.0], y)


def test_by_hand():
    network = Network.dense([2, 2])
    network.theta = [1.0, 2.0, 3.0, 4.0, 0.5, -0.5]
    written = write_out(network, trace(network, [10.0, -1.0], 1), 1)
    assert written["z1"][0] == "10 * 1 + (-1) * 3 + 0.5"
    assert written["y_hat"][1] == "e^15.5 / (e^7.5 + e^15.5)"
    assert written["x"] == []


def test_what_cannot_be_written_so_is_left_out():
    """Smoothed truth has a name that stands for no number of the trace."""
    network = Network.dense([2, 2], loss="softmax_cross_entropy:smoothing=0.1")
    written = write_out(network, trace(network, [1.0, 2.0], 0), 0)
    assert written["loss"] == []
    assert written["z1"] != []


def test_long_sums_and_long_results_are_cut():
    network = Network.dense([20, 12, 2], seed=1)
    written = write_out(network, trace(network, np.ones(20), 0), 0)
    assert len(written["z1"]) == 8
    assert written["z1"][0].count("*") == 5
    assert "... (15 more)" in written["z1"][0]
    network = Network.dense([2, 9], seed=1)
    written = write_out(network, trace(network, [1.0, 2.0], 4), 4)
    assert written["y_hat"][0].count("e^") == 6  # of ten
    assert written["y_hat"][0].endswith("... (4 more))")
    assert written["loss"][0].startswith("- (0 log ")
    assert write_sum(list("abcdef")) == "a + b + c + d + e + f"
    assert number_text(-0.00012345) == "(-0.0001234)"
