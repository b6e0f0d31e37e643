"""Lessons of the playground, whose goals are checked on what is trained just now.

A goal compares a setting, or another of `quantities`, with a value.
"""

from functools import cache
from importlib.resources import files
from typing import Any

from halfmoon.components.rules import check_name
from halfmoon.components.setting_texts import in_words
from halfmoon.pages.guided import Lesson, read_guided
from halfmoon.playground.building import measure
from halfmoon.playground.session import Session
from halfmoon.playground.setup import Setup
from halfmoon.serving.operations import Answer, operation


@cache
def read_lessons() -> dict[str, Lesson]:
    """All lessons by name, in their order."""
    return read_guided(files("halfmoon.playground").joinpath("lessons"))


def quantities(session: Session) -> dict[str, Any]:
    """What goals can compare: every setting, and what has been reached."""
    moment = session.moment()
    measures = measure(moment.network, moment.data, moment.theta)
    points = [point.measures for point in moment.at.points]
    return {
        **vars(moment.setup),
        **measures._asdict(),
        "best_test_score": max(point.test_score for point in points),
        "gain": points[0].test_loss - measures.test_loss,
        "update": moment.update,
        "epoch": moment.at.run.epoch,
        "share": moment.update / moment.at.end,
        "units": sum(moment.setup.hidden),
        "layers": len(moment.setup.hidden),
        "inputs": len(moment.data.inputs),
        "classes": len(moment.data.classes),
        "kind": moment.data.kind,
        "runs": len(session.runs),
    }


def find_lesson(name: str) -> Lesson:
    """A lesson by its name; ValueError for one that there is not."""
    known = read_lessons()
    check_name("lesson", name, known)
    return known[name]


@operation("lessons")
def lessons(session: Session) -> Answer:
    """All lessons, with their steps and goals in words."""
    return {"lessons": [lesson.as_dict() for lesson in read_lessons().values()]}


@operation("begin_lesson")
def begin_lesson(session: Session, lesson: str) -> None:
    """Set all controls as a lesson begins; runs that are not kept go.

    Where none is left, they are counted from 1 again.
    """
    setup = Setup(**find_lesson(lesson).setup)
    with session.lock:
        session.pause()
        session.set_source(None, setup, anew=True)
        for run in set(session.runs) - session.kept - {session.id}:
            session.forget(run)
        if not session.kept:
            session.first_run = int(session.id)
            session.show(True)


@operation("goals")
def goals(session: Session, lesson: str, step: int) -> Answer:
    """Which goals of a step (counted from 0) are reached, and where each stands."""
    steps = find_lesson(lesson).steps
    if not 0 <= step < len(steps):
        raise ValueError(
            f"The lesson {lesson!r} has the steps 0 to {len(steps) - 1}; got {step}."
        )
    now = quantities(session)
    reached = [
        {"met": goal.is_met(now[goal.of]), "now": _written(goal.of, now)}
        for goal in steps[step].goals
    ]
    return {"goals": reached, "met": all(goal["met"] for goal in reached)}


def _written(of: str, now: dict[str, Any]) -> str:
    """Where a quantity stands: an accuracy in per cent, as the page has it."""
    if of.endswith("_score") and now["classes"]:
        return f"{now[of]:.1%}"
    return in_words(now[of])
