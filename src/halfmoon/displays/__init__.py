"""Figures of networks, fits and fitted estimators.

A function such as `draw_boundary` draws arrays on the `ax` that it is given. A display
holds the numbers of a fitted estimator, by scikit-learn's convention:
``SomeDisplay.from_estimator(estimator, ..., ax=None)`` draws at once; what was drawn
stays in attributes that end in an underscore (`ax_`, `figure_`, `lines_`, ...), to be
changed afterwards; `plot` draws the same numbers again elsewhere. A display of several
panels divides the area of the `ax` it is given, and draws nowhere else.

Hidden layers are counted from 1; columns and units have the numbers that index them:
unit 3 of hidden layer 1 is ``coefs_[0][:, 3]``.
"""

from halfmoon.displays.boundary import draw_boundary
from halfmoon.displays.diagram import NetworkDisplay, draw_diagram
from halfmoon.displays.loss_curve import LossCurveDisplay
from halfmoon.displays.points import draw_points
from halfmoon.displays.rate_test import draw_rate_test
from halfmoon.displays.surface import DecisionSurfaceDisplay
from halfmoon.displays.sweep import SweepDisplay
from halfmoon.displays.units import HiddenUnitsDisplay, draw_hidden_units
from halfmoon.displays.weights import WeightsDisplay

__all__ = [
    "DecisionSurfaceDisplay",
    "HiddenUnitsDisplay",
    "LossCurveDisplay",
    "NetworkDisplay",
    "SweepDisplay",
    "WeightsDisplay",
    "draw_boundary",
    "draw_diagram",
    "draw_hidden_units",
    "draw_points",
    "draw_rate_test",
]
