"""What somebody should know of a table before a model is made of it.

Each rule looks at all rows and columns, and says what it found in a sentence, and what
to do about it.

    HM-D01  repeated rows         rows that a random split would put on both sides
    HM-D02  contradicting rows    equal rows with different classes
    HM-D03  ordered in time       a column of dates by which the rows are sorted
    HM-D04  dates                 a column of dates by which they are not
    HM-D05  groups                ids that repeat
    HM-D06  gives the target away one column that tells the target alone
    HM-D07  constant column       one value in all rows
    HM-D08  repeated column       one that tells the same as another
    HM-D09  mostly missing        no value in half of the rows or more
    HM-D10  rare classes          classes with fewer rows than folds and test part need
    HM-D11  no target             rows that cannot be learned from
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from halfmoon.arrays.cached import cached_property
from halfmoon.arrays.columns import missing_rows
from halfmoon.tables.cells import Column, cells_of
from halfmoon.tables.giveaway import share_told
from halfmoon.tables.kinds import FEW, NAME_OF_IDS, REPEATS
from halfmoon.tables.repeats import codes_of, expected_leak, same_rows
from halfmoon.tables.schema import Schema
from halfmoon.tables.task import Target

Table = Mapping[str, Column]

TEST_SHARE = 0.2  # of the rows, as a random split would have it
TIME = re.compile(
    r"(?:.*[\W_])?(?:date|time|datetime|timestamp|year)(?:[\W_].*)?", re.I
)
FEWEST_DESCENTS = 10  # that unsorted rows would have
SORTED = 0.05  # of the descents that unsorted rows would have
FEWEST_IDS = 10  # different ones, that could be groups
SHARED_IDS = 0.2  # of the rows, at least, share theirs with another
LEAK_ROWS = 50  # with fewer rows, chance may tell the target
COMPARED_ROWS = 20_000
GIVEN_AWAY = 0.99
MOSTLY = 0.5
FEWEST_OF_A_CLASS = 10
NAMED = 5  # classes in a sentence


@dataclass(frozen=True)
class Finding:
    """Something that was found in a table.

    `column` is the one that it is about, None if it is about rows or the target.
    `remedy` says what to do, and may be empty.
    """

    code: str
    title: str
    column: str | None
    sentence: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence} {self.remedy}".rstrip()


@dataclass(frozen=True, eq=False)
class _Case:
    """What is looked at: raw columns, those that are used as values, the target."""

    table: Table
    values: Mapping[str, Column]
    kinds: Mapping[str, str]
    target: Target | None
    seed: int

    @property
    def rows(self) -> int:
        return len(next(iter(self.table.values())))

    @cached_property
    def codes(self) -> dict[str, NDArray[np.intp]]:
        """A number for each different value of the columns that are used."""
        return {name: codes_of(column) for name, column in self.values.items()}

    @cached_property
    def alike(self) -> NDArray[np.intp]:
        """A number for each different row, by the columns that are used."""
        return same_rows(self.codes.values(), self.rows)


def findings(
    table: Table,
    schema: Schema | None = None,
    target: Target | None = None,
    *,
    seed: int = 0,
) -> list[Finding]:
    """What somebody should know of a table before a model is made of it.

    Parameters
    ----------
    table : dict of str to array (n,)
        Raw columns, as `read_file` and `read_frame` give them; the target may be one.
    schema : Schema, optional
        What the columns were decided to be; decided here if it is left out.
    target : Target, optional
        What is to be predicted, of the same rows (`read_target`).
    seed : int
        Chooses the rows by which columns are compared with the target, if there are
        more than 20,000.

    Returns
    -------
    list of Finding
        In the order of their codes; print one to read it.

    Examples
    --------
    >>> import numpy as np
    >>> table = {"size": np.array([1.0, 2.0, 4.0]), "unit": np.array(["cm"] * 3)}
    >>> print(findings(table)[0])
    HM-D07: Column 'unit' is the same in all rows. Nothing can be learned from what \
