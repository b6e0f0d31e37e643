"""The rule by which columns are typed: each clause, on columns made by hand."""

import numpy as np
import pytest

from halfmoon.tables.kinds import PAIRS, decide, decide_as
from halfmoon.tables.number_texts import NumberFormat


def column(*cells):
    return np.array(cells, dtype=object)


def kind(*cells, name="a"):
    return decide(name, column(*cells)).kind


# Missing, empty


def test_a_column_of_nothing_is_empty():
    assert kind("", "NA", None, "?", "NaN") == "empty"
    assert kind() == "empty"
    assert decide("a", np.array([np.nan, np.nan])).kind == "empty"
    assert decide("a", np.array(["NaT"], "M8[s]")).kind == "empty"


def test_missing_cells_are_counted():
    why = decide("a", column("1", "NA", "", "-", "2.5", "None")).why
    assert "4 are missing (with '-', 'None')" in why
    assert "1 is missing" in decide("a", column("red", "NA")).why


# Yes and no


@pytest.mark.parametrize(("no", "yes"), PAIRS)
def test_pairs_of_words_are_yes_or_no(no, yes):
    said = decide("a", column(yes.upper(), no.upper(), "", yes.upper()))
    assert said.kind == "yes/no"
    assert said.words == (no.upper(), yes.upper())


def test_two_other_words_are_a_category_and_two_numbers_are_numbers():
    assert kind("male", "female", "male") == "category"
    assert kind("0", "1", "1") == "number"


def test_one_word_or_a_third_is_no_pair():
    assert kind("yes", "yes") == "category"
    assert kind("yes", "no", "unknown") == "category"


def test_truth_values_of_a_frame():
    said = decide("a", np.array([True, False]))
    assert (said.kind, said.words) == ("yes/no", ("False", "True"))
    assert kind(True, False, None) == "yes/no"


# Numbers


def test_numbers_and_how_they_are_written():
    said = decide("a", column("1.234,50 €", "2,00 €", "?", "-"))
    assert said.kind == "number"
    assert said.number == NumberFormat(",", ".", after="€")
    assert "decimal mark ','" in said.why


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (["12 kg", "3 lb", "4 kg"], "numbers with mixed units ('kg', 'lb')"),
        (["01234", "99999", "12345"], "digits of which some begin with 0"),
        (["1,234.5", "1.234,5"], "numbers written in more than one way"),
        (["9007199254740993", "2"], "whole numbers beyond 2^53"),
        (["1", "2", "abc"], "66.7% of them numbers, but not 'abc' in row 3"),
    ],
)
def test_why_numbers_are_none(cells, reason):
    said = decide("a", column(*cells))
    assert said.kind == "category"
    assert reason in said.why


def test_what_is_said_of_a_cell_that_is_no_number_works():
    cells = column("1", "2", "abc")
    assert "{'kind': 'number', 'missing': ['abc']}" in decide("a", cells).why
    said = decide_as("a", cells, {"kind": "number", "missing": ["abc"]})
    assert (said.kind, said.fits) == ("number", 1.0)


def test_only_what_would_work_is_said_of_cells_that_are_no_numbers():
    assert "numbers" not in decide("a", column("1st", "2nd", "3rd", "Crew")).why
    others = [f"x{index}" for index in range(6)]
    why = decide("a", column(*map(str, range(20)), *others)).why
    assert why.endswith("but not 'x0' in row 21, and 5 other values")


def test_a_few_words_among_many_numbers_stand_for_missing_ones():
    numbers = [str(number) for number in range(96)]
    said = decide("a", column(*numbers, "n.d.", "refused", "NA", "-"))
    assert (said.kind, said.missing) == ("number", ("n.d.", "refused"))
    assert said.fits == 96 / 98
    assert "4 are missing (with 'n.d.', 'refused', '-')" in said.why
    days = [f"2024-01-{day:02}" for day in range(1, 31)]
    assert kind(*days, "later") == "date"


