"""An equation as data: what a component says of itself, for a trace to print.

Formulas are written as on paper: ``a0 W + b``, ``a (1 - a)``, ``- sum_c t log y_hat``.
"""

from typing import NamedTuple


class Equation(NamedTuple):
    """One equation: its tag in the derivation, the quantity, and how it is made.

    Parameters
    ----------
    tag : str
        Its tag, such as ``"[F1]"``; ``""`` where the derivation has none.
    name : str
        The quantity, such as ``"z"``.
    formula : str
        How it is made, such as ``"a0 W + b"``.
    training : bool
        Whether it is there in training only.

    Examples
    --------
    >>> from halfmoon import Dense
    >>> tuple(Dense(2, 3, "tanh").forward_equations[0])
    ('[F1]', 'z', 'a0 W + b', False)
    """

    tag: str
    name: str
    formula: str
    training: bool = False
