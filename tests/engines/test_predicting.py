"""Who predicts for a network: itself, or the engine that trained it."""

import copy
import pickle

import numpy as np
import pytest

from engines.problems import X, fit, rows, trained
from engines.processes import FIT, python
from halfmoon.engines import reference
from halfmoon.network import Network


@pytest.mark.parametrize(
    "again", [lambda n: pickle.loads(pickle.dumps(n)), copy.deepcopy, copy.copy]
)
def test_copies_predict_the_same_bits(again):
    network = trained(dropout=0.2)
    data = rows(network, 300)
    expected = network.predict(data)
    other = again(network)
    assert other.engine == "compiled"
    assert np.array_equal(other.predict(data), expected)
    other.theta = other.theta * 2.0
    assert np.array_equal(network.predict(data), expected)
    assert (other.predict(data) != expected).any()


@pytest.mark.slow
def test_a_pickled_network_predicts_where_numba_is_missing(tmp_path):
    """It was trained by the compiled engine, elsewhere."""
    made = FIT + (
        "import pickle\npickle.dump((network, X, network.predict(X)), "
        f"open({str(tmp_path / 'net')!r}, 'wb'))"
    )
    assert python(made).stdout.startswith("compiled")
    script = f"""
    import sys, pickle
    sys.modules["numba"] = None
    import numpy as np
    network, X, y_hat = pickle.load(open({str(tmp_path / "net")!r}, "rb"))
    print(abs(network.predict(X) - y_hat).max() < 1e-12)
    """
    assert python(script).stdout == "True\n"


def test_a_network_predicts_by_itself_until_a_fit_hands_it_a_predictor():
    network = Network.dense([2, 3, 2])
    assert network.predictor is None
    assert network.engine == "numpy"
    expected = reference.predict(network, network.theta, X)
    assert np.array_equal(network.predict(X), expected)
    z = reference.predict(network, network.theta, X, link=False)
    assert np.array_equal(network.raw_predict(X), z)
    fit(network, engine="compiled")
    assert network.engine == "compiled"
    fit(network, engine="numpy")
    assert network.predictor is None


def test_scratch_memory_is_kept_reused_and_never_pickled():
    network = trained((20, 64, 2))
    before = len(pickle.dumps(network))
    network.predict(rows(network, 300))
    scratch = network.predictor.scratch
    assert [len(unused) for unused in scratch.values()] == [1]
    network.predict(rows(network, 300))
    assert [len(unused) for unused in scratch.values()] == [1]
    assert len(pickle.dumps(network)) == before < 1.5 * network.theta.nbytes


@pytest.mark.parametrize("again", [copy.deepcopy, copy.copy])
def test_a_copy_has_scratch_memory_of_its_own(again):
    network = trained()
    network.predict(rows(network, 1))
    other = again(network)
    assert other.predictor.scratch == {}
    other.predict(rows(network, 1))
    assert other.predictor.scratch is not network.predictor.scratch
