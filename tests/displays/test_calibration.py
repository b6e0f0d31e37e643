"""Calibration: points with intervals, and bars for their rows."""

import numpy as np

from halfmoon.displays.calibration import draw_calibration
from pictures import ax


def test_bins_with_rows_are_points_and_bars():
    panel = ax()
    predicted = np.array([0.1, 0.5, 0.9])
    observed = np.array([0.0, 0.5, 0.8])
    intervals = np.array([[0.0, 0.2], [0.3, 0.7], [0.6, 0.9]])
    draw_calibration(panel, predicted, observed, intervals, np.array([40, 0, 10]))
    points = panel.containers[-1].lines[0]
    assert points.get_xydata().tolist() == [[0.1, 0.0], [0.9, 0.8]]
    (bars,) = panel.containers[-1].lines[2]
    ends = [segment[:, 1].round(9).tolist() for segment in bars.get_segments()]
    assert ends == [[0.0, 0.2], [0.6, 0.9]]
    heights = [patch.get_height() for patch in panel.patches]
    assert heights[0] == 4.0 * heights[1]


def test_without_rows_the_diagonal_is_left():
    panel = ax()
    none = np.empty(0)
    draw_calibration(panel, none, none, np.empty((0, 2)), none)
    assert not panel.patches
