"""Which rows each network of a table is judged by."""

import dataclasses

import numpy as np
import pandas as pd
import polars as pl
import pytest

from halfmoon.estimators.folds import cut, read_time
from halfmoon.estimators.recipe import recipe_for

N = 240
CLASSES = np.arange(N) % 3


def recipe(members=8, folds=8):
    return dataclasses.replace(recipe_for(3, N, True), members=members, folds=folds)


def all_rows(parts):
    return np.sort(np.concatenate(parts)).tolist()


def test_each_row_is_held_out_once():
    folds = cut(CLASSES, recipe(), classes=True, seed=3)
    assert folds.kind == "stratified"
    assert folds.count == len(folds.held_out) == 8
    assert all_rows(folds.held_out) == list(range(N))
    values = cut(np.linspace(0.0, 1.0, N), recipe(), classes=False)
    assert values.kind == "random"
    assert all_rows(values.held_out) == list(range(N))


def test_a_class_of_any_column_that_no_other_row_has_is_learned():
    both = np.column_stack([np.arange(N) == 7, np.arange(N) % 2]).astype(int)
    for held in cut(both, recipe(), classes=True).held_out:
        assert 7 not in held


def test_fewer_members_leave_out_fewer_rows():
    folds = cut(CLASSES, recipe(members=3), classes=True)
    assert folds.count == 8
    assert len(folds.held_out) == 3


def test_folds_have_as_many_of_each_class():
    for held in cut(CLASSES, recipe(), classes=True).held_out:
        assert np.bincount(CLASSES[held]).tolist() == [10, 10, 10]


def test_several_columns_have_their_combinations_in_each_fold():
    both = np.column_stack([CLASSES, np.arange(N) // 120])
    folds = cut(both, recipe(), classes=True)
    assert folds.kind == "stratified"
    for held in folds.held_out:
        assert np.unique(both[held], axis=0).shape == (6, 2)


def test_rows_of_one_group_stay_together():
    groups = np.array([f"customer {i % 40}" for i in range(N)])
    folds = cut(CLASSES, recipe(), classes=True, groups=groups)
    assert folds.kind == "groups"
    for held in folds.held_out:
        rest = np.setdiff1d(np.arange(N), held)
        assert not set(groups[held]) & set(groups[rest])


def test_there_are_no_more_folds_than_groups():
    folds = cut(CLASSES, recipe(), classes=True, groups=np.arange(N) % 5)
    assert folds.count == len(folds.held_out) == 5


def test_times_are_blocks_the_last_one_first():
    time = np.random.default_rng(0).permutation(N)
    folds = cut(CLASSES, recipe(), classes=True, time=time)
    assert folds.kind == "time"
    blocks = [np.sort(time[held]).tolist() for held in folds.held_out]
    expected = [list(range(N - 30 * (i + 1), N - 30 * i)) for i in range(8)]
    assert blocks == expected


def test_rows_of_one_time_are_in_one_block():
    time = np.arange(N) // 7
    folds = cut(CLASSES, recipe(), classes=True, time=time)
    for held in folds.held_out:
        rest = np.setdiff1d(np.arange(N), held)
        assert not set(time[held]) & set(time[rest])
    assert all_rows(folds.held_out) == list(range(N))


@pytest.mark.parametrize(
    "options", [{}, {"time": np.arange(N)}], ids=["random", "time"]
)
def test_every_class_is_learned_by_every_member(options):
    t = CLASSES.copy()
    t[17] = 3
    t[200] = 4
    for held in cut(t, recipe(), classes=True, **options).held_out:
        rest = np.setdiff1d(np.arange(N), held)
        assert set(t[rest]) == {0, 1, 2, 3, 4}


def test_a_part_of_one_class_alone_is_held_out_all_the_same():
    folds = cut(CLASSES, recipe(), classes=True, groups=CLASSES)
    assert all_rows(folds.held_out) == list(range(N))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"groups": np.zeros(N)}, "one group only"),
        ({"time": np.zeros(N)}, "same in nearly all rows"),
        ({"time": np.arange(N), "groups": np.arange(N)}, "leave the other out"),
    ],
)
def test_what_cannot_be_cut_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        cut(CLASSES, recipe(), classes=True, **options)


# Times

DAYS = pd.date_range("2024-01-30", periods=4)


@pytest.mark.parametrize(
    "time",
    [
        DAYS,
        pd.Series(DAYS.tz_localize("Europe/Oslo")),
        pl.Series(DAYS),
        DAYS.to_numpy(),
        list(DAYS.to_pydatetime()),
        [str(day.date()) for day in DAYS],
        np.array([f"{day:%d.%m.%Y}" for day in DAYS]),
        [3, 5, 7, 9],
        np.array([0.25, 0.5, 0.75, 1.0]),
    ],
    ids=lambda time: type(time).__name__,
)
def test_times_of_all_kinds_are_sorted_as_they_were_meant(time):
    assert np.argsort(read_time(time)).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("time", "message"),
    [
        (["soon", "later", "soon", "never"], "taken for category"),
        (["2024-01-01", None, "2024-01-03"], "missing in 1 of 3 rows"),
        ([1.0, np.nan, np.nan], "missing in 2 of 3 rows"),
    ],
)
def test_what_is_no_time_is_refused(time, message):
    with pytest.raises(ValueError, match=message):
        read_time(time)


def test_no_time_is_none():
    assert read_time(None) is None
