"""Every split is a dot for each method, and every mean is where the dots say."""

import numpy as np
import pytest

from halfmoon.displays.splits import draw_splits
from pictures import ax

SCORES = np.array([[0.9, 0.7, 0.8], [0.6, 0.8, 0.8]])


def test_each_score_is_a_dot_and_a_split_is_a_line_through_its_dots():
    panel = ax()
    draw_splits(panel, SCORES, ["line", "network"], ".2f")
    dots = [panel.collections[i].get_offsets() for i in (0, 2)]
    assert [each[:, 1].tolist() for each in dots] == SCORES.tolist()
    joined = [line.get_ydata().tolist() for line in panel.lines]
    assert joined == SCORES.T.tolist()
    assert len({tuple(dot) for each in dots for dot in each}) == 6  # none hides another


def test_the_bar_and_the_number_beside_it_are_the_mean():
    panel = ax()
    draw_splits(panel, SCORES, ["line", "network"], ".2f")
    bars = [panel.collections[i].get_segments()[0][0][1] for i in (1, 3)]
    assert bars == pytest.approx(SCORES.mean(axis=1))
    assert [text.get_text() for text in panel.texts] == ["0.80", "0.73"]
    assert [text.get_text() for text in panel.get_xticklabels()] == ["line", "network"]
