"""The cells of a confusion matrix."""

import numpy as np
import pytest

from halfmoon.displays.confusion import MOST_NAMES, MOST_NUMBERS, draw_confusion
from pictures import ax


def test_a_cell_has_its_count_and_is_as_deep_as_its_share():
    panel = ax()
    counts = np.array([[80, 20], [0, 5]])
    draw_confusion(panel, counts, ["no", "yes"])
    numbers = {text.get_position(): text.get_text() for text in panel.texts}
    assert numbers == {
        (0.5, 0.5): "80",
        (1.5, 0.5): "20",
        (0.5, 1.5): "0",
        (1.5, 1.5): "5",
    }
    right, wrong = (mesh.get_array() for mesh in panel.collections)
    assert right.compressed().tolist() == [0.8, 1.0]
    assert wrong.compressed().tolist() == [0.2, 0.0]
    assert panel.get_xlabel() == "predicted"
    assert panel.get_ylim() == (2, 0)  # the first class above


@pytest.mark.parametrize("C", [MOST_NUMBERS + 1, 3 * MOST_NAMES])
def test_many_classes_have_no_numbers_and_not_too_many_names(C):
    panel = ax()
    draw_confusion(panel, np.eye(C, dtype=int), [f"${c}$" for c in range(C)])
    assert not panel.texts
    labels = panel.get_xticklabels()
    assert len(labels) <= MOST_NAMES
    assert labels[1].get_text() == f"${-(-C // MOST_NAMES)}$"
    assert not labels[0].get_parse_math()
    assert labels[0].get_rotation() == 90


def test_a_class_without_rows_is_empty():
    panel = ax()
    draw_confusion(panel, np.array([[2, 0], [0, 0]]), ["a", "b"])
    assert np.isfinite(panel.collections[0].get_array().compressed()).all()
