"""A session: what its thread does while others look and change."""

import threading

import numpy as np
import pytest

from halfmoon.playground.session import Session
from halfmoon.playground.setup import Setup
from halfmoon.playground.sources import drawn_points

SMALL = Setup(rows=30)


@pytest.fixture
def session():
    with Session(SMALL) as session:
        yield session


def test_a_moment_holds_still(session):
    moment = session.moment()
    theta = moment.theta.copy()
    session.advance(5)
    assert (moment.update, moment.at.run.t) == (0, 0)
    np.testing.assert_array_equal(moment.theta, theta)


def test_changes_from_many_threads_while_it_trains(session):
    session.play("full")
    failures = []

    def change(number):
        try:
            for i in range(8):
                session.change(learning_rate=0.1 + 0.01 * number)
                session.seek(session.moment().update // 2)
                session.play("full")
                if i % 4 == number:
                    session.change(noise=0.1 * number)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=change, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60.0)
    session.pause()
    assert not failures
    recording = session.recording
    end = recording.run.theta
    session.seek(0)
    session.advance(recording.last_update)
    np.testing.assert_array_equal(recording.run.theta, end)


def test_what_can_change_while_it_trains_and_what_begins_anew(session):
    session.advance(5)
    live = {
        "learning_rate": 0.5,
        "schedule": "cosine",
        "optimizer": "adam",
        "l2": 0.1,
        "dropout": 0.1,
        "batch_size": 4,
        "activations": ["relu"],
        "loss": "logistic_cross_entropy",
        "noise": 0.3,
        "test_share": 0.4,
        "rows": 40,
    }
    for name, value in live.items():
        theta = session.moment().theta
        assert not session.change(**{name: value}), name
        np.testing.assert_array_equal(session.moment().theta, theta)
    assert session.moment().update == 5
    for name, value in {
        "hidden": [4],
        "seed": 3,
        "initializer": "he_normal",
        "features": ["x1"],
        "data": "circles",
    }.items():
        session.advance(2)
        assert session.change(**{name: value}), name
        assert session.moment().update == 0


def test_a_change_that_changes_nothing_is_none(session):
    session.advance(5)
    session.seek(2)
    assert not session.change(learning_rate=1.0)
    assert list(session.runs) == ["1"]


def test_what_is_impossible_changes_nothing(session):
    session.advance(5)
    session.seek(2)
    for settings in ({"learning_rate": -1.0}, {"optimizer": "adm"}, {"data": "moon"}):
        version = session.version
        with pytest.raises(ValueError, match=r"must be|did you mean"):
            session.change(**settings)
        assert session.version == version
        assert list(session.runs) == ["1"]


def test_reset_keeps_the_initial_weights_and_new_weights_are_others(session):
    theta = session.moment().theta
    session.advance(5)
    session.reset()
    np.testing.assert_array_equal(session.moment().theta, theta)
    session.new_weights()
    assert not np.array_equal(session.moment().theta, theta)
    assert session.setup.seed == 1
    assert list(session.runs) == [session.id]


def test_the_data_have_a_version_of_their_own(session):
    version = session.moment().data_version
    session.change(learning_rate=0.3)
    session.advance(3)
    assert session.moment().data_version == version
    session.change(noise=0.1)
    assert session.moment().data_version == version + 1


def test_a_condition_is_no_change_of_the_past(session):
    session.advance(9)
    session.seek(3)
    session.change(stop_loss=0.01)
    assert list(session.runs) == ["1"]
    assert session.recording.last_update == 9
    assert session.setup.stop_loss == 0.01


def test_points_that_are_moved_are_a_change_and_other_points_are_not(session):
    session.advance(5)
    points = drawn_points({"x1": [0, 1, 2, 3], "x2": [0, 1, 1, 0], "y": [0, 1, 0, 1]})
    drawn = session.setup.change(data="drawn")
    assert not session.set_source(points, drawn)
    assert session.moment().update == 5
    assert session.source is points
    session.seek(2)
    assert session.source is None
    session.seek(5)
    assert session.set_source(points, drawn, anew=True)
    assert session.change(data="moons")
