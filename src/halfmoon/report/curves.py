"""What figures of a report are drawn from: curves and counts of the test rows."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from halfmoon.arrays.elementary import Array
from halfmoon.report.measured import (
    Calibration,
    CalibrationBin,
    ClassCurves,
    Confusion,
    Coverage,
    LearningCurve,
    Residuals,
    Thresholds,
)
from halfmoon.report.scores import area_under_curve, share_interval
from halfmoon.training.history import History

Numbers = NDArray[np.intp]
POINTS = 200  # of a curve at most
MOST_CLASSES = 12  # shown one by one
BINS = 10  # of a calibration curve
FEWEST = 25  # rows in a bin, on average
THRESHOLDS = 101
SAMPLE = 2_000  # rows of a scatter plot at most
QUANTILES = (0.025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.975)


def confusion(t: Numbers, guessed: Numbers, classes: Sequence[str]) -> Confusion:
    """How often rows of each class t (n,) were taken for which (n,)."""
    names, place = _frequent(t, classes)
    counts = np.zeros((len(names), len(names)), dtype=int)
    np.add.at(counts, (place[t], place[guessed]), 1)
    return Confusion(names, tuple(map(tuple, counts.tolist())))


def _frequent(t: Numbers, classes: Sequence[str]) -> tuple[tuple[str, ...], Numbers]:
    """The names of the classes that are shown, and the place among them of each class.

    Beyond so many, the rarest share the last place.
    """
    if len(classes) <= MOST_CLASSES:
        return tuple(classes), np.arange(len(classes))
    shown = _most_frequent(t, len(classes), MOST_CLASSES - 1)
    place = np.full(len(classes), len(shown))
    place[shown] = np.arange(len(shown))
    return (*(classes[c] for c in shown), "other classes"), place


def _most_frequent(t: Numbers, classes: int, count: int) -> Numbers:
    """The numbers of the most frequent classes, in rising order."""
    often = np.argsort(-np.bincount(t, minlength=classes), kind="stable")
    return np.sort(often[:count])


def shown_classes(t: Numbers, classes: int, count: int = MOST_CLASSES) -> Numbers:
    """The second of two classes, or the most frequent ones of several."""
    return np.array([1]) if classes == 2 else _most_frequent(t, classes, count)


def class_curves(
    t: Numbers, P: Array, classes: Sequence[str]
) -> tuple[ClassCurves, ...]:
    """ROC and precision-recall of the second of two classes, or of each of several.

    Of very many classes these are the most frequent ones; a class that does not occur,
    or that all rows have, has no curves.
    """
    return tuple(
        _curves_of(t == c, P[:, c], classes[c])
        for c in shown_classes(t, len(classes))
        if 0 < (t == c).sum() < len(t)
    )


def _curves_of(positive: NDArray[np.bool_], p: Array, name: str) -> ClassCurves:
    """At each different p as a threshold, from the largest to the smallest."""
    order = np.argsort(-p, kind="stable")
    last = np.append(np.flatnonzero(np.diff(p[order])), len(p) - 1)
    true = np.cumsum(positive[order])[last]
    false = last + 1 - true
    recall = true / true[-1]
    precision = true / (true + false)
    average = float((np.diff(recall, prepend=0.0) * precision).sum())
    fall_out = np.append(0.0, false / false[-1])
    hits = np.append(0.0, recall)
    on_roc = thinned(fall_out, hits)
    on_precision = thinned(recall, precision)
    return ClassCurves(
        name=name,
        false_positive_rate=_floats(fall_out[on_roc]),
        true_positive_rate=_floats(hits[on_roc]),
        auc=area_under_curve(positive, p).value,
        recall=_floats(recall[on_precision]),
        precision=_floats(precision[on_precision]),
        average_precision=average,
        share=float(positive.mean()),
    )


def thinned(x: Array, y: Array, count: int = POINTS) -> Numbers:
    """Numbers of at most `count` points of a curve, about equally far along it."""
    if len(x) <= count:
        return np.arange(len(x))
    length = np.append(0.0, np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y))))
    wanted = np.linspace(0.0, length[-1], count)
    return np.unique(np.searchsorted(length, wanted).clip(0, len(x) - 1))


def calibration(t: Numbers, P: Array, classes: Sequence[str]) -> Calibration:
    """The second of two classes, or whichever is predicted, in bins of equal rows."""
    if len(classes) == 2:
        p = P[:, 1]
        came_true = t == 1
        name = classes[1]
    else:
        p = P.max(axis=1)
        came_true = P.argmax(axis=1) == t
        name = "the predicted class"
    order = np.argsort(p, kind="stable")
    count = max(1, min(BINS, len(p) // FEWEST))
    bins = []
    by_chance = 0.0
    for rows in np.array_split(order, count):
        observed = float(came_true[rows].mean())
        low, high = share_interval(observed, len(rows))
        mean = float(p[rows].mean())
        bins.append(CalibrationBin(mean, observed, low, high, len(rows)))
        # the mean distance of a normal number is 0.8 of its standard deviation
        by_chance += np.sqrt(2.0 / np.pi * (p[rows] * (1.0 - p[rows])).sum())
    off = sum(one.rows * abs(one.predicted - one.observed) for one in bins)
    return Calibration(name, tuple(bins), off / len(p), float(by_chance / len(p)))


def thresholds(t: Numbers, P: Array, classes: Sequence[str]) -> Thresholds | None:
    """The four counts at each threshold; None unless there are two classes."""
    if len(classes) != 2:
        return None
    values = np.linspace(0.0, 1.0, THRESHOLDS)
    positive = np.sort(P[t == 1, 1])
    negative = np.sort(P[t == 0, 1])
    missed = np.searchsorted(positive, values)  # those below
    rejected = np.searchsorted(negative, values)
    return Thresholds(
        positive=classes[1],
        negative=classes[0],
        values=_floats(values),
        true_positive=tuple((len(positive) - missed).tolist()),
        false_positive=tuple((len(negative) - rejected).tolist()),
        false_negative=tuple(missed.tolist()),
        true_negative=tuple(rejected.tolist()),
    )


def residuals(y: Array, y_hat: Array, rng: np.random.Generator) -> Residuals:
    """Truth beside prediction for a sample of the rows, and quantiles of all."""
    off = y - y_hat
    rows = np.arange(len(y))
    if len(y) > SAMPLE:
        rows = np.sort(rng.choice(len(y), SAMPLE, replace=False))
    levels = np.quantile(off, QUANTILES)
    return Residuals(
        truth=_floats(y[rows]),
        predicted=_floats(y_hat[rows]),
        quantiles=tuple(zip(QUANTILES, _floats(levels), strict=True)),
        mean=float(off.mean()),
        standard_deviation=float(off.std()),
    )


def coverage_of_sets(t: Numbers, sets: NDArray[np.bool_], stated: float) -> Coverage:
    """How often sets (n, C) held the class."""
    held = sets[np.arange(len(t)), t]
    return _coverage("sets", held, sets.sum(axis=1), stated)


def coverage_of_intervals(y: Array, ends: Array, stated: float) -> Coverage:
    """How often intervals (n, 2) held the value."""
    held = (ends[:, 0] <= y) & (y <= ends[:, 1])
    return _coverage("intervals", held, ends[:, 1] - ends[:, 0], stated)


def _coverage(kind: Any, held: Any, sizes: Array, stated: float) -> Coverage:
    share = float(held.mean())
    low, high = share_interval(share, len(held))
    return Coverage(kind, stated, share, low, high, float(sizes.mean()))


def learning_curve(history: History) -> LearningCurve:
    """The losses of a training; the best epoch by its score, or else by its loss."""
    epochs = history["epoch"]
    losses = history["validation_loss"]
    known = np.flatnonzero(np.isfinite(losses) & np.isfinite(history["loss"]))
    scored = history["validation_score"]
    worth = -losses if np.isnan(scored).all() else scored
    best = 0
    if len(known):
        best = int(epochs[known[np.nanargmax(worth[known])]])
    steps = np.arange(float(len(known)))
    rows = known[thinned(steps, np.zeros(len(known)))]
    return LearningCurve(
        epochs=tuple(epochs[rows].tolist()),
        loss=_floats(history["loss"][rows]),
        validation_loss=_floats(losses[rows]),
        best_epoch=best,
    )


def _floats(values: Array) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
