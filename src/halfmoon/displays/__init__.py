"""Figures of fitted estimators, by scikit-learn's convention for displays.

``SomeDisplay.from_estimator(estimator, ..., ax=None)`` draws at once; what was drawn
stays in attributes that end in an underscore (`ax_`, `figure_`, `lines_`, ...), to be
changed afterwards; `plot` draws the same numbers again elsewhere. A display of several
panels divides the place of the `ax` it is given, and draws nowhere else. Hidden layers
are counted from 1; columns and units have the numbers that index them: unit 3 of hidden
layer 1 is ``coefs_[0][:, 3]``.
"""

from halfmoon.displays.diagram import NetworkDisplay
from halfmoon.displays.learning import LossCurveDisplay
from halfmoon.displays.surface import DecisionSurfaceDisplay
from halfmoon.displays.sweep import SweepDisplay
from halfmoon.displays.units import HiddenUnitsDisplay
from halfmoon.displays.weights import WeightsDisplay

__all__ = [
    "DecisionSurfaceDisplay",
    "HiddenUnitsDisplay",
    "LossCurveDisplay",
    "NetworkDisplay",
    "SweepDisplay",
    "WeightsDisplay",
]
