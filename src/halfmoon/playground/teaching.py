"""Lessons: guided steps with goals, which are checked on what is trained just now.

A lesson is a file of texts in `lessons`; its name is the file's, without the number
that orders it. A goal compares one of `QUANTITIES`, or a setting, with a value.
"""

import operator
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from halfmoon.components.rules import nearest
from halfmoon.playground.building import Measures, measure
from halfmoon.playground.session import Moment, Session
from halfmoon.playground.setup import Setup
from halfmoon.serving.operations import Answer, operation

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
    """What is to be reached, in words, and as a relation of a quantity to a value."""

    text: str
    of: str
    relation: str
    value: Any


@dataclass(frozen=True)
class Step:
    """Paragraphs, goals, a hint, and the panel that it is about."""

    text: tuple[str, ...]
    goals: tuple[Goal, ...]
    hint: str = ""
    open: str = ""


@dataclass(frozen=True)
class Lesson:
    """Steps that begin with a setup; `section` is the tutorial's that it belongs to."""

    name: str
    title: str
    about: str
    section: str
    setup: Setup
    steps: tuple[Step, ...]


@cache
def read_lessons() -> dict[str, Lesson]:
    """All lessons by name, in their order."""
    folder = files("halfmoon.playground").joinpath("lessons")
    texts = {file.name: file.read_text("utf-8") for file in folder.iterdir()}
    read = [_lesson(name, texts[name]) for name in sorted(texts)]
    return {lesson.name: lesson for lesson in read}


def _lesson(file: str, text: str) -> Lesson:
    read = tomllib.loads(text)
    return Lesson(
        name=file.removesuffix(".toml").partition("-")[2],
        title=read["title"],
        about=read["about"],
        section=read["section"],
        setup=Setup(**read["setup"]),
        steps=tuple(_step(**step) for step in read["steps"]),
    )


def _step(text: str, goals: list[dict[str, Any]], **more: str) -> Step:
    paragraphs = (" ".join(part.split()) for part in text.split("\n\n"))
    return Step(tuple(paragraphs), tuple(_goal(**goal) for goal in goals), **more)


def _goal(text: str, of: str, **condition: Any) -> Goal:
    ((relation, value),) = condition.items()
    return Goal(text, of, relation, value)


class Seen:
    """A session at a moment, and what its network has reached, measured once."""

    def __init__(self, session: Session) -> None:
        self.moment: Moment = session.moment()
        self.runs = len(session.runs)
        now = self.moment
        self.measures: Measures = measure(now.network, now.data, now.theta)
        self.points = list(now.recording.points)


QUANTITIES: dict[str, Callable[[Seen], Any]] = {
    "update": lambda seen: seen.moment.update,
    "epoch": lambda seen: seen.moment.epoch,
    "share": lambda seen: seen.moment.update / seen.moment.end,
    "train_loss": lambda seen: seen.measures.train_loss,
    "test_loss": lambda seen: seen.measures.test_loss,
    "train_score": lambda seen: seen.measures.train_score,
    "test_score": lambda seen: seen.measures.test_score,
    "best_test_score": lambda seen: max(p.measures.test_score for p in seen.points),
    "gain": lambda seen: seen.points[0].measures.test_loss - seen.measures.test_loss,
    "units": lambda seen: sum(seen.moment.setup.hidden),
    "layers": lambda seen: len(seen.moment.setup.hidden),
    "inputs": lambda seen: len(seen.moment.data.inputs),
    "classes": lambda seen: len(seen.moment.data.classes),
    "kind": lambda seen: seen.moment.data.kind,
    "runs": lambda seen: seen.runs,
}


def quantity(seen: Seen, name: str) -> Any:
    """One of `QUANTITIES`, or a setting."""
    if name in QUANTITIES:
        return QUANTITIES[name](seen)
    return getattr(seen.moment.setup, name)


def is_met(goal: Goal, value: Any) -> bool:
    """Whether a goal is reached; of several values, by each of them."""
    if isinstance(value, tuple):
        return bool(value) and all(is_met(goal, each) for each in value)
    is_order = goal.relation not in ("is", "is_not")
    if value is None and is_order:
        return False
    return RELATIONS[goal.relation](value, goal.value)


def find_lesson(name: str) -> Lesson:
    """A lesson by its name; ValueError for one that there is not."""
    known = read_lessons()
    if name not in known:
        raise ValueError(f"There is no lesson {name!r}; {nearest(name, known)}")
    return known[name]


@operation("lessons")
def lessons(session: Session) -> Answer:
    """All lessons, with their steps and goals in words."""
    return {"lessons": [_shown(lesson) for lesson in read_lessons().values()]}


def _shown(lesson: Lesson) -> dict[str, Any]:
    steps = [
        {
            "text": list(step.text),
            "hint": step.hint,
            "open": step.open,
            "goals": [goal.text for goal in step.goals],
        }
        for step in lesson.steps
    ]
    return {
        "name": lesson.name,
        "title": lesson.title,
        "about": lesson.about,
        "section": lesson.section,
        "steps": steps,
    }


@operation("begin_lesson")
def begin_lesson(session: Session, lesson: str) -> Answer:
    """Set all controls as a lesson begins; runs that are not kept go."""
    setup = find_lesson(lesson).setup
    with session.lock:
        session.pause()
        session.set_source(None, setup, anew=True)
        for run in set(session.runs) - session.kept - {session.id}:
            session.forget(run)
    return None


@operation("goals")
def goals(session: Session, lesson: str, step: int) -> Answer:
    """Which goals of a step (counted from 0) are reached, and where each stands."""
    steps = find_lesson(lesson).steps
    if not 0 <= step < len(steps):
        raise ValueError(
            f"The lesson {lesson!r} has the steps 0 to {len(steps) - 1}; got {step}."
        )
    seen = Seen(session)
    reached = []
    for goal in steps[step].goals:
        value = quantity(seen, goal.of)
        reached.append({"met": is_met(goal, value), "now": _written(value)})
    return {"goals": reached, "met": all(goal["met"] for goal in reached)}


def _written(value: Any) -> str:
    """Where a quantity stands, in a few signs."""
    if isinstance(value, tuple):
        return ", ".join(map(_written, value))
    return f"{value:.4g}" if isinstance(value, float) else str(value)
