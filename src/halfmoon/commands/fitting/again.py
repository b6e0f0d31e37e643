"""The rows of a report on a model that is there: those of its fit, or others.

Where a file holds the rows that the model was fitted with, they are split again as they
were then: the record of the fit says how, and a fingerprint whether they are the same.
Of all other files, each row is a test row.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from halfmoon.commands.common.options import Reading
from halfmoon.commands.common.reading import read_table, refuse_kinds
from halfmoon.commands.common.targets import read_again
from halfmoon.commands.fitting.preparing import Rows, groups_of, known_rows, time_of

if TYPE_CHECKING:
    from halfmoon.report.split import Split
    from halfmoon.tables.raw import Table
    from halfmoon.tables.task import Target
    from halfmoon.tables.understood import Understood

LEARNED = (
    "the model has learned these rows, so it looks better on them than it is; give "
    "rows that it has not seen."
)


@dataclass(frozen=True, eq=False)
class Again:
    """Rows for a report; `train` and `split` are None where they are not its fit's.

    `learned` says that these are rows that the model has learned from: `LEARNED` is to
    be said of them.
    """

    understood: "Understood"
    table: "Table"
    target: "Target"
    train: Rows | None
    test: Rows
    split: "Split | None"
    left_out: int
    learned: bool


def prepare_again(
    model: Any, source: str, reading: Reading, name: str | None = None
) -> Again:
    """Read the rows of a file for a model; `name` is the target's, if it has another.

    Raises OSError and ValueError, in one sentence, for what cannot be read.
    """
    refuse_kinds(reading)
    table, understood = read_table(source, reading)
    target = read_again(model, table, name)
    rows, left_out = known_rows(table, target)
    if not len(rows.y):
        raise ValueError(
            f"No row has a value in {target.column!r}; give rows whose truth is known."
        )
    split = _split_again(model, rows, target)
    if split is None:
        learned = _is_fit(model, rows)
        return Again(understood, table, target, None, rows, None, left_out, learned)
    train = rows.part(split.train)
    test = rows.part(split.test)
    return Again(understood, table, target, train, test, split, left_out, False)


def _split_again(model: Any, rows: Rows, target: "Target") -> "Split | None":
    """The split of the fit, if these are its rows."""
    from halfmoon.report.split import split_rows

    record = getattr(model, "record_", {}).get("split") or {}
    kind = record.get("kind")
    column = record.get("column")
    if kind not in ("random", "groups", "time"):
        return None
    if kind != "random" and column not in rows.table:
        return None
    groups = groups_of(rows, column) if kind == "groups" else None
    time = time_of(rows, column, model.schema_) if kind == "time" else None
    try:
        split = split_rows(
            len(rows.y),
            labels=rows.y if target.task == "classification" else None,
            groups=groups,
            time=time,
            column=column or "",
            seed=record.get("seed", 0),
        )
    except ValueError:  # other rows, too few for a split
        return None
    return split if _is_fit(model, rows.part(split.train)) else None


def _is_fit(model: Any, rows: Rows) -> bool:
    """Whether these are the rows that the model was fitted with."""
    from halfmoon.estimators.record import fingerprint
    from halfmoon.tables.frames import read_frame

    known = getattr(model, "record_", {}).get("fingerprint")
    names = list(getattr(model, "feature_names_in_", rows.table))
    if not set(names) <= set(rows.table):
        return False
    table = read_frame({name: rows.table[name] for name in names})
    return fingerprint(table, rows.y) == known
