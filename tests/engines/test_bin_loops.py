"""Inputs that are bins: the compiled engine, which looks them up, beside products."""

import dataclasses

import numpy as np
import pytest

from engines.problems import (
    CLOSE,
    assert_agree,
    assert_close,
    begun,
    each_dtype,
    each_tuning,
    plan,
    task,
    tune,
)
from halfmoon.arrays.binned import Binned
from halfmoon.engines import reference
from halfmoon.engines.compiled import engine as compiled
from halfmoon.engines.compiled import prediction, tables
from halfmoon.engines.compiled.workspace import Workspace
from halfmoon.layers import Dense, Dropout, Scaling
from halfmoon.network import Network
from halfmoon.training.train import train


def binned(n, others, first, bins, dtype="float64"):
    rng = np.random.default_rng(0)
    places = np.empty((n, 2 * len(bins)), dtype)
    places[:, 0::2] = rng.integers(0, bins, (n, len(bins)))
    places[:, 1::2] = rng.random((n, len(bins))).round(1)
    return Binned(
        rng.normal(size=(n, others)).astype(dtype),
        first,
        places,
        np.array(bins),
        rng.random(sum(bins)).astype(dtype),
    )


# other inputs, how many of them stand before the bins, bins of each column
SHAPES = {
    "between others": (5, 3, (9, 12)),
    "behind others": (2, 2, (10,)),
    "before others": (4, 0, (8, 8, 30)),
    "many others": (60, 20, (16,)),
    "bins only": (0, 0, (8, 9)),
}
each_shape = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)


def problem_of(shape, scaled, dtype, batch_size=16, n=50, **options):
    table = binned(n, *shape, dtype)
    d = table.shape[1]
    layers = [Dense(d, 7, "tanh"), Dropout(7, 0.2), Dense(7, 2)]
    if scaled:
        layers.insert(0, Scaling(d, 6.0))
    network = Network(layers, dtype=dtype, seed=1)
    step = np.random.default_rng(1).normal(size=network.size)
    network.theta = network.theta + 0.3 * step
    problem = task(network, n, batch_size, "adamw", **options)
    return dataclasses.replace(problem, X=table)


@each_shape
@pytest.mark.parametrize("scaled", [False, True])
@pytest.mark.parametrize("batch_size", [16, None])
@each_dtype
def test_updates_agree_with_products_of_whole_rows(shape, scaled, batch_size, dtype):
    """The reference reads whole rows off the same table."""
    flags = {"lam": 0.02, "l1": 0.01, "clip": 0.3, "average": 0.9}
    problem = problem_of(shape, scaled, dtype, batch_size, **flags)
    assert problem.workspace(Workspace).tasks["columns"][0] == len(shape[2])
    start = begun(problem, 3)
    assert_agree(problem, start, plan(3, eta=0.01, decay=0.1), CLOSE[dtype])


@each_tuning
def test_updates_agree_however_the_work_is_cut(tuning, monkeypatch):
    tune(tuning, monkeypatch)
    problem = problem_of(SHAPES["between others"], True, "float64", 33, 100)
    assert_agree(problem, begun(problem, 3), plan(3, eta=0.01, decay=0.1))


@each_shape
@pytest.mark.parametrize("n", [1, 2, 300, 5000])
@each_dtype
def test_predictions_agree_with_products_of_whole_rows(shape, n, dtype):
    problem = problem_of(shape, True, dtype)
    network = problem.network
    table = binned(n, *shape, dtype)
    theta = network.theta
    scratch = {}
    for link in (True, False, True):
        expected = reference.predict(network, theta, np.asarray(table), link)
        found = compiled.predict(network, theta, table, link, scratch)
        assert_close(found, expected, CLOSE[dtype])
        some = compiled.predict(network, theta, table.take(slice(0, 256)), link)
        assert np.array_equal(some, found[:256])


@pytest.mark.parametrize("scaled", [False, True])
def test_a_network_that_was_never_fitted_reads_whole_rows(scaled):
    problem = problem_of(SHAPES["between others"], scaled, "float64")
    network = problem.network
    whole = network.predict(np.asarray(problem.X))
    np.testing.assert_allclose(network.predict(problem.X), whole, rtol=1e-12)


def test_threads_share_the_rows_to_predict(monkeypatch):
    monkeypatch.setattr(prediction, "SEVERAL_THREADS_WORK", 0.0)
    monkeypatch.setattr(prediction, "available_cores", lambda: 2)
    problem = problem_of(SHAPES["between others"], True, "float64")
    table = binned(3000, *SHAPES["between others"])
    network = problem.network
    expected = reference.predict(network, network.theta, np.asarray(table))
    found = compiled.predict(network, network.theta, table)
    assert_close(found, expected, CLOSE["float64"])


def test_few_bins_and_dropped_inputs_are_products():
    few = binned(20, 3, 3, (4, 5))
    many = binned(20, 3, 3, (20, 20))
    assert tables.bins_of(Network.dense([12, 2]), few) is None
    assert tables.bins_of(Network.dense([43, 2]), many) is many
    assert tables.bins_of(Network.dense([43, 2]), np.asarray(many)) is None
    dropping = Network([Dropout(43, 0.1), Dense(43, 2)])
    assert tables.bins_of(dropping, many) is None
    y = np.arange(20) % 2
    for table, network in ((few, Network.dense([12, 2])), (many, dropping)):
        assert train(network, table, y, epochs=2).engine == "compiled"


@pytest.mark.parametrize("engine", ["compiled", "numpy"])
def test_a_fit_is_that_of_the_whole_table(engine):
    table = binned(60, 3, 3, (12, 12))
    y = np.arange(60) % 2
    networks = [Network.dense([27, 6, 2], "silu") for _ in range(2)]
    options = {"epochs": 5, "batch_size": 16, "engine": engine}
    for network, X in zip(networks, (table, np.asarray(table)), strict=True):
        run = train(network, X, y, validation=(X, y), **options)
        assert run.engine == engine
    np.testing.assert_allclose(networks[0].theta, networks[1].theta, atol=1e-12)
