"""The area of an ax is divided, and the numbers of an axis are grouped."""

import pytest
from matplotlib.figure import Figure

from halfmoon.displays import (
    WeightsDisplay,
)
from halfmoon.displays.style import write_numbers


def test_an_ax_without_a_grid_is_divided_too(iris):
    figure = Figure()
    display = WeightsDisplay.from_estimator(
        iris, ax=figure.add_axes((0.5, 0.5, 0.4, 0.4))
    )
    assert len(display.axes_) == 3
    for one in display.axes_:
        assert one.get_position().x0 >= 0.5 - 1e-9
        assert one.get_position().y0 >= 0.5 - 1e-9


@pytest.mark.parametrize(
    ("high", "last"),
    [(9_000, "9000"), (30_000, "30,000"), (2e9, "2e+09"), (3e-7, "3e\N{MINUS SIGN}07")],
)
def test_numbers_of_an_axis_are_as_short_as_their_size_allows(high, last):
    axes = Figure().subplots()
    axes.set_xlim(0, high)
    axes.set_xticks([0, high])
    write_numbers(axes.xaxis)
    axes.figure.draw_without_rendering()
    assert axes.get_xticklabels()[-1].get_text() == last
