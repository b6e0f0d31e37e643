"""Summaries, counted by hand."""

import inspect
from xml.etree import ElementTree

import numpy as np
import pytest

from halfmoon.inspection import summary
from halfmoon.layers import Context, Dense, Dropout, Layer
from halfmoon.network import Network

X = np.random.default_rng(0).normal(size=(6, 3))
# wider than a line of this file: cut in two
TABLE = (
    ("Network: huber:delta=2.0, float32", ""),
    ("", ""),
    (
        "layer    in -> out  activation            start                     ",
        "       penalised  unpenalised  parameters",
    ),
    ("-" * 109, ""),
    (
        "Dropout  2 -> 2                           rate 0.1                  ",
        "               0            0           0",
    ),
    (
        "Dense 1  2 -> 30    leaky_relu:slope=0.1  he_uniform, learning rate ",
        "x 0.5         60           30          90",
    ),
    (
        "Dense 2  30 -> 40   identity              glorot_uniform            ",
        "           1,200           40       1,240",
    ),
    (
        "Dense 3  40 -> 1    identity              glorot_uniform            ",
        "              40            1          41",
    ),
    ("-" * 109, ""),
    (
        "total    2 -> 1                                                     ",
        "           1,300           71       1,371",
    ),
    ("", ""),
    ("parameters   5,484 bytes", ""),
    ("training     16,452 bytes, and 5,484 for each slot of the optimizer", ""),
    ("activations  18,944 bytes at batch_size=32", ""),
)


def test_parameters_and_memory_are_those_counted_by_hand():
    found = summary(
        Network.dense([64, 100, 50, 10], "relu", dropout=[0.1, 0.2, 0.0]),
        batch_size=200,
    )
    assert [row.name for row in found.rows] == [
        "Dropout",
        "Dense 1",
        "Dropout",
        "Dense 2",
        "Dense 3",
    ]
    assert [row.penalised for row in found.rows] == [0, 6400, 0, 5000, 500]
    assert [row.unpenalised for row in found.rows] == [0, 100, 0, 50, 10]
    assert [row.parameters for row in found.rows] == [0, 6500, 0, 5050, 510]
    total = found.total
    assert (total.d, total.k) == (64, 10)
    assert (total.penalised, total.unpenalised) == (11900, 160)
    assert found.parameters == 12060
    assert found.parameter_bytes == 8 * 12060
    assert found.training_bytes == 3 * 8 * 12060
    assert found.activation_bytes == 8 * 200 * (64 + 2 * (64 + 100 + 100 + 50 + 10))


def test_float32_needs_half():
    double, single = (
        summary(Network.dense([2, 3, 2], dtype=dtype))
        for dtype in (np.float64, np.float32)
    )
    for name in ("parameter_bytes", "training_bytes", "activation_bytes"):
        assert getattr(double, name) == 2 * getattr(single, name)


def test_activation_memory_is_what_the_layers_hold_in_training():
    network = Network.dense([3, 5, 4, 2], "tanh", dropout=[0.5, 0.5, 0.0])
    theta = network.theta
    ctx = Context(True)
    z, tape = network.forward(theta, X, ctx)
    held = {id(X): X, id(z): z}
    for backward in tape:
        for value in inspect.getclosurevars(backward).nonlocals.values():
            if isinstance(value, np.ndarray):
                held[id(value)] = value
    a_is_z = z.nbytes  # the last layer's activation is the identity
    assert (
        sum(value.nbytes for value in held.values())
        == summary(network, batch_size=6).activation_bytes - a_is_z
    )


def test_the_text_is_a_tidy_table():
    network = Network(
        [
            Dropout(2, 0.1),
            Dense(2, 30, "leaky_relu:slope=0.1", rate_factor=0.5),
            Dense(30, 40),
            Dense(40, 1),
        ],
        "huber:delta=2.0",
        dtype=np.float32,
    )
    assert str(summary(network, batch_size=32)) == "\n".join(map("".join, TABLE))


def test_html_is_well_formed_escaped_and_holds_the_same():
    found = summary(Network.dense([2, 3, 2]))
    root = ElementTree.fromstring(f"<div>{found._repr_html_()}</div>")
    rows = [["".join(cell.itertext()) for cell in row] for row in root.findall(".//tr")]
    assert rows[1] == ["Dense 1", "2 -> 3", "tanh", "glorot_uniform", "6", "3", "9"]
    assert rows[-1] == ["total", "2 -> 2", "", "", "12", "5", "17"]
    assert len(root.findall(".//th[@scope='row']")) == 3
    assert len(root.findall(".//th[@scope='col']")) == len(rows[0]) == 7
    assert root.find("pre").text.startswith("parameters   136 bytes")
    assert "color" not in found._repr_html_()  # the page's own, light or dark


def test_layers_of_your_own_are_counted_and_numbered():
    class Shift(Layer):
        def __init__(self):
            super().__init__(4, 4, b=(4,))

        def initial(self, p, rng):
            p.b[...] = 0.0

        def forward(self, p, a0, ctx):
            return a0 + p.b, lambda da, dp, need_da0: da

    class Thick(Dense):
        pass

    found = summary(Network([Thick(3, 4, "tanh"), Shift(), Dense(4, 2)]))
    assert [(row.name, row.penalised, row.unpenalised) for row in found.rows] == [
        ("Thick 1", 12, 4),
        ("Shift 2", 0, 4),
        ("Dense 3", 8, 2),
    ]
    assert found.parameters == 30


def test_a_batch_of_no_rows_is_refused():
    with pytest.raises(
        ValueError,
        match="batch_size must be None or a whole number of at least 1; got 0",
    ):
        summary(Network.dense([3, 4, 2]), batch_size=0)
