"""What a table's networks are like, by effort and by the shape of the data."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from halfmoon.estimators.recipe import EFFORTS, recipe_for


def test_more_effort_never_makes_less_of_anything():
    recipes = [recipe_for(effort, 5_000, classes=True) for effort in sorted(EFFORTS)]
    for less, more in pairwise(recipes):
        assert less.members <= more.members
        assert less.hidden <= more.hidden
        assert less.epochs <= more.epochs
        assert less.patience <= more.patience
        assert less != more


@pytest.mark.parametrize("effort", EFFORTS)
def test_each_member_has_a_fold_of_its_own(effort):
    recipe = recipe_for(effort, 5_000, classes=False)
    assert recipe.folds >= max(recipe.members, 8)


@pytest.mark.parametrize(
    ("rows", "size"),
    [(20, 20), (999, 32), (1_000, 64), (2_500, 128), (8_192, 256), (10**6, 256)],
)
def test_batches_grow_with_the_rows(rows, size):
    assert recipe_for(3, rows, classes=True).batch_size == size


def test_classes_and_values_have_their_own_hidden_layers():
    classes = recipe_for(3, 5_000, classes=True)
    values = recipe_for(3, 5_000, classes=False)
    assert (classes.activation, classes.dropout, classes.scaling) == ("relu", 0.2, 6.0)
    assert (values.activation, values.dropout, values.scaling) == ("silu", 0.0, 30.0)


def test_only_many_rows_of_classes_choose_an_epoch_at_the_best_temperature():
    assert recipe_for(3, 1_500, classes=True).refines
    assert not recipe_for(3, 1_499, classes=True).refines
    assert not recipe_for(3, 1_500, classes=False).refines


def test_the_page_about_tables_lists_what_an_effort_stands_for():
    page = (Path(__file__).parents[2] / "docs" / "tables.md").read_text()
    rows = re.findall(
        r"^\| (\d) [^|]*\| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", page, re.MULTILINE
    )
    listed = {int(effort): tuple(map(int, rest)) for effort, *rest in rows}
    assert listed == EFFORTS
