"""The space of three hidden units: the plane in it, and from where it is seen."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from halfmoon.displays.hidden_space import (
    azimuth_from_aside,
    cut_of_cube,
    direction_in,
    draw_hidden_space,
    separating_plane,
)
from halfmoon.inspection.units import hidden_activations
from halfmoon.network import Network

ELEVATION = 16.0


def unit(vector):
    return np.asarray(vector) / np.linalg.norm(vector)


NORMALS = [unit(v) for v in ([1, 0.2, 0.1], [1, 1, 1], [-0.3, 0.9, 0.4], [1, -2, 0.5])]


def test_a_point_lies_on_the_side_of_the_class_that_the_network_predicts():
    rng = np.random.default_rng(0)
    network = Network.dense([2, 3, 2], "tanh", rng=rng)
    network.theta[:] = rng.normal(size=network.size)
    X = rng.normal(size=(500, 2))
    normal, offset = separating_plane(network)
    side = hidden_activations(network, X)[0] @ normal + offset > 0.0
    assert np.array_equal(side, network.predict(X).argmax(axis=1) == 1)
    assert np.linalg.norm(normal) == pytest.approx(1.0)


@pytest.mark.parametrize("normal", NORMALS)
@pytest.mark.parametrize("offset", [0.0, 0.4, -0.7])
def test_the_cut_lies_in_the_plane_and_on_the_edges_of_the_cube(normal, offset):
    corners = cut_of_cube(normal, offset)
    assert 3 <= len(corners) <= 6
    assert corners @ normal + offset == pytest.approx(0.0, abs=1e-12)
    on_a_face = np.isclose(np.abs(corners), 1.0).sum(axis=1)
    assert (on_a_face >= 2).all()
    assert np.abs(corners).max() <= 1.0 + 1e-12


@pytest.mark.parametrize("normal", NORMALS)
def test_its_corners_stand_in_order_around_it(normal):
    corners = cut_of_cube(normal, 0.2)
    sides = np.roll(corners, -1, axis=0) - corners
    turns = np.cross(sides, np.roll(sides, -1, axis=0)) @ normal
    assert (turns > 0.0).all() or (turns < 0.0).all()


@pytest.mark.parametrize("normal", NORMALS)
def test_it_is_seen_nearly_from_aside(normal):
    height = np.radians(ELEVATION)
    turn = np.radians(azimuth_from_aside(normal))
    flat = np.cos(height)
    looks = [flat * np.cos(turn), flat * np.sin(turn), np.sin(height)]
    assert abs(np.dot(looks, normal)) == pytest.approx(0.3, abs=0.05)


def test_along_the_plane_the_points_vary_most():
    rng = np.random.default_rng(1)
    normal = NORMALS[0]
    a1 = rng.normal(size=(300, 3)) * [0.1, 2.0, 0.5]
    first = direction_in(normal, a1)
    assert first @ normal == pytest.approx(0.0, abs=1e-12)
    best = np.var(a1 @ first)
    for other in rng.normal(size=(200, 3)):
        inside = unit(other - (other @ normal) * normal)
        assert np.var(a1 @ inside) <= best * (1.0 + 1e-9)


def test_each_class_and_the_plane_are_drawn():
    rng = np.random.default_rng(2)
    a1 = np.tanh(rng.normal(size=(40, 3)))
    y = np.arange(40) % 2
    fig = Figure()
    draw_hidden_space(fig, a1, y, NORMALS[1], 0.1)
    space, edge = fig.axes
    assert len(space.lines) == 12
    drawn = [len(points.get_offsets()) for points in space.collections[1:]]
    assert sorted(drawn) == [20, 20]
    heights = [np.asarray(one.get_offsets())[:, 1] for one in edge.collections]
    distances = np.concatenate(heights)
    assert np.sort(distances) == pytest.approx(np.sort(a1 @ NORMALS[1] + 0.1))
