"""Every activation is drawn with its slope, under its name."""

import numpy as np
from matplotlib.figure import Figure

from halfmoon.components.activations import ACTIVATIONS
from halfmoon.displays.activations import draw_activations


def test_each_curve_is_the_function_and_the_other_its_slope():
    fig = Figure()
    acts = {name: ACTIVATIONS.make(name) for name in ("tanh", "relu", "logistic")}
    draw_activations(fig, acts, 2)
    assert [ax.get_title() for ax in fig.axes] == ["tanh", "relu", "logistic"]
    for ax in fig.axes:
        curve, slope = ax.lines[:2]
        z, a = curve.get_data()
        measured = np.gradient(a, z)
        smooth = np.abs(z) > 0.2  # relu has a kink at 0
        np.testing.assert_allclose(
            slope.get_ydata()[smooth], measured[smooth], atol=0.05
        )
