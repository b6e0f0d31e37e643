"""The lines that make a model again: the command as it was typed, and Python's."""

import shlex
import sys
from pathlib import Path
from typing import Any

from halfmoon.commands.common.options import Reading
from halfmoon.commands.fitting.folder import SCHEMA
from halfmoon.commands.fitting.preparing import Prepared, Wanted

SETTINGS = ("encoding", "separator", "quote", "comment", "skip", "header")
LINES = """\
table, understood = read_file({reading})
target = read_target({name!r}, table.pop({name!r}), {task!r})
y = target.values[target.known]
X = {{name: column[target.known] for name, column in table.items()}}
schema = Schema.from_json(Path({schema!r}).read_text("utf-8"))
"""
GROUPS = """\
codes = cells_of(X[{column!r}]).codes
groups = np.where(codes < 0, len(codes) + np.arange(len(codes)), codes)
"""
TIME = """\
time = schema.parse(X)[{column!r}]
"""
FIT = """\
columns = {{each.column: each.as_dict() for each in schema.decisions}}
model = {kind}({parameters})
model.fit({fit})
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
    given = {
        n: getattr(reading, n) for n in SETTINGS if getattr(reading, n) is not None
    }
    lines = LINES.format(
        reading=", ".join([repr(wanted.source), *_named(given)]),
        name=target.column,
        task=target.task,
        schema=(folder / SCHEMA).as_posix(),
    )
    split = ["len(y)", "labels=y"] if is_classes else ["len(y)"]
    fit = ["X", "y"]
    if wanted.groups is not None:
        lines += GROUPS.format(column=wanted.groups)
        split.append("groups=groups")
        fit.append("groups=groups")
    if wanted.time is not None:
        lines += TIME.format(column=wanted.time)
        split.append("time=time")
        fit.append("time=np.where(np.isnan(time), np.nanmin(time), time)")
    if wanted.test is None:
        lines += (
            f"rows = split_rows({', '.join([*split, f'seed={wanted.seed}'])}).train\n"
        )
        lines += "X = {name: column[rows] for name, column in X.items()}\n"
        fit = [each if each == "X" else f"{each}[rows]" for each in fit]
    lines += FIT.format(
        kind=kind,
        parameters=", ".join([*_named(parameters), "columns=columns"]),
        fit=", ".join(fit),
    )
    return "\n".join([*_imports(kind, lines), "", lines])


def _imports(kind: str, lines: str) -> list[str]:
    """What the lines need."""
    needed = [
        ("Path(", "from pathlib import Path\n"),
        ("np.", "import numpy as np\n"),
        (kind, f"from halfmoon import {kind}"),
        ("split_rows(", "from halfmoon.report.split import split_rows"),
        ("cells_of(", "from halfmoon.tables.cells import cells_of"),
        ("read_file(", "from halfmoon.tables.reading import read_file"),
        ("Schema.", "from halfmoon.tables.schema import Schema"),
        ("read_target(", "from halfmoon.tables.task import read_target"),
    ]
    return [line for used, line in needed if used in lines]


def _named(values: dict[str, Any]) -> list[str]:
    """Arguments with their names."""
    return [f"{name}={value!r}" for name, value in values.items()]
