"""What components say of themselves: each equation is whole, and can be printed."""

import re

import pytest

from halfmoon import Dense, Dropout
from halfmoon.components.equation import Equation
from halfmoon.components.losses import LOSSES

LAYERS = [Dense(2, 3, "tanh"), Dropout(3, 0.5)]
SAID = {
    **{name: loss().equations for name, loss in LOSSES.items()},
    **{type(layer).__name__: layer.forward_equations for layer in LAYERS},
    **{f"{type(layer).__name__} back": layer.backward_equations for layer in LAYERS},
}


@pytest.mark.parametrize("equations", SAID.values(), ids=SAID)
def test_an_equation_has_a_tag_a_name_and_a_formula(equations):
    assert equations
    for equation in equations:
        assert re.fullmatch(r"(\[[A-Z]\d+\])?", equation.tag)
        assert equation.name
        assert equation.formula
        assert "\n" not in equation.formula


def test_it_holds_in_prediction_too_unless_it_says_otherwise():
    assert not Equation("[F1]", "z", "a0 W + b").training
    assert not any(equation.training for equation in LAYERS[0].forward_equations)
    assert any(equation.training for equation in LAYERS[1].forward_equations)
