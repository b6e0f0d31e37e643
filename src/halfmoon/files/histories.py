"""A history as a description and arrays, and back.

A column is an array, "history.loss"; where it can be worked out, as can that of the
epochs, it is its first number and the step from each to the next. Times are not stored:
equal fits give equal files.
"""

from typing import Any

import numpy as np

from halfmoon.components.rules import Integer
from halfmoon.files.container import Arrays
from halfmoon.files.networks import take
from halfmoon.files.plain import FLOAT, TABLE, decode, encode, read_fields
from halfmoon.training.history import SCHEMA, History

COUNT = Integer("[", 0, 2**53, "]")
STEP = Integer("[", -(2**53), 2**53, "]")
# columns of which the description may hold the first number and the step
STEPPED = [name for name in SCHEMA.names or () if name not in ("loss", "seconds")]
RULES = {"forgotten": COUNT, "count": COUNT, "columns": TABLE}


def describe(history: History) -> tuple[dict[str, Any], Arrays]:
    """A history's description, and those of its columns that are arrays, by name."""
    state = history.__getstate__()
    arrays: Arrays = {}
    columns: dict[str, Any] = {}
    for name, column in state["columns"].items():
        if isinstance(column, tuple) and name != "loss":
            columns[name] = [encode(number, name) for number in column]
        elif len(history):
            arrays[f"history.{name}"] = np.ascontiguousarray(history[name])
    described = {"forgotten": history.forgotten, "count": len(history)}
    return {**described, "columns": columns if len(history) else {}}, arrays


def make(description: Any, arrays: Arrays) -> History:
    """The history that was described; takes its columns out of `arrays`.

    Raises ValueError for what describes none. There are as many rows as losses are
    stored, so that no number in the description decides how much memory is used.
    """
    fields = read_fields(description, RULES, "the history")
    history = History()
    count = fields["count"]
    columns = fields["columns"]
    if not set(columns) <= set(STEPPED):
        raise ValueError(f"columns of the history are {STEPPED}; got {[*columns]}")
    if count == 0:
        history.forgotten = fields["forgotten"]
        return history
    state: dict[str, Any] = {
        "loss": take(arrays, "history.loss", (count,), SCHEMA["loss"])
    }
    for name in STEPPED:
        if name in columns:
            state[name] = _steps(columns[name], name, count)
        else:
            state[name] = take(arrays, f"history.{name}", (count,), SCHEMA[name])
    history.__setstate__({**fields, "columns": state})
    return history


def _steps(stored: Any, name: str, count: int) -> tuple[Any, int]:
    """The first number and the step of a column; ValueError where they are not such."""
    values = decode(stored, name)
    rule = STEP if SCHEMA[name].kind == "i" else FLOAT
    is_pair = isinstance(values, list) and len(values) == 2
    if not is_pair or not rule.allows(values[0]) or not STEP.allows(values[1]):
        raise ValueError(f"{name} of the history must be {rule} and a step")
    first, step = values
    if rule is FLOAT and step != 0:
        raise ValueError(f"{name} of the history must be one number, or an array")
    if rule is STEP and abs(first) + abs(step) * count > 2**62:
        raise ValueError(f"{name} of the history must not grow beyond 2^62")
    return first, step
