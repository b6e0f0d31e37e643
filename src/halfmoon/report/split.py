"""Which rows are learned from, and by which the model is judged.

    random   each class in equal shares on both sides
    groups   all rows of a group on one side
    time     the latest rows are the test rows
    given    the test rows come from a table of their own

A test that is easier than what the model is made for says too much good of it: rows of
one patient on both sides, or rows that lie before those learned from.
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from halfmoon.arrays.columns import missing_rows
from halfmoon.report.measured import SplitFacts
from halfmoon.tables.findings.case import option
from halfmoon.tables.raw import raw_column
from halfmoon.tables.schema import Schema

Rows = NDArray[np.intp]
SHARE = 0.2  # of the rows, for the test
TRIES = 20  # orders of the groups, of which the most even one is taken


@dataclass(frozen=True, eq=False)
class Split:
    """Numbers of the training and of the test rows, in rising order, and what to say.

    `clusters` are numbers of the test rows' groups, where whole groups were drawn.
    """

    train: Rows
    test: Rows
    facts: SplitFacts
    clusters: Rows | None = None


def split_rows(
    rows: int,
    *,
    labels: Any = None,
    share: float = SHARE,
    groups: Any = None,
    time: Any = None,
    column: str = "",
    seed: int = 0,
) -> Split:
    """Split rows for a test: by groups or by time where one is given, else at random.

    Parameters
    ----------
    rows : int
        How many there are.
    labels : array of shape (n,), optional
        The classes, for equal shares of each; leave it out for values.
    share : float, default=0.2
        The share of the test rows, above 0 and at most 0.5.
    groups : array of shape (n,), optional
        The group of each row. Rows without one are groups of their own.
    time : array of shape (n,), optional
        Dates, numbers, or texts of these. Rows without one are learned from.
    column : str, optional
        The name of the column that groups or time come from.
    seed : int, default=0
        The seed of what is drawn.

    Returns
    -------
    Split
        The numbers of the rows, and a sentence about them.

    Raises
    ------
    ValueError
        If both groups and time are given, or rows cannot be split so.

    Examples
    --------
    >>> split = split_rows(10, time=[3, 1, 4, 1, 5, 9, 2, 6, 5, 3], column="day")
    >>> split.test
    array([5, 7])
    >>> print(split.facts.sentence)
    The test rows are the latest 20% by 'day': those after 5.
    """
    if groups is not None and time is not None:
        raise ValueError(
            "groups and time are both given; rows can be split by one of them: leave "
            "the other out."
        )
    if not 0.0 < share <= 0.5:
        raise ValueError(f"share={share}: it must be above 0 and at most 0.5.")
    for name, given in (("labels", labels), ("groups", groups), ("time", time)):
        if given is not None and len(given) != rows:
            raise ValueError(
                f"{name} has {len(given)} entries for {rows} rows; give one for each."
            )
    if rows < 2:
        raise ValueError(f"There are {rows} rows; a split needs 2 or more.")
    numbers = None if labels is None else _numbers(labels)
    if time is not None:
        return _by_time(time, share, column or "time")
    rng = np.random.default_rng(seed)
    if groups is not None:
        return _by_groups(groups, numbers, share, column or "group", rng)
    return _at_random(rows, numbers, share, rng)


def given_split(train: int, test: int, source: str = "", learned: int = 0) -> Split:
    """The split of two tables: `train` rows, and `test` more from one of their own.

    `learned` of the test rows are among those that are learned from, too.
    """
    origin = f", {source}" if source else ""
    sentence = f"The test rows are a table of their own{origin}."
    warnings: tuple[str, ...] = ()
    if learned:
        warnings = (
            f"{learned:,} of {test:,} test rows are, cell for cell, among the rows "
            "that are learned from, too: where they are copies, the scores look better "
            "than they are.",
        )
    facts = SplitFacts("given", sentence, warnings)
    return Split(np.arange(train), np.arange(train, train + test), facts)


def split_warnings(facts: SplitFacts, kinds: Mapping[str, str]) -> tuple[str, ...]:
    """What to say of a split, for columns of these kinds, beside its own warnings."""
    dates = [name for name, kind in kinds.items() if kind == "date"]
    if facts.kind not in ("random", "groups") or not dates:
        return facts.warnings
    drawn = "rows" if facts.kind == "random" else "groups"
    return (
        *facts.warnings,
        f"The {drawn} were drawn at random, although {dates[0]!r} holds dates: if the "
        "model is for rows that come later, these scores may be too good; split by "
        f"time: {option('time', dates[0])}.",
    )


def _numbers(values: Any) -> Rows:
    """Values as whole numbers from 0: equal ones alike, missing ones each another."""
    column = raw_column("groups", np.asarray(values))
    missing = missing_rows(column)
    _, known = np.unique(column[~missing], return_inverse=True)
    numbers = np.empty(len(column), dtype=np.intp)
    numbers[~missing] = known
    alone = np.arange(missing.sum())
    numbers[missing] = alone + known.max(initial=-1) + 1
    return numbers


def _percent(part: int, rows: int) -> str:
    return f"{100.0 * part / rows:.0f}%"


def _at_random(
    rows: int, labels: Rows | None, share: float, rng: np.random.Generator
) -> Split:
    """Rows drawn at random; of each class its share, and its only row is learned from.

    Rows in random order are sorted by class, and drawn at equal steps.
    """
    order = rng.permutation(rows)
    if labels is not None:
        order = order[np.argsort(labels[order], kind="stable")]
        order = order[np.bincount(labels)[labels[order]] > 1]
    if len(order) < 2:
        raise ValueError(
            "No class has two rows, so none can be both learned and tried."
        )
    count = max(1, round(share * len(order)))
    step = len(order) / count
    places = (np.arange(count) + rng.random()) * step
    test = np.sort(order[places.astype(np.intp)])
    equal = ", with equal shares of each class" if labels is not None else ""
    sentence = (
        f"The test rows are {_percent(count, rows)} of all, drawn at random{equal}."
    )
    return Split(_others(rows, test), test, SplitFacts("random", sentence))


def _others(rows: int, test: Rows) -> Rows:
    return np.setdiff1d(np.arange(rows), test, assume_unique=True)


def _by_groups(
    groups: Any,
    labels: Rows | None,
    share: float,
    column: str,
    rng: np.random.Generator,
) -> Split:
    """Whole groups drawn at random; of some draws the one that is most even.

    Even means: about `share` of the rows, and of each class.
    """
    numbers = _numbers(groups)
    count = int(numbers.max()) + 1
    if count < 2:
        raise ValueError(
            f"All rows have the same value in {column!r}; groups must be two or more."
        )
    if labels is None:
        labels = np.zeros(len(numbers), dtype=np.intp)
    sizes = np.zeros((count, labels.max() + 1))
    np.add.at(sizes, (numbers, labels), 1.0)
    goal = share * sizes.sum(axis=0)
    best: tuple[float, Rows] | None = None
    for _ in range(TRIES):
        order = rng.permutation(count)
        drawn = np.cumsum(sizes[order], axis=0)
        # in rows, over all classes, and the sum of all rows once more
        off = np.abs(drawn - goal).sum(axis=1) + np.abs(drawn.sum(1) - goal.sum())
        stop = int(off.argmin())
        if best is None or off[stop] < best[0]:
            best = (float(off[stop]), order[: stop + 1])
    assert best is not None
    is_test = np.isin(numbers, best[1])
    test = np.flatnonzero(is_test)
    sentence = (
        f"The test rows are {_percent(len(test), len(numbers))} of all, from "
        f"{len(best[1]):,} of {count:,} groups drawn at random: all rows with the same "
        f"{column!r} are on one side."
    )
    warnings = _missing(groups, column, "is a group")
    if len(best[1]) == 1:
        warnings += (
            "The test rows are one group, so their intervals say nothing of others.",
        )
    facts = SplitFacts("groups", sentence, warnings, column)
    return Split(np.flatnonzero(~is_test), test, facts, numbers[test])


def _missing(values: Any, column: str, what: str) -> tuple[str, ...]:
    """A sentence on the rows without a value, if there are some."""
    count = int(missing_rows(raw_column(column, np.asarray(values))).sum())
    if not count:
        return ()
    if count == 1:
        return (f"1 row has no {column!r}; it {what}.",)
    each = what.replace("is ", "each is ")
    return (f"{count:,} rows have no {column!r}; {each}.",)


def _by_time(time: Any, share: float, column: str) -> Split:
    """The latest rows; those of one moment stay together."""
    moments = _moments(time, column)
    known = np.flatnonzero(~missing_rows(moments))
    order = known[np.argsort(moments[known], kind="stable")]
    ordered = moments[order]
    # the test begins where a moment begins: at the one nearest to the share
    begins = np.flatnonzero(ordered[1:] != ordered[:-1]) + 1
    if not len(begins):
        raise ValueError(
            f"{column!r} has fewer than two moments; a split by time needs an earlier "
            "and a later one."
        )
    rows = len(moments)
    start = begins[np.abs(len(order) - begins - share * rows).argmin()]
    test = np.sort(order[start:])
    last = ordered[start - 1]
    sentence = (
        f"The test rows are the latest {_percent(len(test), rows)} by {column!r}: "
        f"those after {_as_text(last)}."
    )
    warnings = _missing(time, column, "is learned from")
    facts = SplitFacts("time", sentence, warnings, column)
    return Split(_others(rows, test), test, facts)


def _moments(time: Any, column: str) -> NDArray[Any]:
    """Dates or numbers; texts are read by the rule for all tables."""
    values = raw_column(column, np.asarray(time))
    if values.dtype.kind != "O":
        return values
    schema = Schema.of({column: values})
    kind = schema.kinds[column]
    if kind not in ("date", "number"):
        first = next((v for v in itertools.chain(values) if v is not None), None)
        raise ValueError(
            f"{column!r} holds {kind} values such as {first!r}, which have no order in "
            "time; give a column of dates or numbers."
        )
    return schema.parse({column: values})[column]


def _as_text(moment: Any) -> str:
    """A date without a time that is midnight, or a number."""
    if isinstance(moment, np.datetime64):
        return str(moment.astype("datetime64[s]")).replace("T00:00:00", "")
    return f"{moment:g}"
