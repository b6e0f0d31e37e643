"""The different texts of a column, and which of them each row holds."""

import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from halfmoon.tables.cells import (
    DOUBTFUL_WORDS,
    NULL_WORDS,
    as_text,
    cells_of,
)


def column(*cells):
    return np.array(cells, dtype=object)


@given(st.lists(st.none() | st.sampled_from(["a", " a", "b", "NA", "", "Ü", "-"])))
def test_codes_and_texts_give_the_column_back(values):
    cells = cells_of(column(*values))
    back = cells.spread(column(*cells.texts), None)
    expected = [value and value.strip() for value in values]
    assert back.tolist() == [v if v not in ("", "NA") else None for v in expected]
    assert len(set(cells.texts)) == len(cells.texts)


@given(st.lists(st.sampled_from(["red", "blue", "green"]), min_size=1))
def test_codes_and_counts_are_those_of_pandas(values):
    cells = cells_of(column(*values))
    codes, texts = pd.factorize(np.array(values, dtype=object))
    assert cells.codes.tolist() == codes.tolist()
    assert cells.texts == list(texts)
    counts = pd.Series(values).value_counts()
    assert dict(zip(cells.texts, cells.counts.tolist(), strict=True)) == dict(counts)


@pytest.mark.parametrize("word", sorted(NULL_WORDS))
def test_null_words_are_missing_in_either_case(word):
    cells = cells_of(column(word, word.upper(), f" {word}\t", "red"))
    assert cells.texts == ["red"]
    assert cells.codes.tolist() == [-1, -1, -1, 0]
    assert cells.known == 1


def test_what_pandas_takes_for_missing_is_missing():
    """All of pandas' words, but None, which may mean that there is none."""
    words = ["#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND"]
    words += ["1.#QNAN", "<NA>", "N/A", "NA", "NULL", "NaN", "n/a", "nan", "null"]
    theirs = pd.read_csv(io.StringIO("\n".join(["a", *words])), header=0)
    assert theirs["a"].isna().all()
    assert not cells_of(column(*words)).texts


def test_empty_cells_are_missing_whatever_the_words_are():
    cells = cells_of(column("", "  ", None, float("nan"), "NA"), missing=set())
    assert cells.texts == ["NA"]


def test_words_can_be_missing_too_afterwards():
    cells = cells_of(column("1", "-", None, "UNKNOWN", "2", "1"))
    fewer = cells.without(DOUBTFUL_WORDS)
    assert fewer.texts == ["1", "2"]
    assert fewer.codes.tolist() == [0, -1, -1, -1, 1, 0]
    assert fewer.without(DOUBTFUL_WORDS) is fewer


def test_rows_count_from_one():
    cells = cells_of(column(None, "a", "b", "a"))
    assert [cells.row_of(0), cells.row_of(1)] == [2, 3]


def test_numbers_are_written_out():
    cells = cells_of(np.array([3.0, np.nan, 0.1, 3.0]))
    assert cells.texts == ["0.1", "3"]
    assert cells.codes.tolist() == [1, -1, 0, 1]


def test_dates_are_written_out():
    days = np.array(["2020-01-05", "NaT"], dtype="datetime64[D]")
    assert cells_of(days).texts == ["2020-01-05"]


def test_arrays_of_texts_are_read_as_they_are():
    assert cells_of(np.array(["a", "NA", "b"])).texts == ["a", "b"]


@pytest.mark.parametrize(
    ("value", "text"),
    [(1e6, "1000000"), (-2.5, "-2.5"), (7, "7"), (True, "True"), (np.float32(2), "2")],
)
def test_values_that_are_no_texts(value, text):
    assert as_text(value) == text
