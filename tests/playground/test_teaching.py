"""Every lesson can be done: no step is done before one has done something for it."""

import numpy as np
import pytest

from halfmoon.pages.guided import RELATIONS
from halfmoon.playground.page import SITE
from halfmoon.playground.session import Session
from halfmoon.playground.setup import Setup
from halfmoon.playground.sources import drawn_points, file_source
from halfmoon.playground.teaching import quantities, read_lessons
from halfmoon.playground.training import describe_run
from halfmoon.serving.operations import operate

LESSONS = read_lessons()
LAYOUT = SITE.files()["layout.js"].read_text("utf-8")  # names the panels


def draw(session):
    """Points by hand, in two groups."""
    X = np.random.RandomState(0).normal(size=(40, 2))
    y = (X[:, 0] > 0.0).astype(int)
    points = drawn_points({"x1": X[:, 0], "x2": X[:, 1], "y": y})
    session.set_source(points, session.setup.change(data="drawn"), anew=True)


def open_table(session):
    """A table with a column of words."""
    rng = np.random.RandomState(0)
    width = rng.normal(size=60)
    height = rng.normal(size=60)
    rows = [
        f"{w:.3f},{h:.3f},{'yes' if w + h > 0 else 'no'}"
        for w, h in zip(width, height, strict=True)
    ]
    source = file_source("\n".join(["width,height,fits", *rows]).encode(), "boxes.csv")
    setup = session.setup.change(data="table", target="fits")
    session.set_source(source, setup, anew=True)


# what a pupil does in each step: a number of updates to go on, an update to go back to,
# settings to change, or something else to do
SOLUTIONS = {
    "first-steps": [[120], [2500], [{"seek": 10}]],
    "a-straight-line": [[500], [{"hidden": [3]}, 600]],
    "three-units": [[300], [{"hidden": [3]}, 2000]],
    "too-many-units": [
        [2500],
        [{"seek": 200}],
        [{"l2": 0.01}, 2000],
    ],
    "the-learning-rate": [
        [300],
        [{"seek": 0}, {"learning_rate": 2.0}, 1000],
        [{"learning_rate": 20.0}, 300],
        [{"seek": 700}, {"learning_rate": 1.0}, 800],
    ],
    "minibatches": [
        [20],
        ["reset", {"batch_size": 10}, 160 * 20],
        [{"schedule": "cosine", "epochs": 40}, "reset", 160 * 40],
    ],
    "activations": [
        [300],
        [{"activations": ["relu"]}, "reset", 500],
        [{"seed": 2}, {"activations": ["tanh"], "hidden": [6]}, 2500],
    ],
    "classes": [
        [1000],
        [{"hidden": [10]}, 3000],
        [{"hidden": [8]}, 3000],
    ],
    "depth": [[2000], [{"hidden": [10, 10]}, 2000]],
    "features": [
        [100],
        [{"features": ["x1", "x2", "x1^2", "x2^2"]}, 1000],
        [{"features": ["x1", "x2"], "hidden": [4]}, 2000],
    ],
    "your-own-data": [[draw, 300], [open_table, 300], []],
}


def do(session, action):
    if isinstance(action, int):
        session.advance(action)
    elif isinstance(action, str):
        getattr(session, action)()
    elif callable(action):
        action(session)
    elif "seek" in action:
        session.seek(action["seek"])
    else:
        session.change(**action)


@pytest.mark.parametrize("name", LESSONS)
def test_each_step_is_done_by_doing_what_it_says(name):
    lesson = LESSONS[name]
    solution = SOLUTIONS[name]
    assert len(solution) == len(lesson.steps)
    with Session(Setup(rows=20)) as session:
        operate(session, "begin_lesson", {"lesson": name})
        assert session.setup == Setup(**lesson.setup)
        for step, actions in enumerate(solution):
            asked = {"lesson": name, "step": step}
            if actions:
                before = operate(session, "goals", asked)
                assert not before["met"], (step, before)
            for action in actions:
                do(session, action)
            answer = operate(session, "goals", asked)
            assert answer["met"], (step, answer)


def test_lessons_say_what_they_need():
    with Session(Setup(rows=20)) as session:
        known = quantities(session)
    for lesson in LESSONS.values():
        assert lesson.title
        assert lesson.about.endswith((".", "?"))
        for step in lesson.steps:
            assert step.goals
            assert f'name: "{step.open or "network"}"' in LAYOUT
            assert all(step.text)
            for goal in step.goals:
                assert goal.of in known
                assert goal.relation in RELATIONS


def test_the_page_gets_texts_only():
    with Session(Setup(rows=20)) as session:
        shown = operate(session, "lessons")["lessons"]
    assert [lesson["name"] for lesson in shown] == list(LESSONS)
    step = shown[0]["steps"][0]
    assert step["goals"] == ["100 updates"]
    assert step["text"][1].startswith("The weights are random at first")


def test_what_there_is_not_is_refused():
    with Session(Setup(rows=20)) as session:
        with pytest.raises(ValueError, match="no lesson 'frist-steps'"):
            operate(session, "begin_lesson", {"lesson": "frist-steps"})
        with pytest.raises(ValueError, match="has the steps 0 to 2; got 3"):
            operate(session, "goals", {"lesson": "first-steps", "step": 3})


def run_names(session):
    return [describe_run(session, *run)["name"] for run in session.runs.items()]


def test_a_lesson_begins_without_earlier_runs():
    with Session(Setup(rows=20)) as session:
        session.advance(10)
        session.keep()
        session.seek(5)
        session.change(learning_rate=0.5)
        session.seek(0)
        session.change(learning_rate=0.3)
        operate(session, "begin_lesson", {"lesson": "first-steps"})
        assert len(session.runs) == 2  # the one that was kept, and the lesson's
        assert run_names(session) == ["run 1", "run 4"]
        session.forget(*session.kept)
        operate(session, "begin_lesson", {"lesson": "first-steps"})
        assert run_names(session) == ["run 1"]


def test_where_a_goal_stands_is_written_as_on_the_page():
    with Session(Setup()) as session:
        operate(session, "begin_lesson", {"lesson": "first-steps"})
        answer = operate(session, "goals", {"lesson": "first-steps", "step": 2})
        assert answer["goals"][0]["now"] == "70.0%"  # 28 of 40
        answer = operate(session, "goals", {"lesson": "first-steps", "step": 1})
        assert answer["goals"][0]["now"] == "0.5414"
