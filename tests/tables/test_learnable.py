"""A typed table as what a network learns: inputs, truth, and what is told of it."""

import numpy as np
import pytest

from halfmoon.tables.editable import EditableTable
from halfmoon.tables.learnable import LearnableTable, find_target

N = 60


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(2)
    price = rng.normal(50.0, 5.0, N).round(3)
    price[:4] = np.nan
    texts = {
        "kind": rng.choice(["ham", "egg"], N),
        "text": np.array([f"number {i} of a long and winding tale" for i in range(N)]),
        "same": np.full(N, "x"),
    }
    return EditableTable.of(
        {
            "weight": rng.normal(10.0, 1.0, N).round(3),
            "bought": np.datetime64("2020-01-01", "s") + np.arange(N) * 86400,
            **{name: texts[name].astype(object) for name in texts},
            "price": price,
        },
        {"text": "text"},
    )


@pytest.fixture(scope="module")
def is_test():
    return np.arange(N) >= 40


def test_rows_learned_from_set_middle_and_spread(table, is_test):
    learned = LearnableTable.of(table, find_target(table, "price"), is_test)
    price = table.columns["price"]
    assert learned.middle == pytest.approx(price[4:40].mean())
    assert learned.spread == pytest.approx(price[4:40].std())
    np.testing.assert_allclose(learned.middle + learned.spread * learned.y, price[4:])
    np.testing.assert_array_equal(learned.rows, np.arange(4, N))
    np.testing.assert_array_equal(learned.truth(), learned.y[:, None])


def test_inputs_do_not_look_at_test_rows(table, is_test):
    target = find_target(table, "price")
    learned = LearnableTable.of(table, target, is_test)
    other = table.with_cells("weight", [50], ["9999"])
    changed = LearnableTable.of(other, target, is_test)
    kept = np.arange(N - 4) != 50 - 4
    np.testing.assert_array_equal(
        learned.inputs(learned.values)[kept], changed.inputs(changed.values)[kept]
    )


def test_classes_are_numbered_in_their_order(table, is_test):
    learned = LearnableTable.of(table, find_target(table, "kind"), is_test)
    assert learned.classes == ("egg", "ham")
    expected = (table.columns["kind"] == "ham").astype(int)
    np.testing.assert_array_equal(learned.y, expected)
    np.testing.assert_array_equal(learned.truth(), np.eye(2)[expected])


def test_what_is_learned_from_and_what_is_not(table, is_test):
    target = find_target(table, "price")
    learned = LearnableTable.of(table, target, is_test)
    kinds = {"weight": "number", "bought": "date", "kind": "category"}
    assert learned.kinds == kinds
    fewer = LearnableTable.of(table, target, is_test, ("kind", None))
    assert set(fewer.kinds) == {"weight", "bought"}
    said, missing, left = learned.notes()
    assert said.startswith("price: regression: ")
    assert missing == "4 rows without 'price' are left out."
    assert left == "Not learned from: 'text' (text), 'same' (is the same in all rows)."


def test_a_row_is_encoded_from_its_cells(table, is_test):
    learned = LearnableTable.of(table, find_target(table, "price"), is_test)
    cells = {"weight": table.columns["weight"][9], "bought": "2020-01-10"}
    cells["kind"] = table.columns["kind"][9]
    np.testing.assert_array_equal(
        learned.inputs_of(cells), learned.inputs(learned.values)[[9 - 4]]
    )
    with pytest.raises(ValueError, match="'weight' holds numbers, and 'a lot' is none"):
        learned.inputs_of(cells | {"weight": "a lot"})


def test_what_cannot_be_learned_is_refused_in_words(table):
    target = find_target(table, "price")
    with pytest.raises(ValueError, match="No row with a value in 'price' is left"):
        LearnableTable.of(table, target, np.ones(N, bool))
    with pytest.raises(ValueError, match="no column 'cost'"):
        find_target(table, "cost")
    same = EditableTable.of({"x": np.zeros(5)})
    with pytest.raises(ValueError, match="No column of this table can be predicted"):
        find_target(same, None)
