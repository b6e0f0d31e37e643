"""Values as JSON and back: numbers, texts, lists, dicts, and components by name.

What JSON has no form for is an object with one entry, which says what it is:

    (8, 8)              {"tuple": [8, 8]}
    {0: 1.0, 1: 2.0}    {"dict": [[0, 1.0], [1, 2.0]]}
    infinity            {"float": "inf"}
    Huber(delta=2.0)    {"loss": "huber:delta=2.0"}

A component is one of halfmoon's own, under its name in the registry: what is read from
a file chooses among what is installed, and brings nothing along.
"""

import sys
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from halfmoon.components.installed import is_fixed
from halfmoon.components.registry import REGISTRIES, Component
from halfmoon.components.rules import TEXT, Kind, Rule, nearest

KINDS = ("activation", "initializer", "loss", "optimizer", "schedule", "solver")
NOT_FINITE = ("inf", "-inf", "nan")
LABEL_TYPES = (
    *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32"),
    *("uint64", "float16", "float32", "float64", "str", "object"),
)
LABEL_BYTES = 2**24  # as an array of texts, all of which take as much as the longest


def _is_number(value: Any) -> bool:
    """Whether it is a number, and not too large to be a float."""
    if type(value) is int:
        return abs(value) <= sys.float_info.max
    return type(value) is float


LIST = Kind("a list", lambda value: isinstance(value, list))
TABLE = Kind("an object of JSON", lambda value: isinstance(value, dict))
FLOAT = Kind("a number", _is_number)
ANYTHING = Kind("any value", lambda value: True)


def list_of(rule: Rule, what: str) -> Kind:
    """A list of values that all obey a rule, which `what` calls by name."""

    def is_one(value: Any) -> bool:
        return isinstance(value, list) and all(map(rule.allows, value))

    return Kind(f"a list of {what}", is_one)


def read_fields(given: Any, rules: Mapping[str, Rule], what: str) -> dict[str, Any]:
    """The entries of an object, by name, each of which obeys its rule.

    Raises ValueError, which calls the object `what`, for any other.
    """
    if not isinstance(given, dict):
        raise ValueError(f"{what} must be an object of JSON; got {given!r}")
    if set(given) != set(rules):
        raise ValueError(f"{what} must have {', '.join(rules)}; got {[*given]}")
    for name, rule in rules.items():
        if not rule.allows(given[name]):
            raise ValueError(f"{name} of {what} must be {rule}; got {given[name]!r}")
    return given


def check_known(given: Any, names: Collection[str], what: str) -> None:
    """ValueError for an entry of an object that has none of these names.

    One that is not there was not known when the file was written, and has its default.
    """
    for name in given:
        if name not in names:
            raise ValueError(
                f"{what} has no {name!r} in this halfmoon, and a newer one may have "
                f"written it; {nearest(name, names)}"
            )


# Values


