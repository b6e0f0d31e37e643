"""What the columns of a fit are: by rule, by an edited schema.json, by options."""

import json
from pathlib import Path

import numpy as np
import pytest

from halfmoon.commands.fitting.schemas import typed
from halfmoon.tables.schema import Schema


def texts(*cells):
    return np.array(cells, dtype=object)


TABLE = {
    "zip": texts("1010", "2010", "1010", "3010"),
    "price": texts("1,5", "2,5", "3,5", "4,5"),
    "day": texts("01/02/2021", "03/02/2021", "04/05/2021", "31/05/2021"),
}


@pytest.fixture
def file(tmp_path):
    """Writes a schema of the table with some columns' entries changed."""

    def write(**edits):
        told = Schema.of(TABLE).as_dict()
        for entry in told["columns"]:
            entry.update(edits.get(entry["column"], {}))
        path = tmp_path / "schema.json"
        path.write_text(json.dumps(told), encoding="utf-8")
        return str(path)

    return write


def test_without_a_word_it_is_the_rules():
    assert typed(TABLE, None, {}) == Schema.of(TABLE)


def test_a_schema_that_nobody_has_edited_changes_nothing(file):
    assert typed(TABLE, file(), {}) == Schema.of(TABLE)


def test_a_byte_order_mark_of_an_editor_changes_nothing(file):
    path = Path(file())
    path.write_text(path.read_text("utf-8"), encoding="utf-8-sig")
    assert typed(TABLE, str(path), {}) == Schema.of(TABLE)


def test_what_was_edited_counts_and_says_so(file):
    made = typed(TABLE, file(zip={"kind": "category"}, day={"kind": "text"}), {})
    by_rule = Schema.of(TABLE)
    assert made.kinds == {"zip": "category", "price": "number", "day": "text"}
    assert [each.why for each in made.decisions] == [
        "you said so",
        by_rule.decisions[1].why,
        "you said so",
    ]


def test_an_option_stands_above_the_file(file):
    made = typed(TABLE, file(zip={"kind": "category"}), {"zip": "id"})
    assert made.kinds["zip"] == "id"


@pytest.mark.parametrize(
    ("edits", "sentence"),
    [
        ({"zip": {"column": "zipp"}}, "names 'zipp', and the table has no such column"),
        ({"zip": {"kind": "postal"}}, "'zip' cannot be of the kind 'postal'"),
        ({"price": {"decimal": "x"}}, "'decimal' of column 'price' must be"),
    ],
)
def test_an_edit_that_cannot_be_is_told_with_the_file(file, edits, sentence):
    with pytest.raises(ValueError, match=r"^--schema: .*schema\.json") as error:
        typed(TABLE, file(**edits), {})
    assert sentence in str(error.value)


def test_a_file_that_is_no_schema_is_told_with_its_name(tmp_path):
    path = tmp_path / "schema.json"
    for content, reason in [
        (b"{", "cannot be read"),
        (b"[]", "must be an object"),
        (b"\xff", "cannot be read"),
    ]:
        path.write_bytes(content)
        with pytest.raises(ValueError, match=reason) as error:
            typed(TABLE, str(path), {})
        assert str(error.value).startswith(f"--schema: {path}")
    with pytest.raises(ValueError, match=r"gone\.json cannot be read \(No such file"):
        typed(TABLE, "gone.json", {})


def test_a_table_of_ids_and_texts_leaves_nothing_to_learn_from():
    cells = texts(*(f"a{number}" for number in range(60)))
    table = {"user_id": cells, "my key": cells}
    assert set(Schema.of(table).kinds.values()) == {"id"}
    with pytest.raises(ValueError, match="No column is left to learn from") as error:
        typed(table, None, {})
    sentence = str(error.value)
    assert "('user_id' is id, 'my key' is id)" in sentence
    assert sentence.endswith("as --columns user_id=category.")
    assert typed(table, None, {"my key": "category"}).kinds["my key"] == "category"
