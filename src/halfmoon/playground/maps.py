"""Maps: what a network predicts, and what each of its units answers, over the plane."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from halfmoon.arrays.blas import one_blas_thread
from halfmoon.arrays.elementary import Array
from halfmoon.inspection.units import hidden_activations
from halfmoon.network import Network
from halfmoon.playground.data import Data

# standard deviations to the next row, beyond which the plane is hatched; as in
# displays.surface
REACH = 0.5
BORDER = 120  # points of a line


@lru_cache(maxsize=6)
def grid_points(data: Data, columns: int, rows: int) -> Array:
    """Points of the plane (rows columns, 2), row after row, the first row at its top.

    The outermost lie on the edges of the data's box.
    """
    x0, x1, y0, y1 = data.box
    xx, yy = np.meshgrid(np.linspace(x0, x1, columns), np.linspace(y1, y0, rows))
    return np.column_stack([xx.ravel(), yy.ravel()])


@lru_cache(maxsize=6)
def grid_inputs(data: Data, columns: int, rows: int) -> Array:
    """What a network is given at the points of the grid: (rows columns, d)."""
    points = grid_points(data, columns, rows)
    return np.ascontiguousarray(data.inputs_at(points), np.float64)


@lru_cache(maxsize=6)
def gap_map(data: Data, columns: int, rows: int) -> NDArray[np.uint8]:
    """1 where no row of the data is near (rows columns,)."""
    points = grid_points(data, columns, rows)
    return (data.gap_at(points) > REACH).astype(np.uint8)


def border_line(data: Data) -> NDArray[np.float32]:
    """Points (m, 2) of the true border of two classes; none where it is not known."""
    x0, x1, *_ = data.box
    x = np.linspace(x0, x1, BORDER)
    y = data.border(x) if data.border else None
    line = np.empty((0, 2)) if y is None else np.column_stack([x, y])
    return line.astype(np.float32)


def plane_map(
    network: Network, theta: Array, data: Data, columns: int, rows: int
) -> NDArray[np.float32]:
    """Probabilities of the classes, or the value, over the grid (rows columns, k)."""
    X = grid_inputs(data, columns, rows)
    return data.in_units(network.predict(X, theta)).astype(np.float32)


def unit_maps(
    network: Network, theta: Array, data: Data, columns: int, rows: int
) -> NDArray[np.float32]:
    """What the hidden units answer over the grid (rows columns, units).

    Layer after layer, the units of each next to one another.
    """
    X = grid_inputs(data, columns, rows)
    with one_blas_thread(len(X) * network.size), np.errstate(all="ignore"):
        answers = hidden_activations(network, X, theta)
    return np.hstack([np.empty((len(X), 0)), *answers]).astype(np.float32)
