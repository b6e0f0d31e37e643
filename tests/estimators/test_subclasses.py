"""Subclasses that override private methods of scikit-learn's MLPs."""

import warnings

import pytest
from sklearn import neural_network

from halfmoon import MLPClassifier, MLPRegressor
from halfmoon.estimators.subclasses import INSTEAD

each_class = pytest.mark.parametrize("cls", [MLPClassifier, MLPRegressor])


def define(cls, *names, base=None):
    """A class below `cls` with methods of these names."""
    bases = (cls,) if base is None else (base, cls)
    return type("Own", bases, {name: lambda self: None for name in names})


def test_all_private_methods_of_scikit_learns_are_known():
    theirs = {
        name
        for cls in neural_network.MLPClassifier.__mro__
        if cls.__module__.startswith("sklearn.neural_network")
        for name, value in vars(cls).items()
        if name.startswith("_") and not name.startswith("__") and callable(value)
    }
    assert theirs == set(INSTEAD)


@each_class
@pytest.mark.parametrize("name", INSTEAD)
def test_a_method_that_nobody_calls_is_warned_of(cls, name):
    with pytest.warns(UserWarning, match=rf"Own .* never calls: {name} \(in") as told:
        define(cls, name)
    assert [one.filename for one in told] == [__file__]
    assert not hasattr(cls, name)


def test_all_are_named_at_once_and_inherited_ones_not_again():
    class Mixin:
        def _backprop(self):
            """Of one who mixes it in."""

    with pytest.warns(UserWarning, match=r"_backprop .*; _init_coef ") as told:
        own = define(MLPRegressor, "_init_coef", base=Mixin)
    assert len(told) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        type("Below", (own,), {})


@each_class
def test_other_methods_are_nobodys_business(cls):
    ours = [name for name in dir(cls) if not name.startswith("__")]
    methods = [name for name in ours if callable(getattr(cls, name))]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        define(cls, *methods, "_own", "_init_weights")
