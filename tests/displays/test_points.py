"""Points are told apart by colour and by marker."""

import numpy as np
from matplotlib.colors import to_hex

from halfmoon.displays import (
    draw_points,
)
from halfmoon.displays.style import COLOURS
from pictures import X2, ax, y2


def test_points_have_a_colour_and_a_marker_for_each_class():
    panel = ax()
    groups = draw_points(panel, X2, y2)
    assert len(groups) == len(panel.collections) == 2
    colours = {tuple(np.round(group.get_facecolor()[0], 3)) for group in groups}
    markers = {group.get_paths()[0].vertices.tobytes() for group in groups}
    assert len(colours) == len(markers) == 2


def test_a_class_without_points_keeps_its_colour():
    groups = draw_points(ax(), X2[y2 == 1], y2[y2 == 1], classes=(0, 1))
    assert [len(group.get_offsets()) for group in groups] == [0, 60]
    assert to_hex(groups[1].get_facecolor()[0]).upper() == COLOURS[1]
