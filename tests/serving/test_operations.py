"""Operations: what a message may hold, and the sentence for what it may not."""

import math
from types import SimpleNamespace
from typing import Any

import pytest

from halfmoon.serving import operations
from halfmoon.serving.operations import (
    File,
    describe_kind,
    explain,
    operate,
    operation,
)

SESSION = SimpleNamespace(version=7)


@pytest.fixture(autouse=True)
def registry(monkeypatch):
    """A registry with the operations of this file alone."""
    monkeypatch.setattr(operations, "OPERATIONS", {})

    @operation("go")
    def go(
        session: Any,
        update: int,
        share: float = 0.5,
        names: list[str] | None = None,
        loud: bool = False,
    ):
        """Go there.

        And more.
        """
        return {"update": update, "share": share, "names": names, "loud": loud}

    @operation("rest")
    def rest(session: Any):
        """Do nothing."""

    @operation("change")
    def change(session: Any, **settings: Any):
        """Change it."""
        return settings

    @operation("take")
    def take(session: Any, body: bytes, name: str = "data.csv"):
        """Give it back."""
        return File(body, "text/csv", name)

    return operations.OPERATIONS


def test_values_arrive_by_name():
    answer = operate(SESSION, "go", {"update": 3, "share": 1, "names": ["a"]})
    assert answer == {"update": 3, "share": 1, "names": ["a"], "loud": False}


def test_what_answers_nothing_answers_the_version():
    assert operate(SESSION, "rest") == {"version": 7}


def test_further_values_and_bodies():
    assert operate(SESSION, "change", {"rate": [1, None]}) == {"rate": [1, None]}
    file = operate(SESSION, "take", {"name": "b.csv"}, b"x,y")
    assert file == (b"x,y", "text/csv", "b.csv")


@pytest.mark.parametrize(
    ("name", "message", "sentence"),
    [
        ("goo", {}, "There is no operation 'goo'; did you mean 'go'?"),
        ("go", [], "A message is an object; got []."),
        ("go", {}, "The operation 'go' needs 'update': a whole number."),
        ("rest", {"x": 1}, "The operation 'rest' has no value 'x'; it takes none."),
        ("change", {"session": 1}, "The operation 'change' has no value 'session'"),
        (
            "go",
            {"update": 1, "nmes": []},
            "The operation 'go' has no value 'nmes'; did you mean 'names'?",
        ),
    ],
)
def test_a_message_that_does_not_fit_is_refused(name, message, sentence):
    with pytest.raises(ValueError, match=r"[.?]$") as refused:
        operate(SESSION, name, message)
    assert str(refused.value).startswith(sentence)


@pytest.mark.parametrize(
    ("value", "given"),
    [
        ("update", 1.5),
        ("update", True),
        ("update", "1"),
        ("update", None),
        ("share", math.nan),
        ("share", math.inf),
        ("share", 10**400),
        ("share", False),
        ("names", "abc"),
        ("names", {}),
        ("loud", 1),
        ("loud", "x" * 1000),
    ],
)
def test_a_value_of_another_type_is_refused(value, given):
    with pytest.raises(ValueError, match="of the operation 'go' must be") as refused:
        operate(SESSION, "go", {"update": 1} | {value: given})
    assert len(str(refused.value)) < 160


def test_what_was_given_does_not_make_a_sentence_long():
    error = ValueError(f"It must be a number; got {'x' * 10**6}.")
    is_mistake, sentence = explain(error, "go")
    assert is_mistake
    assert sentence.startswith("It must be a number; got xx")
    assert sentence.endswith("xx.")
    assert len(sentence) < 700


def test_a_body_that_nobody_takes_is_refused():
    with pytest.raises(ValueError, match="'rest' takes no body"):
        operate(SESSION, "rest", {}, b"x")


def test_the_signature_is_told(registry):
    update, share, names, _ = registry["go"].values
    assert update.is_needed
    assert not share.is_needed
    assert describe_kind(names.kind) == "a list or null"
    assert registry["go"].help == "Go there."
    assert registry["take"].takes_body
    assert [value.name for value in registry["take"].values] == ["name"]
