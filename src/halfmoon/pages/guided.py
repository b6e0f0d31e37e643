"""Guided steps: texts with goals, each a relation of a quantity to a value.

A lesson is a file of TOML; its name is the file's, without the number that orders it:

    title, about, section, setup   what it is, and what it begins with
    [[steps]] text, hint, open     paragraphs, and the panel that they are about
    goals = [{text, of, at_least}] a relation of `RELATIONS`, and what it compares with
"""

import operator
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Any

RELATIONS: dict[str, Callable[[Any, Any], bool]] = {
    "below": operator.lt,
    "above": operator.gt,
    "at_most": operator.le,
    "at_least": operator.ge,
    "is": operator.eq,
    "is_not": operator.ne,
}


@dataclass(frozen=True)
class Goal:
    """What is to be reached, in words, and as a relation of a quantity to a value.

    >>> Goal("A loss under 0.1", "loss", "below", 0.1).is_met(0.05)
    True
    """

    text: str
    of: str
    relation: str
    value: Any

    def is_met(self, value: Any) -> bool:
        """Whether it is reached; of several values, by each of them."""
        if isinstance(value, tuple):
            return bool(value) and all(map(self.is_met, value))
        if value is None and self.relation not in ("is", "is_not"):
            return False
        return RELATIONS[self.relation](value, self.value)


@dataclass(frozen=True)
class Step:
    """Paragraphs, goals, a hint, and the panel that it is about."""

    text: tuple[str, ...]
    goals: tuple[Goal, ...]
    hint: str = ""
    open: str = ""

    def as_dict(self) -> dict[str, Any]:
        """What a page shows of it: texts only."""
        goals = [goal.text for goal in self.goals]
        return {**vars(self), "text": list(self.text), "goals": goals}


@dataclass(frozen=True)
class Lesson:
    """Steps, and the settings that they begin with."""

    name: str
    title: str
    about: str
    section: str  # of the tutorial
    setup: dict[str, Any]
    steps: tuple[Step, ...]

    def as_dict(self) -> dict[str, Any]:
        """What a page shows of it."""
        shown = {**vars(self), "steps": [step.as_dict() for step in self.steps]}
        del shown["setup"]
        return shown


def read_guided(folder: Traversable) -> dict[str, Lesson]:
    """All lessons of a folder by name, in their order."""
    texts = {file.name: file.read_text("utf-8") for file in folder.iterdir()}
    read = [_lesson(name, texts[name]) for name in sorted(texts)]
    return {lesson.name: lesson for lesson in read}


def _lesson(file: str, text: str) -> Lesson:
    name = file.removesuffix(".toml").partition("-")[2]
    read = tomllib.loads(text)
    steps = tuple(_step(**step) for step in read.pop("steps"))
    return Lesson(name=name, steps=steps, **read)


def _step(text: str, goals: list[dict[str, Any]], **more: str) -> Step:
    paragraphs = (" ".join(part.split()) for part in text.split("\n\n"))
    return Step(tuple(paragraphs), tuple(_goal(**goal) for goal in goals), **more)


def _goal(text: str, of: str, **condition: Any) -> Goal:
    ((relation, value),) = condition.items()
    return Goal(text, of, relation, value)
