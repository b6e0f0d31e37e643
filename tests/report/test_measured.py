"""What is measured is plain data, which JSON can hold."""

import dataclasses
import json
import typing

import pytest

from halfmoon.report import measured
from halfmoon.report.measured import Difference, Measured

PARTS = [part for part in vars(measured).values() if dataclasses.is_dataclass(part)]
PLAIN = {str, float, int, bool, type(None), typing.Any}


def kinds_of(hint):
    """The types that a type hint is made of."""
    parts = typing.get_args(hint)
    if typing.get_origin(hint) is typing.Literal:
        return {type(value) for value in parts}
    if not parts:
        return {hint}
    return set().union(*(kinds_of(part) for part in parts if part is not ...))


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_every_part_is_frozen_and_plain(part):
    assert part.__dataclass_params__.frozen
    for name, hint in typing.get_type_hints(part).items():
        assert kinds_of(hint) <= PLAIN | set(PARTS), name


def test_measured_holds_every_part():
    reached = {Measured}
    waiting = [Measured]
    while waiting:
        hints = typing.get_type_hints(waiting.pop()).values()
        new = set().union(*map(kinds_of, hints)) & set(PARTS) - reached
        reached |= new
        waiting += new
    assert reached == set(PARTS)


@pytest.mark.parametrize(
    ("value", "low", "high", "larger_is_better", "better"),
    [
        (0.1, 0.05, 0.15, True, "model"),
        (0.1, 0.05, 0.15, False, "baseline"),
        (-0.1, -0.15, -0.05, True, "baseline"),
        (-0.1, -0.15, -0.05, False, "model"),
        (0.1, -0.05, 0.15, True, "neither"),
        (0.0, 0.0, 0.0, True, "neither"),
    ],
)
def test_who_is_better(value, low, high, larger_is_better, better):
    difference = Difference("auc", "AUC", value, low, high, larger_is_better)
    assert difference.better == better
    assert json.loads(json.dumps(dataclasses.asdict(difference)))["low"] == low
