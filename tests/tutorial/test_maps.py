"""The tutorial's maps of the plane."""

import pytest
from matplotlib.figure import Figure

from halfmoon import Network, datasets
from halfmoon.tutorial.maps import draw_map, draw_moons_map


@pytest.mark.parametrize("draw", [draw_map, draw_moons_map])
def test_a_map_names_its_axes(draw):
    ax = Figure().subplots()
    X, y = datasets.make("moons", n=100, noise=0.2, seed=0)
    draw(ax, Network.dense([2, 3, 2]), X, y, resolution=20)
    assert ax.get_xlabel()
    assert ax.get_ylabel()
