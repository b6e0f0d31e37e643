"""The whole API, without a socket: a script can do what the page does."""

import describe_playground

from halfmoon.playground.api import OPERATIONS, operate
from halfmoon.playground.opening import make_session


def test_a_script_trains_looks_and_goes_back():
    with make_session(data="moons", rows=60, batch_size=10) as session:
        operate(session, "train", {"do": "epoch"})
        assert operate(session, "state")["update"] == 5
        operate(session, "change", {"learning_rate": 0.1})
        operate(session, "seek", {"update": 2})
        state = operate(session, "state")
    assert state["update"] == 2
    assert state["setup"]["rows"] == 60


def test_every_operation_says_what_it_does():
    for each in OPERATIONS.values():
        assert each.help.endswith("."), each.name


def test_the_documentation_lists_every_operation():
    assert describe_playground.table() in describe_playground.PAGE.read_text("utf-8"), (
        "Run: python tools/describe_playground.py"
    )
