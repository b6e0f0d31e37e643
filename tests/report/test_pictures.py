"""A picture is drawn where there is something to show, and told in words."""

import dataclasses
import re

import pytest

import reported
from halfmoon.report import effects, pictures

ALL = (
    pictures.confusion,
    pictures.residuals,
    pictures.probabilities,
    effects.importance,
    effects.dependence,
    pictures.learning,
)
NOTHING = {
    "confusion": None,
    "residuals": None,
    "class_curves": (),
    "calibration": None,
    "importance": (),
    "dependence": (),
    "learning_curves": (),
}


def label_of(figure):
    return re.search('aria-label="([^"]*)"', figure.drawing)[1]


def panels_of(figure):
    return figure.drawing.count("<use href=") if "single" not in figure.drawing else 1


@pytest.mark.parametrize("picture", ALL, ids=lambda each: each.__name__)
def test_without_numbers_there_is_no_picture(picture):
    assert picture(dataclasses.replace(reported.values(), **NOTHING)) is None


def test_the_scores_are_told_as_they_are_drawn():
    figure = pictures.comparison(reported.values())
    label = label_of(figure)
    assert label.startswith("RMSE: this model 56.1, most frequent class 78.5,")
    assert "MAE: this model 45.9" in label
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", figure.drawing)
    assert "RMSE (smaller is better)" in texts
    assert {"gradient boosting", "ridge regression"} <= set(texts)


def test_a_baseline_that_could_not_be_fitted_is_not_drawn():
    measured = reported.values()
    dummy, linear, boosting = measured.baselines
    failed = dataclasses.replace(boosting, scores=(), differences=(), error="No.")
    parts = {"baselines": (dummy, linear, failed)}
    label = label_of(pictures.comparison(dataclasses.replace(measured, **parts)))
    assert "ridge regression" in label
    assert "gradient boosting" not in label


def test_of_many_classes_those_that_are_told_worst_are_drawn():
    areas = {"a": 0.9, "b": 0.6, "c": 0.99, "d": 0.7, "e": 0.8, "f": 1.0, "g": 0.5}
    first = reported.three_classes().class_curves[0]
    curves = tuple(
        dataclasses.replace(first, name=name, auc=auc) for name, auc in areas.items()
    )
    measured = dataclasses.replace(reported.values(), class_curves=curves)
    assert "".join(one.name for one in pictures.hardest(measured)) == "abdeg"
    figure = pictures.probabilities(measured)
    assert "Drawn are the 5 classes that are told worst" in figure.caption
