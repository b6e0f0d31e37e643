"""The schema of a table: real tables, checks at prediction, JSON there and back."""

import csv
import gzip
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from halfmoon.tables.schema import Schema

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
INDEX = DATA / "datasets.json"
# numbers that the index of the tables calls categories: class of cabin, state, 0 and 1
NUMBERS_AS_CODES = {
    "titanic": {"Pclass"},
    "telco_churn": {"SeniorCitizen"},
    "communities": {"state"},
}


def column(*cells):
    return np.array(cells, dtype=object)


TABLE = {
    "age": column("39", "50", "?", "38"),
    "sex": column("Male", "Female", "Male", None),
    "since": column("2024-01-31", "", "2023-05-01", "2022-12-24"),
    "member": column("yes", "no", "no", "yes"),
    "price": column("1.234,50 €", "2,00 €", "-", "7,25 €"),
    "remark": column("", "", "NA", ""),
}
SCHEMA = Schema.of(TABLE)


# Real tables


def real_tables():
    if not INDEX.exists():
        reason = "the real tables are not on this machine"
        return [pytest.param(None, marks=pytest.mark.skip(reason), id="none")]
    told = json.loads(INDEX.read_text(encoding="utf-8"))["datasets"]
    large = [pytest.mark.slow]
    return [
        pytest.param(one, id=one["name"], marks=large if one["rows"] > 20_000 else ())
        for one in told
    ]


def raw(told):
    """The columns of a stored table as texts, without its target."""
    with gzip.open(DATA / told["file"], "rt", encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    columns = dict(zip(head, zip(*rows, strict=True), strict=True))
    del columns[told["target"]]
    return {name: column(*cells) for name, cells in columns.items()}


@pytest.mark.parametrize("told", real_tables())
def test_real_tables_are_typed_and_parsed_as_their_index_says(told):
    table = raw(told)
    schema, values = Schema.learn(table)
    numbers = {name for name, kind in schema.kinds.items() if kind == "number"}
    words = set(told["cat_cols"]) - NUMBERS_AS_CODES.get(told["name"], set())
    assert numbers == set(table) - words
    assert {schema.kinds[name] for name in words} <= {"category", "yes/no"}
    missing = {name: sum(cell in (None, "") for cell in table[name]) for name in table}
    for name, cells in values.items():
        assert pd.isna(cells).sum() == missing[name]
    assert sum(missing.values()) == told["missing_cells"]
    for name in numbers:
        expected = [float(cell) if cell else np.nan for cell in table[name]]
        assert np.array_equal(values[name], expected, equal_nan=True)


# Parsing


def test_a_table_becomes_values():
    values = SCHEMA.parse(TABLE)
    assert SCHEMA.kinds == {
        "age": "number",
        "sex": "category",
        "since": "date",
        "member": "yes/no",
        "price": "number",
        "remark": "empty",
    }
    assert list(values) == ["age", "sex", "since", "member", "price"]
    assert np.array_equal(values["age"], [39, 50, np.nan, 38], equal_nan=True)
    assert values["sex"].tolist() == ["Male", "Female", "Male", None]
    days = np.array(["2024-01-31", "NaT", "2023-05-01", "2022-12-24"], "M8[s]")
    assert np.array_equal(values["since"], days, equal_nan=True)
    assert values["member"].tolist() == [1, 0, 0, 1]
    assert np.array_equal(values["price"], [1234.5, 2, np.nan, 7.25], equal_nan=True)


def test_learn_is_of_and_parse():
    schema, values = Schema.learn(TABLE, {"sex": "yes/no", "age": {"missing": ["38"]}})
    assert schema == Schema.of(TABLE, {"sex": "yes/no", "age": {"missing": ["38"]}})
    again = schema.parse(TABLE)
    assert list(values) == list(again)
    for name in ("age", "sex", "member", "price"):
        assert np.array_equal(values[name], again[name], equal_nan=True)
    assert np.isnan(values["age"]).tolist() == [False, False, True, True]
    assert values["sex"][:3].tolist() == [1, 0, 1]


def test_columns_may_come_in_any_order_and_rows_one_by_one():
    whole = SCHEMA.parse(TABLE)
    for row in range(4):
        one = {name: TABLE[name][row : row + 1] for name in reversed(TABLE)}
        parsed = SCHEMA.parse(one)
        assert list(parsed) == list(whole)
        for name in parsed:
            assert str(parsed[name][0]) == str(whole[name][row])


def test_what_is_left_out_may_be_missing():
    table = dict(TABLE)
    del table["remark"]
    assert list(SCHEMA.parse(table)) == list(SCHEMA.parse(TABLE))


def test_new_categories_and_missing_cells_are_no_errors():
    table = TABLE | {"sex": column("other", "", "Male", "Male")}
    assert SCHEMA.parse(table)["sex"].tolist() == ["other", None, "Male", "Male"]
    nothing = {name: column(None, None) for name in TABLE}
    assert all(len(cells) == 2 for cells in SCHEMA.parse(nothing).values())


def without(*names, **new):
    return {name: TABLE[name] for name in TABLE if name not in names} | new


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (
            without("age", Age=TABLE["age"]),
            "The table has no column 'age', which the model needs; it has 'Age': "
            "rename it, if it is the same.",
        ),
        (
            without("member", "price"),
            "The table has no column 'member' (and 1 more), which the model needs; its "
            "columns are: age, sex, since, remark.",
        ),
        (
            without(extra=TABLE["age"]),
            "The table has a column 'extra' that the model was not made with; leave it "
            "out.",
        ),
        (
            without(age=column("1", "2", "old", "4")),
            "Row 3 of column 'age' is 'old', which is not a number; correct it, leave "
            "it empty, or choose another kind for the column.",
        ),
        (
            without(sex=np.arange(4.0)),
            "Column 'sex' held texts and was read as category, and now its type is "
            "float64; give it as texts, as before.",
        ),
    ],
    ids=["renamed", "missing", "extra", "unreadable", "retyped"],
)
def test_another_table_is_told_in_one_sentence(table, message):
    with pytest.raises(ValueError, match="olumn") as caught:
        SCHEMA.parse(table)
    assert str(caught.value) == message


