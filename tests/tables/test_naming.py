"""One name for each column."""

from operator import ne

from hypothesis import given
from hypothesis import strategies as st

from halfmoon.tables.naming import name_columns

NAME = st.sampled_from([None, "", " ", "x", "x_2", "x_3", "X", "index", "column2"])


@given(st.lists(NAME))
def test_all_names_are_different(given_names):
    names, notes = name_columns(given_names)
    assert len(names) == len(given_names) == len(set(names))
    for name, wish in zip(names, given_names, strict=True):
        if given_names.count(wish) == 1 and (wish or "").strip():
            assert name == wish
    wished = [(wish or "").strip() for wish in given_names]
    assert len(notes) == sum(map(ne, names, wished))


def test_what_was_changed_is_told():
    assert name_columns(["x ", None, "x", "x_2", "x"]) == (
        ["x", "column2", "x_3", "x_2", "x_4"],
        [
            "Column 2 has no name, and is called 'column2'.",
            "Column 3 is called 'x' like one before it, and is read as 'x_3'.",
            "Column 5 is called 'x' like one before it, and is read as 'x_4'.",
        ],
    )


def test_a_frames_index_is_called_so():
    names, [note] = name_columns(["", "a", "b"])
    assert names == ["index", "a", "b"]
    assert note == "Column 1 has no name, and is called 'index'."
    assert name_columns([None, "index"])[0] == ["index_2", "index"]
