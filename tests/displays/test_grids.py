"""Grids of small pictures: rows that are full, but for the last."""

import pytest
from matplotlib.figure import Figure

from halfmoon.displays.grids import add_grid, row_count


@pytest.mark.parametrize(("count", "rows"), [(1, 1), (4, 1), (5, 2), (8, 2), (9, 3)])
def test_items_fill_rows(count, rows):
    assert row_count(range(count), 4) == rows


def test_there_is_one_axes_an_item_row_by_row():
    fig = Figure()
    axes = add_grid(fig, range(5), 3)
    assert fig.axes == axes
    cells = [ax.get_subplotspec() for ax in axes]
    assert {cell.get_gridspec().get_geometry() for cell in cells} == {(2, 3)}
    assert [cell.num1 for cell in cells] == [0, 1, 2, 3, 4]
