"""Rules about rows: those that repeat others, and those that belong together."""

from collections.abc import Iterator

import numpy as np

from halfmoon.tables.cells import cells_of
from halfmoon.tables.findings.case import Case, Finding, count, listed, option
from halfmoon.tables.findings.repeats import codes_of, expected_leak, same_rows
from halfmoon.tables.kinds import FEW, NAME_OF_IDS, REPEATS

TEST_SHARE = 0.2  # of the rows, as a random split would have it
FEWEST_IDS = 10  # different ones, that could be groups
SHARED_IDS = 0.2  # of the rows, at least, share theirs with another


def repeated_rows(case: Case) -> Iterator[Finding]:
    """Rows that are equal in all columns that are used, and in the target."""
    columns = [case.alike]
    if case.target is not None:
        columns.append(codes_of(case.target.values))
    groups = same_rows(columns, case.rows)
    repeated = int(np.sum(np.bincount(groups)[groups] > 1))
    test = round(TEST_SHARE * case.rows)
    leaked = expected_leak(groups, TEST_SHARE)
    if not case.values or leaked < 0.5:
        return
    left_out = [name for name in case.table if name not in case.values]
    but = f" (but for {listed(left_out)})" if left_out else ""
    yield Finding(
        "HM-D01",
        "repeated rows",
        None,
        f"{count(repeated, 'row')} of {case.rows:,} occur more than once{but}: of "
        f"{test:,} test rows chosen at random, {leaked:,.0f} would also be among those "
        "learned from.",
        "If they are copies, remove them; then the scores are of new rows only.",
    )


def contradicting_rows(case: Case) -> Iterator[Finding]:
    """Rows that are equal but for their class, where they are 1% of all or more."""
    target = case.target
    if target is None or target.task != "classification" or not case.values:
        return
    alike = case.alike[target.known]
    y = codes_of(target.values[target.known])
    pairs, counts = np.unique(np.column_stack([alike, y]), axis=0, return_counts=True)
    most = np.zeros(int(case.alike.max()) + 1, dtype=int)
    np.maximum.at(most, pairs[:, 0], counts)
    wrong = len(y) - int(most.sum())
    if wrong < 0.01 * len(y):
        return
    yield Finding(
        "HM-D02",
        "contradicting rows",
        None,
        f"Equal rows have different classes: whoever sees these columns only is wrong "
        f"in at least {count(wrong, 'row')} of {len(y):,} ({wrong / len(y):.1%}).",
        "More columns would tell them apart.",
    )


def groups(case: Case) -> Iterator[Finding]:
    """Ids that repeat: by their name, or many different texts that do."""
    for name, column in case.table.items():
        if not _may_name_groups(name, case.kinds[name]):
            continue
        cells = cells_of(column)
        different = len(cells.texts)
        known = cells.known
        repeat = cells.counts[cells.counts > 1]
        shared = float(repeat.sum()) / max(known, 1)
        are_many = different > FEW and known <= REPEATS * different
        if not (are_many or NAME_OF_IDS.fullmatch(name)):
            continue
        if different < FEWEST_IDS or shared < SHARED_IDS:
            continue
        yield Finding(
            "HM-D05",
            "groups",
            name,
            f"Column {name!r} names {different:,} different things in {known:,} rows, "
            f"and {shared:.0%} of the rows share theirs with another.",
            f"If rows of one are alike, keep them together: {option('groups', name)}.",
        )


def _may_name_groups(name: str, kind: str) -> bool:
    """Whether a column of this kind can hold ids; numbers do if their name says so."""
    says_id = bool(NAME_OF_IDS.fullmatch(name))
    return kind in ("id", "category") or (kind == "number" and says_id)
