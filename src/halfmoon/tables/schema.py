"""The schema of a table: what was decided about each column, and a check by it.

    schema = Schema.of(table, columns={"zip": "category"})
    print(schema)                       one line a column
    values = schema.parse(table)        now, and for each table to come

A schema is JSON that can be edited, and read back.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from halfmoon.tables.cells import Cells, Column, cells_of
from halfmoon.tables.decision import USED, Decision
from halfmoon.tables.kinds import decide, decide_as
from halfmoon.tables.naming import nearest
from halfmoon.tables.parsing import parse_column

Table = Mapping[str, Column]
VERSION = 1


@dataclass(frozen=True)
class Schema:
    """What was decided about the columns of a table, in their order.

    >>> import numpy as np
    >>> price = np.array(["1,50 €", "20,00 €", "?"], dtype=object)
    >>> schema = Schema.of({"price": price})
    >>> schema.parse({"price": price})["price"]
    array([ 1.5, 20. ,  nan])
    """

    decisions: tuple[Decision, ...]

    @classmethod
    def of(cls, table: Table, columns: Mapping[str, Any] | None = None) -> "Schema":
        """The schema of a table, by the rule of `kinds`.

        `columns` says what some columns are, whatever the rule would decide: a kind, or
        a dictionary of the kind and how its cells are read. Raises ValueError for a
        column that the table does not have, and for a kind that it cannot be.
        """
        return cls(_decided(table, _texts(table), columns or {}))

    @classmethod
    def learn(
        cls, table: Table, columns: Mapping[str, Any] | None = None
    ) -> tuple["Schema", dict[str, Column]]:
        """The schema of a table, and the table as it is parsed by it, in one go."""
        cells = _texts(table)
        schema = cls(_decided(table, cells, columns or {}))
        return schema, schema._parsed(table, cells)

    def __str__(self) -> str:
        return "\n".join(map(str, self.decisions))

    @property
    def kinds(self) -> dict[str, str]:
        """The kind of each column, by its name."""
        return {decision.column: decision.kind for decision in self.decisions}

    def parse(self, table: Table) -> dict[str, Column]:
        """The columns that are used, as values, in the order of the schema.

        A number is float64 with NaN, yes/no 1.0, 0.0 or NaN, a date datetime64[s] with
        NaT, a category a text or None. The table's columns may come in any order, and
        those that are left out may be missing. Raises ValueError, in one sentence, for
        columns that are missing or new, of another type, or with a cell that cannot be
        read.
        """
        self._check_names(table)
        return self._parsed(table, {})

    def _parsed(self, table: Table, cells: Mapping[str, Cells]) -> dict[str, Column]:
        """The columns that are used, as values; some columns' cells may be known."""
        values = {}
        for decision in self.decisions:
            name = decision.column
            if decision.kind in USED:
                values[name] = parse_column(decision, table[name], cells.get(name))
        return values

    def _check_names(self, table: Table) -> None:
        """ValueError for the first column that is missing, or else that is new."""
        known = self.kinds
        new = [name for name in table if name not in known]
        missing = [
            name for name, kind in known.items() if kind in USED and name not in table
        ]
        if missing:
            name = missing[0]
            others = f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""
            raise ValueError(
                f"The table has no column {name!r}{others}, which the model needs; "
                f"{_nearest(name, new, table, is_only=len(missing) == 1)}."
            )
        if new:
            others = f" (and {len(new) - 1} more)" if len(new) > 1 else ""
            raise ValueError(
                f"The table has a column {new[0]!r}{others} that the model was not "
                "made with; leave it out."
            )

    # As data

    def as_dict(self) -> dict[str, Any]:
        """The schema as plain data for JSON."""
        columns = [decision.as_dict() for decision in self.decisions]
        return {"version": VERSION, "columns": columns}

    @classmethod
    def from_dict(cls, told: Any) -> "Schema":
        """The schema that `as_dict` told, or that somebody has edited.

        Raises ValueError for what is no schema.
        """
        columns = told.get("columns") if isinstance(told, Mapping) else None
        if not isinstance(columns, list) or told.get("version") != VERSION:
            raise ValueError(
                f"A schema must be an object with 'version': {VERSION} and a list of "
                f"'columns'; got {told!r:.80}."
            )
        decisions = tuple(map(Decision.from_dict, columns))
        names = [decision.column for decision in decisions]
        twice = [name for name, count in Counter(names).items() if count > 1]
        if twice:
            raise ValueError(
                f"The schema has the column {twice[0]!r} more than once; leave one."
            )
        return cls(decisions)

    def as_json(self) -> str:
        """The schema as JSON, one line a column."""
        lines = ",\n".join(
            "  " + json.dumps(decision.as_dict(), ensure_ascii=False)
            for decision in self.decisions
        )
        return f'{{"version": {VERSION}, "columns": [\n{lines}\n]}}\n'

    @classmethod
    def from_json(cls, text: str) -> "Schema":
        """The schema that `as_json` wrote, or that somebody has edited.

        Raises ValueError for what is no JSON, and for what is no schema.
        """
        try:
            told = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ValueError(
                f"A schema must be JSON, and this is none ({error}); correct it, or "
                "make the schema anew."
            ) from None
        return cls.from_dict(told)


def _texts(table: Table) -> dict[str, Cells]:
    """The cells of the columns of texts."""
    return {
        name: cells_of(column)
        for name, column in table.items()
        if column.dtype.kind in "OUS"
    }


def _decided(
    table: Table, cells: Mapping[str, Cells], said: Mapping[str, Any]
) -> tuple[Decision, ...]:
    """What is decided about each column, by the rule or as somebody has said."""
    for name in said:
        if name not in table:
            raise ValueError(
                f"columns= names {name!r}, which the table does not have; "
                f"{_nearest(name, table, table)}."
            )
    return tuple(
        decide_as(name, column, said[name], cells.get(name))
        if name in said
        else decide(name, column, cells.get(name))
        for name, column in table.items()
    )


def _nearest(
    name: str,
    candidates: Iterable[str],
    names: Iterable[str],
    is_only: bool = False,
) -> str:
    """The end of an error: the candidate that was probably meant, or all names."""
    likely = list(candidates)
    meant = nearest(name, likely)
    if is_only and len(likely) == 1:
        meant = likely[0]  # whatever it is called
    if meant is not None:
        return f"it has {meant!r}: rename it, if it is the same"
    names = list(names)
    return f"its columns are: {', '.join(names[:20])}{', ...' * (len(names) > 20)}"