def test_the_only_new_column_may_be_the_missing_one_whatever_its_name():
    table = {"years" if name == "age" else name: TABLE[name] for name in TABLE}
    with pytest.raises(ValueError, match=r"no column .age.* it has .years.: rename it"):
        SCHEMA.parse(table)


# What somebody says


def test_columns_that_do_not_exist_are_refused_by_name():
    with pytest.raises(
        ValueError, match="names 'Price', which the table does not have"
    ):
        Schema.of(TABLE, {"Price": "number"})


def test_a_kind_stands_above_the_rule():
    schema = Schema.of(TABLE, {"age": "category", "price": "text"})
    values = schema.parse(TABLE)
    assert values["age"].tolist() == ["39", "50", None, "38"]
    assert "price" not in values


def test_a_schema_prints_a_line_a_column():
    lines = str(SCHEMA).splitlines()
    assert [line.partition(":")[0] for line in lines] == list(TABLE)
    assert lines[0] == (
        "age: number: its cells are numbers, only 3 different (a category if they "
        "stand for names), 1 is missing; 100% of its cells fit; to change it: "
        "columns={'age': 'category'}"
    )


# As JSON


def test_a_schema_comes_back_from_json():
    text = SCHEMA.as_json()
    assert Schema.from_json(text) == SCHEMA
    assert json.loads(text) == SCHEMA.as_dict()
    assert len(text.splitlines()) == len(TABLE) + 2


def test_a_schema_can_be_edited():
    text = SCHEMA.as_json().replace('"kind": "category"', '"kind": "yes/no"')
    edited = text.replace('"column": "sex"', '"column": "sex", "no": "Male"')
    edited = edited.replace('"no": "Male"', '"no": "Male", "yes": "Female"')
    values = Schema.from_json(edited).parse(TABLE)
    assert np.array_equal(values["sex"], [0, 1, 0, np.nan], equal_nan=True)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must be JSON, and this is none"),
        ("[" * 100_000, "must be JSON, and this is none"),
        ("[]", "must be an object with 'version': 1"),
        ('{"version": 2, "columns": []}', "must be an object with 'version': 1"),
        ('{"version": 1, "columns": {}}', "a list of 'columns'"),
        ('{"version": 1, "columns": [3]}', "Each entry of a schema's columns"),
        (
            '{"version": 1, "columns": [{"column": "a", "kind": "id"}, '
            '{"column": "a", "kind": "id"}]}',
            "has the column 'a' more than once",
        ),
    ],
)
def test_what_is_no_schema_is_told_in_one_sentence(text, message):
    with pytest.raises(ValueError, match=message):
        Schema.from_json(text)


WRITTEN = ["1", "2.5", "1,5", "1.234,5", "5 kg", "€ 5", "007", "(3)", "", "NA", "-"]
WORDS = ["yes", "no", "red", "a few words here", "2024-05-31", "3/4/2024", "13/4/2024"]
cells = st.sampled_from(WRITTEN) | st.sampled_from(WORDS) | st.text(max_size=6)
columns = st.lists(cells, min_size=1, max_size=60)


@given(st.dictionaries(st.text(max_size=8), columns, max_size=4))
def test_any_table_has_a_schema_that_comes_back_and_parses_it(table):
    table = {name: column(*values) for name, values in table.items()}
    schema, values = Schema.learn(table)
    again = Schema.from_json(schema.as_json())
    assert again == schema
    parsed = again.parse(table)
    for name, kind in schema.kinds.items():
        if name in parsed:
            assert parsed[name].shape == table[name].shape
            expected = values[name].astype(str).tolist()
            assert parsed[name].astype(str).tolist() == expected
        else:
            assert kind in ("id", "text", "empty")
