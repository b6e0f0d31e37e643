"""Section 9 continued: what splits can tell of a method, and what its mistakes cost."""

from typing import Any

import numpy as np
from sklearn.metrics import log_loss

from halfmoon.arrays.elementary import Array
from halfmoon.inspection.evaluation import accuracy, standard_error_of_splits
from halfmoon.pages.book import Book

MEASURES = ("right", "log-loss", "malignant tumours found")
FORMATS = (".1%", ".3f", ".1%")
FINE = (".2%", ".3f", ".2%")
FOLDS = 5
# ratio of patients held out to patients learned from
HELD_OUT = 1.0 / (FOLDS - 1)
COSTS = np.array([1, 4, 19])  # what a missed tumour may cost, in false alarms
# the probability from which on an alarm is the cheaper mistake
LIMITS = 1.0 / (1.0 + COSTS)


def measure(y: Array, p: Array) -> tuple[float, float, float]:
    """Accuracy, log-loss, and the share of the malignant tumours that is found.

    p (n,) is the probability of the class 1.
    """
    positive = p > 0.5
    return (
        accuracy(np.column_stack([1.0 - p, p]), y),
        float(log_loss(y, p, labels=[0, 1])),
        float(positive[y == 1].mean()),
    )


def compare_splits(book: Book, scores: dict[str, Array]) -> None:
    """The network of 3 units against logistic regression, split by split."""
    # a lower log-loss is a better one
    gain = (scores["three"] - scores["logistic"]) * [1.0, -1.0, 1.0]
    won = (gain > 0.0).sum(axis=0)
    lost = (gain < 0.0).sum(axis=0)
    counts = book.number(
        "better_equal_worse", np.stack([won, len(gain) - won - lost, lost], axis=1)
    )
    means = book.number("mean_gain", gain.mean(axis=0))
    errors = book.number("standard_error", standard_error_of_splits(gain, HELD_OUT))
    rows = [
        [MEASURES[i], *counts[i], f"{means[i]:+{form}}", f"{errors[i]:{form}}"]
        for i, form in enumerate(FINE)
    ]
    head = [
        "network of 3 units",
        "better in",
        "equal in",
        "worse in",
        "mean gain",
        "standard error",
    ]
    book.table("The network against logistic regression, split by split", head, rows)
    year_of_correction = book.number("corrected", 2003)
    line = book.number("line_right", scores["logistic"][:, 0].mean())
    conclusions = [_name_clear_gains(means, errors)]
    if gain[:, 0].mean() < 0.01:
        conclusions.append(
            f"""A weighted sum of the measurements is right in {line:.1%}, and a
            hidden layer finds little to add. On a table like this, try the straight
            line first."""
        )
    conclusion = " ".join(conclusions)
    book.say(
        f"""{conclusion} The splits are no
        independent witnesses: any two share most of the patients that they learn
        from, so their spread is smaller than fresh patients each time would make it.
        The standard errors are widened for that, by the ratio of patients held out to
        patients learned from (Nadeau & Bengio {year_of_correction})."""
    )


def _name_clear_gains(means: Any, errors: Any) -> str:
    """Which measures differ by more than two standard errors, in a sentence."""
    clear = []
    for name, mean, error in zip(MEASURES, means, errors, strict=True):
        if mean > 2.0 * error:
            clear.append(f"{name} (better)")
        elif mean < -2.0 * error:
            clear.append(f"{name} (worse)")
    if not clear:
        return (
            "No gain or loss is larger than two of its standard errors: these splits "
            "cannot tell the two apart."
        )
    return (
        f"Larger than two of their standard errors: {', '.join(clear)}. The rest "
        "may be chance."
    )


def tally(malignant: Any, p: Array) -> Array:
    """Missed tumours, false alarms and their costs, a row (3,) for each of LIMITS."""
    positive: Any = p > LIMITS[:, None]
    missed = (~positive & malignant).sum(axis=1)
    alarms = (positive & ~malignant).sum(axis=1)
    return np.stack([missed, alarms, COSTS * missed + alarms], axis=1)


def thresholds(
    book: Book, names: dict[str, str], y: Array, tests: list[Array], answers: Any
) -> None:
    """Missed tumours and false alarms, at one half and at other thresholds."""
    malignant = book.number("malignant", int(y.sum()))
    benign = book.number("benign", int((1 - y).sum()))
    price = book.number("miss_costs_false_alarms", COSTS)
    limit = book.number("thresholds", LIMITS)
    # in a round of FOLDS splits every patient is held out once
    keys = ("logistic", "three")
    tallies = {}
    counts = {}
    for key in keys:
        pairs = zip(tests, answers[key], strict=True)
        tallies[key] = FOLDS * np.array([tally(y[test] == 1, p) for test, p in pairs])
        mean = tallies[key].mean(axis=0)
        counts[key] = book.number(f"missed_alarms_cost_{key}", mean)
    kinds = [(key, i) for key in keys for i in range(len(COSTS))]
    rows = [
        [names[key], price[i], f"{limit[i]:.2f}", *(f"{v:.2f}" for v in counts[key][i])]
        for key, i in kinds
    ]
    head = ["", "a miss costs", "threshold", "missed", "false alarms", "all costs"]
    book.table(
        f"Missed of {malignant} malignant tumours, false alarms of {benign} benign "
        "ones",
        head,
        rows,
    )
    missed, alarms, _ = counts["three"][0]  # at a threshold of one half
    missed_last, alarms_last, cost = counts["three"][-1]
    cost_of_logistic = counts["logistic"][-1][2]
    gap = (tallies["three"] - tallies["logistic"])[:, -1, 2]
    if cost < cost_of_logistic:
        comparison = "less than"
    elif cost > cost_of_logistic:
        comparison = "more than"
    else:
        comparison = "as much as"
    error = book.number(
        "standard_error_of_the_gap", float(standard_error_of_splits(gap, HELD_OUT))
    )
    difference = "within" if abs(gap.mean()) < 2.0 * error else "more than"
    book.say(
        f"""Accuracy counts both mistakes alike. In each round every patient is held
        out once: at a threshold of one half the network misses {missed:.2f} of
        {malignant} malignant tumours and raises {alarms:.2f} false alarms (means over
        the rounds). If a miss is {price[-1]} times as bad as a false alarm, call a
        tumour malignant from a probability of
        1 / (1 + {price[-1]}) = {limit[-1]:.2f} on:
        the network then misses {missed_last:.2f}, at the price of {alarms_last:.2f}
        alarms.
        Counted so, its mistakes cost {comparison} those of logistic regression,
        {cost:.2f} against {cost_of_logistic:.2f}, a gap {difference} two of its
        standard errors
        ({error:.0f}). So far from one half, what counts is how honest the
        probabilities are. The network learns probabilities. Where to draw the line is
        a judgement about costs, and it is ours."""
    )
