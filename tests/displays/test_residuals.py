"""Predicted values beside true ones, and their differences."""

import numpy as np

from halfmoon.displays.residuals import draw_predicted, draw_residuals
from pictures import ax

Y = np.array([1.0, 2.0, 4.0])
Y_HAT = np.array([1.5, 2.0, 3.0])


def test_the_truth_stands_above_the_prediction():
    panel = ax()
    draw_predicted(panel, Y, Y_HAT, "$cost$")
    assert np.array_equal(panel.collections[0].get_offsets(), np.c_[Y_HAT, Y])
    assert panel.lines[0].get_xydata().tolist() == [[1.0, 1.0], [4.0, 4.0]]
    assert panel.get_xlabel() == "predicted $cost$"
    assert not panel.xaxis.label.get_parse_math()


def test_residuals_are_the_truth_less_the_prediction():
    panel = ax()
    draw_residuals(panel, Y, Y_HAT, "cost")
    assert np.array_equal(panel.collections[0].get_offsets(), np.c_[Y_HAT, Y - Y_HAT])
    assert list(panel.lines[0].get_ydata()) == [0.0, 0.0]


def test_many_points_are_paler():
    few = ax()
    draw_residuals(few, Y, Y_HAT, "cost")
    many = ax()
    draw_residuals(many, np.zeros(20_000), np.zeros(20_000), "cost")
    assert many.collections[0].get_alpha() < few.collections[0].get_alpha()
