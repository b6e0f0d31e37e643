"""What a run remembers: one row an epoch, the same columns from the first day, for files, plots and reports alike."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

SCHEMA = np.dtype(
    [
        ("epoch", np.int64),  # passes over the data done
        ("update", np.int64),  # updates done
        ("rows", np.int64),  # rows seen
        ("seconds", np.float64),  # spent training so far
        ("loss", np.float64),  # the objective [R1], each batch measured before its update; includes the penalty
        ("penalty", np.float64),  # its penalty part
        ("validation_loss", np.float64),  # on validation data, without penalty; NaN without such data
        ("train_score", np.float64),  # NaN without a score, like the next
        ("validation_score", np.float64),
        ("learning_rate", np.float64),  # of the epoch's last update
        ("gradient_norm", np.float64),  # 2-norm, the mean over the epoch's updates
    ]
)


class History:
    """A table of `SCHEMA`'s columns that grows; ``history["loss"]`` is a column, iteration gives rows as dicts."""

    def __init__(self) -> None:
        self._table, self._n = np.zeros(16, SCHEMA), 0

    def append(self, **columns: Any) -> None:
        """Add rows: arrays `epoch`, `update`, `rows`; other columns as arrays or one number, NaN where left out."""
        count = len(columns["epoch"])
        while self._n + count > len(self._table):
            self._table = np.concatenate([self._table, np.zeros_like(self._table)])
        rows = self._table[self._n : self._n + count]
        for name in SCHEMA.names or ():
            rows[name] = columns.get(name, np.nan)
        self._n += count

    def set(self, **values: float) -> None:
        """Fill in columns of the last row."""
        for name, value in values.items():
            self._table[name][self._n - 1] = value

    def __len__(self) -> int:
        return self._n

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self._table[name][: self._n]

    def __iter__(self) -> Iterator[dict[str, float]]:
        names = SCHEMA.names or ()
        return (dict(zip(names, row.item(), strict=True)) for row in self._table[: self._n])