does not vary: it is left out.
    """
    features = dict(table)
    if target is not None:
        features.pop(target.column, None)
    if schema is None:
        schema, values = Schema.learn(features)
    else:
        known = schema.kinds
        values = schema.parse({n: c for n, c in table.items() if n in known})
        values = {name: values[name] for name in features if name in values}
    case = _Case(features, values, schema.kinds, target, seed)
    if not features:
        return []
    return [finding for rule in RULES for finding in rule(case)]


# Rows


def _repeated_rows(case: _Case) -> Iterator[Finding]:
    columns = [case.alike]
    if case.target is not None:
        columns.append(codes_of(case.target.values))
    groups = same_rows(columns, case.rows)
    repeated = int(np.sum(np.bincount(groups)[groups] > 1))
    if not case.values or not repeated:
        return
    test = round(TEST_SHARE * case.rows)
    leaked = expected_leak(groups, TEST_SHARE)
    left_out = [name for name in case.table if name not in case.values]
    but = f" (but for {_listed(left_out)})" if left_out else ""
    yield Finding(
        "HM-D01",
        "repeated rows",
        None,
        f"{_count(repeated, 'row')} of {case.rows:,} occur more than once{but}: of "
        f"{test:,} test rows chosen at random, {leaked:,.0f} would also be among those "
        "learned from.",
        "If they are copies, remove them; then the scores are of new rows only.",
    )


def _contradicting_rows(case: _Case) -> Iterator[Finding]:
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
        f"in at least {_count(wrong, 'row')} of {len(y):,} ({wrong / len(y):.1%}).",
        "More columns would tell them apart.",
    )


def _time(case: _Case) -> Iterator[Finding]:
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
                    f"To predict what comes later, split by time={name!r}.",
                )
            elif is_date:
                dated.append(name)
    for name in dated:
        yield Finding(
            "HM-D04",
            "dates",
            name,
            f"Column {name!r} holds dates.",
            f"To predict what comes later, split by time={name!r}.",
        )


def _is_sorted(column: Column) -> bool:
    """Whether far fewer values are below the one before than if rows were shuffled.

    Of two rows drawn at random, the second is below with probability
    (1 - sum p^2) / 2, p the shares of the different values.
    """
    known = _ranks(column[~missing_rows(column)])
    if len(known) < 2:
        return False
    shares = np.bincount(known) / len(known)
    expected = (len(known) - 1) * (1.0 - float(shares @ shares)) / 2.0
    steps = np.diff(known)
    descents = min(int(np.sum(steps < 0)), int(np.sum(steps > 0)))
    return expected >= FEWEST_DESCENTS and descents <= SORTED * expected


def _ranks(column: Column) -> NDArray[np.intp]:
    """A number for each different value, in the order of the values."""
    return np.unique(column, return_inverse=True)[1]


def _groups(case: _Case) -> Iterator[Finding]:
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
            f"If rows of one are alike, keep them together: groups={name!r}.",
        )


def _may_name_groups(name: str, kind: str) -> bool:
    """Whether a column of this kind can hold ids; numbers do if their name says so."""
    says_id = bool(NAME_OF_IDS.fullmatch(name))
    return kind in ("id", "category") or (kind == "number" and says_id)


# Columns


def _given_away(case: _Case) -> Iterator[Finding]:
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
        return  # an easy problem is no leak
    for name in leaks:
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
        f"Unless it is known before, leave it out: columns={{{name!r}: 'id'}}.",
    )


def _constant(case: _Case) -> Iterator[Finding]:
    names = [name for name, codes in case.codes.items() if codes.max(initial=0) == 0]
    if names:
        yield Finding(
            "HM-D07",
            "constant column",
            names[0] if len(names) == 1 else None,
            f"{_columns(names)} the same in all rows.",
            "Nothing can be learned from what does not vary: it is left out.",
        )


def _repeated_columns(case: _Case) -> Iterator[Finding]:
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
            told = _ranks(column)
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


def _mostly_missing(case: _Case) -> Iterator[Finding]:
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
            f"{_columns(names)} missing in {least:.1%} {more}of the rows.",
        )


# The target


def _rare_classes(case: _Case) -> Iterator[Finding]:
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
        f"{_count(len(rare), 'class', 'classes')} of {len(classes)} in "
        f"{target.column!r} {'has' if len(rare) == 1 else 'have'} fewer than "
        f"{FEWEST_OF_A_CLASS} rows: {', '.join(told)}{more}.",
        "What is said of them rests on very few rows; join some, or find more rows.",
    )


def _no_target(case: _Case) -> Iterator[Finding]:
    if case.target is None or case.target.known.all():
        return
    unknown = int(np.sum(~case.target.known))
    yield Finding(
        "HM-D11",
        "no target",
        None,
        f"{_count(unknown, 'row')} of {case.rows:,} "
        f"{'has' if unknown == 1 else 'have'} no {case.target.column!r}.",
        "They are left out.",
    )


RULES: tuple[Callable[[_Case], Iterator[Finding]], ...] = (
    _repeated_rows,
    _contradicting_rows,
    _time,
    _groups,
    _given_away,
    _constant,
    _repeated_columns,
    _mostly_missing,
    _rare_classes,
    _no_target,
)


# Words


def _count(number: int, word: str, several: str = "") -> str:
    return f"{number:,} {word if number == 1 else several or word + 's'}"


def _columns(names: list[str]) -> str:
    if len(names) == 1:
        return f"Column {names[0]!r} is"
    return f"{len(names)} columns ({_listed(names)}) are"


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(map(repr, names[:3])) + more
