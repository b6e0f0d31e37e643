"""Operations that change rows: points set by hand, files, cells."""

import numpy as np
import pandas as pd
import pytest

from halfmoon.playground.api import operate
from halfmoon.playground.make_data import make_data
from halfmoon.playground.session import Session
from halfmoon.playground.setup import Setup


@pytest.fixture
def session():
    with Session(Setup(rows=40, test_share=0.25)) as opened:
        yield opened


def patients():
    rng = np.random.default_rng(0)
    age = rng.uniform(20.0, 80.0, 60).round(1)
    return pd.DataFrame(
        {
            "age": age,
            "height": rng.normal(170.0, 10.0, 60).round(1),
            "sex": rng.choice(["f", "m"], 60),
            "seen": pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(60), "D"),
            "risk": np.where(age > 50.0, "high", "low"),
        }
    )


@pytest.fixture
def with_table(session):
    content = patients().to_csv(index=False).encode()
    operate(session, "upload", {"name": "patients.csv"}, content)
    return session


def test_a_point_that_is_moved_makes_points_of_a_data_set(session):
    before = session.data
    session.advance(5)
    theta = session.moment().theta
    operate(session, "points", {"move": [[3, 1.5, -0.25]]})
    data = session.data
    assert session.setup.data == "drawn"
    np.testing.assert_array_equal(data.X[3], [1.5, -0.25])
    others = np.delete(np.arange(40), 3)
    np.testing.assert_array_equal(data.X[others], before.X[others])
    np.testing.assert_array_equal(data.y, before.y)
    np.testing.assert_array_equal(data.is_test, before.is_test)
    # training goes on with the same weights
    np.testing.assert_array_equal(session.moment().theta, theta)
    assert session.moment().update == 5


def test_points_are_added_and_removed(session):
    operate(session, "points", {"add": [[0.5, 0.5, 1], [0.6, 0.5, 2]]})
    assert session.data.n == 42
    assert session.data.classes == ("0", "1", "2")
    np.testing.assert_array_equal(session.data.y[-2:], [1, 2])
    operate(session, "points", {"remove": [41, 0]})
    assert session.data.n == 40
    assert session.data.classes == ("0", "1")


def test_an_empty_canvas_begins_with_the_first_stroke(session):
    operate(session, "points", {"add": [[0, 0, 0], [1, 1, 1]], "anew": True})
    np.testing.assert_array_equal(session.data.X, [[0.0, 0.0], [1.0, 1.0]])
    # what is shown of the plane stays
    assert session.data.box == make_data(Setup(rows=40, test_share=0.25)).box


def test_the_eraser_takes_what_is_near(session):
    before = session.data
    x, y = before.positions[7]
    operate(session, "points", {"erase": [[x + 0.01, y - 0.01]]})
    assert 1 <= before.n - session.data.n < 6
    assert not (session.data.positions == [x, y]).all(axis=1).any()
    # where nothing is, nothing happens
    left, _, bottom, _ = before.box
    version = session.version
    operate(session, "points", {"erase": [[left, bottom]]})
    assert session.version == version


def test_a_stroke_is_undone_as_one(session):
    before = session.data
    operate(session, "points", {"add": [[0.1, 0.1, 0]]})
    operate(session, "points", {"add": [[0.2, 0.1, 0]], "again": True})
    operate(session, "points", {"add": [[0.3, 0.1, 0]], "again": True})
    operate(session, "points", {"remove": [0]})
    operate(session, "undo")
    assert session.data.n == 43
    operate(session, "undo")
    np.testing.assert_array_equal(session.data.X, before.X)
    with pytest.raises(ValueError, match="No change of the rows is left"):
        operate(session, "undo")


def test_points_of_one_column_are_places_and_values():
    with Session(Setup(data="wave", rows=20)) as session:
        operate(session, "points", {"move": [[0, 0.25, 3.0]], "add": [[1.0, 2.0, 0]]})
        assert session.data.X[0, 0] == 0.25
        assert session.data.y[0] == 3.0
        assert (session.data.X[-1, 0], session.data.y[-1]) == (1.0, 2.0)
        assert session.data.task == "regression"