@pytest.mark.parametrize(
    "others",
    [["x"] * 6, ["5+"], ["a", "b", "c", "d", "e", "f"]],
    ids=["too many cells", "a digit", "too many words"],
)
def test_more_words_are_more_than_missing_numbers(others):
    numbers = [str(number) for number in range(200 if len(set(others)) == 6 else 100)]
    assert kind(*numbers, *others) == "id"


def test_few_whole_numbers_are_numbers_with_a_hint():
    said = decide("a", column(*"1234" * 30))
    assert said.kind == "number"
    assert "only 4 different (a category if they stand for names)" in said.why
    assert "different" not in decide("a", column("0.5", "1.5")).why
    assert "all the same" in decide("a", column("7", "7")).why


def test_numbers_without_gaps_get_a_hint():
    said = decide("a", np.arange(100.0))
    assert said.kind == "number"
    assert "an id if they only count the rows" in said.why
    assert "gaps" not in decide("a", np.arange(100.0) // 2).why
    assert "gaps" not in decide("year", np.arange(1950.0, 2020.0)).why


def test_numbers_of_an_array_are_numbers():
    assert decide("a", np.array([1.5, np.nan])).kind == "number"
    assert decide("a", np.array([1, 2])).kind == "number"
    assert decide("a", np.array([np.inf, 2])).kind == "number"


# Dates


def test_dates_of_one_format():
    said = decide("a", column("2024-05-31", "2023-01-02", "unknown", None))
    assert (said.kind, said.format) == ("date", "%Y-%m-%d")
    assert "2 are missing (with 'unknown')" in said.why


def test_day_and_month_need_a_value_that_decides():
    said = decide("a", column("3/4/2024", "5/4/2024"))
    assert said.kind == "category"
    assert "nothing tells whether the day or month comes first" in said.why
    assert decide("a", column("3/4/2024", "13/4/2024")).format == "%d/%m/%Y"
    assert decide("a", column("3/4/2024", "3/14/2024")).format == "%m/%d/%Y"


def test_eight_digits_are_dates_if_all_are_days():
    assert decide("a", column("20170204", "20200229")).format == "%Y%m%d"
    assert kind("20170204", "20200230") == "number"
    assert decide("a", np.array([20170204.0, np.nan])).format == "%Y%m%d"
    assert decide("a", np.array([20170204.0, 20200230.0])).kind == "number"


def test_years_are_numbers():
    assert kind("1999", "2024") == "number"


def test_dates_of_a_frame():
    said = decide("a", np.array(["2024-05-31", "NaT"], "M8[ns]"))
    assert (said.kind, said.held) == ("date", "dates")


# Categories, ids, free text


def test_forty_texts_are_a_category_and_more_if_they_repeat():
    assert kind(*[f"c{i}" for i in range(40)]) == "category"
    assert kind(*[f"c{i}" for i in range(41)]) == "id"
    assert kind(*[f"c{i}" for i in range(41)] * 2) == "category"
    assert kind(*[f"a long tale of {i}" for i in range(41)] * 10) == "text"
    assert kind(*[f"a long tale of {i}" for i in range(41)] * 11) == "category"


def test_cells_that_mostly_differ_are_ids_or_free_text():
    assert kind(*[f"A-{i}" for i in range(100)]) == "id"
    assert kind(*[f"John Smith {i}" for i in range(100)]) == "text"
    assert kind(*[f"0049{i:06}" for i in range(100)]) == "id"


@pytest.mark.parametrize(
    "name",
    ["id", "ID", "user_id", "PassengerId", "customerID", "Unnamed: 0", "", "key"],
)
def test_a_name_can_say_that_they_are_ids(name):
    assert kind("7", "3", "12", name=name) == "id"
    assert decide(name, np.array([7.0, 3.0, np.nan])).kind == "id"
    assert kind(*[f"c{i}" for i in range(50)] * 3, name=name) == "id"
    # not if they repeat, or are no whole numbers
    assert kind("7", "3", "7", name=name) == "number"
    assert kind("7", "3.5", name=name) == "number"


@pytest.mark.parametrize("name", ["paid", "humid", "keyboard", "width", "grid", "a"])
def test_other_names_say_nothing(name):
    assert kind("7", "3", "12", name=name) == "number"


def test_free_text_says_what_it_is():
    said = decide("a", column(*[f"John Smith {i}" for i in range(100)]))
    assert (
        said.why == "100 different values in 100 cells, 3.0 words in a cell on average"
    )


def test_a_doubtful_word_is_a_category_like_any_other():
    assert kind("none", "garage", "carport", "none") == "category"
    assert kind("-", "-") == "category"


@pytest.mark.parametrize("dtype", ["m8[s]", "c16", "V4"])
def test_types_that_no_kind_can_hold_are_refused(dtype):
    with pytest.raises(ValueError, match="which no kind can hold; make numbers"):
        decide("a", np.zeros(3, dtype=dtype))


# What somebody says


ZIP = column("01234", "99999", "12345")


def test_a_kind_can_be_said():
    said = decide_as("a", ZIP, "number")
    assert (said.kind, said.why, said.fits) == ("number", "you said so", 1.0)
    assert said.number.leading_zeros
    assert decide_as("a", column("1", "2"), "category").kind == "category"
    assert decide_as("a", column("1", "2"), "id").kind == "id"


def test_what_is_said_keeps_what_the_rule_found():
    said = decide_as("a", column("1,5 €", "7 €"), "number")
    assert said.number == NumberFormat(",", after="€")
    said = decide_as("a", column("1,234", "7"), {"decimal": ","})
    assert (said.kind, said.number) == ("number", NumberFormat(",", ""))


def test_two_words_can_be_yes_and_no():
    cells = column("male", "female", None)
    assert decide_as("a", cells, "yes/no").words == ("female", "male")
    wanted = {"kind": "yes/no", "no": "male", "yes": "female"}
    assert decide_as("a", cells, wanted).words == ("male", "female")
    with pytest.raises(ValueError, match="it has 3 different values, not two"):
        decide_as("a", ZIP, "yes/no")


def test_the_share_of_cells_that_fit_what_is_said():
    said = decide_as("a", column("12 kg", "3 lb", "4 kg", "5 kg"), "number")
    assert (said.number.after, said.fits) == ("kg", 0.75)


def test_dates_can_be_said_with_their_format():
    cells = column("3/4/2024", "5/4/2024")
    with pytest.raises(ValueError, match="nothing decides whether the day or the mon"):
        decide_as("a", cells, "date")
    wanted = {"kind": "date", "format": "%m/%d/%Y"}
    assert decide_as("a", cells, wanted).format == "%m/%d/%Y"
    with pytest.raises(ValueError, match="not all dates written in one known way"):
        decide_as("a", ZIP, "date")


def test_dates_cannot_be_numbers():
    with pytest.raises(ValueError, match="holds dates and cannot be number"):
        decide_as("a", np.array(["2024-05-31"], "M8[D]"), "number")


def test_other_settings_and_kinds_are_refused():
    with pytest.raises(ValueError, match="it can be one of number"):
        decide_as("a", ZIP, "integer")
    with pytest.raises(ValueError, match="has the setting 'format'"):
        decide_as("a", ZIP, {"kind": "category", "format": "%Y"})


def test_what_was_decided_of_more_rows_is_taken_as_it_is():
    """Of these two rows alone, the rule would say that they are numbers."""
    whole = decide("a", column("1", "2", "many"))
    assert decide_as("a", column("1", "2"), whole.as_dict()) == whole
    dates = decide("a", column("31/12/2020", "01/02/2021"))
    kept = decide_as("a", column("01/02/2021"), dates.as_dict())
    assert kept.format == "%d/%m/%Y"
    assert kept == dates
    with pytest.raises(ValueError, match="says of 'b' what was decided about 'a'"):
        decide_as("b", column("1", "2"), whole.as_dict())
