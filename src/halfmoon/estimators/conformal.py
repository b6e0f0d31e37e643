"""Sets of classes and intervals of values that hold the truth as often as asked.

Rows that a network has not learned from say how far off it is. Each has a score s; a
limit q that enough of these scores keep is kept by those of new rows, too, if they come
from where the others came from.

    s = 1 - p_y                              [E12]  p_y: probability of the true class
    q = the smallest score that c (n + 1) of the n rows do not exceed    [E13]
    set = the classes with 1 - p <= q        [E14]
    s = |y - y_hat| / width(y_hat)           [E15]
    interval = y_hat - q width(y_hat) to y_hat + q width(y_hat)          [E16]

c is the coverage that is asked for. The width is the mean error of rows with a like
prediction, on straight lines between groups of rows: large values are mostly predicted
less exactly. (Vovk et al. 2005; Lei et al. 2018; Sadinle et al. 2019.) The promise is
not exact: a network's epoch was chosen by the rows that it is scored by, which makes
their scores a little too small, and the mean of several networks predicts, which makes
those of new rows a little smaller than that.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from halfmoon.arrays.elementary import Array
from halfmoon.components.rules import Number

COVERAGE = Number("(", 0, 1, ")")
MOST_SCORES = 256  # that are kept, most of them among the largest
MOST_GROUPS = 8  # of rows with a like prediction
ROWS_A_GROUP = 100  # at least
PRIOR_ROWS = 10  # of the mean error of all rows, added to each group


@dataclass(frozen=True, eq=False)
class Scores:
    """How far off the predictions of rows were that had not been learned from.

    `scores` (m,) increase, and so many of the rows as `rows` (m,) says do not exceed
    each; the last is their number n. Raises ValueError where these do not fit together.
    """

    scores: Array
    rows: Array

    def __post_init__(self) -> None:
        is_whole = (
            self.scores.ndim == 1
            and len(self.scores) > 0
            and self.scores.shape == self.rows.shape
            and np.isfinite([*self.scores, *self.rows]).all()
            and bool(np.all(np.diff(self.scores) > 0.0))
            and bool(np.all(np.diff(self.rows, prepend=0.0) > 0.0))
        )
        if not is_whole:
            raise ValueError(
                "The scores of out-of-fold rows do not fit together; they must be "
                "finite, and increase with the number of rows."
            )

    def limit(self, coverage: float) -> float:
        """The score q [E13] that a share `coverage` of new rows do not exceed.

        Raises ValueError for no share, and for one that needs more rows than there
        were.
        """
        if not COVERAGE.allows(coverage):
            raise ValueError(f"coverage must be {COVERAGE}; got {coverage!r}.")
        n = float(self.rows[-1])
        wanted = coverage * (n + 1.0) * (1.0 - 1e-12)
        index = int(np.searchsorted(self.rows, wanted))
        if index == len(self.rows):
            raise ValueError(
                f"coverage={coverage} needs {_rows_for(coverage)} rows or more that "
                f"were held out, and there were {n:.0f}; ask for at most "
                f"{_most_for(n):g}, or raise effort."
            )
        return float(self.scores[index])  # [E13]

    def as_dict(self) -> dict[str, Any]:
        """Both arrays by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Scores":
        """What `as_dict` has given; arrays may have become lists."""
        return cls(*(np.asarray(data[f.name], dtype=np.float64) for f in fields(cls)))


