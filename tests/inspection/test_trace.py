"""The trace of one row has the numbers of scalar loops.

Every quantity is in every output, with its tag.
"""

import io
import re
from dataclasses import dataclass

import numpy as np
import pytest
from rich.console import Console
from scipy.sparse import csr_array

import naive
from halfmoon.components.activations import ACTIVATIONS, Activation
from halfmoon.components.losses import LOSSES
from halfmoon.inspection.trace import SHOWN, trace
from halfmoon.layers import Dense
from halfmoon.network import Network

ROW = [0.5, -1.0, 0.3]
DEPTHS = [(), ("tanh",), ("relu", "logistic"), ("gelu", "tanh", "elu")]
each_depth = pytest.mark.parametrize(
    "hidden", DEPTHS, ids=lambda hidden: f"{len(hidden) + 1} layers"
)


def example(hidden=("tanh",), loss="softmax_cross_entropy", columns=2, width=4):
    """A network with biases that are not zero, and a truth for one row."""
    k = LOSSES.make(loss).outputs(columns)
    network = Network.dense([3, *[width] * len(hidden), k], list(hidden), loss)
    network.theta = network.theta + 0.1 * np.random.default_rng(0).normal(
        size=network.size
    )
    y = {
        "classes": 1,
        "labels": [1] + [0] * (columns - 1),
        "counts": [3, 0][:columns],
        "real": [0.7, -0.2][:columns],
    }
    return network, y[LOSSES.make(loss).target]


def judge(network, hidden, loss, y):
    """All quantities of the trace by name, by naive's loops."""
    sizes = [3, *[4] * len(hidden), network.k]
    theta = network.theta.tolist()
    truth = np.atleast_1d(y).astype(float).tolist()
    if network.loss.target == "classes":
        truth = [0.0, 1.0]
    link, value, dz = naive.LOSSES[loss]
    zs, inputs = naive.forward(sizes, hidden, theta, ROW)
    layers = naive.unpack(sizes, theta)
    last = len(zs)
    found = {"x": ROW, "y_hat": link(zs[-1]), "loss": [sum(value(zs[-1], truth))]}
    found |= {f"z{i + 1}": z for i, z in enumerate(zs)} | {
        f"a{i}": a for i, a in enumerate(inputs) if i
    }
    delta = dz(zs[-1], truth)
    for i in range(last, 0, -1):
        found[f"delta{i}"] = found[f"db{i}"] = delta
        found[f"dW{i}"] = [[a * d for d in delta] for a in inputs[i - 1]]
        if i > 1:
            W = layers[i - 1][0]
            slope = naive.ACTIVATIONS[hidden[i - 2]][1]
            found[f"da{i - 1}"] = [
                sum(w * d for w, d in zip(row, delta, strict=True)) for row in W
            ]
            delta = [
                da * slope(z)
                for da, z in zip(found[f"da{i - 1}"], zs[i - 2], strict=True)
            ]
    return found


def tags(layers):
    """Each quantity's tag, as the derivation has it; the loss's own are [L...]."""
    expected = {"x": "", "y_hat": "[L", "loss": "[L", f"delta{layers}": "[L"}
    for i in range(1, layers + 1):
        expected |= {f"z{i}": "[F1]", f"dW{i}": "[B2]", f"db{i}": "[B3]"}
        if i < layers:
            expected |= {f"a{i}": "[F2]", f"delta{i}": "[B1]", f"da{i}": "[B4]"}
    return expected


def as_rich(traced, width=160):
    console = Console(file=io.StringIO(), width=width)
    console.print(traced)
    return console.file.getvalue()


def lines(traced):
    return traced.forward + traced.backward


@each_depth
@pytest.mark.parametrize("loss", naive.LOSSES)
def test_numbers_equal_scalar_loops(hidden, loss):
    network, y = example(hidden, loss)
    traced = trace(network, ROW, y)
    expected = judge(network, hidden, loss, y)
    assert {line.name for line in lines(traced)} == set(expected)
    for name, value in expected.items():
        np.testing.assert_allclose(
            traced[name], value, rtol=1e-9, atol=1e-12, err_msg=name
        )


