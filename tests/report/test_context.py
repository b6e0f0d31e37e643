"""The tables of a report hold what was measured."""

import dataclasses
import json
import re

import pytest
from sklearn.metrics import precision_score, recall_score

import reported
from halfmoon.report.context import LONGEST, context_of
from halfmoon.report.wording import percent


@pytest.fixture(scope="module")
def two_classes():
    return reported.two_classes()


@pytest.fixture(scope="module")
def context(two_classes):
    parts = {"class_curves": (), "calibration": None, "dependence": ()}
    return context_of(dataclasses.replace(two_classes, importance=(), **parts))


def test_recall_and_precision_are_those_of_scikit_learn(two_classes, context):
    counts = two_classes.confusion.counts
    pairs = [(i, j) for i in (0, 1) for j in (0, 1) for _ in range(counts[i][j])]
    y, y_hat = zip(*pairs, strict=True)
    for c, one in enumerate(context["by_class"]):
        assert one.name == two_classes.classes[c]
        assert one.rows == y.count(c)
        assert one.recall == percent(recall_score(y, y_hat, pos_label=c))
        assert one.precision == percent(precision_score(y, y_hat, pos_label=c))


def test_a_class_without_rows_is_said_to_have_none(two_classes):
    empty = dataclasses.replace(two_classes.confusion, counts=((3, 0), (0, 0)))
    parts = {"class_curves": (), "calibration": None, "dependence": ()}
    measured = dataclasses.replace(two_classes, confusion=empty, **parts)
    rows = context_of(measured)["by_class"]
    assert [(one.recall, one.precision) for one in rows] == [
        ("100.0%", "100.0%"),
        ("no row", "never predicted"),
    ]


def test_the_page_gets_the_counts_of_all_thresholds(two_classes, context):
    told = json.loads(context["thresholds_json"])
    kept = dataclasses.asdict(two_classes.thresholds)
    assert set(told) == set(kept) - {"positive", "negative"}
    for name, counts in told.items():
        assert tuple(counts) == kept[name]


def test_each_baseline_is_compared_by_the_metric_of_the_verdict(context):
    assert [(one.label, better) for one, better in context["compared"]] == [
        ("most frequent class", "this model"),
        ("logistic regression", "neither"),
        ("gradient boosting", "neither"),
    ]
    assert context["rival"] == ("logistic regression", "log-loss", "0.083")


def test_coverage_is_told_beside_its_promise(context):
    assert context["coverage"] == [("90%", "91.6%", "86.0% to 95.0%", "1.02")]


def test_the_metric_of_the_verdict_comes_first(two_classes):
    scores = tuple(reversed(two_classes.scores))
    parts = {"class_curves": (), "calibration": None, "dependence": ()}
    measured = dataclasses.replace(two_classes, scores=scores, **parts)
    names = [score.name for score in context_of(measured)["scores"]]
    assert names == ["log_loss", "auc", "balanced_accuracy", "accuracy"]


def test_mistakes_show_the_most_important_columns_first(two_classes):
    importance = two_classes.importance[4:6]
    parts = {"class_curves": (), "calibration": None, "dependence": ()}
    measured = dataclasses.replace(two_classes, importance=importance, **parts)
    table = context_of(measured)["mistakes"]
    heads = re.findall('<th scope="col">([^<]*)</th>', table)
    assert heads == [
        "truth",
        "prediction",
        "probability of the truth",
        "mean smoothness",
        "mean compactness",
        "mean radius",
        "mean texture",
        "mean perimeter",
        "mean area",
    ]


def test_importance_has_the_decimals_of_the_first_column(two_classes):
    parts = {"class_curves": (), "calibration": None, "dependence": ()}
    rows = context_of(dataclasses.replace(two_classes, **parts))["important"]
    assert rows[0] == ("mean radius", "0.200", "0.150 to 0.260")
    assert rows[-1] == ("mean fractal dimension", "0.002", "0.002 to 0.003")


def test_long_cells_of_a_mistake_are_cut(two_classes):
    first, *_ = two_classes.mistakes
    mistake = dataclasses.replace(first, cells={"text": "<" * 500})
    measured = dataclasses.replace(reported.values(), mistakes=(mistake,))
    parts = {"residuals": None, "importance": (), "dependence": ()}
    table = context_of(dataclasses.replace(measured, **parts))["mistakes"]
    assert f">{'&lt;' * (LONGEST - 1)}…<" in table


def test_numbers_of_a_mistake_have_six_digits_at_most(two_classes):
    first, *_ = two_classes.mistakes
    cells = {"a": "0.37721495282689266", "b": "1234.5678", "c": "12.12.2020 at 3"}
    mistake = dataclasses.replace(first, cells=cells)
    measured = dataclasses.replace(reported.values(), mistakes=(mistake,))
    parts = {"residuals": None, "importance": (), "dependence": ()}
    table = context_of(dataclasses.replace(measured, **parts))["mistakes"]
    for shown in ("0.377215", "1234.5678", "12.12.2020 at 3"):
        assert f">{shown}</td>" in table
