"""The parts of a report beside scores and baselines, each of the case's test rows."""

from collections.abc import Callable
from typing import Any

import numpy as np

from halfmoon.arrays.elementary import Array
from halfmoon.report import curves, explaining
from halfmoon.report.measured import Coverage, Dependence, Importance, Mistake
from halfmoon.report.rows import Case, used_columns
from halfmoon.report.scores import row_losses
from halfmoon.report.wording import number

COVERAGES = (0.8, 0.9, 0.95)
PREDICTIONS = 100_000  # rows that importance may predict; dependence half as many
PRODUCTS = 100_000_000_000  # that these rows may cost: larger models predict fewer
ROWS = (50, 300)  # in the mean over rows of a dependence


def figures_of(
    case: Case, predicted: Array, rng: np.random.Generator
) -> dict[str, Any]:
    """What the figures of predictions are drawn from, by the names of `Measured`."""
    found: dict[str, Any] = {
        "confusion": None,
        "class_curves": (),
        "calibration": None,
        "thresholds": None,
        "residuals": None,
    }
    t = case.test.y
    if not case.classes:
        found["residuals"] = curves.residuals(t, predicted[:, 0], rng)
        return found
    guessed = predicted.argmax(axis=1)
    found["confusion"] = curves.confusion(t, guessed, case.classes)
    found["class_curves"] = curves.class_curves(t, predicted, case.classes)
    found["calibration"] = curves.calibration(t, predicted, case.classes)
    found["thresholds"] = curves.thresholds(t, predicted, case.classes)
    return found


def coverages_of(case: Case) -> tuple[Coverage, ...]:
    """How often prediction sets or intervals hold the truth, at some levels."""
    X = dict(case.test.table)
    if case.classes:
        return tuple(
            curves.coverage_of_sets(
                case.test.y, case.model.predict_set(X, coverage=stated), stated
            )
            for stated in COVERAGES
        )
    return tuple(
        curves.coverage_of_intervals(
            case.test.y, case.model.predict_interval(X, coverage=stated), stated
        )
        for stated in COVERAGES
    )


def importances_of(
    case: Case, rng: np.random.Generator, done: Callable[[float], None]
) -> tuple[Importance, ...]:
    """The importance of each column that the networks see, the largest first."""
    columns = list(used_columns(case))
    if len(columns) > explaining.MOST_COLUMNS:
        raise ValueError(
            f"there are {len(columns)} columns, and it would take too long beyond "
            f"{explaining.MOST_COLUMNS}"
        )
    return explaining.importances(
        case.test.table,
        columns,
        case.predict,
        case.losses,
        not case.classes,
        rng,
        _predictions(case),
        done,
    )


def _predictions(case: Case) -> int:
    """How many rows there is time to predict."""
    products = sum(network.theta.size for network in case.model.networks_)
    return min(PREDICTIONS, PRODUCTS // products)


def dependences_of(
    case: Case, ranked: tuple[Importance, ...], rng: np.random.Generator
) -> tuple[Dependence, ...]:
    """How predictions depend on the most important columns."""
    kinds = used_columns(case)
    wanted = _predictions(case) // 2 // (explaining.GRID * explaining.SHOWN)
    count = min(ROWS[1], max(ROWS[0], wanted))
    rows = explaining.sample(len(case.test), count, rng)
    part = explaining.rows_of(case.test.table, rows)
    shown = [0]
    outputs: tuple[str, ...] = ("prediction",)
    if case.classes:
        shown = curves.shown_classes(
            case.test.y, len(case.classes), explaining.OUTPUTS
        ).tolist()
        outputs = tuple(case.classes[c] for c in shown)
    names = [one.column for one in ranked[: explaining.SHOWN]]
    found = [
        explaining.dependence(
            name,
            kinds[name],
            case.known.values[name],
            case.known.table[name],
            part,
            case.predict,
            outputs,
            shown,
        )
        for name in names
    ]
    return tuple(one for one in found if one is not None)


def mistakes_of(case: Case, predicted: Array) -> tuple[Mistake, ...]:
    """The test rows that were predicted worst."""
    y = case.test.y
    if not case.classes:
        y_hat = predicted[:, 0]
        texts = [number(value, 3) for value in y]
        guesses = [number(value, 3) for value in y_hat]
        nothing = [None] * len(y)
        errors = y - y_hat
        return explaining.worst(
            case.test.table, errors, texts, guesses, nothing, case.numbers
        )
    wrong = predicted.argmax(axis=1) != y
    errors = np.where(wrong, row_losses(y, predicted), 0.0)  # those that are right go
    return explaining.worst(
        case.test.table,
        errors,
        [case.classes[c] for c in y],
        [case.classes[c] for c in predicted.argmax(axis=1)],
        predicted[np.arange(len(y)), y].tolist(),
        case.numbers,
    )


def diagnosis_of(case: Case) -> Any:
    """What the model's `diagnose` says; None where training rows are not known."""
    if case.train is None:
        return None
    y = case.train.y
    if case.classes:
        y = case.model.classes_[y]
    return case.model.diagnose(dict(case.train.table), y)
