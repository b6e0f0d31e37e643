"""The history of a run: one row an epoch, always with the same columns.

Files, plots and reports read it.
"""

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


class History:
    """A table that grows, with the columns of `SCHEMA`.

    ``history["loss"]`` is a column (epochs,); iteration gives rows as dicts.
    """

    def __init__(self) -> None:
        self._n = 0
        self._columns = {
            name: np.zeros(16, SCHEMA[name]) for name in SCHEMA.names or ()
        }

    def append(self, **columns: Any) -> None:
        """Add rows, one for each entry of `epoch`.

        The other columns are arrays or one number; `update` and `rows` must be there,
        others are NaN where they are left out.
        """
        count = len(columns["epoch"])
        start = self._n
        self._n = self._n + count
        for name, column in self._columns.items():
            if self._n > len(column):
                self._columns[name] = np.concatenate(
                    [column, np.empty(2 * self._n, column.dtype)]
                )
            self._columns[name][start : self._n] = columns.get(name, np.nan)

    def cut(self, count: int) -> None:
        """Forget all rows but the first `count`."""
        self._n = count

    def set(self, **values: float) -> None:
        """Fill in columns of the last row."""
        for name, value in values.items():
            self._columns[name][self._n - 1] = value

    def __repr__(self) -> str:
        return f"History({len(self)} epochs)"

    def __len__(self) -> int:
        return self._n

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self._columns[name][: self._n]

    def __iter__(self) -> Iterator[dict[str, float]]:
        columns = {
            name: column[: self._n].tolist() for name, column in self._columns.items()
        }
        return (
            dict(zip(columns, row, strict=True))
            for row in zip(*columns.values(), strict=True)
        )
