"""What can be said of a table before a fit, and how it is printed."""

import dataclasses
import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import typer

from halfmoon.commands.common.options import Reading
from halfmoon.commands.common.printing import as_share, print_table
from halfmoon.commands.common.progress import working
from halfmoon.commands.common.reading import (
    as_arguments,
    read_table,
    said_of_columns,
    way_of_reading,
)
from halfmoon.commands.common.wording import as_command, as_options

if TYPE_CHECKING:
    from halfmoon.tables.findings import Finding
    from halfmoon.tables.raw import Table
    from halfmoon.tables.schema import Schema
    from halfmoon.tables.task import Target
    from halfmoon.tables.understood import Understood

NAMED = 8  # classes
READ = ("encoding", "separator", "quote", "comment", "skip", "header")


@dataclass(frozen=True)
class Described:
    """A table: how it was read, its columns, and what would be predicted.

    `missing` holds each column's count of missing cells; `suggested` says why this
    target would be taken, or why there is none; `findings` is what to know besides.
    """

    understood: "Understood"
    schema: "Schema"
    missing: dict[str, int]
    target: "Target | None"
    suggested: str
    findings: "list[Finding]"


def describe_table(source: str, reading: Reading, target: str | None) -> Described:
    """Read a table and find out about it.

    Raises OSError and ValueError, in one sentence, for what is no table, and for a
    target that it does not have.
    """
    from halfmoon.tables.findings import findings
    from halfmoon.tables.schema import Schema

    table, understood = read_table(source, reading)
    with working("looking at the columns"):
        schema = Schema.of(table, said_of_columns(reading))
        found, why = _target(table, target)
        return Described(
            understood=understood,
            schema=schema,
            missing=_missing(table, schema),
            target=found,
            suggested=why,
            findings=findings(table, schema, found),
        )


def _target(table: "Table", name: str | None) -> "tuple[Target | None, str]":
    """The column that would be predicted, and why it is this one, or why none."""
    from halfmoon.commands.common.targets import read_named
    from halfmoon.tables.task import suggest_target

    if name is not None:
        return read_named(table, name), "you named it"
    suggestion = suggest_target(table)
    if suggestion is not None:
        return suggestion.target, suggestion.why
    return None, (
        "no column can be predicted: each holds dates, ids, free text or one value"
    )


def _missing(table: "Table", schema: "Schema") -> dict[str, int]:
    """How many cells of each column are missing."""
    counts = {}
    for decision in schema.decisions:
        column = table[decision.column]
        counts[decision.column] = len(column) - decision.cells(column).known
    return counts


# As data, and as text


def as_data(described: Described) -> dict[str, Any]:
    """What is known of a table as plain data for JSON."""
    understood = described.understood
    return {
        "source": understood.source,
        "format": understood.format,
        "packed": understood.packed,
        "rows": understood.rows,
        "reading": {name: getattr(understood, name) for name in READ},
        "notes": list(understood.notes),
        "columns": described.schema.as_dict()["columns"],
        "missing": described.missing,
        "findings": [dataclasses.asdict(finding) for finding in described.findings],
        "target": _target_as_data(described),
    }


def _target_as_data(described: Described) -> dict[str, Any] | None:
    target = described.target
    if target is None:
        return None
    return {
        "column": target.column,
        "suggested": described.suggested,
        "task": target.task,
        "why": target.why,
        "without": int((~target.known).sum()),
    }


def print_described(described: Described, source: str, reading: Reading) -> None:
    """What is known of a table as text; `source` is the path as it was given."""
    from halfmoon.tables.decision import USED

    for line in _told_of_reading(described.understood):
        typer.echo(line)
    typer.echo()
    rows = described.understood.rows
    names = ("column", "kind", "missing", "fits", "why")
    cells = [
        (
            decision.column,
            decision.kind if decision.kind in USED else f"{decision.kind}, left out",
            _share_if_any(described.missing[decision.column], rows),
            f"{math.floor(1e4 * decision.fits) / 1e2:g}%",  # 100% are all of them
            decision.why,
        )
        for decision in described.schema.decisions
    ]
    print_table(names, cells, right=(2, 3))
    typer.echo(
        "(to change a kind: --columns NAME=KIND, with one of "
        f"{', '.join(USED)}; id and text leave a column out)"
    )
    typer.echo()
    for finding in described.findings:
        typer.echo(as_options(str(finding)))
    if described.findings:
        typer.echo()
    for line in _told_of_target(described, source, as_arguments(reading)):
        typer.echo(line)


def _share_if_any(count: int, of: int) -> str:
    return as_share(count, of) if count else ""


def _told_of_reading(understood: "Understood") -> list[str]:
    """How the file was read, in words, and how it could be read otherwise."""
    head, *_ = str(understood).splitlines()
    notes = [f"  {as_options(note)}" for note in understood.notes]
    if understood.separator is None:
        return [head, *notes]
    options = [*READ[:-1], "no-header" if understood.header else "header"]
    other = f"  (to read it otherwise: {', '.join(f'--{name}' for name in options)})"
    return [head, f"  {way_of_reading(understood)}", other, *notes]


def _told_of_target(described: Described, source: str, options: list[str]) -> list[str]:
    """Which column would be predicted, and what to do next."""
    target = described.target
    if target is None:
        return [f"Target: {described.suggested}."]
    told = f"Target: {as_options(str(target))} (taken because {described.suggested})."
    if target.task == "classification":
        told += f"\nIts classes: {_shares_of_classes(target)}."
    command = as_command("fit", source, "--target", target.column, *options)
    return [told, f"Next: {command}"]


def _shares_of_classes(target: "Target") -> str:
    """The classes with their shares of the rows, those with most rows first."""
    counts = Counter(target.values[target.known].tolist())
    rows = counts.total()
    shares = [f"{name} ({as_share(n, rows)})" for name, n in counts.most_common(NAMED)]
    more = f" and {len(counts) - NAMED} more" if len(counts) > NAMED else ""
    return ", ".join(shares) + more
