"""An equation as data: what a component says of itself, for a trace to print.

Formulas are written as on paper: ``a0 W + b``, ``a (1 - a)``, ``- sum_c t log y_hat``.
"""

from typing import NamedTuple


class Equation(NamedTuple):
    """One equation: its tag in the derivation, the quantity, and how it is made."""

    tag: str  # "[F1]", or "" where the derivation has none
    name: str  # "z"
    formula: str  # "a0 W + b"
    training: bool = False  # whether it is there in training only
