"""Units and weights told with numbers, worked out by hand beside it."""

import numpy as np
import pytest

from halfmoon import Network
from halfmoon.inspection.explaining import (
    Traced,
    describe_lines,
    explain_unit,
    explain_weight,
)

NAMES = ["age", "size"], ["no", "yes"]
NETWORK = Network.dense([2, 2, 2], "tanh", dropout=0.1)
# W1 = [[1, 2], [3, 4]], b1 = [0.5, -0.5], W2 = [[1, -1], [2, 0]], b2 = 0
NETWORK.theta = [1.0, 2.0, 3.0, 4.0, 0.5, -0.5, 1.0, -1.0, 2.0, 0.0, 0.0, 0.0]
ROW = Traced.of(NETWORK, [0.5, -0.25], 1)
A1 = np.tanh([0.5 - 0.75 + 0.5, 1.0 - 1.0 - 0.5])


def test_a_hidden_unit():
    told = explain_unit(NETWORK, 1, *NAMES, ROW)
    assert told.title == "hidden layer 1, unit 2"
    assert [step.name for step in told.steps] == ["z1", "a1", "z1", "a1", "delta1"]
    assert told.steps[0].formula == "2 age + 4 size + (-0.5)"
    assert told.steps[1].formula == "tanh z1"
    assert told.steps[2].formula == "0.5 * 2 + (-0.25) * 4 + (-0.5)"
    assert told.steps[3].value == pytest.approx(A1[1])


def test_an_output():
    told = explain_unit(NETWORK, 3, *NAMES, ROW)
    assert told.title == "output yes"
    z = np.exp([A1[0] + 2.0 * A1[1], -A1[0]])
    assert told.steps[0].formula == "(-1) a1[1] + 0 a1[2] + 0"
    assert told.steps[2].value == pytest.approx(z[1] / z.sum())
    assert told.steps[3].value == pytest.approx(z[1] / z.sum() - 1.0)


def test_weights_and_biases():
    told = explain_weight(NETWORK, 8, *NAMES, ROW)
    assert told.title == "Weight from hidden layer 1, unit 2 to output no"
    assert told.steps[0][::2] == ("W2", 2.0)
    assert told.steps[1].value == pytest.approx(2.0 * A1[1])
    first = explain_weight(NETWORK, 1, *NAMES)
    assert first.title == "Weight from age to hidden layer 1, unit 2"
    assert len(first.steps) == 1
    assert explain_weight(NETWORK, 5, *NAMES).title == "Bias of hidden layer 1, unit 2"


def test_every_weight_of_any_widths_has_a_title():
    network = Network.dense([2, 5, 3, 2])
    titles = [explain_weight(network, i, *NAMES).title for i in range(network.size)]
    assert len(set(titles)) == network.size
    assert titles[29] == "Weight from hidden layer 1, unit 5 to hidden layer 2, unit 3"


def test_an_input():
    told = explain_unit(NETWORK, -2, *NAMES, ROW)
    assert (told.title, told.steps) == ("Input size", [("size", "", -0.25)])
    assert explain_unit(NETWORK, -1, *NAMES).steps == []


def test_a_weights_slope_and_where_plain_descent_leads():
    g = np.arange(12.0)
    told = explain_weight(NETWORK, 8, *NAMES, ROW, g=g, rate=0.25)
    assert [step.name for step in told.steps[1:3]] == ["slope dL/dw", "after a step"]
    assert told.steps[2] == ("after a step", "2 - 0.25 * 8", 0.0)
    bias = explain_weight(NETWORK, 5, *NAMES, g=g)
    assert bias.steps[1:] == [("slope dL/dw", "", 5.0)]


@pytest.mark.parametrize("none", [4, -3])
def test_what_there_is_not_is_refused(none):
    with pytest.raises(ValueError, match="may just have been removed"):
        explain_unit(NETWORK, none, *NAMES)
    with pytest.raises(ValueError, match="may just have been removed"):
        explain_weight(NETWORK, none - 8 if none < 0 else 12, *NAMES)


def test_lines_of_a_trace_as_data():
    x, z1, *_ = describe_lines(ROW, ROW.trace.forward, {"x": NAMES[0]})
    assert [entry["index"] for entry in x["entries"]] == NAMES[0]
    assert z1["entries"][1] == {
        "index": "2",
        "written": "0.5 * 2 + (-0.25) * 4 + (-0.5)",
        "value": -0.5,
    }
    (dW2,) = (line for line in ROW.trace.backward if line.name == "dW2")
    (described,) = describe_lines(ROW, [dW2], {})
    assert [entry["index"] for entry in described["entries"]] == [
        "1, 1",
        "1, 2",
        "2, 1",
        "2, 2",
    ]
    assert (described["tag"], described["more"]) == ("[B2]", 0)
