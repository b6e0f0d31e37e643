"""Parameters and fitted attributes of an estimator as JSON, and back."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from halfmoon.components.registry import Component
from halfmoon.components.rules import Rule
from halfmoon.estimators.parameters import check_rules, read_components
from halfmoon.files.plain import (
    ANYTHING,
    check_known,
    decode,
    encode,
    read_fields,
    write_component,
)


def encode_all(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values by name as JSON."""
    return {name: encode(value, name) for name, value in values.items()}


def decode_all(stored: Any, rules: Mapping[str, Rule], what: str) -> dict[str, Any]:
    """Values by name, each of which obeys its rule; ValueError for any other."""
    read_fields(stored, dict.fromkeys(rules, ANYTHING), what)
    values = {name: decode(value, name) for name, value in stored.items()}
    return read_fields(values, rules, what)


def describe_parameters(model: Any) -> dict[str, Any]:
    """The parameters of an estimator; ValueError for what is code, or breaks rules."""
    check_parameters(model)
    return encode_all(model.get_params(deep=False))


def make_unfitted(cls: Any, stored: Any) -> Any:
    """An estimator with these parameters, and nothing fitted."""
    names = [field.name for field in dataclasses.fields(cls)]
    check_known(stored, names, cls.__name__)
    model = cls(**{name: decode(value, name) for name, value in stored.items()})
    check_parameters(model)
    return model


def check_parameters(model: Any) -> None:
    """ValueError for parameters that break their rules or name components of others.

    Numbers may be of any size, as some are never read.
    """
    check_rules(model, unread=[field.name for field in dataclasses.fields(model)])
    for made in read_components(model).values():
        for component in made if isinstance(made, list) else [made]:
            if isinstance(component, Component):
                write_component(component)


def make_names(names: Any, d: int) -> NDArray[Any]:
    """The columns' names, as scikit-learn keeps them."""
    if len(names) != d or not all(isinstance(name, str) for name in names):
        raise ValueError(f"feature_names must be {d} texts, one for each column")
    return np.array(names, dtype=object)
