"""How good a fit is: what it is compared with, and how certain that is."""

from typing import Any

import numpy as np

from halfmoon.arrays.elementary import Array, rounding_of
from halfmoon.components.losses import Loss

# steps of resilient propagation: enough for 1e-3 of the best constant's loss
STEPS = 60


def best_constant(loss: Loss, y: Array, w: Array, k: int) -> Array:
    """The raw prediction z (k,) that is best for all rows at once.

    It minimises sum w loss(z, y) over y (n, columns) and w (n, 1) or (n, k), as the
    loss reads them. Each z steps against the sign of its slope; the step grows by 1.2
    while the sign stays and halves where it turns, which serves every loss, kinks
    included (resilient propagation, Riedmiller & Braun 1993).
    """
    z = np.zeros(k)
    step = np.ones(k)
    slope_before = np.zeros(k)
    if loss.target == "real":
        step *= np.repeat(y.std(axis=0) + 1e-12, k // y.shape[1])
        z += step
        weight = w.mean(axis=1, dtype=np.float64)
        means = weight @ y / weight.sum()
        z.reshape(y.shape[1], -1)[:, 0] = means
    for _ in range(STEPS):
        slope = (w * loss.dz(np.tile(z, (len(y), 1)), y)).sum(axis=0)
        turned_or_kept = np.sign(slope * slope_before).astype(int)  # -1, 0 or 1
        step *= np.choose(turned_or_kept + 1, [0.5, 1.0, 1.2])
        z = z - step * np.sign(slope)
        slope_before = slope
    return z


def standard_error(values: Array, weight: Array) -> float:
    """The standard error of the weighted mean of values (n,) with weights (n,).

    It is sqrt(sum w^2 (value - mean)^2) / sum w.
    """
    mean = np.average(values, weights=weight)
    return float(np.linalg.norm(weight * (values - mean)) / weight.sum())


def off_scale(y: Array) -> Array:
    """How far each column of y (n, columns) is from mean 0 and standard deviation 1.

    (columns,); 1 is as far as is allowed: a standard deviation of 10 or of 0.1, or a
    mean of 10 standard deviations (of 10, if they are below 1). The deviation of a
    constant column counts as 1.
    """
    mean = y.mean(axis=0)
    spread = np.where(np.ptp(y, axis=0) > 0.0, y.std(axis=0), 1.0)
    too_wide = spread / 10.0
    too_narrow = 0.1 / spread
    too_far = np.abs(mean) / (10.0 * np.maximum(spread, 1.0))
    return np.asarray(np.max([too_wide, too_narrow, too_far], axis=0))


def confusion_counts(y_hat: Array, y: Any) -> Any:
    """How many rows of each class (k, k) are taken for which: truth by prediction.

    y_hat (n, k) are probabilities or raw predictions, y (n,) class numbers.

    >>> confusion_counts(np.array([[0.9, 0.1], [0.8, 0.2]]), np.array([0, 1])).tolist()
    [[1, 0], [1, 0]]
    """
    k = y_hat.shape[1]
    pairs = k * np.asarray(y) + y_hat.argmax(axis=1)
    return np.bincount(pairs, minlength=k * k).reshape(k, k)


def accuracy(y_hat: Array, y: Any) -> float:
    """The share of rows whose class y (n,) is the likeliest of y_hat (n, C)."""
    return float((y_hat.argmax(axis=1) == y).mean())


def r2(y: Array, y_hat: Array, w: Array | None = None, offset: Any = 0.0) -> float:
    """scikit-learn's r2_score (n, columns), without its checks.

    These take longer than a small network's epoch. A column that varies by no more than
    the rounding of |y| + offset is constant, and has 1 if all is right and else 0, as
    there. (Of a single row r2_score is NaN; here it is 1 or 0.)
    """
    weight = np.ones((len(y), 1)) if w is None else np.asarray(w)[:, None]
    reference = y[int(np.argmax(weight > 0.0))].astype(np.float64)
    rounding = (
        rounding_of(y.dtype) * np.abs(reference)
        + rounding_of(np.dtype(np.float64)) * offset
    )
    missed = (weight * (y - y_hat.astype(np.float64)) ** 2).sum(axis=0)
    # from one of them on, so that the mean of a constant is exact
    distance = y - reference
    mean = np.average(distance, axis=0, weights=weight[:, 0])
    spread = (weight * (distance - mean) ** 2).sum(axis=0)
    varies = spread > weight.sum() * rounding**2
    alone = np.where(missed == 0.0, 1.0, 0.0)  # where y does not vary
    explained = 1.0 - missed / np.where(varies, spread, 1.0)
    return float(np.where(varies, explained, alone).mean())


def score(y_hat: Array, y: Any, task: str) -> float:
    """The accuracy of predictions (n, k), or of values R2; NaN of no rows.

    y (n,) holds class numbers where the task is "classification", else values.

    >>> score(np.array([[1.0], [3.0]]), np.array([1.0, 3.0]), "regression")
    1.0
    """
    if len(y) == 0:
        return np.nan
    if task == "classification":
        return accuracy(y_hat, y)
    return r2(np.reshape(y, (-1, 1)), y_hat)


def value_errors(y_hat: Array, y: Array) -> dict[str, float]:
    """How far predictions (n,) are off values (n,): R2, and means of errors.

    "rmse" is the root of the mean squared error, "mae" the mean absolute error.

    >>> value_errors(np.array([1.0, 3.0]), np.array([1.0, 2.0]))["mae"]
    0.5
    """
    off = y_hat - y
    return {
        "R2": r2(y[:, None], y_hat[:, None]),
        "rmse": float(np.sqrt(np.mean(off**2))),
        "mae": float(np.mean(np.abs(off))),
    }


def log_loss(y_hat: Array, y: Any) -> float:
    """The mean of minus the logarithm of the probability given to the true class."""
    given = y_hat[np.arange(len(y)), y]
    return float(-np.log(given).mean())


def fewest_errors_of_a_line(X: Array, y: Any, directions: int) -> int:
    """How many points the best of all straight lines leaves on the wrong side.

    X (n, 2) are points of a plane, y (n,) their classes 0 and 1. All places of the line
    are tried, in so many directions.
    """
    angle = np.pi * np.arange(directions) / directions
    along = X @ np.array([np.cos(angle), np.sin(angle)])  # (n, directions)
    y = np.asarray(y)
    # with class 1 in front of the line, a point that it passes is wrong if it is a 1
    change = 2 * y[along.argsort(axis=0)] - 1
    wrong = (y == 0).sum() + np.cumsum(change, axis=0)
    return int(min(wrong.min(), len(y) - wrong.max()))


def standard_error_of_splits(values: Array, held_out: float) -> Array:
    """The standard error of a mean over splits, values (splits, ...).

    Splits share most of what they learn from; `held_out` is the ratio of rows held out
    to rows learned from, by which their spread is widened (Nadeau & Bengio 2003).
    """
    spread = values.std(axis=0, ddof=1)
    return np.asarray(spread * np.sqrt(1.0 / len(values) + held_out))
