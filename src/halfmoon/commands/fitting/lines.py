"""The lines that make a model again: the command as it was typed, and Python's."""

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from halfmoon.commands.common.options import Reading
from halfmoon.commands.fitting.folder import SCHEMA
from halfmoon.commands.fitting.preparing import Prepared, Wanted

if TYPE_CHECKING:
    from halfmoon.tables.task import Target

SETTINGS = ("encoding", "separator", "quote", "comment", "skip", "header")
READ = """\
table, understood = read_file({reading})
column = table.pop({name!r})
target = read_target({name!r}, column, {task!r})
y = target.values[target.known]
X = {{name: c[target.known] for name, c in table.items()}}
"""
SCHEMA_LINES = """\
text = Path({schema!r}).read_text("utf-8")
schema = Schema.from_json(text)
"""
GROUPS = """\
codes = cells_of(X[{column!r}]).codes
alone = len(codes) + np.arange(len(codes))
groups = np.where(codes < 0, alone, codes)
"""
TIME = """\
time = schema.parse(X)[{column!r}]
time_or_first = np.where(np.isnan(time), np.nanmin(time), time)
"""
FIT = """\
columns = {{d.column: d.as_dict() for d in schema.decisions}}
model = {kind}(
    {parameters},
)
model.fit({fit})
"""
LOAD = "model = load({model!r})\n"
REPORT = """\
measured = measure(model, None, None, X, y, target={name!r})
write_report(measured, "report.html")
"""


def command_line() -> str:
    """This process's command, as one line for a shell."""
    return shlex.join(["halfmoon", *sys.argv[1:]])


def python_lines(
    wanted: Wanted,
    reading: Reading,
    prepared: Prepared,
    parameters: dict[str, Any],
    folder: Path,
) -> str:
    """Lines of Python that give the same model, with the schema of its folder."""
    target = prepared.target
    is_classes = target.task == "classification"
    kind = "TabularClassifier" if is_classes else "TabularRegressor"
    lines = _read_lines(wanted.source, reading, target)
    lines += SCHEMA_LINES.format(schema=(folder / SCHEMA).as_posix())
    split = ["len(y)", "labels=y"] if is_classes else ["len(y)"]
    fit = ["X", "y"]
    if wanted.groups is not None:
        lines += GROUPS.format(column=wanted.groups)
        split.append("groups=groups")
        fit.append("groups=groups")
    if wanted.time is not None:
        lines += TIME.format(column=wanted.time)
        split.append("time=time")
        fit.append("time=time_or_first")
    if wanted.test is None:
        lines += (
            f"rows = split_rows({', '.join([*split, f'seed={wanted.seed}'])}).train\n"
        )
        lines += "X = {name: column[rows] for name, column in X.items()}\n"
        fit = [each if each == "X" else f"{each}[rows]" for each in fit]
    lines += FIT.format(
        kind=kind,
        parameters=",\n    ".join([*_named(parameters), "columns=columns"]),
        fit=", ".join(fit),
    )
    return _with_imports(f"from halfmoon import {kind}", lines)


def report_lines(model: str, source: str, reading: Reading, target: "Target") -> str:
    """Lines of Python that write a report of a model on the rows of a file."""
    lines = LOAD.format(model=model)
    lines += _read_lines(source, reading, target)
    lines += REPORT.format(name=target.column)
    return _with_imports("from halfmoon import load, measure, write_report", lines)


def _with_imports(first: str, lines: str) -> str:
    """The lines, below what they need."""
    needed = [
        ("Path(", "from pathlib import Path\n"),
        ("np.", "import numpy as np\n"),
        ("", first),
        ("split_rows(", "from halfmoon.report.split import split_rows"),
        ("cells_of(", "from halfmoon.tables.cells import cells_of"),
        ("read_file(", "from halfmoon.tables.reading import read_file"),
        ("Schema.", "from halfmoon.tables.schema import Schema"),
        ("read_target(", "from halfmoon.tables.task import read_target"),
    ]
    return "\n".join([line for used, line in needed if used in lines] + ["", lines])


def _read_lines(source: str, reading: Reading, target: "Target") -> str:
    """Lines that read the rows of a file that have a target."""
    given = {
        n: getattr(reading, n) for n in SETTINGS if getattr(reading, n) is not None
    }
    return READ.format(
        reading=", ".join([repr(source), *_named(given)]),
        name=target.column,
        task=target.task,
    )


def _named(values: dict[str, Any]) -> list[str]:
    """Arguments with their names."""
    return [f"{name}={value!r}" for name, value in values.items()]
