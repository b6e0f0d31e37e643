"""What is found in a table: each rule, where it must speak and where it must not."""

import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from halfmoon.tables import findings as findings_module
from halfmoon.tables.findings import RULES, Finding, findings
from halfmoon.tables.findings.repeats import expected_leak
from halfmoon.tables.frames import read_frame
from halfmoon.tables.schema import Schema
from halfmoon.tables.task import read_target

N = 400
RNG = np.random.default_rng(0)


def texts(values):
    return np.array([str(value) for value in values], dtype=object)


def plain():
    """A table in which there is nothing to be found."""
    rng = np.random.default_rng(1)
    size = rng.normal(size=N).round(4)
    weight = rng.normal(size=N).round(4)
    return {
        "size": texts(size),
        "weight": texts(weight),
        "colour": texts(rng.choice(["red", "blue"], N)),
        "class": texts(np.where(size + weight + rng.normal(size=N) > 0, "a", "b")),
    }


def found(table, target="class", **given):
    read = None if target is None else read_target(target, table[target])
    return findings(table, target=read, **given)


def only(code, all_found):
    """The one finding with this code."""
    (finding,) = [finding for finding in all_found if finding.code == code]
    assert not finding.sentence.startswith(" ")
    assert finding.sentence.endswith(".")
    assert "\n" not in str(finding)
    return finding


def codes(all_found):
    return [finding.code for finding in all_found]


def test_a_plain_table_has_no_findings():
    assert found(plain()) == []
    assert found(plain(), target=None) == []


# Rows


def test_repeated_rows_are_counted_with_what_a_random_split_would_leak():
    table = plain()
    rows = [*range(N), *range(40)]
    table = {name: column[rows] for name, column in table.items()}
    table["id"] = texts(range(len(rows)))
    finding = only("HM-D01", found(table))
    assert "80 rows of 440 occur more than once (but for 'id')" in finding.sentence
    # a fifth of the pairs' rows is in the test part, and 352 of 439 times the other
    # one is not
    assert f"of 88 test rows chosen at random, {80 * 0.2 * 352 / 439:.0f} would" in (
        finding.sentence
    )
    frame = pd.DataFrame(table).drop(columns="id")
    assert frame.duplicated(keep=False).sum() == 80


def test_rows_that_differ_in_their_class_only_contradict_each_other():
    table = plain()
    rows = [*range(N), *range(40)]
    table = {name: column[rows] for name, column in table.items()}
    table["class"][N:] = np.where(table["class"][N:] == "a", "b", "a")
    told = found(table)
    assert "wrong in at least 40 rows of 440 (9.1%)" in only("HM-D02", told).sentence
    assert "HM-D01" not in codes(told)


# Time


@pytest.mark.parametrize("step", [1, -1])
def test_rows_sorted_by_a_date_look_ordered_in_time(step):
    table = plain()
    days = np.datetime64("2020-01-01") + np.arange(N) // 3
    table["since"] = texts(days[::step])
    finding = only("HM-D03", found(table))
    assert finding.column == "since"
    assert '--time since, in Python time=table["since"].' in finding.remedy
    table["since"][[5, 50]] = table["since"][[50, 5]]  # a slip or two
    assert "HM-D03" in codes(found(table))


def test_a_date_by_which_rows_are_not_sorted_is_told_apart():
    table = plain()
    days = np.datetime64("2020-01-01") + np.random.default_rng(0).permutation(N)
    table["since"] = texts(days)
    assert only("HM-D04", found(table)).column == "since"
    assert "HM-D03" not in codes(found(table))


