"""The area of an ax is divided."""

from matplotlib.figure import Figure

from halfmoon.displays import (
    WeightsDisplay,
)


def test_an_ax_without_a_grid_is_divided_too(iris):
    figure = Figure()
    display = WeightsDisplay.from_estimator(
        iris, ax=figure.add_axes((0.5, 0.5, 0.4, 0.4))
    )
    assert len(display.axes_) == 3
    for one in display.axes_:
        assert one.get_position().x0 >= 0.5 - 1e-9
        assert one.get_position().y0 >= 0.5 - 1e-9
