"""Curves, errors, histograms and stability, compared with NumPy and scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score

from halfmoon import Network, curvature
from halfmoon.playground.frames import make_frame
from halfmoon.playground.session import Session
from halfmoon.playground.setup import Setup
from halfmoon.serving.packing import jsonable


@pytest.fixture(scope="module")
def session():
    with Session(Setup(rows=100, batch_size=20)) as session:
        session.advance(400)
        yield session


def ask(session, **want):
    return make_frame(session.moment(), session.runs, want)


def test_curves_hold_what_was_measured(session):
    header, arrays = ask(session, curves={"width": 50, "log": False})
    assert header["curves"] == [{"id": "1"}]
    points = session.recording.points
    np.testing.assert_array_equal(
        arrays["curves.0.updates"], [point.update for point in points]
    )
    assert arrays["curves.0.updates"][[0, -1]].tolist() == [0.0, 400.0]
    expected = [point.measures.test_loss for point in points]
    np.testing.assert_allclose(arrays["curves.0.test_loss"], expected, rtol=1e-6)


@pytest.mark.parametrize("log", [False, True])
def test_every_pixel_has_the_lowest_and_the_highest_loss(session, log):
    _, arrays = ask(session, curves={"width": 50, "log": log})
    low, high = arrays["curves.0.low"], arrays["curves.0.high"]
    band = session.recording.band
    assert (low <= high).all()
    assert len(low) <= 50
    assert low.min() == np.float32(np.nanmin(band.low))
    assert high.max() == np.float32(np.nanmax(band.high))
    scale = np.log1p if log else np.asarray
    x = scale(arrays["curves.0.at"]) / scale(400.0) * 50
    assert (np.diff(np.floor(x)) > 0).all()  # one of each column of pixels


def test_both_futures_of_a_branch_are_curves(session):
    session.seek(100)
    session.change(learning_rate=0.1)
    session.advance(50)
    want = {"width": 50, "runs": ["1", "2", "99"]}
    header, arrays = ask(session, curves=want)
    assert [run["id"] for run in header["curves"]] == ["1", "2"]
    ends = [arrays[f"curves.{index}.updates"][-1] for index in range(2)]
    assert ends == [400.0, 150.0]
    session.restore("1")


def test_without_test_rows_there_is_no_test_curve():
    with Session(Setup(rows=20, test_share=0.0)) as session:
        _, arrays = ask(session, curves={"width": 50})
        header, _ = ask(session, confusion=True)
    assert "curves.0.test_loss" not in arrays
    assert header["confusion"]["test"] is None


def test_errors_of_classes_are_counted(session):
    header, _ = ask(session, confusion=True)
    moment = session.moment()
    data = moment.data
    predicted = moment.network.predict(data.X, moment.theta).argmax(axis=1)
    expected = np.zeros((2, 2), int)
    for row in np.flatnonzero(data.is_test):
        expected[data.y[row], predicted[row]] += 1
    np.testing.assert_array_equal(header["confusion"]["test"], expected)


def test_errors_of_values_are_measured():
    with Session(Setup(data="bumps", learning_rate=0.1)) as session:
        session.advance(10)
        header, _ = ask(session, confusion=True)
        moment = session.moment()
        rows = moment.data.is_test
        y = moment.data.y[rows]
        y_hat = moment.network.predict(moment.data.X[rows], moment.theta)[:, 0]
    assert header["confusion"]["test"] == pytest.approx(
        {
            "R2": r2_score(y, y_hat),
            "rmse": mean_squared_error(y, y_hat) ** 0.5,
            "mae": mean_absolute_error(y, y_hat),
        }
    )


def test_histograms_count_every_weight_and_answer():
    with Session(Setup(hidden=(4,), activations=("relu",))) as session:
        # its first unit is 0 for every row
        session.set_parameter(8, -100.0)
        header, _ = ask(session, histograms=True)
        rows = int((~session.data.is_test).sum())
    hidden, output = jsonable(header["histograms"]["layers"])
    assert (hidden["name"], output["name"]) == ("hidden 1", "output")
    assert sum(hidden["weights"]["counts"]) == 8
    assert sum(hidden["activations"]["counts"]) == 4 * rows
    assert hidden["dead"] == 1
    assert sum(output["gradients"]["counts"]) == 8
    assert output["activations"] is None


def test_stability_is_rate_times_curvature():
    with Session(Setup(rows=60, learning_rate=0.5, l2=0.01)) as session:
        session.advance(64)
        known = 0
        while known < 64:  # a few are new in each frame
            header, arrays = ask(session, stability=True)
            known = arrays["stability.product_updates"][-1]
        moment = session.moment()
        data = moment.data
        network = Network.dense([2, 3, 2], "tanh", seed=0)
        network.theta = moment.theta
        rows = ~data.is_test
        kappa = curvature(network, data.X[rows], data.y[rows], l2=0.01)
    assert header["stability"]["curvature"] == pytest.approx(kappa)
    assert header["stability"]["product"] == pytest.approx(0.5 * kappa)
    assert header["stability"]["limit"] == 2.0
    assert arrays["stability.product"][-1] == pytest.approx(0.5 * kappa)


def test_of_large_networks_the_curvature_is_left_out_in_words():
    with Session(Setup(hidden=(20, 20), activations=("tanh", "tanh"))) as session:
        header, arrays = ask(session, stability=True)
    assert "is the most" in header["stability"]["why"]
    assert np.isnan(header["stability"]["curvature"])
    assert "stability.product" not in arrays
