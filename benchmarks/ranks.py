"""Whether methods differ, over several data sets: mean ranks and how far they must lie.

    r_ij = rank of method j on data set i, 1 the best, equals sharing theirs
    R_j  = mean of r_ij over i
    CD   = q_a sqrt(k (k + 1) / (6 N))        k methods, N data sets

Two methods differ by the test of Nemenyi where their mean ranks lie further apart than
CD; q_a is the quantile of the studentised range by sqrt(2). Whether any differ at all
is what the test of Friedman asks first (Demsar 2006, Statistical Comparisons of
Classifiers over Multiple Data Sets).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import friedmanchisquare, studentized_range

LEVEL = 0.05  # how often methods that are equal are told apart


@dataclass(frozen=True)
class Comparison:
    """Methods by their mean rank, the best first.

    ranks       mean rank of each method
    data_sets   on how many
    p           of Friedman's test: the probability of such ranks if all were equal
    difference  the critical difference of mean ranks
    groups      methods that are not told apart, as (first, last) places in `ranks`
    """

    ranks: dict[str, float]
    data_sets: int
    p: float
    difference: float
    groups: list[tuple[int, int]]


def compare(measured: pd.DataFrame) -> Comparison:
    """Compare methods (columns) by what was measured on data sets (rows).

    Smaller is better; there are three methods or more, and no gaps.
    """
    data_sets, methods = measured.shape
    means = measured.rank(axis=1).mean().sort_values(kind="stable")
    difference = critical_difference(methods, data_sets)
    return Comparison(
        ranks={str(name): float(rank) for name, rank in means.items()},
        data_sets=data_sets,
        p=float(friedmanchisquare(*measured.to_numpy().T).pvalue),
        difference=difference,
        groups=groups(means.to_numpy(), difference),
    )


def critical_difference(methods: int, data_sets: int) -> float:
    """How far apart the mean ranks of two methods that differ must lie."""
    q = studentized_range.ppf(1.0 - LEVEL, methods, np.inf) / np.sqrt(2.0)
    return float(q * np.sqrt(methods * (methods + 1) / (6.0 * data_sets)))


def groups(ranks: np.ndarray, difference: float) -> list[tuple[int, int]]:
    """The longest runs of two methods or more within the critical difference.

    `ranks` increase; a run lies in no other.
    """
    found: list[tuple[int, int]] = []
    for first, rank in enumerate(ranks):
        last = int(np.searchsorted(ranks, rank + difference, side="right")) - 1
        if last > first and (not found or last > found[-1][1]):
            found.append((first, last))
    return found
