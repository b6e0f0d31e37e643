"""Rules about columns: those that tell too much, or nothing."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from halfmoon.arrays.columns import missing_rows
from halfmoon.tables.cells import Column
from halfmoon.tables.findings.case import Case, Finding, columns_are, option
from halfmoon.tables.findings.giveaway import share_told
from halfmoon.tables.findings.repeats import codes_of, ranks

LEAK_ROWS = 50  # with fewer rows, chance may tell the target
COMPARED_ROWS = 20_000
GIVEN_AWAY = 0.99
FARTHER = 10.0
MOSTLY = 0.5


def given_away(case: Case) -> Iterator[Finding]:
    """Columns that tell the target alone.

    An easy problem is no leak: nothing is said where over a third of the columns do, or
    another is less than ten times as far from telling all.
    """
    target = case.target
    if target is None or int(target.known.sum()) < LEAK_ROWS:
        return
    classes = target.task == "classification"
    rows = np.random.default_rng(case.seed).permutation(np.flatnonzero(target.known))
    rows = rows[:COMPARED_ROWS]
    y = target.values[rows]
    y = codes_of(y) if classes else y.astype(np.float64)
    columns = {name: column[rows] for name, column in case.values.items()}
    varying = [name for name, codes in case.codes.items() if codes.max(initial=0) > 0]
    told = {name: share_told(columns[name], y, classes) for name in varying}
    leaks = [name for name, share in told.items() if share >= GIVEN_AWAY]
    if len(varying) < 3 or 3 * len(leaks) > len(varying):
        return
    best_other = max(told[name] for name in varying if name not in leaks)
    for name in leaks:
        if FARTHER * (1.0 - told[name]) > 1.0 - best_other:
            continue
        yield _leak(name, told[name], columns[name], y, classes)


def _leak(
    name: str, share: float, column: Column, y: NDArray[Any], classes: bool
) -> Finding:
    what = "class" if classes else "value"
    missing = missing_rows(column)
    by_gaps = share_told(np.where(missing, 1.0, 0.0), y, classes)
    how = f"Column {name!r} alone tells"
    if missing.any() and by_gaps >= GIVEN_AWAY:
        how = f"Whether {name!r} has a value tells"
    return Finding(
        "HM-D06",
        "gives the target away",
        name,
        f"{how} {min(share, 1.0):.1%} of what there is to know of the {what} to be "
        "predicted.",
        f"Unless it is known before, leave it out: {option('columns', name, 'id')}.",
    )


def constant(case: Case) -> Iterator[Finding]:
    """Columns of one value."""
    names = [name for name, codes in case.codes.items() if codes.max(initial=0) == 0]
    if names:
        yield Finding(
            "HM-D07",
            "constant column",
            names[0] if len(names) == 1 else None,
            f"{columns_are(names)} the same in all rows.",
            "Nothing can be learned from what does not vary: it is left out.",
        )


def repeated_columns(case: Case) -> Iterator[Finding]:
    """Columns whose values belong together one by one.

    Where most values occur once only, they would in any case: there the order of the
    rows must be the same, too.
    """
    first: dict[bytes, str] = {}
    for name, codes in case.codes.items():
        column = case.values[name]
        different = int(codes.max(initial=0)) + 1
        told = codes
        if 2 * different > case.rows and column.dtype.kind != "O":
            told = ranks(column)
        elif different == 1 or 2 * different > case.rows:
            continue
        earlier = first.setdefault(told.tobytes(), name)
        if earlier != name:
            yield Finding(
                "HM-D08",
                "repeated column",
                name,
                f"Column {name!r} tells the same as {earlier!r}: each value of one "
                "belongs to one value of the other.",
                "One of them is enough.",
            )


def mostly_missing(case: Case) -> Iterator[Finding]:
    """Columns without a value in most rows."""
    shares = {
        name: float(missing_rows(column).mean()) for name, column in case.values.items()
    }
    names = [name for name, share in shares.items() if share >= MOSTLY]
    if names:
        least = min(shares[name] for name in names)
        more = "or more " if len(names) > 1 else ""
        yield Finding(
            "HM-D09",
            "mostly missing",
            names[0] if len(names) == 1 else None,
            f"{columns_are(names)} missing in {least:.1%} {more}of the rows.",
        )


def spelled_apart(case: Case) -> Iterator[Finding]:
    """Texts that differ in the case of letters or in spaces only, in the target too."""
    texts = {
        name: {value for value in column.tolist() if value is not None}
        for name, column in case.values.items()
        if column.dtype.kind == "O"
    }
    target = case.target
    if target is not None and target.values.dtype.kind == "U":
        texts[target.column] = set(target.values[target.known].tolist())
    for name, different in texts.items():
        twins = _twins(sorted(different))
        if twins:
            yield Finding(
                "HM-D13",
                "spelled apart",
                name,
                f"Column {name!r} holds values that differ in the case of letters or "
                f"in spaces only, such as {twins[0]!r:.40} and {twins[1]!r:.40}: each "
                "counts as one of its own.",
                "If they mean the same, write them alike.",
            )


def _twins(texts: list[str]) -> tuple[str, str] | None:
    """The first two texts that read alike."""
    first: dict[str, str] = {}
    for text in texts:
        plain = "".join(text.casefold().split())
        if plain in first:
            return first[plain], text
        first[plain] = text
    return None
