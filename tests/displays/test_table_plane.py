"""A plane through a table with columns of every kind."""

import numpy as np
import pytest

from halfmoon.displays.plane import Plane
from halfmoon.displays.table_plane import TablePlane, learnable_plane
from halfmoon.tables.editable import EditableTable
from halfmoon.tables.learnable import LearnableTable, find_target

KINDS = {"age": "number", "born": "date", "member": "yes/no", "city": "category"}


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(3)
    n = 120
    age = rng.normal(40.0, 10.0, n)
    age[5] = np.nan
    born = np.datetime64("2000-01-01", "s") + rng.integers(0, 9000, n) * 86400
    born[6] = np.datetime64("NaT")
    member = (age > 40.0).astype(float)
    member[7] = np.nan
    city = np.where(age < 35.0, "Oslo", "Rome").astype(object)
    city[8] = None
    return {"age": age, "born": born, "member": member, "city": city}


def test_the_other_columns_follow_the_data(table):
    """As `Plane` does it with the same columns, numbers among them without gaps."""
    plane = TablePlane(table, KINDS, ("age", "born"))
    points = np.array([[20.0, 12000.0], [60.0, 15000.5]])
    got = plane.at(points)
    np.testing.assert_array_equal(got["age"], points[:, 0])
    whole = np.array(["2002-11-09T00:00:00", "2011-01-26T12:00:00"], dtype="M8[s]")
    np.testing.assert_array_equal(got["born"], whole)
    assert got["city"].tolist() == ["Oslo", "Rome"]
    assert got["member"].tolist() == [0.0, 1.0]


def test_numbers_are_means_of_near_rows_and_gaps_their_median(table):
    plane = TablePlane(table, KINDS, ("born", "city"))
    days = np.array([[12000.0, 0.2], [13000.0, 1.4]])
    age = np.where(np.isnan(table["age"]), np.nanmedian(table["age"]), table["age"])
    rows = plane.plane.rows
    plain = Plane(
        {"born": rows[:, 0], "city": rows[:, 1], "age": age}, (0, 1), "neighbours", None
    )
    np.testing.assert_allclose(plane.at(days)["age"], plain.at(days)[2])
    assert plane.at(days)["city"].tolist() == ["Oslo", "Rome"]


def test_rows_of_a_category_are_scattered_around_its_number(table):
    plane = TablePlane(table, KINDS, ("age", "city"))
    known = table["city"] == "Rome"
    heights = plane.positions[known, 1]
    assert 0.7 <= heights.min() < 0.8
    assert 1.2 < heights.max() <= 1.3
    # and stay where they are when others are removed
    few = {name: column[50:] for name, column in table.items()}
    fewer = TablePlane(few, KINDS, ("age", "city"), np.arange(50, 120))
    np.testing.assert_array_equal(fewer.positions[:, 1], plane.positions[50:, 1])


def test_what_is_missing_on_an_axis_stands_in_the_middle(table):
    plane = TablePlane(table, KINDS, ("age", "member"))
    assert plane.positions[5, 0] == np.nanmedian(table["age"])
    assert abs(plane.positions[7, 1] - np.round(np.nanmedian(table["member"]))) <= 0.3


def test_axes_say_what_their_numbers_stand_for(table):
    assert TablePlane(table, KINDS, ("born", "city")).labels() == (
        "born (days since 1970)",
        "city (0 Oslo, 1 Rome)",
    )
    assert TablePlane(table, KINDS, ("age", "member")).labels() == (
        "age",
        "member (0 no, 1 yes)",
    )


def test_beyond_the_last_category_it_is_the_last(table):
    plane = TablePlane(table, KINDS, ("age", "city"))
    far = np.array([[40.0, -7.0], [40.0, 99.0]])
    assert plane.at(far)["city"].tolist() == ["Oslo", "Rome"]


def test_a_category_may_be_missing_around_a_point():
    table = {
        "x": np.array([0.0, 1.0, 10.0, 11.0] * 30),
        "y": np.array([0.0, 1.0, 10.0, 11.0] * 30),
        "city": np.array([None, None, "Oslo", "Oslo"] * 30, dtype=object),
    }
    kinds = {"x": "number", "y": "number", "city": "category"}
    plane = TablePlane(table, kinds, ("x", "y"))
    found = plane.at(np.array([[0.0, 0.0], [10.0, 10.0]]))["city"]
    assert found.tolist() == [None, "Oslo"]


@pytest.mark.parametrize("axes", [("age", "age"), ("age", "height"), ("age",)])
def test_axes_that_cannot_be_are_refused_in_words(table, axes):
    with pytest.raises(ValueError, match="two different columns \\(age, born, "):
        TablePlane(table, KINDS, axes)


def test_numbers_without_end_are_drawn_in():
    table = {"x": np.array([1e308, -1e308, 0.0]), "y": np.array([0.0, 1.0, 2.0])}
    plane = TablePlane(table, dict.fromkeys(table, "number"), ("x", "y"))
    assert np.isfinite(np.ptp(plane.positions, axis=0)).all()
    assert np.isfinite(plane.gap(plane.positions)).all()


def learn(**columns):
    """A table whose last column is the target."""
    table = EditableTable.of(columns)
    target = find_target(table, [*columns][-1])
    return LearnableTable.of(table, target, np.zeros(table.n, bool))


def test_the_plane_of_a_learned_table_has_the_columns_that_tell_most():
    x = np.arange(40.0)
    noise = x * 7.0 % 11.0
    learned = learn(noise=noise, x=x, half=0.5 * x, y=2.0 * x + 0.5)
    assert set(learnable_plane(learned).axes) == {"x", "half"}
    assert learnable_plane(learned, ("noise", "x")).axes == ("noise", "x")
    for axes in (("x", "x"), ("x", "y"), ("x",)):  # these are no plane of inputs
        assert set(learnable_plane(learned, axes).axes) == {"x", "half"}
    with pytest.raises(ValueError, match="There is no column 'z'"):
        learnable_plane(learned, ("x", "z"))


@pytest.mark.parametrize("is_class", [False, True])
def test_of_one_column_the_target_is_the_other_axis(is_class):
    x = np.arange(12.0)
    y = np.array(["low", "high"], dtype=object)[(x < 6).astype(int)]
    plane = learnable_plane(learn(x=x, y=y if is_class else x**2))
    assert plane.axes == ("x", "y")
    assert plane.kinds["y"] == ("category" if is_class else "number")
