"""The contract of what y means: both kinds keep it."""

import inspect

import pytest

from halfmoon.estimators.labels import Labels
from halfmoon.estimators.targets import Targets
from halfmoon.estimators.values import Values

METHODS = [name for name in vars(Targets) if not name.startswith("_")]


@pytest.mark.parametrize("kind", [Labels, Values])
@pytest.mark.parametrize("name", METHODS)
def test_each_method_takes_what_the_contract_says(kind, name):
    taken = inspect.signature(getattr(kind, name)).parameters
    assert list(taken) == list(inspect.signature(getattr(Targets, name)).parameters)


def test_the_contract_has_methods():
    assert {"loss", "encode", "decode", "score"} <= set(METHODS)
