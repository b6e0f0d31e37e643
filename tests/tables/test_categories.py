"""Columns of categories: by scikit-learn, and by hand."""

import numpy as np
import pytest
from sklearn.preprocessing import OneHotEncoder

from halfmoon.tables.categories import Category, learn_category, learn_yes_no

LETTERS = list("aaaaaaaabbbbbbcccccdddefff")  # d, e and f are rare


def column(values):
    return np.array(values, dtype=object)


def encode(category, values):
    inputs = category.encode(column(values)).T
    return dict(zip(category.names, inputs.tolist(), strict=True))


def test_categories_are_centred_columns_as_by_scikit_learn():
    judge = OneHotEncoder(min_frequency=5, handle_unknown="infrequent_if_exist")
    x = column(LETTERS)[:, np.newaxis]
    expected = judge.fit_transform(x).toarray()
    mean = expected.mean(axis=0)
    learned = learn_category("x", x.ravel())
    assert learned.names == ["x is a", "x is b", "x is c", "x is rare"]
    new = column(["a", "b", "c", "d", "e", "f", "never seen"])
    expected = judge.transform(new[:, np.newaxis]).toarray() - mean
    np.testing.assert_allclose(learned.encode(new), expected, atol=1e-7)


def test_missing_is_a_category_of_its_own():
    learned = learn_category("x", column(["a"] * 5 + ["b"] * 10 + [None] * 5))
    encoded = encode(learned, ["a", None])
    assert encoded["x is a"] == pytest.approx([0.75, -0.25])
    assert encoded["x is b"] == pytest.approx([-0.5, -0.5])
    assert encoded["x is missing"] == pytest.approx([-0.25, 0.75])


@pytest.mark.parametrize(
    ("values", "met_later", "counts_as"),
    [
        (["a"] * 5 + ["b"] * 5 + ["c"] + [None] * 5, "new", "c"),
        (["a"] * 5 + ["b"] * 5 + [None] * 5, "new", None),
        (["a"] * 5 + ["b"] * 5 + ["c"] + [None] * 5, None, None),
    ],
)
def test_a_category_that_is_met_later(values, met_later, counts_as):
    learned = learn_category("x", column(values))
    assert encode(learned, [met_later]) == encode(learned, [counts_as])


@pytest.mark.parametrize("met_later", [None, "new"])
def test_what_nothing_was_learned_of_is_the_mean(met_later):
    learned = learn_category("x", column(["a"] * 5 + ["b"] * 5 + ["c"] * 9))
    assert set(encode(learned, [met_later])) == {"x is a", "x is b", "x is c"}
    assert np.all(learned.encode(column([met_later])) == 0.0)


def test_of_two_that_mirror_each_other_the_second_is_none():
    learned = learn_category("x", column(["b"] * 5 + ["a"] * 15))
    assert encode(learned, ["a", "b"]) == {"x is a": pytest.approx([0.25, -0.75])}


def test_a_constant_column_is_no_input():
    assert learn_category("x", column(["a"] * 9)).names == []
    assert learn_category("x", column(list("abcdefghi"))).names == []  # all rare


def test_yes_and_no():
    learned = learn_yes_no("x", np.array([1.0, 0.0, 0.0, 0.0]))
    assert learned.names == ["x is yes"]
    new = learned.encode(np.array([1.0, 0.0, np.nan])).ravel()
    assert new.tolist() == [0.75, -0.25, 0.0]


def test_yes_no_and_missing():
    learned = learn_yes_no("x", np.array([1.0, 0.0, 0.0, np.nan]))
    assert learned.names == ["x is yes", "x is no", "x is missing"]
    new = learned.encode(np.array([1.0, np.nan]))
    assert new.tolist() == [[0.75, -0.5, -0.25], [-0.25, -0.5, 0.75]]


def test_of_many_categories_the_most_frequent_have_inputs():
    values = [f"c{i:04}" for i in range(1000) for _ in range(5)]
    values += ["c0999", "c0998"]
    learned = learn_category("x", column(values))
    assert len(learned.names) == 257  # with the rare
    assert "x is c0999" in learned.names
    assert "x is c0000" in learned.names
    assert "x is c0254" not in learned.names
    assert len(learned.rare) == 744


@pytest.mark.parametrize(
    "fault",
    [
        {"shares": [0.5, 0.5]},
        {"shares": [0.5, 0.4, 0.0, 0.0]},
        {"shares": [0.5, 0.7, -0.2, 0.0]},
        {"shares": [0.5, np.nan, 0.0, 0.0]},
        {"categories": ["a", "a"]},
        {"rare": ["a"]},
        {"is_yes_no": True},
    ],
)
def test_what_does_not_fit_together_is_refused(fault):
    whole = learn_category("x", column(["a"] * 5 + ["b"] * 5)).as_dict()
    np.testing.assert_equal(Category.from_dict(whole).as_dict(), whole)
    with pytest.raises(ValueError, match="column 'x' does not fit together"):
        Category.from_dict(whole | fault)
