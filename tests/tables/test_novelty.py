"""How far new rows lie from those that were learned."""

import json

import numpy as np
import pytest

from halfmoon.tables.encoding import Encoder
from halfmoon.tables.novelty import novelty

KINDS = {"age": "number", "city": "category", "paid": "yes/no", "day": "date"}
N = 40


def texts(*values):
    return np.array(values, dtype=object)


def learned():
    return {
        "age": np.linspace(20.0, 60.0, N),
        "city": texts(*["Oslo", "Rome"] * (N // 2)),
        "paid": np.array([1.0, 0.0] * (N // 2)),
        "day": np.datetime64("2024-01-01T12:00", "s") + np.arange(N) * 86400,
    }


ENCODER = Encoder.of(learned(), KINDS, classification=True)


def rows(**changes):
    table = {name: column[:4].copy() for name, column in learned().items()}
    return table | changes


def test_rows_that_were_learned_are_not_new():
    found = novelty(learned(), ENCODER)
    assert found.new_rows == 0
    assert found.columns == ()
    assert str(found) == "All 40 rows lie within what was learned."


def test_categories_ranges_and_gaps_are_counted():
    day = rows()["day"]
    day[0] = np.datetime64("2031-05-01")
    found = novelty(
        rows(
            age=np.array([19.0, 20.0, 61.0, np.nan]),
            city=texts("Bergen", "Oslo", None, "Turku"),
            day=day,
        ),
        ENCODER,
    )
    assert (found.rows, found.new_rows) == (4, 3)
    assert [(c.column, c.unseen, c.outside, c.gaps) for c in found.columns] == [
        ("age", 0, 2, 1),
        ("city", 2, 0, 1),
        ("day", 0, 1, 0),
    ]
    assert str(found) == (
        "3 of 4 rows (75%) hold something that was not learned: 'age' has values "
        "outside 20 to 60 in 50% and gaps in 25%, where there were none; 'city' has "
        "values never seen before (such as 'Bergen') in 50% and gaps in 25%, where "
        "there were none; 'day' has values outside 2024-01-01 to 2024-02-09 in 25%."
    )


def test_gaps_are_nothing_new_where_there_were_some():
    table = learned()
    for name, gap in (("age", np.nan), ("city", None), ("paid", np.nan)):
        table[name][3] = gap
    encoder = Encoder.of(table, KINDS, classification=False)
    new = rows(age=np.full(4, np.nan), city=texts(*[None] * 4), paid=np.full(4, np.nan))
    assert novelty(new, encoder).new_rows == 0


def test_a_rare_category_was_seen():
    table = learned()
    table["city"][7] = "Turku"
    encoder = Encoder.of(table, KINDS, classification=False)
    assert novelty(rows(city=texts(*["Turku"] * 4)), encoder).new_rows == 0


def test_yes_may_be_new():
    table = learned()
    table["paid"] = np.where(np.arange(N) % 2 == 0, 0.0, np.nan)
    encoder = Encoder.of(table, KINDS, classification=False)
    found = novelty(rows(paid=np.array([1.0, 0.0, np.nan, 1.0])), encoder)
    assert [(c.column, c.unseen) for c in found.columns] == [("paid", 2)]


def test_parts_of_a_table_add_up_to_the_whole():
    table = rows(
        age=np.array([10.0, 20.0, 99.0, 30.0]),
        city=texts("Bergen", "Oslo", "Oslo", "Oslo"),
    )
    parts = [
        novelty({name: column[part] for name, column in table.items()}, ENCODER)
        for part in (slice(0, 1), slice(1, 4))
    ]
    assert parts[0] + parts[1] == novelty(table, ENCODER)


def test_it_is_plain_data_for_json():
    found = novelty(rows(age=np.array([1.0, 20.0, 20.0, 20.0])), ENCODER)
    told = json.loads(json.dumps(found.as_dict()))
    assert told["new_rows"] == 1
    assert told["columns"][0]["column"] == "age"
    assert told["sentence"] == str(found)


@pytest.mark.parametrize(
    ("new", "share"), [(1, "under 0.1%"), (1999, "over 99.9%"), (123, "6.2%")]
)
def test_a_share_is_none_or_all_only_where_it_is(new, share):
    age = np.full(2000, 30.0)
    age[:new] = 99.0
    table = {name: np.repeat(column[:1], 2000) for name, column in learned().items()}
    assert str(novelty(table | {"age": age}, ENCODER)).startswith(
        f"{new:,} of 2,000 rows ({share})"
    )
