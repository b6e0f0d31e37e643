"""The column that is predicted: found by its name, and read as it was for the fit.

`fit` keeps in `model.record_["target"]` what `as_record` makes of it.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from halfmoon.tables.raw import Table
    from halfmoon.tables.task import Target

MOST = 20  # names in a message


def refuse_absent(name: str, names: Iterable[str], who: str) -> None:
    """ValueError for a column that is not there, with the nearest that is.

    `who` asks for it: "--target names", say.
    """
    from halfmoon.tables.naming import nearest

    known = list(names)
    if name in known:
        return
    meant = nearest(name, known)
    listed = (
        f"its columns are: {', '.join(known[:MOST])}{', ...' * (len(known) > MOST)}"
    )
    hint = f"{listed}." if meant is None else f"did you mean {meant!r}?"
    raise ValueError(f"{who} {name!r}, and the table has no such column; {hint}")


def read_named(table: "Table", name: str, task: str | None = None) -> "Target":
    """The target in the column of this name.

    Raises ValueError, in one sentence, for a column that is not there or that cannot be
    predicted.
    """
    from halfmoon.tables.task import read_target

    refuse_absent(name, table, "--target names")
    return read_target(name, table[name], task)


def as_record(target: "Target") -> dict[str, Any]:
    """What a model keeps of its target, as plain data."""
    return {
        "column": target.column,
        "task": target.task,
        "decision": target.decision.as_dict(),
    }


def recorded(model: Any) -> Mapping[str, Any] | None:
    """What a model has kept of its target; None if it was not made by `fit`."""
    record = getattr(model, "record_", {}).get("target")
    return record if isinstance(record, Mapping) else None


def name_of_target(model: Any) -> str | None:
    """What a model's target was called, in `fit` or as a named y in Python."""
    record = recorded(model)
    if record is not None:
        return str(record["column"])
    name = getattr(model, "record_", {}).get("target_name")
    return name if isinstance(name, str) else None


def read_again(model: Any, table: "Table", name: str | None = None) -> "Target":
    """The target of a model in another table, its cells read as they were at first.

    `name` is what its column is called now, if it is not as it was. Raises ValueError,
    in one sentence, for a column that is not there, and for cells that cannot be read.
    """
    from halfmoon.tables.decision import Decision
    from halfmoon.tables.task import read_target

    column = name or name_of_target(model)
    if column is None:
        raise ValueError(
            "The model does not say which column it predicts, since it was not made by "
            "halfmoon fit; name it with --target."
        )
    refuse_absent(column, table, "--target names" if name else "The model predicts")
    if column in model.schema_.kinds:
        raise ValueError(
            f"--target names {column!r}, which the model was given to predict from; "
            "name the column that holds the truth."
        )
    record = recorded(model)
    if record is None:
        task = "classification" if hasattr(model, "classes_") else "regression"
        return read_target(column, table[column], task)
    decision = Decision.from_dict({**record["decision"], "column": column})
    return read_target(column, table[column], record["task"], decision)


def targets_of(model: Any) -> int:
    """How many columns a model predicts."""
    if hasattr(model, "classes_"):
        return 1 if model.targets_.kind == "classes" else len(model.classes_)
    return len(model.units_.mean)
