"""Every model has its dot, its interval and its number."""

import numpy as np

from halfmoon.displays.comparison import draw_comparison
from halfmoon.displays.style import COLOURS, GREY
from pictures import ax

VALUES = np.array([0.90, 0.88, 0.50])
INTERVALS = np.array([[0.87, 0.93], [0.85, 0.91], [0.47, 0.53]])


def drawn(values=VALUES, intervals=INTERVALS):
    panel = ax()
    names = ["own", "$other$", "far"]
    texts = [f"{value:.2f}" for value in values]
    draw_comparison(panel, names, values, intervals, texts=texts, label="score")
    return panel


def test_dots_and_intervals_are_where_they_are_said_to_be():
    panel = drawn()
    _, interval, dot, other_interval, other_dot, *_ = panel.lines
    assert list(interval.get_xdata()) == [0.87, 0.93]
    assert list(dot.get_xydata()[0]) == [0.90, 0]
    assert list(other_interval.get_xdata()) == [0.85, 0.91]
    assert list(other_dot.get_xydata()[0]) == [0.88, 1]
    assert dot.get_color() == COLOURS[0]
    assert other_dot.get_color() == GREY
    assert [text.get_text() for text in panel.texts] == ["0.90", "0.88", "0.50"]
    labels = panel.get_yticklabels()
    assert [label.get_text() for label in labels] == ["own", "$other$", "far"]
    assert not any(label.get_parse_math() for label in labels)


def test_a_model_far_from_all_others_is_an_arrow():
    panel = drawn()
    low, high = panel.get_xlim()
    assert 0.8 < low < 0.85
    assert 0.93 < high < 0.95
    far = panel.lines[-1]
    assert far.get_marker() == "<"
    assert far.get_xdata()[0] == low


def test_models_that_lie_together_are_all_shown():
    panel = drawn(VALUES - [0, 0, -0.35], INTERVALS - [[0], [0], [-0.35]])
    assert panel.get_xlim()[0] < 0.82
    assert panel.lines[-1].get_marker() == "s"


def test_scores_without_any_spread_have_an_axis():
    alike = np.full(3, 1.0)
    panel = drawn(alike, np.ones((3, 2)))
    low, high = panel.get_xlim()
    assert low < 1.0 < high
