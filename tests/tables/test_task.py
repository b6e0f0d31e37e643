"""What is to be predicted: the rule clause by clause, and on the real tables."""

import csv
import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from halfmoon.tables.decision import Decision
from halfmoon.tables.task import NAMES, read_target, suggest_target

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
INDEX = DATA / "datasets.json"


def column(*cells):
    return np.array(cells, dtype=object)


def numbers(*different, rows):
    """A column of texts in which these numbers take turns."""
    return column(*(f"{number:g}" for number in np.resize(different, rows)))


def task(cells, **given):
    return read_target("y", cells, **given).task


# The rule


def test_texts_are_classes():
    target = read_target("y", column("good", "bad", "", "?", "bad"))
    assert target.task == "classification"
    assert target.values[target.known].tolist() == ["good", "bad", "bad"]
    assert target.known.tolist() == [True, True, False, False, True]
    assert "2 different texts" in target.why
    assert task(column("yes", "no", "yes")) == "classification"
    assert task(column("True", None, "False")) == "classification"


def test_two_numbers_are_classes():
    target = read_target("y", column("0.5", "1.5", "1.5"))
    assert target.task == "classification"
    assert target.values.tolist() == ["0.5", "1.5", "1.5"]
    assert task(numbers(0, 1, rows=3)) == "classification"


def test_numbers_with_fractions_are_values():
    assert task(numbers(0, 0.5, 1, rows=1000)) == "regression"
    target = read_target("y", column("1,50 €", "2,00 €", "-", "2,25 €"))
    assert target.task == "regression"
    assert target.known.tolist() == [True, True, False, True]
    assert target.values[target.known].tolist() == [1.5, 2.0, 2.25]


@pytest.mark.parametrize(
    ("count", "rows", "expected"),
    [
        (20, 400, "classification"),
        (21, 500, "regression"),  # more than 20
        (10, 100, "classification"),
        (10, 99, "regression"),  # more than a tenth of the rows
        (20, 999, "classification"),
        (20, 1000, "classification"),
        (3, 20, "regression"),
        (3, 30, "classification"),
    ],
)
def test_few_whole_numbers_are_classes(count, rows, expected):
    assert task(numbers(*range(count), rows=rows)) == expected
    assert task(numbers(*range(count), rows=rows).astype(float)) == expected


def test_whole_classes_are_whole_numbers():
    target = read_target("y", np.array([0.0, 1.0, np.nan, 1.0]))
    assert target.values.dtype == np.int64
    assert target.values[target.known].tolist() == [0, 1, 1]


def test_whole_numbers_that_would_be_rounded_are_texts():
    target = read_target("y", column("0", "1e20"))
    assert target.values.tolist() == ["0", "1" + "0" * 20]


def test_a_word_for_what_is_missing_is_no_class():
    cells = column(*map(str, np.arange(100) / 8), "n.d.")
    target = read_target("y", cells)
    assert target.task == "regression"
    assert not target.known[-1]


# What somebody says


def test_a_task_that_was_said_stands_above_the_rule():
    cells = numbers(3, 4, 5, rows=300)
    target = read_target("y", cells, task="regression")
    assert target.task == "regression"
    assert target.values.dtype == np.float64
    assert "you said so" in target.why
    assert task(numbers(*range(30), rows=300), task="classification") == (
        "classification"
    )
    with pytest.raises(ValueError, match="task must be one of classification"):
        task(cells, task="clasification")


def test_texts_cannot_be_values():
    with pytest.raises(ValueError, match=r"Row 2 .* of column 'y' is 'b'.*a number"):
        task(column("1", "b", "2", "b"), task="regression")


def test_another_table_is_read_alike():
    learned = read_target("y", column("1.234,5", "2,5", "7,0"))
    target = read_target("y", column("3,0"), learned.task, learned.decision)
    assert target.values.tolist() == [3.0]
    told = json.loads(json.dumps(learned.decision.as_dict()))
    again = read_target("y", column("3,0"), "regression", Decision.from_dict(told))
    assert again.values.tolist() == [3.0]
    one = read_target(
        "y", column("a"), decision=read_target("y", column(*"ab")).decision
    )
    assert one.values.tolist() == ["a"]


# What cannot be predicted


