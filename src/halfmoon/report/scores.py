"""Metrics on test rows, with 95% intervals, from the influence of each row.

The influence psi_i of row i says how far the metric moves, times n, if that row is
given a little more weight; over all rows it adds up to 0. Then

    standard error = sqrt(sum_g (sum_(i in g) psi_i)^2) / n

over groups g of rows that belong together, or over single rows. So every metric has an
interval by one rule, and so has the difference of two models on the same rows: its
influence is the difference of theirs (infinitesimal jackknife, Efron 1982; for the AUC
it is that of DeLong, DeLong & Clarke-Pearson 1988). Measured
on 2,000 drawn samples of 200 rows, intervals hold the truth in 93 to 96% of them (of 50
rows, in 92 to 97%), but 90% for the RMSE of errors with long tails.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from halfmoon.arrays.elementary import Array
from halfmoon.report.measured import Difference, Score

Numbers = NDArray[np.intp]
Z95 = 1.959963984540054  # of a normal distribution, 95% lie within so many deviations
SMALLEST = float(np.finfo(np.float64).eps)  # a probability below counts as this one


class Scale(NamedTuple):
    """A scale on which a metric has no ends, and its errors are more symmetric."""

    to: Callable[[float], float]
    back: Callable[[float], float]
    slope: Callable[[float], float]  # of `to`

    def interval(self, value: float, reach: float) -> tuple[float, float]:
        """The 95% interval of a value that may be off by `reach`."""
        if reach == 0.0:
            return value, value
        reach = reach * self.slope(value)
        ends = [self.back(self.to(value) + side * reach) for side in (-1.0, 1.0)]
        return min(ends), max(ends)


LOGIT = Scale(
    lambda x: np.log(x / (1.0 - x)),
    lambda z: 1.0 / (1.0 + np.exp(-z)),
    lambda x: 1.0 / (x * (1.0 - x)),
)
LOG = Scale(np.log, np.exp, lambda x: 1.0 / x)
LOG_OF_REST = Scale(
    lambda x: -np.log(1.0 - x), lambda z: 1.0 - np.exp(-z), lambda x: 1.0 / (1.0 - x)
)
# label, the scale of intervals, whether larger is better
METRICS = {
    "accuracy": ("accuracy", LOGIT, True),
    "balanced_accuracy": ("balanced accuracy", LOGIT, True),
    "log_loss": ("log-loss", LOG, False),
    "auc": ("AUC", LOGIT, True),
    "rmse": ("RMSE", LOG, False),
    "mae": ("MAE", LOG, False),
    "r2": ("R²", LOG_OF_REST, True),
}


@dataclass(frozen=True, eq=False)
class Metric:
    """A metric's value on n rows, and the influence (n,) of each.

    `rows` are those that it rests on: all, or the rarest class's. Its standard error is
    at least `least_error`.
    """

    name: str
    value: float
    influence: Array
    rows: int
    least_error: float = 0.0


def class_metrics(t: Numbers, P: Array) -> list[Metric]:
    """Metrics of probabilities P (n, C) for the classes' numbers t (n,).

    Balanced accuracy and AUC are means over the classes that occur in t, the AUC's of
    one class against the others; it is left out where only one class occurs.
    """
    n = len(t)
    correct = (P.argmax(axis=1) == t).astype(float)
    found, counts = np.unique(t, return_counts=True)
    rarest = int(counts.min())
    recall = np.bincount(t, correct)[found] / counts
    place = np.searchsorted(found, t)
    psi = n / (len(found) * counts[place]) * (correct - recall[place])
    # a class of few rows may be right or wrong as a whole, and is not certain to be
    likely = (recall * counts + 2.0) / (counts + 4.0)  # Agresti & Coull 1998
    least = np.sqrt((likely * (1.0 - likely) / (counts + 4.0)).sum()) / len(found)
    metrics = [
        _mean("accuracy", correct),
        Metric("balanced_accuracy", float(recall.mean()), psi, rarest, float(least)),
        _mean("log_loss", row_losses(t, P)),
    ]
    if len(found) > 1:
        areas = [area_under_curve(t == part, P[:, part]) for part in found]
        value = float(np.mean([area.value for area in areas]))
        psi = np.mean([area.influence for area in areas], axis=0)
        metrics.append(Metric("auc", value, psi, rarest))
    return metrics


def row_losses(t: Numbers, P: Array) -> Array:
    """Minus the logarithm of the probability of each row's class (n,)."""
    given = P[np.arange(len(t)), t]
    return np.asarray(-np.log(np.clip(given, SMALLEST, 1.0)))


def value_metrics(y: Array, y_hat: Array) -> list[Metric]:
    """RMSE, MAE and R2 of predicted values y_hat (n,); no R2 where y is constant."""
    squares = (y - y_hat) ** 2
    mse = float(squares.mean())
    rmse = np.sqrt(mse)
    slope = 0.5 / rmse if rmse > 0.0 else 0.0
    metrics = [
        Metric("rmse", float(rmse), slope * (squares - mse), len(y)),
        _mean("mae", np.abs(y - y_hat)),
    ]
    off = (y - y.mean()) ** 2
    variance = float(off.mean())
    if variance > 0.0:
        psi = mse / variance**2 * (off - variance) - (squares - mse) / variance
        metrics.append(Metric("r2", 1.0 - mse / variance, psi, len(y)))
    return metrics


