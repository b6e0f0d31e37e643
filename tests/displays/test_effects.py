"""The importance of columns, and the effect of one."""

import numpy as np

from halfmoon.displays.effects import draw_dependence, draw_effects, draw_importance
from pictures import ax


def test_each_column_has_a_bar_and_an_interval():
    panel = ax()
    intervals = np.array([[0.1, 0.4], [-0.1, 0.1]])
    values = np.array([0.2, 0.0])
    draw_importance(panel, ["age", "$pay$"], values, intervals, label="loss")
    assert [patch.get_width() for patch in panel.patches] == [0.2, 0.0]
    (bars,) = panel.containers[-1].lines[2]
    ends = [segment[:, 0].round(9).tolist() for segment in bars.get_segments()]
    assert ends == intervals.tolist()
    low, high = panel.get_ylim()
    assert low > high  # the first column above
    assert not any(label.get_parse_math() for label in panel.get_yticklabels())


def test_the_effect_of_a_number_is_a_line_for_each_output():
    panel = ax()
    values = np.array([1.0, 2.0, 3.0])
    responses = np.array([[0.1, 0.2, 0.3], [0.9, 0.8, 0.7]])
    shares = np.array([0.5, 0.25, 0.25])
    draw_dependence(panel, values, responses, shares, ["no", "yes"])
    for line, response in zip(panel.lines, responses, strict=True):
        assert np.array_equal(line.get_xdata(), values)
        assert np.array_equal(line.get_ydata(), response)
    heights = [
        segment[1, 1] - segment[0, 1] for segment in panel.collections[0].get_segments()
    ]
    np.testing.assert_allclose(np.array(heights) / heights[0], shares / shares[0])


def test_a_single_value_is_a_point():
    panel = ax()
    draw_dependence(panel, np.ones(1), np.ones((1, 1)), np.ones(1), ["cost"])
    assert panel.lines[0].get_marker() == "o"


def test_the_effect_of_a_category_is_a_dot_for_each_output():
    panel = ax()
    responses = np.array([[0.1, 0.2], [0.9, 0.8]])
    draw_effects(panel, ["a", "$b$"], responses, np.array([0.6, 0.004]), ["no", "yes"])
    assert panel.lines[1].get_xydata().tolist() == [[0.9, 0], [0.8, 1]]
    assert panel.lines[0].get_marker() != panel.lines[1].get_marker()
    names = [label.get_text() for label in panel.get_yticklabels()]
    assert names == ["a (60%)", "$b$ (<1%)"]
