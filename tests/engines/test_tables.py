"""Tables that kernels are given: ranges of theta, and what layers say of them."""

import numpy as np
import pytest

from engines.problems import DEEP
from halfmoon.engines.compiled import tables
from halfmoon.layers import Dense, Dropout, Scaling
from halfmoon.network import Network


@pytest.mark.parametrize("size", [5, 4096])
@pytest.mark.parametrize("masked", [True, False])
def test_ranges_cover_theta_with_what_its_layers_say(size, masked, monkeypatch):
    monkeypatch.setattr(tables, "RANGE_SIZE", size)
    network = Network(DEEP)
    c = np.full(network.size, np.nan)
    m = np.full(network.size, np.nan)
    for row in tables.range_table(network, masked):
        assert 1 <= row["count"] <= size
        part = slice(row["start"], row["start"] + row["count"])
        assert np.isnan(c[part]).all()
        c[part] = row["c"]
        m[part] = row["m"]
    assert np.array_equal(c, network.rate_factor)
    assert np.array_equal(m, network.penalised if masked else np.zeros(network.size))


class Unpenalised(Dense):
    """A Dense whose penalties spare W and shrink b."""

    kernel = "dense"
    penalised = ("b",)


def test_a_layer_says_what_is_penalised_and_not_a_parameters_name():
    network = Network([Unpenalised(3, 4, "tanh"), Dense(4, 2)])
    rows = tables.range_table(network, True)
    assert [(row["start"], row["count"], row["m"]) for row in rows] == [
        (0, 12, 0.0),
        (12, 12, 1.0),
        (24, 2, 0.0),
    ]


@pytest.mark.parametrize("training", [True, False])
def test_a_scaling_is_a_part_of_the_dense_layer_above(training):
    network = Network([Dropout(3, 0.1), Scaling(3), Dense(3, 4, "tanh"), Dense(4, 2)])
    memory = tables.Memory("float64")
    table = tables.layer_table(network, memory, 7, training)
    dense = table[table["is_dropout"] == 0]
    assert dense["start"].tolist() == [3, 19]
    assert dense["scaling"].tolist() == [0, 0]
    assert (dense["V"] != 0).tolist() == [True, False]


def test_the_largest_product_that_blas_is_asked_for_has_the_bias_in_it():
    network = Network.dense([30, 40, 50, 3], dropout=0.1)
    table = tables.layer_table(network, tables.Memory("float64"), 7, training=True)
    assert tables.largest_product(table, 7) == 7 * 41 * 50
