"""What was decided about a column: as a line, as data, and with what somebody says."""

import numpy as np
import pytest

from halfmoon.tables.decision import KINDS, Decision
from halfmoon.tables.number_texts import NumberFormat

PRICE = Decision("price", "number", "they are", number=NumberFormat(",", after="€"))


def test_a_decision_is_a_line():
    assert str(PRICE) == (
        "price: number: they are; 100% of its cells fit; to change it: "
        "columns={'price': 'category'}"
    )
    name = Decision("name", "text", "long", fits=0.99999)
    assert str(name) == (
        "name: text, left out: long; 99.99% of its cells fit; to change it: "
        "columns={'name': 'category'}"
    )


def test_a_decision_is_plain_data():
    assert PRICE.as_dict() == {
        "column": "price",
        "kind": "number",
        "why": "they are",
        "fits": 1.0,
        "held": "texts",
        "decimal": ",",
        "after": "€",
    }


@pytest.mark.parametrize("kind", KINDS)
def test_data_come_back(kind):
    plain = Decision("a", kind, "because", fits=0.5, held="numbers")
    assert Decision.from_dict(plain.as_dict()) == plain
    missing = plain.with_settings({"missing": ["-", "none"]})
    assert missing.missing == ("-", "none")
    assert Decision.from_dict(missing.as_dict()) == missing


def test_the_shortest_entry_is_a_column_and_its_kind():
    assert Decision.from_dict({"column": "a", "kind": "category"}) == Decision(
        "a", "category", ""
    )


NUMBER = {"column": "a", "kind": "number"}


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ([], "must be an object with the name"),
        ({"kind": "number"}, "must be an object with the name"),
        ({"column": 3, "kind": "number"}, "must be an object with the name"),
        (
            {"column": "a"},
            "cannot be of the kind None; it can be one of number, yes/no",
        ),
        ({"column": "a", "kind": ["number"]}, "cannot be of the kind"),
        ({"column": "a", "kind": "integer"}, "cannot be of the kind 'integer'"),
        (NUMBER | {"format": "%Y"}, "'format', but a column of the kind 'number' can"),
        (NUMBER | {"colour": "red"}, "has the setting 'colour'"),
        (NUMBER | {"held": "words"}, "must have held one of texts, numbers, dates"),
        (NUMBER | {"why": 3}, "'why' must be a text"),
        (NUMBER | {"fits": 1.5}, r"must be a number in \[0, 1\]; got 1.5"),
        (NUMBER | {"fits": float("nan")}, "must be a number in"),
        (NUMBER | {"fits": True}, "must be a number in"),
        (NUMBER | {"decimal": ";"}, "'decimal' of column 'a' must be '.' or ','"),
        (NUMBER | {"grouping": "_"}, "'grouping' of column 'a' must be"),
        (NUMBER | {"decimal": ",", "grouping": ","}, "must differ; both are ','"),
        (NUMBER | {"after": None}, "'after' of column 'a' must be a text; got None"),
        (NUMBER | {"leading_zeros": "no"}, "must be true or false; got 'no'"),
        (NUMBER | {"missing": "-"}, "must be a list of texts; got '-'"),
        (NUMBER | {"missing": [3]}, "must be a list of texts"),
        ({"column": "a", "kind": "date", "format": "%d"}, "must have a year"),
        ({"column": "a", "kind": "yes/no", "no": "A", "yes": "a"}, "must differ"),
    ],
)
def test_what_is_no_decision_is_told_in_one_sentence(told, message):
    with pytest.raises(ValueError, match=message) as caught:
        Decision.from_dict(told)
    assert str(caught.value).endswith(".")
    assert len(str(caught.value)) < 300


CELLS = np.array(["NA", "-", "x", "", "none"], dtype=object)


def test_doubtful_words_are_missing_among_numbers_and_dates_only():
    for kind in ("number", "date"):
        assert Decision("a", kind, "").cells(CELLS).texts == ["x"]
    for kind in ("category", "yes/no"):
        assert Decision("a", kind, "").cells(CELLS).texts == ["-", "x", "none"]


def test_missing_words_add_to_the_usual_ones_or_stand_in_their_place():
    """NA may be Namibia, but never a number."""
    said = {"missing": ["X"]}
    assert Decision("a", "number", "").with_settings(said).cells(CELLS).texts == []
    category = Decision("a", "category", "").with_settings(said)
    assert category.cells(CELLS).texts == ["NA", "-", "none"]