@dataclass(frozen=True, eq=False)
class Widths:
    """The mean error of values that are predicted, by the prediction.

    `predictions` (g,) increase; `errors` (g,) belong to them, and lie on straight lines
    between. Raises ValueError where these do not fit together.
    """

    predictions: Array
    errors: Array

    def __post_init__(self) -> None:
        is_whole = (
            self.predictions.ndim == 1
            and len(self.predictions) > 0
            and self.predictions.shape == self.errors.shape
            and np.isfinite([*self.predictions, *self.errors]).all()
            and bool(np.all(np.diff(self.predictions) > 0.0))
            and bool(np.all(self.errors > 0.0))
        )
        if not is_whole:
            raise ValueError(
                "The widths of intervals do not fit together; they must be above 0, of "
                "predictions that increase."
            )

    def at(self, y_hat: Array) -> Array:
        """The width for each prediction (n,)."""
        return np.interp(y_hat, self.predictions, self.errors)

    def as_dict(self) -> dict[str, Any]:
        """Both arrays by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Widths":
        """What `as_dict` has given; arrays may have become lists."""
        return cls(*(np.asarray(data[f.name], dtype=np.float64) for f in fields(cls)))


def learn_scores(s: Array, w: Array) -> Scores:
    """The scores of n rows (n,), of which the largest are kept most exactly.

    A row of weight w counts as w rows, of n in all. Where scores are left out, the next
    larger one that is kept stands for them.
    """
    order = np.argsort(s, kind="stable")
    scores = s[order]
    rows = np.cumsum(w[order]) * (len(s) / w.sum())
    last = np.append(scores[1:] > scores[:-1], True)  # of those that are equal
    scores = scores[last]
    rows = rows[last]
    weighs = np.diff(rows, prepend=0.0) > 0.0  # more than rounding takes away
    scores = scores[weighs]
    rows = rows[weighs]
    rows[-1] = len(s)
    if len(scores) > MOST_SCORES:
        above = np.append(np.geomspace(len(s), 1.0, MOST_SCORES - 1), 0.0)
        kept = np.unique(np.searchsorted(rows, len(s) - above - 1e-9))
        scores = scores[kept]
        rows = rows[kept]
    return Scores(scores, rows)


def class_scores(p: Array, t: NDArray[np.intp]) -> Array:
    """The scores (n,) of probabilities (n, classes) of rows of the classes t (n,)."""
    return 1.0 - p[np.arange(len(t)), t]  # [E12]


def class_sets(p: Array, q: float) -> NDArray[np.bool_]:
    """Which classes are in each row's set (n, classes): the likeliest one always is."""
    sets = 1.0 - p <= q  # [E14]
    sets[np.arange(len(p)), p.argmax(axis=1)] = True
    return sets


def learn_widths(y: Array, y_hat: Array) -> Widths:
    """The mean error of values y (n,), by their out-of-fold prediction y_hat (n,)."""
    errors = np.abs(y - y_hat)
    overall = float(errors.mean()) or 1.0
    count = max(1, min(MOST_GROUPS, len(y) // ROWS_A_GROUP))
    cuts = np.unique(np.quantile(y_hat, np.linspace(0.0, 1.0, count + 1)[1:-1]))
    place = np.searchsorted(cuts, y_hat, side="right")
    _, group = np.unique(place, return_inverse=True)
    rows = np.bincount(group)
    means = np.bincount(group, y_hat) / rows
    sums = np.bincount(group, errors) + PRIOR_ROWS * overall
    differ = np.append(np.diff(means) > 0.0, True)  # but for rounding, all do
    return Widths(means[differ], (sums / (rows + PRIOR_ROWS))[differ])


def value_scores(y: Array, y_hat: Array, widths: Widths) -> Array:
    """The scores (n,) of values y (n,) and their predictions."""
    return np.abs(y - y_hat) / widths.at(y_hat)  # [E15]


def intervals(y_hat: Array, widths: Widths, q: float) -> Array:
    """The lower and upper end (n, 2) for predictions (n,)."""
    reach = q * widths.at(y_hat)
    return np.column_stack([y_hat - reach, y_hat + reach])  # [E16]


def _most_for(n: float) -> float:
    """The largest coverage for n rows, rounded down."""
    unit = 10.0 ** max(2, len(f"{n:.0f}"))
    return float(np.floor(unit * n / (n + 1.0)) / unit)


def _rows_for(coverage: float) -> int:
    """The fewest rows n with c (n + 1) <= n."""
    return int(np.ceil(coverage / (1.0 - coverage) - 1e-9))
