"""Maps over the plane, judged by the network's own predictions at single places."""

from dataclasses import replace

import numpy as np
import pytest

from halfmoon import Network
from halfmoon.playground.make_data import make_data
from halfmoon.playground.maps import (
    border_line,
    gap_map,
    grid_points,
    plane_map,
    unit_maps,
)
from halfmoon.playground.setup import Setup

CURVE = make_data(Setup(data="curve:shape=line", rows=60))
DATA = make_data(Setup(rows=60, features=["x1", "x2", "x1 * x2"]))
NETWORK = Network.dense([3, 4, 3, 2], "tanh", seed=1)


def test_the_grid_begins_at_the_top_left_and_ends_on_the_edges():
    x0, x1, y0, y1 = DATA.box
    points = grid_points(DATA, 5, 4)
    np.testing.assert_allclose(points[0], [x0, y1])
    np.testing.assert_allclose(points[4], [x1, y1])
    np.testing.assert_allclose(points[-1], [x1, y0])


def test_the_plane_is_what_the_network_predicts_there():
    theta = NETWORK.theta + 0.5
    plane = plane_map(NETWORK, theta, DATA, 5, 4)
    x, y = grid_points(DATA, 5, 4)[7]
    expected = NETWORK.predict([[x, y, x * y]], theta)[0]
    assert plane.shape == (20, 2)
    np.testing.assert_allclose(plane[7], expected, rtol=1e-6)


def test_the_units_are_what_their_layers_answer_there():
    theta = NETWORK.theta + 0.5
    units = unit_maps(NETWORK, theta, DATA, 5, 4)
    x, y = grid_points(DATA, 5, 4)[7]
    p = NETWORK.views(theta)
    first = np.tanh(np.array([x, y, x * y]) @ p[0].W + p[0].b)
    second = np.tanh(first @ p[1].W + p[1].b)
    assert units.shape == (20, 7)
    np.testing.assert_allclose(units[7], [*first, *second], rtol=1e-5)


def test_without_hidden_layers_there_is_nothing_to_show():
    network = Network.dense([3, 2])
    assert unit_maps(network, network.theta, DATA, 5, 4).shape == (20, 0)


def test_gaps_are_where_no_row_is_near():
    """The distance to the next row in standard deviations, written out."""
    scale = DATA.positions.std(axis=0)
    points = grid_points(DATA, 30, 30)
    apart = (points[:, None] - DATA.positions[None]) / scale
    nearest = np.sqrt((apart**2).sum(axis=2)).min(axis=1)
    gaps = gap_map(DATA, 30, 30)
    assert 0 < gaps.sum() < 900
    np.testing.assert_array_equal(gaps, nearest > 0.5)


@pytest.mark.parametrize("scale", [1.0, 12.0])
def test_values_are_in_their_own_units(scale):
    data = make_data(Setup(data="moons", rows=30))
    as_values = replace(data, task="regression", middle=3.0, spread=scale)
    network = Network.dense([2, 1], loss="squared_error")
    x, y = grid_points(as_values, 3, 3)[0]
    p = network.views(network.theta)[0]
    expected = 3.0 + scale * ([x, y] @ p.W + p.b)
    plane = plane_map(network, network.theta, as_values, 3, 3)
    np.testing.assert_allclose(plane[0], expected, rtol=1e-6)


def test_the_border_of_two_classes_is_drawn_where_it_is_known():
    line = border_line(CURVE)
    x0, x1, *_ = CURVE.box
    np.testing.assert_allclose(line[[0, -1], 0], [x0, x1], rtol=1e-6)
    np.testing.assert_allclose(line[:, 1], 0.5 * line[:, 0], rtol=1e-6)
    above = CURVE.positions[:, 1] > 0.5 * CURVE.positions[:, 0]
    assert (above == CURVE.y).mean() > 0.7  # noise has moved some across
    assert border_line(DATA).shape == (0, 2)
