"""What the columns of a fit are: by the rule, by an edited schema, by options."""

import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from halfmoon.commands.common.targets import refuse_absent

if TYPE_CHECKING:
    from halfmoon.tables.decision import Decision
    from halfmoon.tables.raw import Table
    from halfmoon.tables.schema import Schema

NAMED = 5  # columns in a message
SEEN = ("column", "why", "fits", "held")  # of a decision


def typed(table: "Table", file: str | None, said: Mapping[str, Any]) -> "Schema":
    """The schema of a table: by the rule, as an edited file says, or as somebody says.

    `file` is a schema that was written for such a table; only what it says otherwise
    than the rule counts. `said` stands above it. Raises ValueError for what cannot be.
    """
    from halfmoon.tables.decision import USED
    from halfmoon.tables.schema import Schema

    by_rule = Schema.of(table)
    edited = {} if file is None else _edits(file, by_rule)
    whole = edited | dict(said)
    schema = Schema.of(table, whole) if whole else by_rule
    kinds = set(schema.kinds.values())
    if kinds and not kinds & set(USED):
        told = [f"{name!r} is {kind}" for name, kind in schema.kinds.items()]
        more = ", ..." if len(told) > NAMED else ""
        raise ValueError(
            f"No column is left to learn from ({', '.join(told[:NAMED])}{more}); if "
            "one could tell the target, say what it is, as --columns "
            f"{shlex.quote(schema.decisions[0].column)}=category."
        )
    return schema


def _edits(file: str, by_rule: "Schema") -> dict[str, Any]:
    """What an edited schema says otherwise than the rule, as `columns` takes it."""
    usual = {decision.column: decision for decision in by_rule.decisions}
    said = {}
    for decision in _read_schema(file, usual).decisions:
        name = decision.column
        refuse_absent(name, usual, f"--schema: {file} names")
        settings = _settings(decision)
        if settings != _settings(usual[name]):
            said[name] = settings
    return said


def _read_schema(path: str, usual: Mapping[str, "Decision"]) -> "Schema":
    """A schema from its file; an error says which.

    Where another kind was written in, what else was there belongs to the kind by the
    rule, and goes.
    """
    from halfmoon.tables.schema import Schema

    try:
        told = json.loads(Path(path).read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ValueError(f"--schema: {path} cannot be read ({reason}).") from None
    columns = told.get("columns") if isinstance(told, dict) else None
    for entry in columns if isinstance(columns, list) else []:
        name = str(entry.get("column")) if isinstance(entry, dict) else ""
        if name in usual and entry.get("kind") != usual[name].kind:
            for key, value in _settings(usual[name]).items():
                if entry.get(key) == value:
                    entry.pop(key)
    try:
        return Schema.from_dict(told)
    except ValueError as error:
        raise ValueError(f"--schema: {path}: {error}") from None


def _settings(decision: "Decision") -> dict[str, Any]:
    """The kind, and how the cells are read, without what was seen of them."""
    told = decision.as_dict()
    return {name: told[name] for name in told if name not in SEEN}