@each_depth
def test_gradients_are_the_networks_own(hidden):
    network, y = example(hidden)
    traced = trace(network, ROW, y)
    part = network.objective(network.theta, *network.read([ROW], [y]))
    assert traced["loss"].item() == pytest.approx(part.loss, rel=1e-14)
    for i, dp in enumerate(network.views(part.g), start=1):
        np.testing.assert_allclose(traced[f"dW{i}"], dp.W, rtol=1e-14)
        np.testing.assert_allclose(traced[f"db{i}"], dp.b, rtol=1e-14)


@each_depth
def test_every_quantity_has_its_tag(hidden):
    network, y = example(hidden)
    found = {line.name: line.tag for line in lines(trace(network, ROW, y))}
    expected = tags(len(hidden) + 1)
    assert set(found) == set(expected)
    for name, tag in expected.items():
        assert found[name].startswith(tag), name
        assert found[name].endswith("]") or name == "x"


@each_depth
def test_text_table_and_html_hold_every_quantity_with_its_tag(hidden):
    network, y = example(hidden)
    traced = trace(network, ROW, y)
    text = str(traced)
    table = as_rich(traced)
    html = traced._repr_html_()
    for line in lines(traced):
        for output in (text, table, html):
            row = [
                part
                for part in re.split(r"\n|</tr>", output)
                if re.search(rf"(?<!\w){line.name}(?!\w)( =|, )", part)
            ]
            assert any(line.tag in part for part in row), (line.name, output)
        for number in re.findall(r"\d+\.\d{4}", line.numbers()):
            assert number in text
            assert number in table
            assert number in html


def test_html_is_well_formed_and_has_row_headers():
    from xml.etree import ElementTree

    network, y = example(("relu", "tanh"))
    root = ElementTree.fromstring(f"<div>{trace(network, ROW, y).html()}</div>")
    tables = root.findall("table")
    assert len(tables) == 2
    assert all(table.find("caption").text for table in tables)
    assert len(root.findall(".//th[@scope='row']")) == len(
        lines(trace(network, ROW, y))
    )


def test_regression_with_one_output():
    network = Network.dense([3, 4, 1], "tanh", "squared_error")
    traced = trace(network, ROW, 0.7)
    z = traced["z2"].item()
    assert traced["y_hat"].item() == z
    assert traced["loss"].item() == pytest.approx((z - 0.7) ** 2 / 2)
    assert traced["delta2"].item() == pytest.approx(z - 0.7)


def test_formulas_name_this_layers_quantities():
    network, y = example(("tanh", "logistic"))
    formula = {line.name: line.formula for line in lines(trace(network, ROW, y))}
    assert formula["z1"] == "x W1 + b1"
    assert formula["z3"] == "a2 W3 + b3"
    assert formula["a1"] == "tanh z1"
    assert formula["dW1"] == "x^T delta1"
    assert formula["dW3"] == "a2^T delta3"
    assert formula["da2"] == "delta3 W3^T"
    assert formula["delta3"] == "y_hat - y"


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_slopes_are_printed_whole_in_this_layers_names(name):
    network, y = example((name,))
    (delta1,) = [
        line.formula for line in lines(trace(network, ROW, y)) if line.name == "delta1"
    ]
    slope = re.sub(r"\b([za])\b", r"\g<1>1", ACTIVATIONS[name].derivative)
    assert delta1 == f"da1 * f'(z1),  f' = {slope}"


@dataclass(frozen=True)
class Cubic(Activation):
    """a = z^3,  f'(z) = 3 z^2: and wrong in its df, as README's is."""

    def f(self, z):
        return z**3

    def df(self, z, a):
        return 1.0 + z


