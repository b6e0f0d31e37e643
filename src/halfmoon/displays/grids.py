"""Grids of small pictures."""

from collections.abc import Sized

from matplotlib.axes import Axes
from matplotlib.figure import Figure


def row_count(items: Sized, columns: int) -> int:
    """How many rows of a grid the items fill."""
    return -(-len(items) // columns)


def add_grid(fig: Figure, items: Sized, columns: int) -> list[Axes]:
    """One axes an item, row by row; what is left of the last row stays empty."""
    rows = row_count(items, columns)
    return [fig.add_subplot(rows, columns, i + 1) for i in range(len(items))]
