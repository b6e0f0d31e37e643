"""The rows nearest to a point, in standard deviations of each column."""

from typing import Any

import numpy as np
from sklearn.neighbors import NearestNeighbors

from halfmoon.arrays.elementary import Array


class Neighbours:
    """The k nearest of rows (n, d), each column divided by its standard deviation.

    A column that is constant is left as it is.

    Examples
    --------
    >>> rows = np.array([[0.0, 0.0], [2.0, 10.0]])
    >>> Neighbours(rows).gap(np.array([[2.0, 15.0]]))
    array([1.])
    """

    def __init__(self, rows: Array, k: int = 1) -> None:
        deviation = rows.std(axis=0)
        self.scale = np.where(deviation > 0.0, deviation, 1.0)
        self.index = NearestNeighbors(n_neighbors=k).fit(rows / self.scale)

    def of(self, points: Array) -> tuple[Array, Any]:
        """Distances of points (m, d) to their neighbours, nearest first, and which.

        Both (m, k).
        """
        distance, near = self.index.kneighbors(points / self.scale)
        return distance, near

    def gap(self, points: Array) -> Array:
        """Distance of points (m, d) to the nearest row (m,)."""
        distance, _ = self.index.kneighbors(points / self.scale, n_neighbors=1)
        return np.asarray(distance[:, 0])
