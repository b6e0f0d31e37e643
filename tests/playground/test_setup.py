"""Every control as one value."""

import dataclasses
import json

import pytest

from halfmoon.playground.setup import Setup


def test_a_setup_goes_through_json_unchanged():
    setup = Setup().change(hidden=[4, 2], activations=["relu", "tanh"], batch_size=16)
    assert Setup(**json.loads(json.dumps(vars(setup)))) == setup


def test_every_setting_says_what_it_is_for():
    for field in dataclasses.fields(Setup):
        assert field.metadata["help"]
        assert str(field.metadata["rule"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"learning_rat": 1.0}, "did you mean 'learning_rate'"),
        ({"learning_rate": 0.0}, "learning_rate must be a number in"),
        ({"hidden": [65]}, "hidden must be"),
        ({"hidden": [3] * 7, "activations": ["tanh"] * 7}, "at most 6 hidden layers"),
        ({"hidden": [3, 3]}, "2 hidden layers need as many activations; got 1"),
    ],
)
def test_what_cannot_be_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        Setup().change(**change)