def test_a_date_by_which_only_most_rows_are_sorted_is_told_apart():
    table = plain()
    days = np.datetime64("2020-01-01") + np.arange(N)
    moved = np.random.default_rng(0).choice(N, N // 4, replace=False)
    days[np.sort(moved)] = days[moved]
    table["since"] = texts(days)
    assert only("HM-D04", found(table)).column == "since"


def test_numbers_are_time_only_if_they_are_called_so():
    table = plain()
    table["start_year"] = texts(1900 + np.arange(N) // 10)
    table["row"] = texts(np.arange(N) + 7)
    told = found(table)
    assert only("HM-D03", told).column == "start_year"
    table["start_year"] = table["start_year"][RNG.permutation(N)]
    assert "HM-D03" not in codes(found(table))


# Repeated rows that a split parts


@pytest.mark.parametrize("share", [0.25, 0.5])
def test_the_expected_leak_is_the_mean_over_all_splits(share):
    groups = np.array([0, 0, 0, 1, 1, 2, 3, 3])
    leaks = []
    for test in combinations(range(len(groups)), round(share * len(groups))):
        learned = set(np.delete(groups, test))
        leaks.append(sum(groups[row] in learned for row in test))
    assert expected_leak(groups, share) == pytest.approx(np.mean(leaks))


# Groups


def test_ids_that_repeat_are_groups():
    table = plain()
    table["patient_id"] = texts(RNG.integers(1000, 1080, N))
    finding = only("HM-D05", found(table))
    assert finding.column == "patient_id"
    assert "--groups patient_id" in finding.remedy
    table["patient_id"] = texts([f"P{i}" for i in RNG.integers(0, 80, N)])
    assert only("HM-D05", found(table)).column == "patient_id"


def test_many_names_that_repeat_are_groups_whatever_they_are_called():
    table = plain()
    table["ticket"] = texts([f"T{i // 3}" for i in range(N)])
    told = only("HM-D05", found(table))
    assert "names 134 different things in 400 rows, and 100% of the rows" in (
        told.sentence
    )


def test_what_is_no_group():
    table = plain()
    table["id"] = texts(range(N))  # all different
    table["city"] = texts([f"city {i}" for i in RNG.integers(0, 30, N)])  # a category
    table["age"] = texts(RNG.integers(20, 60, N))
    table["type_id"] = texts(RNG.integers(0, 4, N))  # too few
    assert "HM-D05" not in codes(found(table))


# Columns


def test_a_copy_of_the_target_gives_it_away():
    table = plain()
    table["status"] = texts(np.where(table["class"] == "a", "paid", "open"))
    finding = only("HM-D06", found(table))
    assert finding.column == "status"
    assert "Column 'status' alone tells 100.0%" in finding.sentence


def test_whether_something_is_missing_may_give_the_target_away():
    table = plain()
    amount = texts(RNG.normal(size=N).round(3))
    table["refund"] = np.where(table["class"] == "a", amount, None)
    assert "Whether 'refund' has a value tells" in (
        only("HM-D06", found(table)).sentence
    )


def test_the_target_in_other_units_gives_it_away():
    table = plain()
    price = RNG.lognormal(size=N).round(3)
    table["price"] = texts(price)
    table["tax"] = texts((0.19 * price).round(4))
    finding = only("HM-D06", found(table, "price"))
    assert finding.column == "tax"
    assert "of the value to be predicted" in finding.sentence


def test_an_easy_problem_is_no_leak():
    x = RNG.normal(size=N).round(9)
    table = {"x": texts(x), "y": texts(np.where(x > 0, "a", "b"))}
    assert found(table, "y") == []
    few = {name: column[:30] for name, column in plain().items()}
    few["status"] = few["class"]
    assert "HM-D06" not in codes(found(few))


def test_constant_columns_are_listed():
    table = plain()
    table["unit"] = texts(["cm"] * N)
    assert only("HM-D07", found(table)).column == "unit"
    table["version"] = texts([3] * N)
    finding = only("HM-D07", found(table))
    assert finding.column is None
    assert finding.sentence == (
        "2 columns ('unit', 'version') are the same in all rows."
    )


def test_columns_that_tell_the_same_are_found_in_whatever_words():
    table = plain()
    table["color"] = texts(np.where(table["colour"] == "red", "rot", "blau"))
    finding = only("HM-D08", found(table))
    assert finding.column == "color"
    assert "the same as 'colour'" in finding.sentence
    table = plain()
    table["pounds"] = texts((2.2046 * table["weight"].astype(float)).round(6))
    assert only("HM-D08", found(table)).column == "pounds"


def test_columns_that_are_mostly_missing_are_listed_with_their_share():
    table = plain()
    table["note"] = table["size"].copy()
    table["note"][:300] = None
    finding = only("HM-D09", found(table))
    assert finding.sentence == "Column 'note' is missing in 75.0% of the rows."


def test_texts_that_differ_in_case_or_spaces_only_are_told():
    table = plain()
    table["colour"][:3] = ["Red", "light blue", "lightblue"]
    finding = only("HM-D13", found(table))
    assert finding.column == "colour"
    assert "such as 'light blue' and 'lightblue'" in finding.sentence
    table = plain()
    table["class"][:3] = "A"
    assert only("HM-D13", found(table)).column == "class"


# The target


def test_rare_classes_and_rows_without_one_are_counted():
    table = plain()
    table["class"][:3] = "c"
    table["class"][3:8] = None
    told = found(table)
    assert "1 class of 3 in 'class' has fewer than 10 rows: c (3)." in (
        only("HM-D10", told).sentence
    )
    assert "5 rows of 400 have no 'class'." in only("HM-D11", told).sentence


# How it is asked


def test_a_schema_decides_what_is_looked_at():
    table = plain()
    table["copy"] = table["class"]
    features = {name: column for name, column in table.items() if name != "class"}
    for whole in (table, features):
        assert "HM-D06" in codes(found(table, schema=Schema.of(whole)))
    said = Schema.of(features, {"copy": "id"})
    assert "HM-D06" not in codes(found(table, schema=said))


def test_frames_are_looked_at_alike():
    table = plain()
    table["unit"] = texts(["cm"] * N)
    frame = pd.DataFrame(
        {
            "size": table["size"].astype(float),
            "weight": table["weight"].astype(float),
            "colour": pd.Categorical(table["colour"]),
            "class": table["class"],
            "unit": "cm",
            "when": pd.Timestamp("2024-01-01") + pd.to_timedelta(range(N), "h"),
        }
    )
    assert codes(found(read_frame(frame))) == ["HM-D03", "HM-D07"]


def test_a_table_of_the_target_alone_has_no_findings():
    assert found({"class": texts(["a", "b"] * 20)}) == []


CELLS = st.sampled_from(
    ["", "?", "a", "b", "1", "2", "2.5", "1e300", "2024-01-31", "2024-02-01", "yes"]
)
NAMES = st.sampled_from(["id", "a", "year", "b"])


@settings(max_examples=100)
@given(
    table=st.dictionaries(
        NAMES, st.lists(CELLS, min_size=12, max_size=12), min_size=1, max_size=4
    ),
    repeats=st.sampled_from([1, 10]),
)
def test_any_table_is_looked_at_with_any_target(table, repeats):
    columns = {name: np.tile(texts(cells), repeats) for name, cells in table.items()}
    for target in [None, *map(readable, columns, columns.values())]:
        told = findings(columns, target=target)
        assert sorted(codes(told)) == codes(told)
        for finding in told:
            assert str(finding).endswith(".")
            assert "\n" not in str(finding)
            assert finding.column in {None, *columns}


def readable(name, column):
    """The target in a column, or None if it cannot be predicted."""
    try:
        return read_target(name, column)
    except ValueError:
        return None


def test_each_code_has_a_paragraph_of_its_own():
    page = Path(__file__).resolve().parents[2] / "docs" / "findings.md"
    headings = re.findall(r"^## (HM-D\d\d): (.*)$", page.read_text(), re.MULTILINE)
    listed = re.findall(r"(HM-D\d\d)  (.{21})", findings_module.__doc__)
    assert headings == [(code, title.strip()) for code, title in listed]


def test_every_rule_of_the_list_is_tried_and_prints_as_one_line():
    finding = Finding("HM-D99", "title", None, "It is so.", "Do this.")
    assert str(finding) == "HM-D99: It is so. Do this."
    assert len(RULES) == 12  # two codes are of one rule