def _mean(name: str, values: Array) -> Metric:
    mean = values.mean()
    return Metric(name, float(mean), values - mean, len(values))


def area_under_curve(positive: NDArray[np.bool_], p: Array) -> Metric:
    """The probability that a positive row has the larger p, ties by half.

    `positive` (n,) must be true for some rows and false for others. The influence is by
    the share of the other side's rows that each row is in order with.
    """
    n = len(p)
    ones = int(positive.sum())
    zeros = n - ones
    ranks = mid_ranks(p)
    order = np.empty(n)
    order[positive] = (ranks[positive] - mid_ranks(p[positive])) / zeros
    order[~positive] = 1.0 - (ranks[~positive] - mid_ranks(p[~positive])) / ones
    area = float(order[positive].mean())
    psi = n / np.where(positive, ones, zeros) * (order - area)
    return Metric("auc", area, psi, min(ones, zeros))


def mid_ranks(values: Array) -> Array:
    """Ranks from 1 (n,); equal values have their mean rank."""
    _, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - 0.5 * (counts - 1))[which])


# Intervals


def standard_error(influence: Array, clusters: Numbers | None = None) -> float:
    """Of a metric with this influence (n,); rows of one cluster belong together."""
    parts = influence
    count = len(influence)
    if clusters is not None:
        parts = np.asarray(np.bincount(clusters, influence))
        count = _count(clusters)
    if count < 2:
        return 0.0
    return float(np.sqrt((parts**2).sum() * count / (count - 1)) / len(influence))


def error_of(metric: Metric, clusters: Numbers | None = None) -> float:
    """The standard error of a metric, by which its interval is as wide as it is."""
    error = standard_error(metric.influence, _if_several(clusters))
    return max(error, metric.least_error)


def _if_several(clusters: Numbers | None) -> Numbers | None:
    """The clusters, unless there is only one: then all that is known are its rows."""
    is_several = clusters is not None and len(np.unique(clusters)) > 1
    return clusters if is_several else None


def _independent(metric: Metric, clusters: Numbers | None) -> int:
    """How many rows or groups a metric rests on."""
    return metric.rows if clusters is None else min(metric.rows, _count(clusters))


def _count(clusters: Numbers) -> int:
    return len(np.unique(clusters))


def reach_of(rows: int) -> float:
    """How many standard errors a 95% interval reaches, if they rest on so many rows.

    Student's t, by its expansion for many degrees of freedom (Abramowitz & Stegun
    26.7.5); below three degrees it is too small by up to a quarter.
    """
    df = max(1, rows - 1)
    z = Z95
    terms = (
        z,
        (z**3 + z) / (4.0 * df),
        (5.0 * z**5 + 16.0 * z**3 + 3.0 * z) / (96.0 * df**2),
        (3.0 * z**7 + 19.0 * z**5 + 17.0 * z**3 - 15.0 * z) / (384.0 * df**3),
    )
    return sum(terms)


def score(metric: Metric, clusters: Numbers | None = None) -> Score:
    """The metric's score, with its interval.

    A share has Wilson's interval (1927), of which something is left where all rows are
    right; for groups by the number of independent rows that they are worth. Others have
    Student's on a scale without ends, which stays in the metric's range.
    """
    label, scale, larger_is_better = METRICS[metric.name]
    clusters = _if_several(clusters)
    error = standard_error(metric.influence, clusters)
    rows = float(_independent(metric, clusters))
    if metric.name == "accuracy" and error > 0.0:
        # standard_error divides by n - 1
        rows = metric.value * (1.0 - metric.value) / error**2 + (clusters is None)
    is_at_end = error == 0.0 and scale is LOGIT and metric.value in (0.0, 1.0)
    if metric.name == "accuracy" or is_at_end:
        low, high = share_interval(metric.value, rows)
    else:
        reach = reach_of(_independent(metric, clusters))
        reach *= error_of(metric, clusters)
        low, high = scale.interval(metric.value, reach)
    return Score(
        name=metric.name,
        label=label,
        value=metric.value,
        low=float(low),
        high=float(high),
        larger_is_better=larger_is_better,
    )


def share_interval(share: float, rows: float) -> tuple[float, float]:
    """Wilson's 95% interval of a share of so many rows (1927)."""
    squared = Z95**2
    middle = share + squared / (2.0 * rows)
    reach = Z95 * np.sqrt(share * (1.0 - share) / rows + squared / (4.0 * rows**2))
    scale = 1.0 + squared / rows
    low = max(0.0, (middle - reach) / scale)
    high = min(1.0, (middle + reach) / scale)
    return float(low), float(high)


def difference(
    model: Metric, other: Metric, clusters: Numbers | None = None
) -> Difference:
    """The model's metric minus another's on the same rows, with its interval."""
    label, _, larger_is_better = METRICS[model.name]
    value = model.value - other.value
    clusters = _if_several(clusters)
    error = standard_error(model.influence - other.influence, clusters)
    reach = reach_of(_independent(model, clusters)) * error
    if len(model.influence) < 2:
        reach = abs(value)  # one row tells nothing
    return Difference(
        name=model.name,
        label=label,
        value=value,
        low=value - reach,
        high=value + reach,
        larger_is_better=larger_is_better,
    )
