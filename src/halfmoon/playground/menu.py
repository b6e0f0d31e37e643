"""What there is to choose from, read from the registries and from Setup itself."""

import dataclasses
import inspect
from typing import Any

from halfmoon.components.activations import ACTIVATIONS
from halfmoon.components.initializers import INITIALIZERS
from halfmoon.components.losses import LOSSES
from halfmoon.components.optimizers import OPTIMIZERS
from halfmoon.components.registry import Registry, settings_of
from halfmoon.components.rules import NONE, Integer, Number, OneOf, Rule, Several
from halfmoon.components.schedules import SCHEDULES
from halfmoon.datasets import DATASETS
from halfmoon.playground.building import suits
from halfmoon.playground.changes import STARTS_OVER
from halfmoon.playground.features import FEATURES
from halfmoon.playground.session import FULL, SPEEDS
from halfmoon.playground.setup import TEXTS, Setup

TASKS = ("classification", "regression")


def menu() -> dict[str, Any]:
    """Everything that can be chosen, by kind, and every setting with its rule."""
    fields = dataclasses.fields(Setup)
    return {
        "settings": [
            describe_setting(field) | {"starts_over": field.name in STARTS_OVER}
            for field in fields
        ],
        "data sets": [
            each | {"task": DATASETS[each["name"]].task} for each in _listed(DATASETS)
        ],
        "activations": _listed(ACTIVATIONS),
        "losses": _losses(),
        "initializers": _listed(INITIALIZERS),
        "optimizers": _listed(OPTIMIZERS),
        "schedules": _listed(SCHEDULES),
        "features": [
            {"name": name, "python": feature.python}
            for name, feature in FEATURES.items()
        ],
        "speeds": [*SPEEDS, FULL],
    }


def _listed(registry: Registry[Any]) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "help": (inspect.getdoc(component) or "").split("\n")[0],
            "settings": [describe_setting(each) for each in settings_of(component)],
        }
        for name, component in registry.items()
    ]


def _losses() -> list[dict[str, Any]]:
    """Losses with the task that they are for; None where they are for both."""
    found = []
    for each in _listed(LOSSES):
        tasks = [task for task in TASKS if suits(LOSSES.make(each["name"]), task)]
        if tasks:
            found.append(each | {"task": tasks[0] if len(tasks) == 1 else None})
    return found


def describe_setting(field: dataclasses.Field[Any]) -> dict[str, Any]:
    """A setting's name, default, rule and help, and what kind of control suits it."""
    described = {
        "name": field.name,
        "default": field.default,
        "help": field.metadata["help"],
    }
    return described | describe_rule(field.metadata["rule"])


def describe_rule(rule: Rule) -> dict[str, Any]:
    """A rule in words, and the type, limits and choices that a control needs.

    >>> describe_rule(Number("[", 0, 2, "]"))["type"]
    'number'
    """
    options = [each for each in rule.options() if each != NONE]
    described: dict[str, Any] = {
        "rule": str(rule),
        "none": rule.allows(None),
        "type": "text",
        "low": None,
        "high": None,
    }
    words = [each.values[0] for each in options if isinstance(each, OneOf)]
    if words == [True, False]:
        described["type"] = "boolean"
    elif words:
        described |= {"type": "choice", "choices": words}
    for each in options:
        if each is TEXTS:
            described["type"] = "texts"
        if isinstance(each, Number):
            described["type"] = "integer" if isinstance(each, Integer) else "number"
            described |= {"low": each.low, "high": each.high}
        if isinstance(each, Several):
            number = each.each
            described["type"] = "integers" if isinstance(number, Integer) else "numbers"
            described |= {"low": number.low, "high": number.high}
    return described
