"""What stands for the parts that not every version of scikit-learn has."""

import importlib.util
import sys

import pytest

from halfmoon.estimators import versions


@pytest.fixture
def bare(monkeypatch):
    """The module as it is where scikit-learn has none of these parts."""
    for name in ("sklearn.callback", "sklearn.utils._param_validation"):
        monkeypatch.setitem(sys.modules, name, None)
    spec = importlib.util.spec_from_file_location("bare", versions.__file__)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_without_callbacks_there_is_no_set_callbacks(bare):
    class Model(bare.CallbackSupportMixin):
        @bare.with_callbacks
        def fit(self):
            return "fitted"

    assert not hasattr(Model(), "set_callbacks")
    with pytest.raises(AttributeError, match=r"needs scikit-learn 1\.9 or later"):
        Model().set_callbacks()
    assert Model().fit() == "fitted"


def test_an_invalid_parameter_is_a_value_and_a_type_error(bare):
    for module in (bare, versions):
        assert issubclass(module.InvalidParameterError, ValueError)
        assert issubclass(module.InvalidParameterError, TypeError)
