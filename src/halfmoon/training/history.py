"""The history of a run: one row an epoch, always with the same columns.

Files, plots and reports read it.
"""

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from halfmoon.components.rules import nearest

SCHEMA = np.dtype(
    [
        ("epoch", np.int64),  # passes over the data done
        ("update", np.int64),  # updates done
        ("rows", np.int64),  # rows seen
        ("seconds", np.float64),  # spent training so far
        # the objective [R1], each batch measured before its update; includes the
        # penalty
        ("loss", np.float64),
        ("penalty", np.float64),  # its penalty part
        # on validation data, without penalty; NaN without such data
        ("validation_loss", np.float64),
        ("train_score", np.float64),  # NaN without a score, like the next
        ("validation_score", np.float64),
        ("learning_rate", np.float64),  # of the epoch's last update
        ("gradient_norm", np.float64),  # 2-norm, the mean over the epoch's updates
    ]
)
FIRST_SIZE = 16  # rows that there is room for at first


@dataclass
class Buffer:
    """Columns with room to grow; several histories may begin with the same rows."""

    columns: dict[str, NDArray[Any]]
    used: int = 0  # rows that one of them has written


class History:
    """A table that grows, with the columns of `SCHEMA`.

    ``history["loss"]`` is a column (epochs,); iteration gives rows as dicts. Rows are
    never changed once another one follows, so that a copy costs nothing. A pickle
    holds no times: equal fits give equal bytes.
    """

    def __init__(self) -> None:
        self.forgotten = 0  # earlier epochs whose rows are no longer kept
        self._start = 0
        self._stop = 0
        self._buffer = Buffer(_columns(FIRST_SIZE))

    @property
    def total(self) -> int:
        """The number of epochs, those that are forgotten included."""
        return self.forgotten + len(self)

    def append(self, **columns: Any) -> None:
        """Add rows, one for each entry of `epoch`.

        The other columns are arrays or one number; `update` and `rows` must be there,
        others are NaN where they are left out.
        """
        count = len(columns["epoch"])
        room = len(self._buffer.columns["epoch"]) - self._stop
        is_own = self._buffer.used == self._stop
        if not is_own or room < count:
            self._move(count)
        start = self._stop
        self._stop += count
        self._buffer.used = self._stop
        for name, column in self._buffer.columns.items():
            column[start : self._stop] = columns.get(name, np.nan)

    def _move(self, more: int) -> None:
        """Go on in a buffer of its own, with room for as many again, and more."""
        count = len(self)
        buffer = Buffer(_columns(2 * (count + more) + FIRST_SIZE), count)
        for name, column in buffer.columns.items():
            column[:count] = self[name]
        self._buffer = buffer
        self._start = 0
        self._stop = count

    def cut(self, total: int) -> None:
        """Forget all epochs but the first `total`."""
        self._stop = self._start + total - self.forgotten

    def keep_last(self, count: int) -> None:
        """Forget all rows but the last `count`; they are counted all the same."""
        more = max(0, len(self) - count)
        self._start += more
        self.forgotten += more

    def set(self, **values: float) -> None:
        """Fill in columns of the last row."""
        for name, value in values.items():
            self._buffer.columns[name][self._stop - 1] = value

    def since(self, name: str, epoch: int) -> NDArray[Any]:
        """A column from after so many epochs on, as far as it is kept."""
        return self[name][max(0, epoch - self.forgotten) :]

    def last(self, name: str) -> Any:
        """The last entry of a column."""
        return self._buffer.columns[name][self._stop - 1]

    def __copy__(self) -> "History":
        """The same rows, that go on by themselves."""
        other = History.__new__(History)
        vars(other).update(vars(self))
        return other

    def __deepcopy__(self, memo: dict[int, Any]) -> "History":
        """As `copy`: rows never change."""
        return copy(self)

    def __getstate__(self) -> dict[str, Any]:
        """What a pickle holds: what is used, and what cannot be worked out."""
        columns = {name: _pack(self[name]) for name in SCHEMA.names or ()}
        del columns["seconds"]
        return {"forgotten": self.forgotten, "count": len(self), "columns": columns}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Read a pickle; the times in it are NaN."""
        count = state["count"]
        self.forgotten = state["forgotten"]
        self._start = 0
        self._stop = count
        self._buffer = Buffer(_columns(count), count)
        for name, packed in state["columns"].items():
            self._buffer.columns[name][:] = _unpack(packed, count)
        self._buffer.columns["seconds"][:] = np.nan

    def __repr__(self) -> str:
        return f"History({self.total} epochs)"

    def __len__(self) -> int:
        return self._stop - self._start

    def __getitem__(self, name: str) -> NDArray[Any]:
        """A column (epochs,); KeyError for a name that is none."""
        columns = self._buffer.columns
        if name not in columns:
            raise KeyError(f"There is no column {name!r}; {nearest(name, columns)}")
        return columns[name][self._start : self._stop]

    def __iter__(self) -> Iterator[dict[str, float]]:
        columns = {name: self[name].tolist() for name in SCHEMA.names or ()}
        return (
            dict(zip(columns, row, strict=True))
            for row in zip(*columns.values(), strict=True)
        )


def _columns(size: int) -> dict[str, NDArray[Any]]:
    """Columns of zeros."""
    return {name: np.zeros(size, SCHEMA[name]) for name in SCHEMA.names or ()}


def _pack(column: NDArray[Any]) -> Any:
    """(first, step) for a column of equal steps, else the column itself.

    A step is a whole number, or 0.0 between equal or missing numbers.
    """
    first = column[:1].tolist()
    steps = np.unique(np.diff(column))
    if np.array_equal(column, np.repeat(column[:1], len(column)), equal_nan=True):
        return (*first, 0)
    if column.dtype.kind == "i" and len(steps) == 1:
        return (*first, int(steps[0]))
    return np.ascontiguousarray(column)


def _unpack(packed: Any, count: int) -> Any:
    """The column that `_pack` made this of."""
    if not isinstance(packed, tuple):
        return packed
    *first, step = packed
    return np.repeat(first, count) + step * np.arange(count)
