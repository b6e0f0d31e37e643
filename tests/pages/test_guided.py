"""Lessons are read from files of texts, and their goals compare."""

import pytest

from halfmoon.pages.guided import Goal, read_guided

TEXT = """
title = "A line"
section = "2"
about = "What a line can do."

[setup]
hidden = []

[[steps]]
text = '''
One
paragraph.

Another one.'''
hint = "Look."
goals = [{ text = "10 updates", of = "update", at_least = 10 }]
"""


def test_files_are_read_in_their_order(tmp_path):
    for name in ("02-b", "10-c", "01-a"):
        (tmp_path / f"{name}.toml").write_text(TEXT)
    lessons = read_guided(tmp_path)
    assert list(lessons) == ["a", "b", "c"]
    lesson = lessons["b"]
    assert lesson.setup == {"hidden": []}
    (step,) = lesson.steps
    assert step.text == ("One paragraph.", "Another one.")
    assert step.goals == (Goal("10 updates", "update", "at_least", 10),)
    assert lesson.as_dict() == {
        "name": "b",
        "title": "A line",
        "about": "What a line can do.",
        "section": "2",
        "steps": [
            {
                "text": ["One paragraph.", "Another one."],
                "goals": ["10 updates"],
                "hint": "Look.",
                "open": "",
            }
        ],
    }


@pytest.mark.parametrize(
    ("relation", "met"),
    [
        ("below", [1]),
        ("at_most", [1, 2]),
        ("is", [2]),
        ("is_not", [1, 3]),
        ("at_least", [2, 3]),
        ("above", [3]),
    ],
)
def test_relations(relation, met):
    goal = Goal("", "x", relation, 2)
    assert [value for value in (1, 2, 3) if goal.is_met(value)] == met


def test_what_is_missing_is_in_no_order():
    assert not Goal("", "batch_size", "at_most", 20).is_met(None)
    assert Goal("", "batch_size", "is_not", 20).is_met(None)


def test_of_several_values_each_counts():
    goal = Goal("", "activations", "is", "relu")
    assert goal.is_met(("relu", "relu"))
    assert not goal.is_met(("relu", "tanh"))
    assert not goal.is_met(())
