"""Section 9 continued: what splits can tell of a method, and what its mistakes cost."""

from typing import Any

import numpy as np
from sklearn.metrics import log_loss

from halfmoon.arrays.elementary import Array
from halfmoon.inspection.evaluation import standard_error_of_splits
from halfmoon.pages.book import Book

MEASURES = ("right", "log-loss", "malignant tumours found")
FORMATS = (".1%", ".3f", ".1%")
FINE = (".2%", ".3f", ".2%")
FOLDS = 5
COSTS = np.array([1, 4, 19])  # what a missed tumour may cost, in false alarms
# the probability from which on an alarm is the cheaper mistake
LIMITS = 1.0 / (1.0 + COSTS)


def measure(y: Array, p: Array) -> tuple[float, float, float]:
    """Accuracy, mean cross-entropy, and the share of the malignant tumours that is
    found.
    """
    called = p > 0.5
    return (
        float((called == y).mean()),
        float(log_loss(y, p, labels=[0, 1])),
        float(called[y == 1].mean()),
    )


def standard_error(values: Array) -> Any:
    """Of the mean over splits."""
    return standard_error_of_splits(values, held_out=1.0 / (FOLDS - 1))


def beside(book: Book, scores: dict[str, Array]) -> None:
    """The network of 3 units against logistic regression, split by split."""
    # a lower log-loss is a better one
    gain = (scores["three"] - scores["logistic"]) * [1.0, -1.0, 1.0]
    won = (gain > 0.0).sum(axis=0)
    lost = (gain < 0.0).sum(axis=0)
    counts = book.number(
        "better_equal_worse", np.stack([won, len(gain) - won - lost, lost], axis=1)
    )
    means = book.number("mean_gain", gain.mean(axis=0))
    errors = book.number("standard_error", standard_error(gain))
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
    named = [
        f"{name} ({'better' if g > 0.0 else 'worse'})"
        for name, g in zip(MEASURES, means, strict=True)
    ]
    clear = [
        name
        for name, g, e in zip(named, means, errors, strict=True)
        if abs(g) > 2.0 * e
    ]
    if clear:
        verdict = (
            f"Larger than two of their standard errors: {', '.join(clear)}. The rest "
            "may be chance."
        )
    else:
        verdict = (
            "No gain or loss is larger than two of its standard errors: these splits "
            "cannot tell the two apart."
        )
    year = book.number("corrected", 2003)
    line = book.number("line_right", scores["logistic"][:, 0].mean())
    little = f""" A weighted sum of the measurements is right in {line:.1%}, and a
        hidden layer finds little to add. On a table like this, try the straight line
        first."""
    book.say(
        f"""{verdict}{little if gain[:, 0].mean() < 0.01 else ""} The splits are no
        independent witnesses: any two share most of the patients that they learn
        from, so their spread is smaller than fresh patients each time would make it.
        The standard errors are widened for that, by the ratio of patients held out to
        patients learned from (Nadeau & Bengio {year})."""
    )


def tally(malignant: Any, p: Array) -> Array:
    """Missed tumours, false alarms and what they cost together, a row (3,) for each of
    LIMITS.
    """
    called: Any = p > LIMITS[:, None]
    missed = (~called & malignant).sum(axis=1)
    alarms = (called & ~malignant).sum(axis=1)
    return np.stack([missed, alarms, COSTS * missed + alarms], axis=1)


def thresholds(
    book: Book, names: dict[str, str], y: Array, tests: list[Array], answers: Any
) -> None:
    """Tumours missed and false alarms, at one half and at the thresholds that other
    costs would set.
    """
    bad = book.number("malignant", int(y.sum()))
    good = book.number("benign", int((1 - y).sum()))
    price = book.number("miss_costs_false_alarms", COSTS)
    limit = book.number("thresholds", LIMITS)
    # a round: so many splits that everybody was held out once
    keys = ("logistic", "three")
    a_round = {
        k: FOLDS
        * np.array(
            [tally(y[t] == 1, p) for t, p in zip(tests, answers[k], strict=True)]
        )
        for k in keys
    }
    counts = {
        key: book.number(f"missed_alarms_cost_{key}", splits.mean(axis=0))
        for key, splits in a_round.items()
    }
    kinds = [(key, i) for key in keys for i in range(len(COSTS))]
    rows = [
        [names[key], price[i], f"{limit[i]:.2f}", *(f"{v:.2f}" for v in counts[key][i])]
        for key, i in kinds
    ]
    head = ["", "a miss costs", "threshold", "missed", "false alarms", "all costs"]
    book.table(
        f"Missed of {bad} malignant tumours, false alarms of {good} benign ones",
        head,
        rows,
    )
    (missed, alarms, _), *_, (then, cries, own) = counts["three"]
    other = counts["logistic"][-1][2]
    gap = (a_round["three"] - a_round["logistic"])[:, -1, 2]
    compared = (
        "less than" if own < other else "more than" if own > other else "as much as"
    )
    error = book.number("standard_error_of_the_gap", standard_error(gap))
    size = "within" if abs(gap.mean()) < 2.0 * error else "more than"
    book.say(
        f"""Accuracy counts both mistakes alike. In each round every patient is held
        out once: at a threshold of one half the network misses {missed:.2f} of {bad}
        malignant tumours and raises {alarms:.2f} false alarms (means over the
        rounds). If a miss is {price[-1]} times as bad as a false alarm, call a tumour
        malignant from a probability of 1 / (1 + {price[-1]}) = {limit[-1]:.2f} on:
        the network then misses {then:.2f}, at the price of {cries:.2f} alarms.
        Counted so, its mistakes cost {compared} those of logistic regression,
        {own:.2f} against {other:.2f}, a gap {size} two of its standard errors
        ({error:.0f}). So far from one half, what counts is how honest the
        probabilities are. The network learns probabilities. Where to draw the line is
        a judgement about costs, and it is ours."""
    )
