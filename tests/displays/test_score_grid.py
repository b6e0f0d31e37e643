"""Every cell of a grid of scores has its number, and one of them a frame."""

import numpy as np

from halfmoon.displays.score_grid import draw_score_grid
from pictures import ax


def test_a_cell_has_its_number_and_the_frame_is_where_it_is_asked_for():
    panel = ax()
    losses = np.array([[0.3, 0.2], [0.0001, 0.1], [0.5, 0.4]])
    draw_score_grid(panel, losses, [1, 2, 3], ["a", "b"], framed=(2, 1), highest=0.5)
    numbers = {text.get_position(): text.get_text() for text in panel.texts}
    assert numbers[0.5, 0.5] == "0.300"
    assert numbers[0.5, 1.5] == "<0.001"
    assert numbers[1.5, 2.5] == "0.400"
    (frame,) = panel.patches
    assert (frame.get_x(), frame.get_y()) == (1, 2)
    assert [text.get_text() for text in panel.get_xticklabels()] == ["a", "b"]
    assert [text.get_text() for text in panel.get_yticklabels()] == ["1", "2", "3"]
    assert panel.collections[0].get_clim() == (0.0, 0.5)