def encode(value: Any, name: str) -> Any:
    """A value as JSON; ValueError, which calls it by its name, for what has no form."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, float) and not np.isfinite(value):
        return {"float": str(value)}
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, tuple):
        return {"tuple": [encode(entry, name) for entry in value]}
    if isinstance(value, list | range):
        return [encode(entry, name) for entry in value]
    if isinstance(value, Mapping):
        pairs = [[encode(part, name) for part in pair] for pair in value.items()]
        return {"dict": pairs}
    if isinstance(value, Component):
        return dict([write_component(value)])
    raise ValueError(
        f"{name}={value!r} cannot be stored in a model file, which holds numbers, "
        "texts, lists and halfmoon's own components; give it another value first"
    )


def decode(stored: Any, name: str) -> Any:
    """The value that `encode` made this of; ValueError where it made no such thing."""
    if isinstance(stored, list):
        return [decode(entry, name) for entry in stored]
    if not isinstance(stored, dict):
        return stored
    kind, content = next(iter(stored.items()), ("", None))
    if len(stored) == 1:
        if kind == "float" and content in NOT_FINITE:
            return float(content)
        if kind == "tuple" and isinstance(content, list):
            return tuple(decode(entry, name) for entry in content)
        if kind == "dict" and isinstance(content, list):
            return dict(_decode_pair(pair, name) for pair in content)
        if kind in KINDS:
            return read_component(kind, content)
    raise ValueError(f"{name} is stored as {stored!r}, which stands for nothing")


def _decode_pair(pair: Any, name: str) -> tuple[Any, Any]:
    """A key, which is a plain value, and what belongs to it."""
    if not isinstance(pair, list) or len(pair) != 2 or isinstance(pair[0], list | dict):
        raise ValueError(f"{name} has an entry {pair!r}, which is no key and value")
    key, value = pair
    return key, decode(value, name)


# Components


def write_component(component: Component) -> tuple[str, str]:
    """Its kind, and its name with its settings: what `read_component` takes.

    Raises ValueError for one of the user's own.
    """
    name = vars(type(component)).get("registered", "")
    text = str(component)
    for kind in KINDS:
        if _is_ours(kind, name) and REGISTRIES[kind][name] is type(component):
            return kind, text
    if type(component).__name__ == "ScikitLearn" and text in _of_estimators():
        return "initializer", text
    raise ValueError(
        f"{text} is a component of your own, which is code, and a model file holds "
        "none; use a component of halfmoon's (halfmoon list), or pickle"
    )


def read_component(kind: str, text: Any) -> Any:
    """A component of halfmoon's own; ValueError for any other, or other settings."""
    if not isinstance(text, str):
        raise ValueError(f"{kind} must be a text, such as a name; got {text!r}")
    name = text.partition(":")[0].strip()
    if kind == "initializer" and name == "ScikitLearn" and text in _of_estimators():
        return _of_estimators()[text]
    if not _is_ours(kind, name):
        raise ValueError(f"halfmoon has no {kind} {name!r}")
    return REGISTRIES[kind].make(text)


def _is_ours(kind: str, name: str) -> bool:
    """Whether halfmoon has a component of this name, as it was installed."""
    component = REGISTRIES[kind].get(name) if kind in REGISTRIES else None
    if component is None or not is_fixed(component):
        return False
    return bool(component.__module__.partition(".")[0] == "halfmoon")


def _of_estimators() -> dict[str, Any]:
    """The initializers that estimators begin with, which are in no registry."""
    from halfmoon.estimators.request import ScikitLearn

    made = [ScikitLearn(limit) for limit in (2.0, 6.0)]
    return {str(initializer): initializer for initializer in made}


# Labels


def encode_labels(labels: NDArray[Any], name: str) -> dict[str, Any]:
    """A column of labels as JSON, with its type."""
    kind = "str" if labels.dtype.kind == "U" else labels.dtype.name
    values = [encode(label, name) for label in labels.tolist()]
    return {"type": kind, "values": values}


def decode_labels(stored: Any, name: str) -> NDArray[Any]:
    """Different labels, sorted; ValueError for any others.

    An array of texts is as wide as the longest of them.
    """
    read_fields(stored, {"type": TEXT, "values": LIST}, name)
    kind = stored["type"]
    values = [decode(value, name) for value in stored["values"]]
    if kind not in LABEL_TYPES:
        raise ValueError(f"{name} must be labels of {LABEL_TYPES}; got {kind!r}")
    are_texts = all(type(value) is str for value in values)
    are_numbers = all(type(value) in (bool, int, float) for value in values)
    kinds = {"str": are_texts, "object": are_texts or are_numbers}
    if not values or not kinds.get(kind, are_numbers):
        raise ValueError(f"{name} must be labels of type {kind}; got {values!r}")
    if are_texts and 4 * len(values) * max(map(len, values)) > LABEL_BYTES:
        raise ValueError(f"{name} has labels that are too long and too many to load")
    try:
        labels = np.array(values, dtype=kind)
    except (OverflowError, ValueError):
        labels = np.empty(0)
    if labels.tolist() != values or not np.array_equal(np.unique(labels), labels):
        raise ValueError(
            f"{name} must be labels of type {kind}, sorted, each once; got {values!r}"
        )
    return labels