def test_what_says_no_formula_is_traced_by_its_name():
    """So that no equation is printed that was not computed."""
    traced = trace(Network([Dense(3, 4, Cubic()), Dense(4, 2)]), ROW, 1)
    formula = {line.name: line.formula for line in lines(traced)}
    assert formula["a1"] == "Cubic(z1)"
    assert formula["delta1"] == "da1 * f'(z1),  f' = Cubic'(z1)"
    np.testing.assert_array_equal(
        traced["delta1"], traced["da1"] * (1.0 + traced["z1"])
    )


def test_smoothed_truth_is_called_t():
    network, y = example(loss="softmax_cross_entropy:smoothing=0.1")
    formula = {line.name: line.formula for line in lines(trace(network, ROW, y))}
    assert formula["delta2"] == "y_hat - t"


def test_long_layers_are_cut_in_print_but_not_in_value():
    network, y = example(width=30)
    traced = trace(network, ROW, y)
    assert traced["z1"].shape == (30,)
    assert traced["dW2"].shape == (30, 2)
    (z1,) = [line for line in traced.forward if line.name == "z1"]
    assert len(re.findall(r"-?\d+\.\d+", z1.numbers())) == SHOWN
    assert "... 30 values" in z1.numbers()
    (dW2,) = [line for line in traced.backward if line.name == "dW2"]
    assert len(dW2.numbers().split("\n")) == SHOWN + 1
    assert dW2.numbers().endswith("... 30 rows")
    for output in (str(traced), as_rich(traced), traced.html()):
        assert "... 30 values" in output
        assert "... 30 rows" in output


def test_shapes_are_shown():
    network, y = example()
    shape = {line.name: line.shape for line in lines(trace(network, ROW, y))}
    assert (shape["x"], shape["z1"], shape["dW1"], shape["loss"]) == (
        "(3)",
        "(4)",
        "(3, 4)",
        "(1)",
    )


@pytest.mark.parametrize("dropout", [[0.5, 0.0], [0.0, 0.5], [0.5, 0.5]], ids=str)
def test_a_network_with_dropout_is_traced_as_it_predicts(dropout):
    plain, y = example()
    network = Network.dense([3, 4, 2], dropout=dropout)
    network.theta = plain.theta
    traced = trace(network, ROW, y)
    expected = trace(plain, ROW, y)
    assert {line.name for line in lines(expected)} <= {
        line.name for line in lines(traced)
    }
    for line in lines(expected):
        assert np.array_equal(traced[line.name], line.value), line.name


def test_float32_and_your_own_layers_are_traced():
    class Mine(Dense):
        pass

    network = Network([Mine(3, 4, "tanh"), Dense(4, 2)], dtype=np.float32)
    traced = trace(network, ROW, 1)
    assert {line.value.dtype for line in lines(traced)} == {np.dtype(np.float32)}


def test_tracing_changes_nothing():
    network, y = example()
    before = network.theta.copy()
    trace(network, ROW, y)
    assert np.array_equal(network.theta, before)


def test_what_cannot_be_traced_is_refused_in_words():
    network, _ = example()
    with pytest.raises(ValueError, match=r"one row of 3 values; got shape \(2,\)"):
        trace(network, [1.0, 2.0], 1)
    with pytest.raises(ValueError, match="text or other objects in columns 1"):
        trace(network, [1.0, "b", 2.0], 1)
    with pytest.raises(ValueError, match="class numbers 0 to 1"):
        trace(network, ROW, 5)
    with pytest.raises((KeyError, ValueError), match="nothing"):
        trace(network, ROW, 1)["nothing"]


def test_a_sparse_row_is_a_row():
    network, _ = example()
    of_sparse = trace(network, csr_array([ROW]), 1)
    assert of_sparse.text() == trace(network, ROW, 1).text()


def test_no_zero_has_a_sign():
    """A unit that is 0 on its way forward has a delta of -0.0 on the way back."""
    network = Network.dense([2, 3, 2], "relu", seed=4)
    deltas = trace(network, [0.5, -1.0], 1)
    assert "-0.0000" not in str(deltas)
    assert any(
        np.signbit(line.value[line.value == 0.0]).any() for line in lines(deltas)
    )
