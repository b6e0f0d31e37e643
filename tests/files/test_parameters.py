"""Parameters and attributes as JSON, and back."""

import pytest

from halfmoon import MLPClassifier, TabularRegressor
from halfmoon.components.rules import BOOLEAN, Number
from halfmoon.files.parameters import (
    decode_all,
    describe_parameters,
    encode_all,
    make_names,
    make_unfitted,
)

RULES = {"share": Number("[", 0, 1, "]"), "is_it": BOOLEAN}


def test_values_come_back_if_they_obey_their_rules():
    values = {"share": 0.5, "is_it": True}
    assert decode_all(encode_all(values), RULES, "the table") == values
    with pytest.raises(ValueError, match="share of the table must be a number in"):
        decode_all({"share": 2.0, "is_it": True}, RULES, "the table")
    with pytest.raises(ValueError, match="the table must have share, is_it"):
        decode_all({"share": 1.0}, RULES, "the table")


@pytest.mark.parametrize(
    "model",
    [
        MLPClassifier((3, 4), solver="lbfgs", class_weight={"a": 2.0}),
        TabularRegressor(effort=2, columns={"zip": {"kind": "id"}}, random_state=3),
    ],
    ids=lambda model: type(model).__name__,
)
def test_parameters_make_an_estimator_again(model):
    stored = describe_parameters(model)
    assert make_unfitted(type(model), stored).get_params() == model.get_params()


def test_names_are_as_many_texts_as_columns():
    assert make_names(["a", "b"], 2).tolist() == ["a", "b"]
    for names in (["a"], ["a", 1]):
        with pytest.raises(ValueError, match="must be 2 texts"):
            make_names(names, 2)
