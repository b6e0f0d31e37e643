"""Section 9 continued: what splits tell of a method, and what its mistakes cost."""

from typing import Any

import numpy as np
from sklearn.metrics import log_loss

from halfmoon.arrays.elementary import Array
from halfmoon.inspection.evaluation import standard_error_of_splits
from halfmoon.pages.texts import Material

FOLDS = 5
# ratio of patients held out to patients learned from
HELD_OUT = 1.0 / (FOLDS - 1)
COSTS = np.array([1, 4, 19])  # what a missed tumour may cost, in false alarms
# the probability from which on an alarm is the cheaper mistake
THRESHOLDS = 1.0 / (1.0 + COSTS)


def evaluate(y: Array, p: Array) -> tuple[float, float, float]:
    """Accuracy, log-loss, and the share of the malignant tumours that is found.

    p (n,) is the probability of the class 1.
    """
    positive = p > 0.5
    accuracy = (positive == y).mean()
    return accuracy, float(log_loss(y, p, labels=[0, 1])), positive[y == 1].mean()


def compare(scores: Array, others: Array) -> dict[str, Any]:
    """How much better `scores` (splits, 3) of `evaluate` are than others, by split."""
    # a lower log-loss is a better one
    gain = (scores - others) * [1.0, -1.0, 1.0]
    better = (gain > 0.0).sum(axis=0)
    worse = (gain < 0.0).sum(axis=0)
    equal = len(gain) - better - worse
    return {
        "better_equal_worse": np.stack([better, equal, worse], axis=1),
        "mean_gain": gain.mean(axis=0),
        "standard_error": standard_error_of_splits(gain, HELD_OUT),
    }


def tally(malignant: Any, p: Array) -> Array:
    """Missed tumours, false alarms and their costs, a row (3,) for each threshold."""
    positive: Any = p > THRESHOLDS[:, None]
    missed = (~positive & malignant).sum(axis=1)
    alarms = (positive & ~malignant).sum(axis=1)
    return np.stack([missed, alarms, COSTS * missed + alarms], axis=1)


def compare_costs(
    truths: list[Array], three: list[Array], logistic: list[Array]
) -> Material:
    """Missed tumours, false alarms and costs in a round: the network's, the line's.

    In a round of FOLDS splits every patient is held out once, so each split stands for
    FOLDS of its kind.
    """
    malignant = [y == 1 for y in truths]
    network, line = (
        FOLDS * np.array(list(map(tally, malignant, p))) for p in (three, logistic)
    )
    gap = (network - line)[:, -1, 2]
    error = float(standard_error_of_splits(gap, HELD_OUT))
    missed = network[:, :, 0].mean(axis=0)
    return Material(
        numbers={
            "miss_costs_false_alarms": COSTS,
            "thresholds": THRESHOLDS,
            "missed_alarms_cost_three": network.mean(axis=0),
            "missed_alarms_cost_logistic": line.mean(axis=0),
            "gap": gap.mean(),
            "standard_error_of_the_gap": error,
        },
        claims={
            "fewer_missed": missed[-1] < missed[0],
            "costs_by_chance": abs(gap.mean()) <= 2.0 * error,
        },
    )
