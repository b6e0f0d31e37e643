"""The rows of a fit: which are learned from, which are the test, which left out."""

import numpy as np
import pytest

from halfmoon.commands.common.options import Reading
from halfmoon.commands.fitting.preparing import Wanted, prepare

HEAD = "patient;day;size;colour;y"


def rows(count, y=lambda number: "yes" if number % 3 else "no"):
    """Lines of a table; each patient has four rows."""
    return [
        f"{number // 4:03d};2024-01-{1 + number % 28:02d};{number},5;"
        f"{'red' if number % 2 else 'blue'};{y(number)}"
        for number in range(count)
    ]


@pytest.fixture
def prepared(tmp_path):
    """What is prepared of lines, with options of `Wanted` and of `Reading`."""

    def call(lines, test=None, columns=None, **options):
        path = tmp_path / "data.csv"
        path.write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")
        if test is not None:
            other = tmp_path / "other.csv"
            other.write_text("\n".join([HEAD, *test]) + "\n", encoding="utf-8")
            options["test"] = str(other)
        wanted = Wanted(str(path), options.pop("target", "y"), **options)
        return prepare(wanted, Reading(columns=columns))

    return call


def test_a_fifth_of_the_rows_is_the_test_and_no_row_is_both(prepared):
    made = prepared(rows(60))
    assert len(made.test.y) == 12
    both = np.concatenate([made.train.numbers, made.test.numbers])
    assert sorted(both) == list(range(60))
    assert made.target.task == "classification"
    assert set(made.train.y) == {"yes", "no"}
    assert "y" not in made.train.table
    # the same rows in all columns
    sizes = [float(text.replace(",", ".")) for text in made.test.table["size"]]
    assert [size - 0.5 for size in sizes] == made.test.numbers.tolist()


def test_rows_without_a_target_are_left_out_and_counted(prepared):
    made = prepared(rows(60, lambda number: "" if number % 5 == 0 else number % 2))
    assert made.left_out == 12
    both = np.concatenate([made.train.numbers, made.test.numbers])
    assert sorted(both) == [number for number in range(60) if number % 5]


def test_the_same_seed_draws_the_same_rows(prepared):
    first = prepared(rows(60), seed=3)
    assert np.array_equal(first.test.numbers, prepared(rows(60), seed=3).test.numbers)
    other = prepared(rows(60), seed=4)
    assert not np.array_equal(first.test.numbers, other.test.numbers)


def test_columns_are_typed_by_all_rows_also_by_those_of_the_test(prepared):
    """A few words make a column of categories of it, in whichever part they fall."""
    lines = rows(60)
    for number in (7, 17, 27, 37):
        lines[number] = lines[number].replace(f";{number},5;", ";many;")
    for seed in range(4):
        made = prepared(lines, seed=seed)
        assert made.schema.kinds["size"] in ("category", "id")
        made.schema.parse(made.train.table)
        made.schema.parse(made.test.table)


def test_groups_stay_together_and_are_not_learned_from(prepared):
    made = prepared(rows(60), groups="patient")
    apart = set(made.train.table["patient"]) & set(made.test.table["patient"])
    assert not apart
    assert made.schema.kinds["patient"] == "id"
    patients = made.train.table["patient"]
    assert len(set(made.groups)) == len(set(patients))
    assert len(set(zip(made.groups, patients, strict=True))) == len(set(patients))
    assert made.split.facts.kind == "groups"


def test_a_row_without_a_group_is_a_group_of_its_own(prepared):
    lines = rows(60)
    lines[:8] = [";" + line.split(";", 1)[1] for line in lines[:8]]
    made = prepared(lines, groups="patient")
    alone = made.groups[made.train.numbers < 8]
    assert len(set(alone)) == len(alone) > 0


def test_by_time_the_latest_rows_are_the_test(prepared):
    made = prepared(rows(56), time="day")
    last = max(made.train.table["day"])
    assert all(day > last for day in made.test.table["day"])
    assert made.time.dtype.kind == "M"
    assert len(made.time) == len(made.train.y)
    assert made.split.facts.kind == "time"


def test_rows_without_a_time_are_learned_as_the_first(prepared):
    lines = rows(56)
    lines[9] = lines[9].replace("2024-01-10", "")
    made = prepared(lines, time="day")
    place = made.train.numbers.tolist().index(9)
    assert made.time[place] == made.time.min()


