"""Rules, settings and components as plain data, from which a form or a menu is made."""

import dataclasses
import inspect
from typing import Any

from halfmoon.components.registry import Component, Registry, settings_of
from halfmoon.components.rules import NONE, Integer, Number, OneOf, Rule, Several


def summary(component: type[Component]) -> str:
    """The first line of a component's description."""
    return (inspect.getdoc(component) or "").split("\n")[0]


def describe_registry(registry: Registry[Any]) -> list[dict[str, Any]]:
    """The name, summary and settings of every component of a kind."""
    return [
        {
            "name": name,
            "help": summary(component),
            "settings": [describe_setting(each) for each in settings_of(component)],
        }
        for name, component in registry.items()
    ]


def describe_setting(field: dataclasses.Field[Any]) -> dict[str, Any]:
    """A setting's name, default and help, and what `describe_rule` says of its rule."""
    described = {
        "name": field.name,
        "default": field.default,
        "help": field.metadata["help"],
    }
    return described | describe_rule(field.metadata["rule"])


def describe_rule(rule: Rule) -> dict[str, Any]:
    """A rule in words; whether it allows None; its type, limits and choices.

    The type is "number", "integer", "boolean", "choice" or "text", or of a tuple
    "numbers" or "integers".

    >>> rule = describe_rule(NONE | Integer("[", 1, 9, "]"))
    >>> rule["type"], rule["none"], rule["low"], rule["high"]
    ('integer', True, 1, 9)
    """
    options = [each for each in rule.options() if each != NONE]
    words = [each.values[0] for each in options if isinstance(each, OneOf)]
    described: dict[str, Any] = {
        "rule": str(rule),
        "none": rule.allows(None),
        "type": "text",
        "choices": None,
        "low": None,
        "high": None,
    }
    if words == [True, False]:
        described["type"] = "boolean"
    elif words:
        described |= {"type": "choice", "choices": words}
    for each in options:
        number = each.each if isinstance(each, Several) else each
        if isinstance(number, Number):
            kind = "integer" if isinstance(number, Integer) else "number"
            described["type"] = f"{kind}s" if isinstance(each, Several) else kind
            described |= {"low": number.low, "high": number.high}
    return described
