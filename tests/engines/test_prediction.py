"""Predictions by the compiled engine against the reference's."""

import threading
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from engines.problems import (
    CLOSE,
    ODD,
    assert_close,
    by_reference,
    each_dtype,
    rows,
    specs,
    trained,
)
from halfmoon.components.losses import LOSSES
from halfmoon.engines import reference
from halfmoon.engines.compiled import prediction, translation
from halfmoon.network import Network


@pytest.mark.parametrize("name", [name for name in ODD if "scaling" in name])
@pytest.mark.parametrize("n", [1, 2, 300])
@each_dtype
def test_scaled_rows_are_predicted_like_the_reference(name, n, dtype):
    """One row is scaled itself, of several the weights."""
    network = Network(ODD[name], dtype=dtype)
    network.theta = network.theta + np.linspace(-0.5, 0.5, network.size)
    data = rows(network, n).astype(dtype)
    for link in (True, False):
        found = prediction.predict(network, network.theta, data, link)
        assert_close(found, by_reference(network, data, link), CLOSE[dtype])
    data[0, 0] = np.nan
    with pytest.raises(ValueError, match="NaN or infinite"):
        prediction.predict(network, network.theta, data)


@pytest.mark.parametrize("loss", specs(LOSSES))
@pytest.mark.parametrize("n", [1, 2, 300, 5000])
@each_dtype
def test_predictions_and_scores_equal_the_references_for_every_loss(loss, n, dtype):
    network = trained(loss=loss, dtype=dtype, dropout=[0.2, 0.5])
    data = rows(network, n)
    assert_close(network.predict(data), by_reference(network, data), CLOSE[dtype])
    assert_close(
        network.raw_predict(data), by_reference(network, data, link=False), CLOSE[dtype]
    )


@pytest.mark.parametrize(
    "sizes",
    [[1, 1], [3, 600, 2], [50, 7, 2], [51, 7, 2], [200, 20, 30, 3], [4, 3, 2, 3, 2, 3]],
)
@pytest.mark.parametrize("n", [1, 2, 255, 256, 257, 1000])
@each_dtype
def test_predictions_equal_the_references_for_every_shape(sizes, n, dtype):
    network = trained(sizes, "silu", "squared_error", dtype)
    data = rows(network, n)
    assert_close(network.predict(data), by_reference(network, data), CLOSE[dtype])


def read_only(a):
    a = a.copy()
    a.flags.writeable = False
    return a


