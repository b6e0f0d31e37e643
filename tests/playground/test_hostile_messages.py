"""Whatever a message holds, an operation answers in JSON or refuses in a sentence."""

import json
import math

import pytest

from halfmoon.playground.api import OPERATIONS, File, operate
from halfmoon.playground.frames import PARTS
from halfmoon.playground.opening import make_session
from halfmoon.playground.setup import Setup
from halfmoon.serving.operations import explain

HOSTILE = [
    *(None, True, -1, 3, 2**63, 10**400, 0.5, 1e308, math.inf, math.nan),
    *("", "1", "x1", "__proto__", "<img src=x>", "\0\n\u202e", "a" * 9999, "\ud800"),
    *([], [[]], [0], ["x1"], [[0, 0, 0]], [[math.nan] * 3], [["a", None, {}]]),
    *({}, {"a": 1}, {"columns": 1e3, "rows": -1}, {"row": 0}, {"unit": 10**30}),
    *("spiral:arms=1e9", "spiral:arms=", "adam:beta1=2", {"values": [1]}),
]


def messages(operation):
    """Each of its values in turn is a hostile one; the others are harmless."""
    harmless = {int: 1, float: 0.5, str: "1", list: [], dict: {}, bool: True}
    needed = {
        value.name: harmless.get(value.kind, {})
        for value in operation.values
        if value.is_needed
    }
    names = [value.name for value in operation.values]
    if operation.takes_more:
        names += list(vars(Setup()))
    yield from HOSTILE
    for name in names:
        for value in HOSTILE:
            yield {**needed, name: value}
    if "want" in needed:
        for part in PARTS:
            for value in HOSTILE:
                yield {"want": {part: value}}


@pytest.mark.parametrize("name", OPERATIONS)
def test_it_answers_or_refuses(name):
    with make_session(rows=12, hidden=[5], epochs=3) as session:
        for message in messages(OPERATIONS[name]):
            try:
                answer = operate(session, name, message)
            except ValueError as error:
                is_mistake, sentence = explain(error, name)
                assert is_mistake, message
                assert len(sentence) < 700
                continue
            if not isinstance(answer, File):
                json.dumps(answer, allow_nan=False)
        state = operate(session, "state")
        json.dumps(state, allow_nan=False)
