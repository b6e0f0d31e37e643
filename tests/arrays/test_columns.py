"""Dates, masks, text and gaps among numbers, in every library's tables."""

import datetime

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy.sparse import csr_array

from halfmoon import MLPClassifier, Network, train
from halfmoon.arrays.columns import missing_rows, read_numbers, refuse_misread
from small import unfinished

N = 12
NUMBERS = np.random.default_rng(0).normal(size=N)
Y = np.arange(N) % 2
DAYS = pd.date_range("2020", periods=N)
GAP = pd.Series([pd.NaT, *DAYS[1:]])
SINCE = DAYS - DAYS[0]


def pandas(column):
    return pd.DataFrame({"a": NUMBERS, "day": column})


def polars(column):
    return pl.DataFrame({"a": NUMBERS, "day": column})


def arrow(column):
    return pa.table({"a": NUMBERS, "day": column})


def objects(column):
    return np.array([NUMBERS.tolist(), list(column)], dtype=object).T


DATES = {
    "pandas": pandas(DAYS),
    "pandas, a gap": pandas(GAP),
    "pandas, a time zone": pandas(DAYS.tz_localize("Europe/Berlin")),
    "pandas, periods": pandas(DAYS.to_period("D")),
    "pandas, durations": pandas(SINCE),
    "pandas, objects": pandas(pd.Series(list(DAYS.date), dtype=object)),
    "pandas, categories": pandas(pd.Categorical(DAYS)),
    "pandas, arrow's": pandas(pd.Series(DAYS).astype("timestamp[ns][pyarrow]")),
    "polars": polars(DAYS.to_pydatetime().tolist()),
    "polars, days": polars(list(DAYS.date)),
    "polars, durations": polars(SINCE.to_pytimedelta().tolist()),
    "polars, times": polars([datetime.time(hour) for hour in range(N)]),
    "pyarrow": arrow(DAYS),
    "pyarrow, days": arrow(pa.array(DAYS.date)),
    "pyarrow, durations": arrow(SINCE),
    "narwhals": nw.from_native(pandas(DAYS)),
    "objects": objects(DAYS.date),
    "objects, NumPy's": objects(DAYS.values),
    "list": objects(DAYS.date).tolist(),
}
NUMBERED = ("objects", "objects, NumPy's", "list")
WHOLE = {
    "datetime64": np.column_stack([DAYS.values, GAP.values]),
    "timedelta64": np.column_stack([SINCE.values, SINCE.values]),
    "pandas": pd.DataFrame({0: DAYS, 1: GAP}),
    "list": [[day, day] for day in DAYS.values],
}
FIT = MLPClassifier((2,), max_iter=2, random_state=0)
NETWORK = Network.dense([2, 3, 2])


@pytest.mark.parametrize("name", DATES)
def test_dates_among_numbers_are_refused_by_their_columns_name(name):
    column = "1" if name in NUMBERED else "day"
    words = f"X holds dates or durations in columns {column}; make numbers of them"
    with pytest.raises(ValueError, match=words):
        FIT.fit(DATES[name], Y)
    with pytest.raises(ValueError, match=words):
        NETWORK.predict(DATES[name])


@pytest.mark.parametrize("name", WHOLE)
@unfinished
def test_tables_of_dates_alone_are_refused_everywhere(name):
    table = WHOLE[name]
    rows = np.column_stack([NUMBERS, NUMBERS])
    fitted = MLPClassifier((2,), max_iter=2, random_state=0).fit(rows, Y)
    words = "X holds dates or durations in columns 0, 1;"
    for ask in (
        fitted.predict,
        fitted.predict_log_proba,
        fitted.hidden_activations,
        lambda table: fitted.score(table, Y),
        lambda table: fitted.partial_fit(table, Y),
        lambda table: fitted.diagnose(table, Y),
        lambda table: train(NETWORK, table, Y),
    ):
        with pytest.raises(ValueError, match=words):
            ask(table)
    with pytest.raises(ValueError, match=r"^X_val holds dates or durations"):
        fitted.fit(rows, Y, X_val=table, y_val=Y)


