"""Frames of a session, compared with what NumPy and scikit-learn say of its weights."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, log_loss, r2_score

from halfmoon.inspection.units import hidden_activations
from halfmoon.playground.frames import make_frame
from halfmoon.playground.maps import grid_points
from halfmoon.playground.session import Session
from halfmoon.playground.setup import Setup

GRID = {"columns": 6, "rows": 5}
LASTING = {"X", "y", "test", "rowNumbers", "gaps", "border", "inputPictures"}
WANT = {"plane": GRID, "units": GRID, "points": True, "weights": True}
SETUP = Setup(rows=80, hidden=(4, 3), activations=("tanh", "relu"))


@pytest.fixture(scope="module")
def session():
    with Session(SETUP) as session:
        session.advance(30)
        yield session


@pytest.fixture(scope="module")
def values():
    with Session(Setup(data="bumps", hidden=(4,), learning_rate=0.1)) as session:
        session.advance(20)
        yield session


def ask(session, want, data_version=None):
    return make_frame(session.moment(), session.runs, want, data_version)


def by_hand(session, X):
    """Hidden activations and probabilities, written out."""
    moment = session.moment()
    first, second, third = moment.network.views(moment.theta)
    a1 = np.tanh(X @ first.W + first.b)
    a2 = np.maximum(a1 @ second.W + second.b, 0.0)
    z = np.exp(a2 @ third.W + third.b)
    return a1, a2, z / z.sum(axis=1, keepdims=True)


def test_a_frame_holds_what_is_wanted_and_no_more(session):
    _, arrays = ask(session, {"weights": True})
    assert list(arrays) == ["theta"]
    assert ask(session, {"weights": False, "plane": None})[1] == {}
    with pytest.raises(ValueError, match="no part of a frame 'planes'; did you mean"):
        ask(session, {"planes": GRID})
    with pytest.raises(
        ValueError, match="columns must be a whole number from 2 to 160"
    ):
        ask(session, {"plane": {"columns": 100_000, "rows": 5}})
    with pytest.raises(ValueError, match="rows must be a whole number"):
        ask(session, {"units": {"columns": 5, "rows": True}})
    with pytest.raises(ValueError, match="columns must be a whole number"):
        ask(session, {"plane": True})


def test_maps_and_points_are_what_the_network_answers(session):
    header, arrays = ask(session, WANT)
    data = session.data
    a1, a2, y_hat = by_hand(session, grid_points(data, 6, 5))
    np.testing.assert_allclose(arrays["plane"], y_hat, rtol=1e-5)
    np.testing.assert_allclose(
        arrays["pictures"], np.hstack([a1, a2]), rtol=1e-5, atol=1e-6
    )
    np.testing.assert_allclose(arrays["inputPictures"], grid_points(data, 6, 5))
    np.testing.assert_allclose(
        arrays["predictions"], by_hand(session, data.X)[2], rtol=1e-5
    )
    np.testing.assert_array_equal(arrays["y"], data.y)
    np.testing.assert_array_equal(arrays["test"], data.is_test)
    assert header["sizes"] == [2, 4, 3, 2]
    assert arrays["theta"].size == 2 * 4 + 4 + 4 * 3 + 3 + 3 * 2 + 2


def test_what_stays_the_same_comes_once(session):
    version = session.moment().data_version
    _, again = ask(session, WANT, version)
    assert {
        "X",
        "y",
        "test",
        "rowNumbers",
        "gaps",
        "border",
        "inputPictures",
    }.isdisjoint(again)
    assert {"plane", "pictures", "predictions", "theta"} <= set(again)


def test_the_header_tells_losses_and_scores(session):
    header, _ = ask(session, {})
    data = session.data
    y_hat = by_hand(session, data.X)[2]
    for name, rows in (("train", ~data.is_test), ("test", data.is_test)):
        loss = log_loss(data.y[rows], y_hat[rows])
        assert header[f"{name}_loss"] == pytest.approx(loss)
        score = accuracy_score(data.y[rows], y_hat[rows].argmax(axis=1))
        assert header[f"{name}_score"] == pytest.approx(score)
    assert (header["update"], header["epoch"], header["playing"]) == (30, 30, False)


def test_values_are_told_in_their_own_units(values):
    header, arrays = ask(values, WANT)
    data = values.data
    low, high = header["range"]
    assert (low, high) == pytest.approx((data.y.min(), data.y.max()))
    score = r2_score(data.y[~data.is_test], arrays["predictions"][~data.is_test, 0])
    assert header["train_score"] == pytest.approx(score, abs=1e-5)
    assert arrays["y"].dtype == np.float32


def test_each_layer_can_be_looked_at(session):
    a1, a2, _ = by_hand(session, session.data.X)
    for layer, expected in ((1, a1), (2, a2), (9, a2)):
        header, arrays = ask(session, {"hidden": {"layer": layer}})
        assert header["hiddenLayer"] == min(layer, 2)
        np.testing.assert_allclose(arrays["hidden"], expected, rtol=1e-4, atol=1e-6)
    with Session(Setup(hidden=(), activations=())) as flat:
        header, arrays = ask(flat, {"hidden": {"layer": 1}, "units": GRID})
    assert header["hiddenLayer"] == 0
    assert arrays["pictures"].shape == (30, 0)


def test_of_many_rows_the_hidden_space_shows_every_few():
    with Session(Setup(rows=1400)) as session:
        header, arrays = ask(session, {"hidden": {"layer": 1}})
        assert header["hiddenEvery"] == 3
        a1, *_ = hidden_activations(session.moment().network, session.data.X[::3])
    np.testing.assert_allclose(arrays["hidden"], a1, rtol=1e-6)


def test_lines_are_where_the_first_units_change_their_sign(session):
    _, arrays = ask(session, {"units": GRID})
    moment = session.moment()
    first = moment.network.views(moment.theta)[0]
    for unit, (x0, y0, x1, y1) in enumerate(arrays["lines"]):
        if np.isnan(x0):
            continue
        ends = np.array([[x0, y0], [x1, y1]])
        z = ends @ first.W[:, unit] + first.b[unit]
        np.testing.assert_allclose(z, 0.0, atol=1e-5)
        left = ends.mean(axis=0) + 0.01 * np.array([-(y1 - y0), x1 - x0])
        assert left @ first.W[:, unit] + first.b[unit] > 0.0
    assert not np.isnan(arrays["lines"]).all()


def test_of_many_rows_always_the_same_are_shown():
    with Session(Setup(rows=4000, hidden=(2,))) as session:
        _, arrays = ask(session, {"points": True})
        session.advance(1)
        _, later = ask(session, {"points": True})
    assert arrays["rowNumbers"].shape == (1500,)
    np.testing.assert_array_equal(arrays["rowNumbers"], later["rowNumbers"])
    rows = arrays["rowNumbers"]
    np.testing.assert_allclose(arrays["X"], session.data.positions[rows], rtol=1e-6)


def test_what_is_under_the_pointer_is_told_with_each_frame(session):
    header, _ = ask(session, {"hover": {"unit": 5, "row": 3}})
    assert header["hover"]["title"] == "hidden layer 2, unit 2"
    assert ask(session, {"hover": {"unit": 99}})[0]["hover"] is None
    assert ask(session, {"trace": {"row": 3}})[0]["trace"]["row"] == 3
    assert ask(session, {"trace": {"row": 80}})[0]["trace"] is None


def test_a_network_that_diverged_is_still_shown():
    with Session(Setup(data="plane", rows=40, learning_rate=100.0)) as session:
        session.advance(200)
        assert session.moment().stopped == "diverged"
        parts = {"confusion": True, "histograms": True, "stability": True}
        header, _ = ask(session, WANT | parts | {"curves": {"width": 100}})
    assert header["stopped"] == "diverged"