def test_values_whose_squares_are_infinite_are_refused_by_their_row():
    with pytest.raises(ValueError, match=r"Row 3 of column 'y' is -1e\+300, and .*\.$"):
        read_target("y", column("0.5", "1.5", "-1e300", "2.5"))


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (column("", "?", None), "all of its cells are missing"),
        (column("2024-01-31", "2024-02-01"), "it holds dates"),
        (column("a", "a", "a"), "it holds one value only, 'a'"),
        (numbers(7, rows=5), "it holds one value only"),
        (column(*(f"c{i}" for i in range(100))), "it holds a name for each row"),
        (column(*(f"a long text {i}" for i in range(100))), "it holds free text"),
        (column(*(f"c{i % 2000}" for i in range(50_000))), "2,000 different classes"),
        (column(*["a", "b" * 1001] * 8), "one of its texts has 1,001 characters"),
    ],
)
def test_columns_that_cannot_be_predicted_are_refused_in_a_sentence(cells, reason):
    with pytest.raises(ValueError, match=reason) as raised:
        read_target("y", cells)
    assert "\n" not in str(raised.value)
    assert str(raised.value).startswith("Column 'y' ")
    assert str(raised.value).endswith(".")


def test_numbers_among_which_something_stands_are_no_classes():
    cells = numbers(*range(100, 160), rows=600)
    cells[[7, 9, 11]] = ["12 kg", "2 lb", "7 lb"]
    with pytest.raises(ValueError, match=r"most of its cells are numbers.*mixed units"):
        read_target("y", cells)
    cells[[7, 9, 11]] = "see below 2"
    with pytest.raises(ValueError, match="not 'see below 2' in row 8"):
        read_target("y", cells)
    assert task(cells, task="classification") == "classification"
    postal = column(*(f"{code:05}" for code in np.resize(np.arange(990, 1020), 600)))
    assert task(postal) == "classification"
    few = column(*["1", "2", "3", "unclear"] * 10)
    assert task(few) == "classification"


def test_ten_thousand_classes_are_too_many_also_if_they_were_said():
    with pytest.raises(ValueError, match=r"10,000 different classes.*at most 1,000"):
        read_target("y", numbers(*range(10_000), rows=30_000), task="classification")
    with pytest.raises(ValueError, match="2 rows each on average"):
        read_target("y", column(*(f"c{i}" for i in range(90))), task="classification")


CELLS = [
    *("", "?", None, "a", "b", "1", "2", "2,5", "1.5 kg", "3 lb", "1e999", "inf", "-"),
    *("2024-01-31", "yes", "no", "True", "007", "(3)", "9" * 20),
]


@settings(max_examples=100)
@given(
    cells=st.lists(
        st.sampled_from(CELLS) | st.text(max_size=3),
        min_size=1,
        max_size=40,
    ),
    said=st.sampled_from([None, "classification", "regression"]),
)
def test_any_column_is_a_target_or_refused_in_one_sentence(cells, said):
    try:
        target = read_target("y", column(*cells), said)
    except ValueError as error:
        refused = str(error)
    else:
        refused = ""
        values = target.values[target.known]
        assert len(target.values) == len(target.known) == len(cells)
        assert len(set(values.tolist())) >= 2
        assert target.task == said or said is None
        if target.task == "regression":
            assert np.isfinite(values).all()
        again = read_target("y", column(*cells), target.task, target.decision)
        assert again.values[again.known].tolist() == values.tolist()
    assert refused == "" or refused.endswith(".")


# The target that is suggested


def test_a_name_that_says_so_comes_first_and_then_the_last_column():
    cells = column("a", "b", "a")
    suggested = suggest_target({"Class": cells, "size": cells, "colour": cells})
    assert suggested.target.column == "Class"
    assert suggested.why == "its name says so"
    suggested = suggest_target({"size": cells, "colour": cells})
    assert suggested.target.column == "colour"
    assert str(suggested) == "'colour': it is the last column"


def test_what_cannot_be_predicted_is_not_suggested():
    cells = column("a", "b", "a")
    same = column("x", "x", "x")
    suggested = suggest_target({"size": cells, "colour": cells, "version": same})
    assert suggested.target.column == "colour"
    assert "last column that can be predicted" in suggested.why
    assert suggest_target({"target": same}) is None


def test_names_are_compared_in_small_letters():
    cells = column("a", "b", "a")
    for name in NAMES:
        assert suggest_target({f" {name.upper()}_": cells, "z": cells}).why == (
            "its name says so"
        )


def real_tables():
    if not INDEX.exists():
        reason = "the real tables are not on this machine"
        return [pytest.param(None, marks=pytest.mark.skip(reason), id="none")]
    told = json.loads(INDEX.read_text(encoding="utf-8"))["datasets"]
    few = [one for one in told if one["rows"] <= 10_000]
    return [pytest.param(one, id=one["name"]) for one in few]


@pytest.mark.parametrize("told", real_tables())
def test_the_target_of_real_tables_is_suggested_as_their_index_says(told):
    with gzip.open(DATA / told["file"], "rt", encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    table = dict(zip(head, map(column, *rows), strict=True))
    suggested = suggest_target(table)
    assert suggested.target.column == told["target"]
    assert suggested.target.task == told["task"]
    if told["task"] == "classification":
        values = suggested.target.values[suggested.target.known]
        assert len(np.unique(values)) == told["classes"]
