"""Rows are split as scikit-learn's splitters and plain counting say."""

from collections import Counter

import numpy as np
import pytest

from halfmoon.report.measured import SplitFacts
from halfmoon.report.split import given_split, split_rows, split_warnings

RNG = np.random.default_rng(0)
LABELS = RNG.choice(["a", "b", "c", "d"], 503, p=[0.7, 0.2, 0.08, 0.02])


def check(split, rows):
    """Each row is on one side, and both are in rising order."""
    both = np.concatenate([split.train, split.test])
    assert sorted(both) == list(range(rows))
    for side in (split.train, split.test):
        assert (np.diff(side) > 0).all()
        assert len(side)
    return split


@pytest.mark.parametrize("share", [0.1, 0.2, 0.5])
@pytest.mark.parametrize("seed", range(5))
def test_each_class_has_its_share(share, seed):
    split = check(split_rows(503, labels=LABELS, share=share, seed=seed), 503)
    all_of = Counter(LABELS)
    tested = Counter(LABELS[split.test])
    for name, count in all_of.items():
        assert abs(tested[name] - share * count) <= 1.0
    assert len(split.test) == round(share * 503)


def test_the_only_row_of_a_class_is_learned_from():
    labels = np.array(["x"] * 10 + ["rare"])
    for seed in range(20):
        assert (
            10 in check(split_rows(11, labels=labels, share=0.5, seed=seed), 11).train
        )


def test_a_class_of_two_rows_is_never_tested_whole():
    labels = np.array(["x"] * 11 + ["rare"] * 2)
    for seed in range(20):
        split = split_rows(13, labels=labels, share=0.5, seed=seed)
        assert "rare" in labels[split.train]


def test_random_rows_are_even():
    """Each row is drawn in about a fifth of the seeds; no order is left in them."""
    drawn = np.zeros(50)
    for seed in range(400):
        drawn[split_rows(50, seed=seed).test] += 1.0
    # five standard deviations of a binomial count
    assert np.abs(drawn - 80.0).max() < 5.0 * np.sqrt(400 * 0.2 * 0.8)


def test_a_seed_gives_the_same_rows():
    one = split_rows(503, labels=LABELS, seed=3)
    same = split_rows(503, labels=LABELS, seed=3)
    other = split_rows(503, labels=LABELS, seed=4)
    assert np.array_equal(one.test, same.test)
    assert not np.array_equal(one.test, other.test)
    assert one.facts.kind == "random"
    assert "20% of all, drawn at random, with equal shares" in one.facts.sentence


@pytest.mark.parametrize("seed", range(5))
def test_groups_stay_together(seed):
    groups = RNG.integers(0, 40, 503)
    split = split_rows(503, labels=LABELS, groups=groups, column="patient", seed=seed)
    check(split, 503)
    assert not set(groups[split.train]) & set(groups[split.test])
    assert abs(len(split.test) - 0.2 * 503) < 15
    assert split.facts.kind == "groups"
    assert split.facts.column == "patient"
    # clusters are the test rows' groups, under other names
    pairs = set(zip(split.clusters, groups[split.test], strict=True))
    assert len(pairs) == len(set(groups[split.test])) == len(set(split.clusters))


def test_a_single_group_in_the_test_is_told():
    split = check(split_rows(10, groups=[1] * 8 + [2] * 2), 10)
    assert split.test.tolist() == [8, 9]
    assert "are one group" in split.facts.warnings[0]


def test_rows_without_a_group_are_groups_of_their_own():
    groups = np.array(
        ["a", "a", "b", "b", None, None, "c", "c", "a", "b"], dtype=object
    )
    split = check(split_rows(10, groups=groups, share=0.3), 10)
    assert split.facts.warnings == ("2 rows have no 'group'; each is a group.",)
    assert len(set(split.clusters)) >= 1


@pytest.mark.parametrize("values", ["numbers", "dates", "texts"])
def test_the_latest_rows_are_the_test(values):
    days = RNG.permutation(200) // 2
    dates = np.datetime64("2020-01-01") + days
    time = {"numbers": days, "dates": dates, "texts": dates.astype(str)}[values]
    split = check(split_rows(200, time=time, column="day"), 200)
    assert days[split.train].max() < days[split.test].min()
    assert len(split.test) == 40
    assert split.facts.kind == "time"
    last = "79" if values == "numbers" else "2020-03-20"
    assert split.facts.sentence.endswith(f"by 'day': those after {last}.")


def test_rows_without_a_time_are_learned_from():
    time = np.arange(10.0)
    time[[2, 9]] = np.nan
    split = check(split_rows(10, time=time, column="t"), 10)
    assert split.test.tolist() == [7, 8]
    assert split.facts.warnings == ("2 rows have no 't'; each is learned from.",)


def test_a_table_of_its_own():
    split = check(given_split(5, 3, "other.csv"), 8)
    assert split.test.tolist() == [5, 6, 7]
    assert split.facts.sentence == "The test rows are a table of their own, other.csv."


def test_a_random_split_of_dated_rows_is_told():
    facts = SplitFacts("random", "At random.", ("Before.",))
    before, told = split_warnings(facts, {"age": "number", "day": "date"})
    assert before == "Before."
    assert "'day' holds dates" in told
    assert split_warnings(facts, {"age": "number"}) == ("Before.",)
    in_time = SplitFacts("time", "By time.")
    assert split_warnings(in_time, {"day": "date"}) == ()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"groups": [1, 2, 3, 4], "time": [1, 2, 3, 4]}, "both given"),
        ({"share": 0.6}, "share=0.6"),
        ({"share": float("nan")}, "share=nan"),
        ({"groups": [1, 1, 1, 1], "column": "g"}, "same value in 'g'"),
        ({"groups": [1, 2]}, "groups has 2 entries for 4 rows"),
        ({"time": [5, 5, 5, 5], "column": "t"}, "'t' has fewer than two moments"),
        ({"time": ["a", "b", "a", "b"], "column": "t"}, "'t' holds .* such as 'a'"),
        ({"labels": ["a", "b", "c", "d"]}, "No class has two rows"),
    ],
)
def test_what_cannot_be_split(options, message):
    with pytest.raises(ValueError, match=message):
        split_rows(4, **options)
    with pytest.raises(ValueError, match="2 or more"):
        split_rows(1)