def test_several_changes_of_one_message_are_one(session):
    before = session.data
    message = {"move": [[1, 0.0, 0.0], [2, 0.5, 0.5]], "remove": [0, 5]}
    operate(session, "points", message | {"add": [[1.0, 1.0, 1]]})
    assert session.data.n == 39
    np.testing.assert_array_equal(session.data.X[:2], [[0.0, 0.0], [0.5, 0.5]])
    operate(session, "undo")
    np.testing.assert_array_equal(session.data.X, before.X)


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ({"move": [[3, 1.0]]}, "A move is a row and two numbers"),
        ({"move": [[0.5, 1.0, 2.0]]}, "A row is a number from 0 to 39; got 0.5"),
        ({"move": [[3, float("inf"), 1.0]]}, "of at most 1,000,000 in size"),
        ({"move": 3}, "'move' of the operation 'points' must be a list or null"),
        ({"add": [[0.0, 1e7, 1]]}, "A point is two numbers and a label"),
        ({"add": [[0.0, 1.0, 0.5]]}, "A class is a whole number from 0 to 19; got 0.5"),
        ({"add": [[0.0, 1.0, "red"]]}, "A point is two numbers and a label"),
        ({"remove": [40]}, "A row is a number from 0 to 39; got 40"),
        ({"remove": ["0"]}, "A row is a number from 0 to 39; got '0'"),
        ({"remove": list(range(40))}, "One row must stay"),
        ({"erase": [[0.0]]}, "A place is two numbers"),
        ({"add": [[0.0, 1.0, 0]] * 20_001}, "at most 20,000 points"),
    ],
)
def test_impossible_points_are_refused_in_words(session, message, says):
    before = session.data
    with pytest.raises(ValueError, match=says):
        operate(session, "points", message)
    assert session.data is before


def test_a_table_has_rows_to_remove_and_no_points_to_draw(with_table):
    for message in (
        {"add": [[1.0, 2.0, 0]]},
        {"move": [[0, 1.0, 2.0]]},
        {"erase": [[1.0, 2.0]]},
    ):
        with pytest.raises(ValueError, match="of a table, change the cells of a row"):
            operate(with_table, "points", message)
    operate(with_table, "points", {"remove": [3]})
    assert with_table.data.n == 59


def test_a_file_is_learned_from(with_table):
    session = with_table
    assert session.setup.data == "table"
    assert session.setup.target == "risk"
    assert session.data.classes == ("high", "low")
    session.advance(200)
    moment = session.moment()
    assert moment.at.points[-1].measures.train_score > 0.9


def test_what_is_no_table_leaves_all_as_it_was(session):
    before = session.data
    with pytest.raises(ValueError, match=r"photo\.png"):
        operate(
            session, "upload", {"name": "photo.png"}, b"\x89PNG\r\n\x1a\n" + bytes(99)
        )
    with pytest.raises(ValueError, match="No column of this table can be predicted"):
        operate(session, "upload", {"name": "x.csv"}, b"x\n1\n1\n1\n")
    assert session.data is before
    assert session.setup.data == "moons"


def test_cells_are_written(with_table):
    session = with_table
    operate(session, "cell", {"row": 4, "column": "sex", "value": "m"})
    assert session.data.table["sex"][4] == "m"
    operate(session, "cell", {"row": 0, "column": "risk", "value": ""})
    assert session.data.n == 59
    # the first row is none of the data any more: its number is that of the next
    operate(session, "cell", {"row": 0, "column": "age", "value": "77.5"})
    assert session.source.table.columns["age"][1] == 77.5
    with pytest.raises(ValueError, match="'age' holds numbers, and 'old' is none"):
        operate(session, "cell", {"row": 0, "column": "age", "value": "old"})


def test_cells_of_points_are_numbers(session):
    operate(session, "cell", {"row": 1, "column": "x2", "value": "0.5"})
    assert session.data.X[1, 1] == 0.5
    operate(session, "cell", {"row": 1, "column": "y", "value": "1"})
    assert session.data.y[1] == 1
    with pytest.raises(ValueError, match="A class is a whole number"):
        operate(session, "cell", {"row": 1, "column": "y", "value": "1.5"})
    with pytest.raises(ValueError, match="A cell of points is a number"):
        operate(session, "cell", {"row": 1, "column": "x1", "value": ""})
