"""Cells and rows of a typed table are changed, and changed back."""

import numpy as np
import pytest

from halfmoon.tables.editable import EditableTable, shown_cell


@pytest.fixture
def table():
    raw = {
        "age": ["20", "30", "", "50", "60", "70"],
        "price": ["1,5", "2,25", "3,0", "n/a", "5,5", "6,5"],
        "city": ["Oslo", "Rome", "Oslo", "", "Rome", "Rome"],
        "member": ["yes", "no", "no", "yes", "", "no"],
        "born": [f"2001-02-{day:02}" for day in range(10, 16)],
    }
    return EditableTable.of(
        {name: np.array(cells, dtype=object) for name, cells in raw.items()}
    )


def test_columns_are_typed(table):
    assert table.schema.kinds == {
        "age": "number",
        "price": "number",
        "city": "category",
        "member": "yes/no",
        "born": "date",
    }
    np.testing.assert_array_equal(table.columns["age"], [20, 30, np.nan, 50, 60, 70])
    np.testing.assert_array_equal(table.values["price"][:3], [1.5, 2.25, 3.0])
    assert table.columns["member"].tolist() == ["yes", "no", "no", "yes", None, "no"]
    np.testing.assert_array_equal(table.values["member"], [1, 0, 0, 1, np.nan, 0])
    assert table.columns["city"][3] is None
    assert table.columns["born"].dtype == "datetime64[s]"


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        ("age", "41", 41.0),
        ("age", " 1e3 ", 1000.0),
        ("age", "", np.nan),
        ("price", "7.5", 7.5),  # as it is shown
        ("price", "7,5", 7.5),  # as it is in the file
        ("city", "Paris", "Paris"),
        ("city", "", None),
        ("member", "no", 0.0),
        ("member", "", np.nan),
        ("born", "1999-12-31", np.datetime64("1999-12-31", "s")),
        ("born", "1999-12-31T06:30:00", np.datetime64("1999-12-31T06:30:00", "s")),
        ("born", "", np.datetime64("NaT")),
    ],
)
def test_a_cell_is_read_as_its_column_was(table, column, cell, value):
    changed = table.with_cells(column, [1], [cell])
    np.testing.assert_array_equal(changed.values[column][1], value)
    others = [0, 2, 3, 4, 5]
    np.testing.assert_array_equal(
        changed.columns[column][others], table.columns[column][others]
    )
    for name in set(table.columns) - {column}:
        assert changed.columns[name] is table.columns[name]


@pytest.mark.parametrize(
    ("column", "cell", "says"),
    [
        ("age", "old", "'age' holds numbers, and 'old' is none"),
        ("born", "tomorrow", "'born' holds dates, and 'tomorrow' is none"),
        ("age", "1" * 1001, "'age' may have at most 1,000 characters; got 1,001."),
        ("member", "perhaps", "'member' is 'yes' or 'no'; got 'perhaps'"),
        ("height", "1", "no column 'height'"),
    ],
)
def test_a_cell_that_stands_for_nothing_is_refused_in_words(table, column, cell, says):
    with pytest.raises(ValueError, match=says):
        table.with_cells(column, [0], [cell])


def test_a_column_that_is_not_learned_from_takes_any_text():
    names = np.array([f"a long story of {i}, told in many words" for i in range(30)])
    raw = {"story": names.astype(object), "x": np.arange(30.0)}
    table = EditableTable.of(raw, {"story": "text"})
    assert set(table.values) == {"x"}
    changed = table.with_cells("story", [2], ["short"])
    assert changed.columns["story"][2] == "short"


def test_rows_keep_their_numbers(table):
    fewer = table.without_rows([0, 3])
    assert fewer.numbers.tolist() == [1, 2, 4, 5]
    np.testing.assert_array_equal(fewer.columns["age"], [30, np.nan, 60, 70])
    assert fewer.original == 6
    points = EditableTable.of_numbers({"x": range(4), "y": np.arange(4.0) / 8})
    more = points.without_rows([3]).with_rows({"x": [9.0, 8.0], "y": [0.5, 0.25]})
    assert more.numbers.tolist() == [0, 1, 2, 4, 5]
    np.testing.assert_array_equal(more.columns["x"], [0, 1, 2, 9, 8])
    np.testing.assert_array_equal(more.values["y"][-2:], [0.5, 0.25])


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([6], "number from 0 to 5; got 6"),
        ([-1], "got -1"),
        ([True], "A row is a number from 0 to 5; got True"),
        ([0.5], "got 0.5"),
        (list(range(6)), "One row must stay"),
    ],
)
def test_rows_that_are_none_are_refused_in_words(table, rows, says):
    with pytest.raises(ValueError, match=says):
        table.without_rows(rows)


def test_changes_are_taken_back_one_by_one(table):
    first = table.with_cells("age", [0], ["21"])
    second = first.without_rows([1])
    assert second.before().columns["age"] is first.columns["age"]
    assert second.before().before().columns["age"] is table.columns["age"]
    with pytest.raises(ValueError, match="No change of the rows is left"):
        second.before().before().before()
    # two changes as one
    assert second.after(table).before().columns["age"] is table.columns["age"]


def test_at_most_fifty_changes_are_kept(table):
    for i in range(60):
        table = table.with_cells("age", [0], [str(i)])
    assert len(table.earlier) == 50
    assert table.earlier[0].columns["age"][0] == 9.0
    assert not any(each.earlier for each in table.earlier)


def test_cells_are_shown_short():
    shown = [
        1 / 3,
        1e-9,
        2.0,
        float("nan"),
        None,
        "a",
        np.datetime64("2001-02-03", "s"),
    ]
    assert [shown_cell(value) for value in shown] == [
        *("0.333333", "1e-09", "2", "", "", "a", "2001-02-03")
    ]
