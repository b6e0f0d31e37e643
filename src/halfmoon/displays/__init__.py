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

from importlib import import_module
from typing import Any

_HOME = {
    "DecisionSurfaceDisplay": "surface",
    "HiddenUnitsDisplay": "units",
    "LossCurveDisplay": "loss_curve",
    "NetworkDisplay": "diagram",
    "SweepDisplay": "sweep",
    "WeightsDisplay": "weights",
    "draw_boundary": "boundary",
    "draw_diagram": "diagram",
    "draw_hidden_units": "units",
    "draw_points": "points",
    "draw_rate_test": "rate_test",
}
__all__ = list(_HOME)


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(
            f"halfmoon.displays has no {name!r}; it has {', '.join(_HOME)}."
        )
    return getattr(import_module(f"halfmoon.displays.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(_HOME)
