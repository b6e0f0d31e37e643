"""The metrics of a model's predictions, and of the baselines' on the same rows."""

from collections.abc import Mapping
from typing import Any

from halfmoon.arrays.elementary import Array
from halfmoon.report.baselines import Fitted, fit_baselines
from halfmoon.report.measured import Baseline
from halfmoon.report.rows import Case, used_columns
from halfmoon.report.scores import (
    Metric,
    class_metrics,
    difference,
    score,
    value_metrics,
)


def metrics_of(case: Case, predicted: Array) -> list[Metric]:
    """The metrics of predictions (n, outputs) of the test rows."""
    if case.classes:
        return class_metrics(case.test.y, predicted)
    return value_metrics(case.test.y, predicted[:, 0])


def baselines_of(case: Case, own: list[Metric], seed: int) -> tuple[Baseline, ...]:
    """The baselines, with the differences of the model's metrics to theirs.

    There are none where the training rows are not known.
    """
    if case.train is None:
        return ()
    columns = used_columns(case)
    train = {name: case.train.values[name] for name in columns}
    test = {name: case.test.values[name] for name in columns}
    fitted = fit_baselines(
        train, case.train.y, test, len(case.classes), seed, _class_weight(case)
    )
    return tuple(_baseline(case, own, one) for one in fitted)


def _class_weight(case: Case) -> Any:
    """The model's weights of classes, by the numbers of the classes."""
    given = getattr(case.model, "class_weight", None)
    if not isinstance(given, Mapping):
        return given
    names = case.model.classes_.tolist()
    return {c: given.get(name, 1.0) for c, name in enumerate(names)}


def _told_of_weights(case: Case, fitted: Fitted) -> str:
    if _class_weight(case) is None or fitted.kind.name == "dummy":
        return ""
    return " Its classes have the weights of the model's."


def _baseline(case: Case, own: list[Metric], fitted: Fitted) -> Baseline:
    theirs: list[Metric] = []
    if fitted.predicted is not None:
        theirs = metrics_of(case, fitted.predicted.reshape(len(case.test), -1))
    return Baseline(
        name=fitted.kind.name,
        label=fitted.kind.label,
        explanation=fitted.kind.explanation + _told_of_weights(case, fitted),
        scores=tuple(score(metric, case.clusters) for metric in theirs),
        differences=tuple(
            difference(model, other, case.clusters)
            for model, other in zip(own, theirs, strict=False)
        ),
        seconds=fitted.seconds,
        error=fitted.error,
    )
