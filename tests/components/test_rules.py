"""The sentence is the check: what a rule says is what it lets through."""

import dataclasses
import math

import numpy as np
import pytest

from halfmoon.components.registry import Component
from halfmoon.components.rules import (
    BOOLEAN,
    NONE,
    Integer,
    Number,
    OneOf,
    Several,
    check_name,
    check_settings,
    nearest,
    setting,
)

INF = math.inf
NAN = math.nan

# a rule, how it is printed, what obeys it, what breaks it
RULES = [
    (
        Number("(", 0, INF, ")"),
        "a number in (0, inf)",
        *(
            [1e-300, 1, 2.5, np.float32(0.5), np.int64(3)],
            [0, 0.0, -1e-300, INF, NAN, "1", None, True, False, (1.0,), [1.0], 1j],
        ),
    ),
    (
        Number("[", 0, 1, ")"),
        "a number in [0, 1)",
        *([0, 0.0, 0.999], [1, 1.0, -1e-9, NAN, None, True, "0.5"]),
    ),
    (
        Number("(", 0, 1, "]"),
        "a number in (0, 1]",
        *([1e-9, 1, 1.0], [0, 1.0000001, NAN]),
    ),
    (
        Number("[", 0, 1, "]"),
        "a number in [0, 1]",
        *([0, 0.5, 1], [-0.1, 1.1, NAN, "x"]),
    ),
    (
        Integer("[", 1, INF, ")"),
        "an integer in [1, inf)",
        *(
            [1, 10**9, np.int32(7)],
            [0, -1, 1.0, 2.5, INF, NAN, "3", None, True],
        ),
    ),
    (
        NONE | Integer("[", 1, INF, ")"),
        "None, or an integer in [1, inf)",
        *([None, 1, 99], [0, 1.5, "None", "1", False]),
    ),
    (
        NONE | Number("(", 0, 1, ")"),
        "None, or a number in (0, 1)",
        *([None, 0.5], [0, 1, NAN, ()]),
    ),
    (
        Several(Number("(", 0, 1, ")")),
        "numbers in (0, 1)",
        *(
            [(0.1,), (0.1, 0.9)],
            [(), (0.0, 0.5), (0.5, 1.0), (0.5, "x"), (0.5, NAN), [0.5], None],
        ),
    ),
    (
        NONE | Several(Integer("[", 2, INF, ")")),
        "None, or integers in [2, inf)",
        *(
            [None, (2,), (3, 2, 4), (np.int64(3),)],
            [
                (),
                (1,),
                (3, 1),
                (2.0,),
                (3, 2.5),
                (3, True),
                (3, None),
                ("3",),
                3,
                [3, 2],
                "3/2",
            ],
        ),
    ),
    (BOOLEAN, "True or False", *([True, False], [0, 1, "True", None, 1.0])),
    (
        OneOf("loss", "score"),
        "'loss' or 'score'",
        *(
            ["loss", "score"],
            ["los", "Loss", "", "loss' or 'score", None, 1, True],
        ),
    ),
    (
        OneOf("auto", "compiled", "numpy"),
        "'auto', 'compiled' or 'numpy'",
        *(
            ["auto", "compiled", "numpy"],
            ["Auto", "numba", "", None, 1],
        ),
    ),
    (
        OneOf("updates", "epochs", "rows"),
        "'updates', 'epochs' or 'rows'",
        *(
            ["updates", "epochs", "rows"],
            ["update", "or", " ", ","],
        ),
    ),
]
GOOD = [(rule, value) for rule, _, good, _ in RULES for value in good]
BAD = [(rule, value) for rule, _, _, bad in RULES for value in bad]


@pytest.mark.parametrize(("rule", "value"), GOOD, ids=repr)
def test_rule_lets_through_what_it_says(rule, value):
    assert rule.allows(value)


@pytest.mark.parametrize(("rule", "value"), BAD, ids=repr)
def test_rule_stops_what_it_excludes(rule, value):
    assert not rule.allows(value)


@pytest.mark.parametrize(("rule", "text"), [rule[:2] for rule in RULES], ids=repr)
def test_a_rule_prints_itself(rule, text):
    assert str(rule) == text


def test_nearest_names_the_closest_and_lists_all():
    assert (
        nearest("reul", ["tanh", "relu"])
        == "did you mean 'relu'? There are: tanh, relu."
    )


def test_nearest_guesses_nothing_when_nothing_is_near():
    assert nearest("zzzzzz", ["tanh", "relu"]) == "there are: tanh, relu."


def test_a_name_that_is_none_is_refused_with_the_kind_of_thing_it_should_be():
    check_name("speed", "slow", {"slow": 1.0})
    with pytest.raises(ValueError, match="no speed 'slw'; did you mean 'slow'"):
        check_name("speed", "slw", {"slow": 1.0})


@dataclasses.dataclass(frozen=True)
class Lamp(Component):
    watts: float = setting(40.0, Number("(", 0, 100, "]"), "how bright")
    colour: str = dataclasses.field(default="white")  # no rule: anything goes


def test_a_block_checks_its_fields_as_it_is_made():
    with pytest.raises(
        ValueError, match=r"Lamp: watts must be a number in \(0, 100\]; got 101"
    ):
        Lamp(watts=101)


def test_a_field_without_a_rule_is_not_checked():
    lamp = Lamp(colour=17)
    check_settings(lamp)
    assert lamp.colour == 17
