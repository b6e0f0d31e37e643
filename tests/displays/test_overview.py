"""The overview shows surface, network and curves of what it is given."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from halfmoon.displays.overview import draw_overview

RNG = np.random.RandomState(0)
POINTS = RNG.normal(size=(12, 2))
GRID = np.meshgrid(np.linspace(-3.0, 3.0, 7), np.linspace(-2.0, 2.0, 5))
LOSSES = (np.array([0.0, 1.0, 9.0]), np.array([0.7, 0.5, 0.1]), np.full(3, np.nan))


def overview(outputs, **changes):
    response = RNG.dirichlet(np.ones(max(2, outputs)), size=(5, 7))[..., :outputs]
    given = {
        "grid": tuple(GRID),
        "response": response,
        "points": POINTS,
        "y": np.arange(12) % outputs,
        "is_test": np.arange(12) < 3,
        "axes": ("width", "height"),
        "coefs": [np.ones((2, 3)), -np.ones((3, outputs))],
        "inputs": ["width", "height"],
        "outputs": [f"kind {c}" for c in range(outputs)],
        "losses": LOSSES,
    }
    fig = Figure()
    draw_overview(fig, **(given | changes))
    return fig.axes


@pytest.mark.parametrize("classes", [2, 5])
def test_classes(classes):
    surface, network, _ = overview(classes)
    legend = surface.get_legend()
    assert [text.get_text() for text in legend.get_texts()] == [
        f"kind {c}" for c in range(classes)
    ]
    sizes = {float(each.get_sizes()[0]) for each in legend.axes.collections[-classes:]}
    assert sizes == {16.0}  # the test rows, drawn last
    written = {text.get_text() for text in network.texts}
    assert {"width", "height", "kind 0", "kind 1"} <= written
    assert (surface.get_xlabel(), surface.get_ylabel()) == ("width", "height")


def test_values_have_a_colour_bar():
    values = RNG.normal(size=12)
    surface, *_ = overview(1, y=values)
    points = surface.collections[-1]
    np.testing.assert_array_equal(points.get_array(), values)
    assert surface.get_legend() is None


def test_losses_are_drawn_over_updates_from_1():
    *_, curves = overview(2)
    (line,) = curves.get_lines()  # there are no test rows
    np.testing.assert_array_equal(line.get_xdata(), [1.0, 2.0, 10.0])
    np.testing.assert_array_equal(line.get_ydata(), LOSSES[1])
    assert (curves.get_xscale(), curves.get_yscale()) == ("log", "log")
    test = np.array([0.8, 0.0, 0.2])
    *_, curves = overview(2, losses=(*LOSSES[:2], test))
    assert len(curves.get_lines()) == 2
    assert curves.get_yscale() == "linear"  # as a loss of 0 has no logarithm
