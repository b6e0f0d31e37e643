"""What is told of rows, units and weights, worked out by hand beside it."""

import numpy as np
import pytest

from halfmoon.playground.explaining import describe_row, describe_trace, explain
from halfmoon.playground.session import Session
from halfmoon.playground.setup import Setup

SETUP = Setup(hidden=(4, 3), activations=("tanh", "relu"), learning_rate=0.5, l2=0.01)


@pytest.fixture(scope="module")
def moment():
    with Session(SETUP) as session:
        session.advance(40)
        yield session.moment()


def layers(moment, row):
    """The row, its hidden activations and probabilities, and the parameters."""
    first, second, third = moment.network.views(moment.theta)
    x = moment.data.X[row]
    a1 = np.tanh(x @ first.W + first.b)
    a2 = np.maximum(a1 @ second.W + second.b, 0.0)
    z = np.exp(a2 @ third.W + third.b)
    return x, a1, a2, z / z.sum(), (first, second, third)


def test_a_row_is_told_with_its_truth_and_prediction(moment):
    row = int(np.flatnonzero(moment.data.is_test)[0])
    told = describe_row(moment, row)
    y_hat = layers(moment, row)[3]
    assert told["title"] == f"Row {row + 1}, a test row"
    assert told["truth"] == str(moment.data.y[row])
    assert [each["value"] for each in told["outputs"]] == pytest.approx(y_hat)
    assert told["loss"] == pytest.approx(-np.log(y_hat[moment.data.y[row]]))


def test_a_trace_holds_every_equation_with_its_numbers(moment):
    told = describe_trace(moment, 3)
    x, a1, a2, _, (first, _, _) = layers(moment, 3)
    lines = {line["name"]: line for line in told["forward"] + told["backward"]}
    assert [entry["value"] for entry in lines["a1"]["entries"]] == pytest.approx(a1)
    assert [entry["value"] for entry in lines["a2"]["entries"]] == pytest.approx(a2)
    assert lines["z1"]["formula"] == "x W1 + b1"
    written = lines["z1"]["entries"][1]["written"]
    terms = [x[0], first.W[0, 1], x[1], first.W[1, 1], first.b[1]]
    numbers = [float(part.strip("()")) for part in written.split() if part not in "*+"]
    assert numbers == pytest.approx(terms, rel=1e-3)
    assert lines["dW2"]["shape"] == "(4, 3)"
    assert lines["dW2"]["entries"][3]["index"] == "2, 1"
    assert lines["dW2"]["more"] == 4
    with pytest.raises(ValueError, match="A row is a number from 0 to 199; got 200"):
        describe_trace(moment, 200)


def test_a_unit_is_told_with_its_weights_and_a_rows_numbers(moment):
    _, a1, a2, y_hat, (_, second, _) = layers(moment, 5)
    told = explain(moment, unit=5, row=5)  # the second unit of the second layer
    assert told["title"] == "hidden layer 2, unit 2"
    by_name = {line["name"]: line["value"] for line in told["lines"]}
    assert by_name["a2"] == pytest.approx(a2[1])
    assert by_name["z2"] == pytest.approx(a1 @ second.W[:, 1] + second.b[1])
    weights = told["lines"][0]["formula"]
    assert f"{abs(second.W[0, 1]):.4g}" in weights
    assert weights.count("a1[") == 4
    assert told["lines"][1]["formula"] == "max(z2, 0)"
    output = explain(moment, unit=8, row=5)
    assert output["title"] == "output 1"
    assert [line["name"] for line in output["lines"]] == ["z3", "z3", "y_hat", "delta3"]
    assert output["lines"][2]["value"] == pytest.approx(y_hat[1])
    assert explain(moment, unit=-2, row=5)["lines"][0]["value"] == moment.data.X[5, 1]
    for none in (9, -3):
        with pytest.raises(ValueError, match="may just have been removed"):
            explain(moment, unit=none)


def test_a_weight_is_told_with_its_slope_by_differences(moment):
    data = moment.data
    rows = ~data.is_test
    X, y, w = moment.network.read(data.X[rows], data.y[rows])

    def loss(step):
        theta = moment.theta.copy()
        theta[13] += step
        return sum(moment.network.objective(theta, X, y, w, 0.01)[:2])

    slope = (loss(1e-5) - loss(-1e-5)) / 2e-5
    told = explain(moment, weight=13, row=5)  # from the first layer's first unit
    a1 = layers(moment, 5)[1]
    assert told["title"] == (
        "Weight from hidden layer 1, unit 1 to hidden layer 2, unit 2"
    )
    by_name = {line["name"]: line["value"] for line in told["lines"]}
    assert by_name["W2"] == moment.theta[13]
    assert by_name["slope dL/dw"] == pytest.approx(slope, abs=1e-8)
    assert by_name["after a step"] == pytest.approx(moment.theta[13] - 0.5 * slope)
    assert by_name["a1 W2"] == pytest.approx(a1[0] * moment.theta[13])
    bias = explain(moment, weight=9)
    assert bias["title"] == "Bias of hidden layer 1, unit 2"
    with pytest.raises(ValueError, match="no parameter 35"):
        explain(moment, weight=moment.theta.size)


def test_a_slope_beyond_all_limits_is_no_warning():
    with Session(Setup(rows=30, loss="squared_error")) as session:
        session.set_weights(np.full_like(session.moment().theta, 1e200))
        told = explain(session.moment(), weight=8)
    [slope] = [line for line in told["lines"] if line["name"].startswith("slope")]
    assert not np.isfinite(slope["value"])


def test_every_activation_says_what_a_unit_does():
    for activation in ("gelu", "elu:alpha=0.5", "identity"):
        setup = Setup(data="bumps", hidden=(2,), activations=(activation,))
        with Session(setup) as session:
            told = explain(session.moment(), unit=0, row=0)
        names = [line["name"] for line in told["lines"]]
        assert names == ["z1", "a1", "z1", "a1", "delta1"]
        assert all(line["formula"] for line in told["lines"])
