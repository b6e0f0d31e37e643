"""Rules about the order of the rows: of time, or such that neighbours are alike."""

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from halfmoon.arrays.columns import missing_rows
from halfmoon.tables.cells import Column
from halfmoon.tables.findings.case import Case, Finding, option
from halfmoon.tables.findings.repeats import codes_of, ranks

# a column of numbers that is called so is looked at, too
TIME = re.compile(
    r"(?:.*[\W_])?(?:date|time|datetime|timestamp|year)(?:[\W_].*)?", re.IGNORECASE
)
FEWEST_DESCENTS = 10  # that unsorted rows would have
SORTED = 0.05  # of the descents that unsorted rows would have
FEWEST_ROWS = 100  # of which neighbours are compared
COMPARED_ROWS = 50_000  # the first ones
FEWEST_COLUMNS = 3
# rows that are sorted by a column have long runs, and few of each value (one, but
# several tables may have been joined)
ROWS_A_RUN = 5
RUNS_A_VALUE = 3
ALIKE = 0.5  # the correlation of neighbours, in half of the columns


def time(case: Case) -> Iterator[Finding]:
    """Columns of dates, or numbers that are called so, by which the rows are sorted."""
    dated = []
    for name, column in case.values.items():
        kind = case.kinds[name]
        is_date = kind == "date"
        if is_date or (kind == "number" and TIME.fullmatch(name)):
            if _is_sorted(column):
                yield Finding(
                    "HM-D03",
                    "ordered in time",
                    name,
                    f"The rows are sorted by {name!r}, and look ordered in time: a "
                    "random split would judge by rows from among those learned from.",
                    _by_time(name),
                )
            elif is_date:
                dated.append(name)
    for name in dated:
        yield Finding(
            "HM-D04",
            "dates",
            name,
            f"Column {name!r} holds dates.",
            _by_time(name),
        )


def _by_time(name: str) -> str:
    return f"To predict what comes later, split by it: {option('time', name)}."


def _is_sorted(column: Column) -> bool:
    """Whether far fewer values are below the one before than if rows were shuffled.

    Of two rows drawn at random, the second is below with probability
    (1 - sum p^2) / 2, p the shares of the different values.
    """
    known = ranks(column[~missing_rows(column)])
    if len(known) < 2:
        return False
    shares = np.bincount(known) / len(known)
    expected = (len(known) - 1) * (1.0 - float(shares @ shares)) / 2.0
    steps = np.diff(known)
    descents = min(int(np.sum(steps < 0)), int(np.sum(steps > 0)))
    return expected >= FEWEST_DESCENTS and descents <= SORTED * expected


def neighbours(case: Case) -> Iterator[Finding]:
    """Rows that are like the row before, though no column says that they are ordered.

    Rows that are sorted by their columns or by the target are alike, too, and no
    warning is due: columns in which each value stands in one run of rows are taken for
    the cause, and the others compared within these runs.
    """
    if any(found.code == "HM-D03" for found in time(case)):
        return  # a column says why
    first = slice(COMPARED_ROWS)
    codes = {name: own[first] for name, own in case.codes.items() if own.any()}
    if case.rows < FEWEST_ROWS or len(codes) < FEWEST_COLUMNS:
        return
    target = case.target
    if target is not None and target.task == "regression":
        if _is_sorted(target.values[target.known]):
            return
    elif target is not None:
        codes[target.column] = codes_of(target.values[first])
    blocks = np.zeros(min(case.rows, COMPARED_ROWS), dtype=np.intp)
    while cause := next((n for n, c in codes.items() if _makes_blocks(blocks, c)), ""):
        blocks = _runs(blocks, codes.pop(cause))
    names = [name for name in codes if name in case.values]
    if len(names) < FEWEST_COLUMNS:
        return
    alike = [neighbour_correlation(case.values[name][first], blocks) for name in names]
    if np.median(alike) < ALIKE:
        return
    yield Finding(
        "HM-D12",
        "neighbours alike",
        None,
        f"Rows are like the rows before them: their correlation is {ALIKE:g} or more "
        f"in {int(np.sum(np.array(alike) >= ALIKE))} of {len(alike)} columns, as in "
        "measurements one after another in time or place. A random split would judge "
        "by neighbours of rows that were learned from.",
        "If it is time, add a column for it and split by it; else split by groups.",
    )


def _joined(blocks: NDArray[np.intp], codes: NDArray[np.intp]) -> NDArray[np.intp]:
    """A number for each pair of a block and a code."""
    return np.unique(blocks * (int(codes.max()) + 1) + codes, return_inverse=True)[1]


def _runs(blocks: NDArray[np.intp], codes: NDArray[np.intp]) -> NDArray[np.intp]:
    """A number for each run of rows with one code in one block."""
    changes = (np.diff(blocks) != 0) | (np.diff(codes) != 0)
    return np.concatenate([[0], np.cumsum(changes)])


def _makes_blocks(blocks: NDArray[np.intp], codes: NDArray[np.intp]) -> bool:
    """Whether the rows of each value stand side by side within each block."""
    runs = int(_runs(blocks, codes)[-1]) + 1
    is_finer = runs > int(blocks[-1]) + 1
    if not is_finer or ROWS_A_RUN * runs > len(codes):
        return False
    pairs = int(_joined(blocks, codes).max()) + 1
    return runs <= RUNS_A_VALUE * pairs


def neighbour_correlation(column: Column, blocks: NDArray[np.intp]) -> float:
    """How alike neighbours are in a column (n,), beyond what blocks of rows share.

    Near 0 for rows in random order, 1 where neighbours are equal: of ranks x, with
    their mean in each block taken off (von Neumann 1941)

        1 - mean (x_i+1 - x_i)^2 / (2 mean x^2)

    and of texts, the share of equal neighbours beyond that of any two rows of a block.
    """
    same = blocks[1:] == blocks[:-1]
    sizes = np.bincount(blocks)
    codes = codes_of(column)
    if column.dtype.kind == "O":
        pairs = np.bincount(_joined(blocks, codes))
        chance = float(np.sum(pairs * (pairs - 1.0)))
        chance /= max(float(np.sum(sizes * (sizes - 1.0))), 1.0)
        equal = float(np.mean(codes[1:][same] == codes[:-1][same]))
        return (equal - chance) / (1.0 - chance) if chance < 1.0 else 0.0
    x = ranks(column).astype(np.float64)
    order = np.argsort(np.argsort(x, kind="stable"), kind="stable").astype(np.float64)
    different = x.astype(np.intp)
    x = (np.bincount(different, order) / np.bincount(different))[different]
    x -= (np.bincount(blocks, x) / sizes)[blocks]
    steps = np.diff(x)[same]
    spread = 2.0 * float(np.mean(x**2))
    return 1.0 - float(np.mean(steps**2)) / spread if spread > 0.0 else 0.0
