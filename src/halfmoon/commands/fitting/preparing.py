"""The rows of a fit: read from a file, typed, and split for the test.

    file -> table -> target and other columns -> rows that have a target -> split

Columns are typed by all rows of the file, so that no split can read them differently.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from halfmoon.commands.common.endings import say
from halfmoon.commands.common.options import Reading
from halfmoon.commands.common.reading import read_table, said_of_columns
from halfmoon.commands.common.targets import read_named, refuse_absent
from halfmoon.commands.fitting.schemas import typed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from halfmoon.report.split import Split
    from halfmoon.tables.raw import Table
    from halfmoon.tables.schema import Schema
    from halfmoon.tables.task import Target
    from halfmoon.tables.understood import Understood

NAMED = 5  # columns in a message


@dataclass(frozen=True)
class Wanted:
    """What a fit is asked for: the files, and the columns that have a part in it."""

    source: str
    target: str
    task: str | None = None
    test: str | None = None
    groups: str | None = None
    time: str | None = None
    schema: str | None = None
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows with a target, and their numbers in the file, from 0."""

    table: "Table"
    y: "NDArray[Any]"
    numbers: "NDArray[Any]"

    def part(self, rows: "NDArray[Any]") -> "Rows":
        """Some of the rows."""
        table = {name: column[rows] for name, column in self.table.items()}
        return Rows(table, self.y[rows], self.numbers[rows])

    def of(self, columns: list[str]) -> "Rows":
        """The same rows, with these columns only."""
        table = {name: self.table[name] for name in columns}
        return Rows(table, self.y, self.numbers)


@dataclass(frozen=True, eq=False)
class Prepared:
    """All that a fit needs: rows to learn from, rows for the test, and what is known.

    `table` holds all columns of all rows of the file, the target too. `groups` and
    `time` are those of the rows to learn from.
    """

    understood: "Understood"
    table: "Table"
    target: "Target"
    schema: "Schema"
    split: "Split"
    train: Rows
    test: Rows
    left_out: int
    groups: "NDArray[Any] | None"
    time: "NDArray[Any] | None"


def prepare(wanted: Wanted, reading: Reading) -> Prepared:
    """Read, type and split the rows of a fit.

    Raises OSError and ValueError, in one sentence, for what cannot be read or learned.
    """
    from halfmoon.report.split import given_split, split_rows

    if wanted.test == wanted.source == "-":
        raise ValueError("--test cannot be the standard input too; give a file.")
    table, understood = read_table(wanted.source, reading)
    target = read_named(table, wanted.target, wanted.task)
    others = {name: column for name, column in table.items() if name != wanted.target}
    schema = typed(others, wanted.schema, _said(wanted, reading, others))
    schema.parse(others)  # before any row is left out, so that messages number them
    rows, left_out = known_rows(table, target)
    if len(rows.y) < 2:
        raise ValueError(
            f"Of all rows, {len(rows.y)} {'has' if len(rows.y) == 1 else 'have'} a "
            f"value in {target.column!r}; two or more must."
        )
    groups = groups_of(rows, wanted.groups)
    time = time_of(rows, wanted.time, schema)
    if wanted.test is None:
        split = split_rows(
            len(rows.y),
            labels=rows.y if target.task == "classification" else None,
            groups=groups,
            time=time,
            column=wanted.groups or wanted.time or "",
            seed=wanted.seed,
        )
        train = rows.part(split.train)
        test = rows.part(split.test)
        groups = None if groups is None else groups[split.train]
        time = None if time is None else time[split.train]
    else:
        train = rows
        test, further = _given(wanted, reading, target, schema)
        left_out += further
        split = given_split(
            len(train.y), len(test.y), Path(wanted.test).name, learned_too(train, test)
        )
    _check_classes(train, target, split)
    return Prepared(
        understood,
        table,
        target,
        schema,
        split,
        train,
        test,
        left_out,
        groups,
        None if time is None else _without_gaps(time),
    )


def _check_classes(train: Rows, target: "Target", split: "Split") -> None:
    """ValueError where a split has left one class to learn."""
    if target.task == "regression" or len(set(train.y.tolist())) > 1:
        return
    raise ValueError(
        f"All rows to learn from are of the class {str(train.y[0])!r}, since the test "
        f"rows were chosen by {split.facts.column!r}; split by another column, or at "
        "random."
    )


def known_rows(table: "Table", target: "Target") -> tuple[Rows, int]:
    """The rows that have a target, without it, and how many have none."""
    import numpy as np

    numbers = np.flatnonzero(target.known)
    others = {name: column for name, column in table.items() if name != target.column}
    if not others:
        raise ValueError(
            f"The table has no column but {target.column!r}, so there is nothing to "
            "learn from; look whether the separator is right."
        )
    rows = Rows(others, target.values, np.arange(len(target.known))).part(numbers)
    return rows, len(target.known) - len(numbers)