FORMS = {
    "Fortran order": np.asfortranarray,
    "read-only": read_only,
    "every second column": lambda a: np.repeat(a, 2, axis=1)[:, ::2],
    "every second row": lambda a: np.repeat(a, 2, axis=0)[::2],
    "backwards": lambda a: a[::-1].copy()[::-1],
    "a list": lambda a: a.tolist(),
    "float32": lambda a: a.astype(np.float32),
    "float64": lambda a: a.astype(np.float64),
    "big-endian": lambda a: a.astype(">f8"),
    "a subclass": np.ma.MaskedArray,
    "unaligned": lambda a: np.frombuffer(b"0" + a.tobytes(), a.dtype, offset=1).reshape(
        a.shape
    ),
    "integers": lambda a: a.astype(int),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("d", [3, 60])
@each_dtype
def test_inputs_in_any_form_are_read_alike(form, d, dtype):
    network = trained((d, 8, 2), dtype=dtype)
    data = form(rows(network, 37).astype(np.float32).astype(dtype))
    expected = by_reference(network, np.array(data, dtype=dtype))
    assert_close(network.predict(data), expected, CLOSE[dtype])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("place", [(0, 0), (299, 2), (256, 1)])
@pytest.mark.parametrize("d", [3, 60])
@each_dtype
def test_inputs_that_are_not_finite_are_refused_by_column(value, place, d, dtype):
    network = trained((d, 8, 2), dtype=dtype)
    data = rows(network, 300).astype(dtype)
    data[place] = value
    with pytest.raises(
        ValueError, match=rf"NaN or infinite \(in {dtype}\) in columns {place[1]};"
    ):
        network.predict(data)
    with pytest.raises(ValueError, match=f"columns {place[1]};"):
        network.raw_predict(data.tolist())
    with pytest.raises(ValueError, match=f"columns {place[1]};"):
        network.predict(data[place[0]][None])


@pytest.mark.parametrize("d", [3, 60])
def test_the_largest_finite_inputs_are_not_taken_for_infinite(d):
    network = trained((d, 8, 2))
    data = np.full((5, d), 1e300)
    assert np.isfinite(network.predict(data)).all()


@pytest.mark.parametrize("shape", [(3,), (4, 2), (4, 4), (0, 3), (2, 2, 3), ()])
def test_inputs_of_a_wrong_shape_are_refused(shape):
    with pytest.raises(
        ValueError, match=r"X must have shape \(n, 3\) with n at least 1"
    ):
        trained().predict(np.zeros(shape))


@pytest.mark.parametrize("sizes", [[20, 64, 4], [70, 64, 4]])
@each_dtype
def test_threads_change_no_bit_of_a_prediction(sizes, dtype, monkeypatch):
    network = trained(sizes, dtype=dtype)
    bits = []
    data = rows(network, 70_001).astype(dtype)
    for cores in (1, 2, 3, 8):
        monkeypatch.setattr(prediction, "available_cores", lambda cores=cores: cores)
        bits.append(network.predict(data))
    for other in bits[1:]:
        assert np.array_equal(bits[0], other)
    assert_close(bits[0], by_reference(network, data), CLOSE[dtype])


def test_a_prediction_over_threads_refuses_what_is_not_finite(monkeypatch):
    monkeypatch.setattr(prediction, "available_cores", lambda: 3)
    network = trained((20, 64, 4))
    data = rows(network, 70_000)
    data[30_000, 7] = np.nan
    with pytest.raises(ValueError, match="columns 7;"):
        network.predict(data)


def test_many_threads_may_predict_on_one_network():
    network = trained((5, 40, 3))
    tables = [rows(network, n, n) for n in (1, 2, 300, 1, 700, 5000)] * 10
    expected = [network.predict(table) for table in tables]
    with ThreadPoolExecutor(8) as pool:
        for one, other in zip(pool.map(network.predict, tables), expected, strict=True):
            assert np.array_equal(one, other)


def test_predictions_follow_theta_and_leave_earlier_ones_alone():
    network = trained()
    data = rows(network, 20)
    theta = network.theta
    first = network.predict(data)
    kept = first.copy()
    assert_close(
        network.predict(data, theta * 3.0),
        reference.predict(network, theta * 3.0, data),
        1e-12,
    )
    network.theta = theta[::2].repeat(2)[: len(theta)].copy()
    assert_close(network.predict(data), by_reference(network, data), 1e-12)
    assert np.array_equal(first, kept)


def test_what_can_only_be_read_is_neither_copied_nor_compiled_for_anew():
    """Rows and weights that lie in a file, say, mapped into memory."""
    network = trained((50, 4, 2))
    data = rows(network, 20_000)
    expected = network.predict(data)
    kernel = translation.source("kernels", "float64").predict
    signatures = list(kernel.signatures)
    data.flags.writeable = False
    theta = read_only(network.theta)
    tracemalloc.start()
    try:
        result = network.predict(data, theta)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < data.nbytes / 2
    assert kernel.signatures == signatures
    assert np.array_equal(result, expected)


def test_where_the_system_starts_no_threads_one_predicts_all(monkeypatch):
    network = trained((20, 64, 4))
    data = rows(network, 70_001)
    expected = network.predict(data)

    def fail(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(prediction, "available_cores", lambda: 3)
    monkeypatch.setattr(threading.Thread, "start", fail)
    assert np.array_equal(network.predict(data), expected)


@pytest.mark.parametrize("n", [1, 100, 1000, 70_000])
def test_blas_starts_no_thread_in_a_prediction_of_any_size(n, monkeypatch):
    """Each product would wait for them, while other processes use the cores."""
    network = trained((40, 100, 3))
    data = rows(network, n)
    network.predict(data)
    met = []
    kernel = prediction.ForwardPass.__init__

    def begin(self, *arguments):
        kernel(self, *arguments)
        run = self.kernel
        self.kernel = lambda *given: (met.append(blas_threads()), run(*given))[1]

    monkeypatch.setattr(prediction.ForwardPass, "__init__", begin)
    network.predictor.scratch.clear()
    with threadpool_limits(2, user_api="blas"):
        network.predict(data)
    # one row is too small a product for threads
    assert set(met) == ({2} if n == 1 else {1})


def blas_threads():
    return max(
        pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"
    )
