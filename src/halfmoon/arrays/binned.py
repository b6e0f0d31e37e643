"""Rows whose entries are mostly 0 and 1, as the position of each value among its bins.

The entries of a column of b bins are 1 below the bin of its value, 0 above it, and t,
the share of the bin that is below the value, in between:

    t_i = 1 for i < q,   t for i = q,   0 for i > q          q from 0 to b - 1
    a_i = (t_i - mean_i) / 2

So q and t say all that b entries say, and a sum over them is the difference of two
sums that are made once for all rows: that is how the compiled engine reads them.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from halfmoon.arrays.elementary import Array


@dataclass(frozen=True, eq=False)
class Binned:
    """A table (n, m) of which the entries of bins are kept as positions.

    others  (n, o) all other entries
    first   how many of these stand before the entries of bins, in the table
    places  (n, 2 c) for each of c columns of bins q, a whole number, and t in [0, 1]
    bins    (c,) how many bins each column has
    means   (m - o,) one for each entry of bins

    Rows are read as those of an array: ``table[rows]`` makes them. Raises ValueError
    for parts that do not fit together.
    """

    others: Array
    first: int
    places: Array
    bins: NDArray[np.int64]
    means: Array

    def __post_init__(self) -> None:
        q = self.places[:, 0::2]
        t = self.places[:, 1::2]
        fits = (
            len(self.others) == len(self.places)
            and self.others.dtype == self.places.dtype == self.means.dtype
            and self.places.shape[1] == 2 * len(self.bins)
            and len(self.means) == self.bins.sum()
            and 0 <= self.first <= self.others.shape[1]
            and bool(np.isfinite(self.others).all())
            and bool(np.isfinite(self.means).all())
            and bool(((q >= 0) & (q < self.bins) & (q == np.floor(q))).all())
            and bool(((t >= 0.0) & (t <= 1.0)).all())
        )
        if not fits:
            raise ValueError("The parts of a Binned do not fit together.")

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the whole table."""
        return len(self.others), self.others.shape[1] + len(self.means)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of all entries."""
        return self.others.dtype

    def __len__(self) -> int:
        return len(self.others)

    def take(self, rows: Any) -> "Binned":
        """Some of the rows, as they are kept here."""
        parts = self.others[rows], self.first, self.places[rows]
        return Binned(*parts, self.bins, self.means)

    def __getitem__(self, rows: Any) -> Array:
        """Some of the rows, whole."""
        others = self.others[rows]
        places = self.places[rows]
        column = np.repeat(np.arange(len(self.bins)), self.bins)
        before = np.cumsum(self.bins) - self.bins
        i = np.arange(len(self.means)) - before[column]
        t = (places[:, 0::2][:, column] - i) + places[:, 1::2][:, column]
        t = np.minimum(np.maximum(t, 0.0), 1.0)
        entries = (t - self.means) * self.means.dtype.type(0.5)
        split = others[:, : self.first], entries, others[:, self.first :]
        return np.concatenate(split, axis=1, dtype=self.dtype)

    def __array__(
        self, dtype: DTypeLike | None = None, copy: bool | None = None
    ) -> Array:
        """The whole table."""
        return self[:] if dtype is None else self[:].astype(dtype, copy=False)


def take_rows(X: Any, rows: Any) -> Any:
    """Some rows of an array or a Binned, as it keeps them."""
    return X.take(rows) if isinstance(X, Binned) else X[rows]


def places_of(x: ArrayLike, edges: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
    """q (n,) and t (n,) of values x among the bins between edges (b + 1,)."""
    x = np.asarray(x)
    edges = np.asarray(edges)
    q = np.clip(np.searchsorted(edges, x, side="right") - 1, 0, len(edges) - 2)
    with np.errstate(over="ignore"):
        t = (x - edges[q]) / (edges[q + 1] - edges[q])
    return q, np.minimum(np.maximum(t, 0.0), 1.0)
