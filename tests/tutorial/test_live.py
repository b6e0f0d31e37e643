"""What the lesson's live figures start from."""

import json

import numpy as np
import pytest
from sklearn.datasets import make_moons

from halfmoon import datasets
from halfmoon.tutorial.live import live_data


def test_the_data_survive_as_json():
    data = json.loads(json.dumps(live_data()))
    shape = data["shapes"]["2"]
    rng = np.random.RandomState(0)
    X, y = make_moons(200, noise=0.20, random_state=rng)
    np.testing.assert_array_equal(np.reshape(shape["points"], (200, 2)), X)
    np.testing.assert_array_equal(shape["labels"], y)


@pytest.mark.parametrize("H", [1, 2, 3, 4, 5, 20, 50])
def test_the_weights_are_those_that_britz_draws(H):
    rng = np.random.RandomState(0)
    W1 = rng.randn(2, H) / np.sqrt(2)
    W2 = rng.randn(H, 2) / np.sqrt(H)
    parts = [W1.ravel(), np.zeros(H), W2.ravel(), np.zeros(2)]
    np.testing.assert_array_equal(live_data()["weights"][str(H)], np.concatenate(parts))


@pytest.mark.parametrize("C", [2, 3, 4, 5])
def test_shapes_lie_in_their_boxes(C):
    shape = live_data()["shapes"][str(C)]
    X = np.reshape(shape.get("points", shape["clean"]), (-1, 2))
    x0, x1, y0, y1 = shape["box"]
    assert ((x0, y0) < X).all()
    assert ((x1, y1) > X).all()
    assert (x1 - x0) * 3 == pytest.approx((y1 - y0) * 4)  # as the figures are drawn
    assert np.unique(shape["labels"]).tolist() == list(range(C))


def test_clean_shapes_are_those_of_the_data_sets():
    X, y = datasets.make("spiral:arms=4", n=200, noise=0.0, seed=0)
    shape = live_data()["shapes"]["4"]
    np.testing.assert_allclose(np.reshape(shape["clean"], (-1, 2)), X, atol=5e-5)
    np.testing.assert_array_equal(shape["labels"], y)
