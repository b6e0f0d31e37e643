"""Section 9 continued: what splits tell of a method, and what its mistakes cost."""

from typing import Any

import numpy as np
from sklearn.metrics import log_loss

from halfmoon.arrays.elementary import Array
from halfmoon.inspection.evaluation import standard_error_of_splits

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


def tally_round(truths: list[Array], probabilities: list[Array]) -> Array:
    """What `tally` counts in a round, the mean over the splits: (thresholds, 3).

    In a round of FOLDS splits every patient is held out once, so each split stands for
    FOLDS of its kind.
    """
    pairs = zip(truths, probabilities, strict=True)
    return FOLDS * np.mean([tally(y == 1, p) for y, p in pairs], axis=0)
