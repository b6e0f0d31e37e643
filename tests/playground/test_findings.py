"""Findings as they arise, with remedies that help when their button is pressed."""

import pytest

from halfmoon.inspection.diagnosis import diagnose
from halfmoon.playground.building import train_options
from halfmoon.playground.findings import advise
from halfmoon.playground.session import Session
from halfmoon.playground.setup import Setup
from halfmoon.training.settings import Settings


def test_of_what_has_not_begun_nothing_is_said():
    with Session() as session:
        assert advise(session.moment()) == []


def test_a_rate_beyond_the_edge_is_found_and_its_remedy_helps():
    with Session(Setup(hidden=(1,), activations=("tanh",))) as session:
        session.advance(2000)
        (finding,) = advise(session.moment())
        assert finding["name"] == "learning rate too high"
        assert finding["label"].startswith("Set learning rate 0.")
        assert finding["plain"].startswith("The steps are too large")
        assert finding["remedy"] == ""
        for _ in range(3):
            assert not session.change(**finding["change"])
            assert advise(session.moment()) == []  # nothing is known of it yet
            session.advance(2000)
            findings = advise(session.moment())
            if not findings:
                return
            (finding,) = findings
    raise AssertionError(finding)


def test_who_has_solved_it_hears_nothing_of_better_steps():
    """At such a rate the tutorial's network jumps to and fro, with 97.5 % right."""
    with Session(Setup(learning_rate=8.0)) as session:
        session.advance(2_000)
        moment = session.moment()
        settings = Settings(**train_options(moment.setup))
        learned = ~moment.data.is_test
        rows = moment.data.X[learned], moment.data.y[learned]
        told = diagnose(
            moment.network_now(), moment.at.run.history, *rows, settings=settings
        )
        assert [each.name for each in told.findings] == ["learning rate too high"]
        assert advise(moment) == []


def test_a_run_that_diverged_can_begin_again():
    with Session(Setup(data="plane", rows=40, learning_rate=90.0)) as session:
        session.advance(500)
        (finding,) = advise(session.moment())
        assert (finding["change"], finding["reset"]) == ({"learning_rate": 9.0}, True)


def test_a_line_that_cannot_learn_circles_gets_more_units():
    setup = Setup(data="circles", hidden=(1,), activations=("identity",), noise=0.05)
    with Session(setup) as session:
        session.advance(300)
        found = {each["name"]: each for each in advise(session.moment())}
        change = found["underfitting"]["change"]
        assert change == {"hidden": (4,), "activations": ("tanh",)}
        assert found["underfitting"]["label"] == "Set hidden 4 and activations tanh"
        session.change(**change)
        session.advance(1000)
        after = [each["name"] for each in advise(session.moment())]
    assert "underfitting" not in after


def test_a_penalty_is_told_as_the_page_has_it():
    """alpha of the estimators is l2 times the rows learned from: of 50 rows, 40."""
    setup = Setup(
        data="moons",
        noise=1.0,
        rows=50,
        hidden=(32,),
        optimizer="adam",
        learning_rate=0.05,
    )
    with Session(setup) as session:
        session.advance(400)
        found = {each["name"]: each for each in advise(session.moment())}
    assert found["overfitting"]["change"] == {"l2": pytest.approx(1.0 / 40)}


def test_while_it_trains_nobody_is_told_to_train_longer():
    setup = Setup(data="xor", noise=0.1, learning_rate=0.001, epochs=400)
    with Session(setup) as session:
        session.advance(300)
        names = [each["name"] for each in advise(session.moment())]
        assert "underfitting" not in names
        session.advance(200)
        assert session.moment().stopped == "epochs"
        found = {each["name"]: each for each in advise(session.moment())}
    assert found["underfitting"]["change"] == {"epochs": 4000}
    assert found["underfitting"]["label"] == "Set epochs 4,000"