def test_a_table_of_its_own_is_the_test_and_all_rows_are_learned_from(prepared):
    made = prepared(rows(20), test=rows(9, lambda number: "" if number else "yes"))
    assert made.train.numbers.tolist() == list(range(20))
    assert made.test.numbers.tolist() == [0]
    assert made.left_out == 8
    assert made.split.facts.kind == "given"
    assert "other.csv" in made.split.facts.sentence


def test_test_rows_that_are_learned_from_too_are_told(prepared):
    made = prepared(rows(20), test=[*rows(9)[4:], *rows(30)[22:]])
    (warning,) = made.split.facts.warnings
    assert warning.startswith("5 of 13 test rows are, cell for cell, among the rows")
    assert not prepared(rows(20), test=rows(30)[22:]).split.facts.warnings


def test_numbers_of_a_test_table_are_read_as_those_of_the_first(prepared):
    """ "1.234" alone would be a number with a decimal point."""
    lines = rows(20, lambda number: f"1.2{number:02d},5")
    made = prepared(lines, test=rows(3, lambda number: "1.234"))
    assert made.target.task == "regression"
    assert made.test.y.tolist() == [1234.0] * 3


def test_a_cell_that_cannot_be_read_is_named_by_its_row_in_the_file(prepared):
    lines = rows(60, lambda number: "" if number % 5 == 0 else number % 2)
    for number, line in enumerate(lines):
        colour = "" if number < 37 else "red"
        lines[number] = line.replace("blue", colour).replace("red", colour)
    for seed in range(3):  # whichever rows are learned from
        with pytest.raises(ValueError, match=r"^Row 38 .*of column 'colour' is 'red'"):
            prepared(lines, columns=["colour=number"], seed=seed)
    lines = rows(60, lambda number: "" if number % 5 == 0 else number % 2)
    lines[37] = lines[37].replace(";37,5;", ";many;")
    with pytest.raises(ValueError, match=r"other\.csv: Row 38 of column 'size' is "):
        prepared(rows(60, lambda number: number % 2), test=lines)


def test_a_test_table_may_have_more_columns_but_none_less(prepared, tmp_path, capsys):
    path = tmp_path / "more.csv"
    more = "\n".join(f"{line};1" for line in rows(9))
    path.write_text(f"{HEAD};more\n{more}\n", encoding="utf-8")
    prepared(rows(20))
    wanted = Wanted(str(tmp_path / "data.csv"), "y", test=str(path))
    made = prepare(wanted, Reading())
    assert "more" not in made.test.table
    assert "has it not: 'more'" in capsys.readouterr().err
    text = path.read_text(encoding="utf-8").replace("size", "Size")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"no column 'size'.*'Size': rename it"):
        prepare(wanted, Reading())


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"target": "Y2"}, "--target names 'Y2', and the table has no such column"),
        ({"groups": "pateint"}, "--groups names 'pateint', and the table has no such "),
        ({"time": "days"}, "did you mean 'day'?"),
        ({"time": "y"}, "--time names 'y', which is to be predicted"),
        ({"columns": ["y=number"]}, "--columns names 'y', which is to be predicted"),
        ({"columns": ["sise=id"]}, "--columns names 'sise', and the table has no such"),
        ({"time": "colour"}, "--time names 'colour', which holds no dates or numbers"),
        ({"time": "colour"}, 'columns={\'colour\': {"kind": "date", "format": "%d/%m'),
        ({"groups": "patient", "time": "day"}, "groups and time are both given"),
        ({"task": "guess"}, "task must be one of"),
        ({"target": "day"}, "it holds dates"),
        ({"test": []}, "no rows"),
        ({"test": [";;;;"]}, "has a value in 'y'; give a test table whose rows have"),
        ({"test": rows(3, lambda number: "maybe")}, "is of the class 'maybe', which"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(prepared, options, sentence):
    with pytest.raises((ValueError, OSError), match=r"[.?]$") as error:
        prepared(rows(60), **options)
    assert sentence in str(error.value)


def test_a_split_that_leaves_one_class_to_learn_is_refused(prepared):
    lines = rows(56, lambda number: "late" if number % 28 == 27 else "early")
    with pytest.raises(ValueError, match="of the class 'early', since the test rows"):
        prepared(lines, time="day")


def test_the_input_cannot_be_read_twice():
    with pytest.raises(ValueError, match="--test cannot be the standard input too"):
        prepare(Wanted("-", "y", test="-"), Reading())


def test_a_table_of_nothing_but_the_target_has_nothing_to_learn_from(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("y\n" + "yes\nno\n" * 9)
    with pytest.raises(ValueError, match="look whether the separator is right"):
        prepare(Wanted(str(path), "y"), Reading())
