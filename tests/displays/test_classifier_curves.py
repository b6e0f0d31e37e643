"""ROC and precision-recall curves are drawn as scikit-learn computes them."""

import numpy as np
import pytest
from sklearn.metrics import precision_recall_curve, roc_curve

from halfmoon.displays.classifier_curves import Curve, draw_precision_recall, draw_roc
from pictures import ax

Y = np.array([0, 0, 1, 1, 0, 1])
P = np.array([0.1, 0.4, 0.35, 0.8, 0.2, 0.9])
ROC = Curve("yes", *roc_curve(Y, P)[:2], "AUC 0.89")


def labels_of(panel):
    return [text.get_text() for text in panel.get_legend().get_texts()]


def test_one_curve_is_named_by_its_summary():
    panel = ax()
    draw_roc(panel, [ROC])
    guessing, line = panel.lines
    assert guessing.get_xydata().tolist() == [[0, 0], [1, 1]]
    assert np.array_equal(line.get_xdata(), ROC.x)
    assert np.array_equal(line.get_ydata(), ROC.y)
    assert labels_of(panel) == ["AUC 0.89"]


def test_several_curves_are_named_by_their_classes():
    panel = ax()
    draw_roc(panel, [ROC, ROC._replace(name="$no$")])
    assert labels_of(panel) == ["yes: AUC 0.89", "$no$: AUC 0.89"]
    assert not any(text.get_parse_math() for text in panel.get_legend().get_texts())
    first, second = panel.lines[1:]
    assert first.get_color() != second.get_color()
    assert first.get_linestyle() != second.get_linestyle()


@pytest.mark.parametrize("several", [False, True])
def test_guessing_has_the_precision_of_the_share(several):
    precision, recall, _ = precision_recall_curve(Y, P)
    curves = [Curve("yes", recall, precision, "AP 0.9")] * (1 + several)
    panel = ax()
    draw_precision_recall(panel, curves, [0.5] * (1 + several))
    guessing = panel.lines[0]
    assert list(guessing.get_ydata()) == [0.5, 0.5]
    line = panel.lines[1 + several]
    assert line.get_drawstyle() == "steps-post"
    assert np.array_equal(line.get_xdata(), recall)
    assert (guessing.get_color() == line.get_color()) == several
    assert labels_of(panel) == (["yes: AP 0.9"] * 2 if several else ["AP 0.9"])