@pytest.mark.parametrize(
    "make", [pandas, polars, arrow], ids=lambda make: make.__name__
)
def test_numbers_of_every_kind_are_no_dates(make):
    for column in (NUMBERS, NUMBERS > 0.0, np.arange(N), NUMBERS.astype(np.float32)):
        refuse_misread(make(column))
    refuse_misread(pandas(pd.array([1, None] * 6, dtype="Int64")))
    refuse_misread(csr_array(np.eye(3)))
    refuse_misread([[1.0, None], [2.0, 3.0]])


def test_gaps_among_whole_numbers_are_named():
    table = pandas(pd.array([1, None] * 6, dtype="Int64"))
    with pytest.raises(ValueError, match="NaN or infinity in columns day; remove or"):
        FIT.fit(table, Y)
    with pytest.raises(ValueError, match="X holds missing values in columns day;"):
        NETWORK.predict(table)


def test_a_lazy_frame_has_no_rows_yet():
    lazy = polars(NUMBERS).lazy()
    for table in (lazy, nw.from_native(lazy)):
        with pytest.raises(
            ValueError, match=r"X is a LazyFrame, .* call its collect\(\)"
        ):
            FIT.fit(table, Y)
        with pytest.raises(ValueError, match="y is a LazyFrame"):
            FIT.fit(NUMBERS[:, None], table)
        with pytest.raises(ValueError, match="X is a LazyFrame"):
            NETWORK.predict(table)


def test_a_structured_array_is_no_table():
    table = np.array([(1.0, 2.0)] * N, dtype=[("a", float), ("b", float)])
    with pytest.raises(ValueError, match="X is a structured array; lay its fields"):
        FIT.fit(table, Y)


@unfinished
def test_masked_values_are_missing():
    table = np.ma.array(np.column_stack([NUMBERS, NUMBERS]), mask=False)
    fitted = MLPClassifier((2,), max_iter=2, random_state=0).fit(table, Y)
    assert np.array_equal(fitted.predict(table), fitted.predict(table.data))
    table[3, 1] = np.ma.masked
    labels = np.ma.array(Y, mask=np.arange(N) < 3)
    words = "holds masked values in columns 1; fill them, or leave out those rows"
    for ask in (fitted.predict, NETWORK.predict, lambda rows: fitted.fit(rows, Y)):
        with pytest.raises(ValueError, match=f"X {words}"):
            ask(table)
    with pytest.raises(ValueError, match=f"X_val {words}"):
        fitted.fit(table.data, Y, X_val=table, y_val=Y)
    with pytest.raises(ValueError, match="y is missing in 3 of 12 rows"):
        fitted.fit(table.data, labels)
    with pytest.raises(ValueError, match="sample_weight holds masked values"):
        fitted.fit(table.data, Y, sample_weight=1.0 + labels)
    for truth, w in ((labels, None), (Y, 1.0 + labels)):
        with pytest.raises(ValueError, match="holds masked values"):
            train(NETWORK, table.data, truth, w=w)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (DAYS.values, "datetime64"),
        (SINCE.values, "timedelta64"),
        (["a", "b"], "<U1"),
        (np.array([1.0, "a"], dtype=object), "object"),
        (np.array([1.0 + 2.0j]), "complex128"),
    ],
    ids=["dates", "durations", "text", "objects", "complex"],
)
def test_weights_of_rows_are_numbers(values, kind):
    with pytest.raises(ValueError, match=f"w must hold numbers; got {kind}"):
        read_numbers(values, np.float64, "w")


@pytest.mark.parametrize(
    "values",
    [
        np.array([1.0, np.nan, 2.0]),
        np.array([1, None, 2], dtype=object),
        np.array(["a", np.nan, "b"], dtype=object),
        np.array(["a", pd.NA, "b"], dtype=object),
        np.array(["a", pd.NaT, "b"], dtype=object),
        np.array(["2020", "NaT", "2021"], dtype="datetime64[D]"),
        np.ma.array([1, 2, 3], mask=[False, True, False]),
        np.array([["a", "b"], ["a", None], ["c", "d"]], dtype=object),
    ],
    ids=["NaN", "None", "NaN in text", "NA", "NaT", "date", "mask", "two columns"],
)
def test_rows_with_a_gap_are_found(values):
    assert missing_rows(values).tolist() == [False, True, False]


def test_where_there_are_no_rows_none_has_a_gap():
    for dtype in (object, float):
        for shape in ((0,), (0, 2)):
            assert missing_rows(np.empty(shape, dtype)).shape == (0,)