def _given(
    wanted: Wanted, reading: Reading, target: "Target", schema: "Schema"
) -> tuple[Rows, int]:
    """The test rows of a file of their own, which are read as those of the first."""
    import numpy as np

    from halfmoon.tables.task import read_target

    table, _ = read_table(str(wanted.test), reading)
    refuse_absent(target.column, table, "The column to be predicted is")
    column = table[target.column]
    there = read_target(target.column, column, target.task, target.decision)
    rows, left_out = known_rows(_alike(table, target.column, schema, wanted), there)
    if not len(rows.y):
        raise ValueError(
            f"No row of {wanted.test} has a value in {target.column!r}; give a test "
            "table whose rows have one."
        )
    known = target.values[target.known]
    if target.task == "classification" and not np.isin(rows.y, known).all():
        odd = int(np.argmin(np.isin(rows.y, known)))
        raise ValueError(
            f"Row {rows.numbers[odd] + 1} of {wanted.test} is of the class "
            f"{str(rows.y[odd])!r}, which no row of {wanted.source} has; leave it out."
        )
    return rows, left_out


def _alike(table: "Table", target: str, schema: "Schema", wanted: Wanted) -> "Table":
    """A test table without the columns that are new, if all others fit.

    Raises ValueError, before anything is learned, for a column or a cell that does not.
    """
    from halfmoon.tables.decision import LEFT_OUT

    others = {name: column for name, column in table.items() if name != target}
    known = {name: others[name] for name in others if name in schema.kinds}
    is_whole = all(
        name in known or kind in LEFT_OUT for name, kind in schema.kinds.items()
    )
    try:
        # where one is missing, a new one may be it, renamed
        schema.parse(known if is_whole else others)
    except ValueError as error:
        raise ValueError(f"--test: {wanted.test}: {error}") from None
    if new := [name for name in others if name not in known]:
        named = ", ".join(map(repr, new[:NAMED])) + ", ..." * (len(new) > NAMED)
        say(f"not used of {wanted.test}, since {wanted.source} has it not: {named}.")
    return {target: table[target], **known}


def learned_too(train: Rows, test: Rows) -> int:
    """How many of the test rows are, cell for cell, among those to learn from."""
    names = [name for name in train.table if name in test.table]

    def lines(rows: Rows) -> Iterator[tuple[Any, ...]]:
        cells = [rows.table[name].tolist() for name in names]
        return zip(*cells, rows.y.tolist(), strict=True)

    learned = set(lines(train))
    return sum(line in learned for line in lines(test))


def _said(wanted: Wanted, reading: Reading, others: "Table") -> dict[str, Any]:
    """What the options say of columns."""
    for option, name in (("--groups", wanted.groups), ("--time", wanted.time)):
        if name is not None:
            _refuse_target(name, wanted.target, option)
            refuse_absent(name, others, f"{option} names")
    said = said_of_columns(reading)
    for name in said:
        _refuse_target(name, wanted.target, "--columns")
        refuse_absent(name, others, "--columns names")
    if wanted.groups is not None:
        why = "it names the groups, of which new ones will come"
        said[wanted.groups] = {"kind": "id", "why": why}
    return said


def _refuse_target(name: str, target: str, option: str) -> None:
    if name == target:
        raise ValueError(
            f"{option} names {name!r}, which is to be predicted; name another column "
            "(--task says whether a target holds classes or values)."
        )


def groups_of(rows: Rows, name: str | None) -> "NDArray[Any] | None":
    """A number for each row's group; a row without one is a group of its own."""
    import numpy as np

    from halfmoon.tables.cells import cells_of

    if name is None:
        return None
    codes = cells_of(rows.table[name]).codes
    alone = len(codes) + np.arange(len(codes))
    return np.where(codes < 0, alone, codes)


def time_of(rows: Rows, name: str | None, schema: "Schema") -> "NDArray[Any] | None":
    """The moments of a column of dates or numbers, as they were typed."""
    from halfmoon.tables.parsing import parse_column

    if name is None:
        return None
    decision = next(each for each in schema.decisions if each.column == name)
    if decision.kind not in ("date", "number"):
        raise ValueError(
            f"--time names {name!r}, which holds no dates or numbers but is "
            f"{decision.kind} ({decision.why}); name another column, or say how its "
            f'dates are written: columns={{{name!r}: {{"kind": "date", "format": '
            '"%d/%m/%Y"}}.'
        )
    return parse_column(decision, rows.table[name])


def _without_gaps(time: "NDArray[Any]") -> "NDArray[Any]":
    """Moments, of which those that are missing are the first one: they are learned."""
    import numpy as np

    return np.where(np.isnan(time), np.nanmin(time), time)
