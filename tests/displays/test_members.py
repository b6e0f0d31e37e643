"""The losses of several networks."""

import numpy as np

from halfmoon.displays.members import Member, draw_members
from pictures import ax

EPOCHS = np.array([10, 20, 30])
LOSS = np.array([0.6, 0.4, 0.3])
VALIDATION = np.array([0.7, 0.5, 0.55])


def test_each_network_has_its_lines_and_the_epoch_that_was_kept():
    panel = ax()
    members = [Member(EPOCHS, LOSS + i, VALIDATION + i, 20) for i in range(2)]
    draw_members(panel, members)
    assert len(panel.lines) == 6
    training, validation, kept = panel.lines[3:]
    assert np.array_equal(training.get_ydata(), LOSS + 1)
    assert np.array_equal(validation.get_ydata(), VALIDATION + 1)
    assert kept.get_xydata().tolist() == [[20, 1.5]]
    labels = [text.get_text() for text in panel.get_legend().get_texts()]
    assert labels == ["training", "validation", "kept"]


def test_without_validation_there_is_one_line():
    panel = ax()
    draw_members(panel, [Member(EPOCHS, LOSS, np.empty(0), 30)])
    assert len(panel.lines) == 1
