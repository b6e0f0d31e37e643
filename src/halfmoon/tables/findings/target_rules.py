"""Rules about the target: classes that are rare, rows without one."""

from collections.abc import Iterator

import numpy as np

from halfmoon.tables.findings.case import Case, Finding, count

FEWEST_OF_A_CLASS = 10
NAMED = 5  # classes in a sentence


def rare_classes(case: Case) -> Iterator[Finding]:
    """Classes with too few rows to learn from, and to judge by."""
    target = case.target
    if target is None or target.task != "classification":
        return
    classes, counts = np.unique(target.values[target.known], return_counts=True)
    rare = np.flatnonzero(counts < FEWEST_OF_A_CLASS)
    if len(rare) == 0:
        return
    told = [f"{classes[i]!s} ({counts[i]})" for i in rare[:NAMED]]
    more = f" and {len(rare) - NAMED} more" if len(rare) > NAMED else ""
    yield Finding(
        "HM-D10",
        "rare classes",
        None,
        f"{count(len(rare), 'class', 'classes')} of {len(classes)} in "
        f"{target.column!r} {'has' if len(rare) == 1 else 'have'} fewer than "
        f"{FEWEST_OF_A_CLASS} rows: {', '.join(told)}{more}.",
        "What is said of them rests on very few rows; join some, or find more rows.",
    )


def no_target(case: Case) -> Iterator[Finding]:
    """Rows that have no target."""
    if case.target is None or case.target.known.all():
        return
    unknown = int(np.sum(~case.target.known))
    yield Finding(
        "HM-D11",
        "no target",
        None,
        f"{count(unknown, 'row')} of {case.rows:,} "
        f"{'has' if unknown == 1 else 'have'} no {case.target.column!r}.",
        "They are left out.",
    )
