"""Rules and components as data for forms."""

import pytest

from halfmoon.commands.catalogue import REGISTRIES
from halfmoon.components.describing import describe_registry, describe_rule, summary
from halfmoon.components.optimizers import OPTIMIZERS
from halfmoon.components.rules import (
    BOOLEAN,
    INF,
    NONE,
    Integer,
    Kind,
    Number,
    OneOf,
    Several,
)


@pytest.mark.parametrize(
    ("rule", "kind", "low", "high", "none"),
    [
        (Number("[", 0, 2, "]"), "number", 0, 2, False),
        (NONE | Integer("[", 1, 9, ")"), "integer", 1, 9, True),
        (Several(Integer("[", 1, 64, "]")), "integers", 1, 64, False),
        (Several(Number("[", 0, 1, "]")), "numbers", 0, 1, False),
        (Kind("a text", callable), "text", None, None, False),
        (BOOLEAN, "boolean", None, None, False),
        (OneOf("a", "b"), "choice", None, None, False),
    ],
)
def test_a_rule_says_which_control_suits_it(rule, kind, low, high, none):
    described = describe_rule(rule)
    expected = {"type": kind, "low": low, "high": high, "none": none}
    assert {name: described[name] for name in expected} == expected
    assert described["rule"] == str(rule)


def test_words_are_offered_as_choices():
    assert describe_rule(OneOf("a", "b"))["choices"] == ["a", "b"]


def test_every_component_is_described_with_its_settings():
    described = {each["name"]: each for each in describe_registry(OPTIMIZERS)}
    assert list(described) == list(OPTIMIZERS)
    adam = described["adam"]
    assert adam["help"] == summary(OPTIMIZERS["adam"])
    beta, *_ = adam["settings"]
    assert (beta["name"], beta["default"], beta["type"]) == ("beta1", 0.9, "number")


def test_what_has_no_limit_says_so():
    assert describe_rule(Number("(", 0, INF, ")"))["high"] == INF


def test_a_summary_is_the_first_line_of_the_docstring():
    for registry in REGISTRIES.values():
        for component in registry.values():
            first = summary(component)
            assert component.__doc__.startswith(first)
            assert first.endswith(".")
