"""Whole tables: what is learned of training rows, left out, kept, and read again."""

import json
import time

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, RobustScaler

from halfmoon.arrays.binned import Binned
from halfmoon.tables.encoding import Encoder

RNG = np.random.default_rng(0)
N = 1200
TABLE = {
    "age": RNG.integers(17, 91, N).astype(float),
    "income": np.where(RNG.random(N) < 0.2, np.nan, np.exp(RNG.normal(10.0, 1.0, N))),
    "member": np.where(RNG.random(N) < 0.1, np.nan, RNG.integers(0, 2, N)),
    "city": np.array([*"abcd", None], dtype=object)[RNG.integers(0, 5, N)],
    "joined": np.datetime64("2020-01-01", "s") + RNG.integers(0, 10**8, N),
}
KINDS = {
    "age": "number",
    "income": "number",
    "member": "yes/no",
    "city": "category",
    "joined": "date",
}


def rows(table, chosen):
    return {name: column[chosen] for name, column in table.items()}


def with_column(name, column, kind):
    return TABLE | {name: np.asarray(column)}, KINDS | {name: kind}


def encoded(encoder, table):
    return dict(zip(encoder.names, encoder.encode(table).T, strict=True))


def as_lists(data):
    """What JSON makes of it: arrays become lists."""
    return json.loads(json.dumps(data, default=lambda array: array.tolist()))


def test_all_kinds_become_inputs():
    encoder = Encoder.of(TABLE, KINDS, classification=True)
    inputs = encoder.encode(TABLE)
    assert inputs.dtype == np.float32
    assert inputs.shape == (N, len(encoder.names))
    assert len(set(encoder.names)) == len(encoder.names)
    assert np.isfinite(inputs).all()
    assert {name.split(",")[0].split(" ")[0] for name in encoder.names} == set(KINDS)
    assert {"income is missing", "city is missing", "joined"} < set(encoder.names)
    assert encoder.left_out == {}


def test_inputs_are_about_centred_and_of_size_1():
    encoder = Encoder.of(TABLE, KINDS, classification=True)
    for name, column in encoded(encoder, TABLE).items():
        is_value = name in ("age", "income", "joined")
        assert abs(column.mean()) < (0.4 if is_value else 0.01)
        assert 0.02 < column.std() < 1.2


def test_values_and_categories_as_by_a_column_transformer():
    frame = pd.DataFrame({name: TABLE[name] for name in ("age", "income", "city")})
    frame["city"] = frame["city"].fillna("missing")
    scale = make_pipeline(SimpleImputer(strategy="median"), RobustScaler())
    judge = make_column_transformer((scale, ["age", "income"]), (one_hot(), ["city"]))
    expected = judge.fit_transform(frame)
    expected[:, :2] /= np.sqrt(1.0 + (expected[:, :2] / 3.0) ** 2)
    expected[:, 2:] -= expected[:, 2:].mean(axis=0)
    encoder = Encoder.of(TABLE, KINDS, classification=True)
    names = ["age", "income", *(f"city is {c}" for c in "abcd"), "city is missing"]
    inputs = encoded(encoder, TABLE)
    for name, column in zip(names, expected.T, strict=True):
        np.testing.assert_allclose(inputs[name], column, rtol=1e-5, atol=1e-6)


def one_hot():
    return OneHotEncoder(handle_unknown="ignore", sparse_output=False)


def test_only_classes_have_ranks():
    classes = Encoder.of(TABLE, KINDS, classification=True).names
    values = Encoder.of(TABLE, KINDS, classification=False).names
    ranks = ["age by rank", "income by rank", "joined by rank"]
    assert [name for name in classes if name not in ranks] == values
    assert [name for name in classes if name not in values] == ranks


def test_bins_are_shared_among_the_columns_of_numbers():
    """min(64, n/100, n/(4c)) with c the numbers and dates that vary."""
    table, kinds = with_column("constant", np.ones(N), "number")
    for n, bins in ((1200, 12), (400, 4), (399, 0)):
        names = Encoder.of(rows(table, slice(n)), kinds, False).names
        assert sum(name.startswith("joined in bin") for name in names) == bins
    wide = {f"x{j}": RNG.normal(size=N) for j in range(50)}
    wide |= {f"constant{j}": np.full(N, float(j)) for j in range(50)}
    names = Encoder.of(wide, dict.fromkeys(wide, "number"), False).names
    assert sum("in bin" in name for name in names) == 50 * 6


def test_how_many_bins_can_be_said():
    none = Encoder.of(TABLE, KINDS, classification=False, bins=0)
    assert {"age", "income", "joined"} <= set(none.names)
    assert not [name for name in none.names if " in bin " in name]
    three = Encoder.of(TABLE, KINDS, classification=False, bins=3)
    assert sum(name.startswith("age in bin") for name in three.names) == 3


@pytest.mark.parametrize("classification", [True, False])
def test_inputs_kept_as_places_of_bins_are_the_same_inputs(classification):
    encoder = Encoder.of(TABLE, KINDS, classification=classification)
    far = {"age": [1e308, -1e308, np.nan], "income": [np.nan, 0.0, 1e9]}
    new = rows(TABLE, [0, 1, 2]) | {name: np.array(x) for name, x in far.items()}
    for table in (TABLE, new):
        binned = encoder.encode_binned(table)
        assert isinstance(binned, Binned)
        assert binned.shape == (len(table["age"]), len(encoder.names))
        expected = encoder.encode(table)
        np.testing.assert_allclose(np.asarray(binned), expected, atol=1e-6)


def test_without_bins_there_are_no_places():
    few = rows(TABLE, slice(0, 40))
    encoder = Encoder.of(few, KINDS, classification=True)
    inputs = encoder.encode_binned(few)
    assert isinstance(inputs, np.ndarray)
    assert np.array_equal(inputs, encoder.encode(few))


def test_a_row_does_not_depend_on_its_companions():
    encoder = Encoder.of(TABLE, KINDS, classification=True)
    together = encoder.encode(TABLE)
    for i in range(0, N, 97):
        alone = encoder.encode(rows(TABLE, slice(i, i + 1)))
        np.testing.assert_array_equal(alone[0], together[i])
    assert encoder.encode(rows(TABLE, slice(0))).shape == (0, together.shape[1])


def test_other_columns_and_their_order_do_not_matter():
    encoder = Encoder.of(TABLE, KINDS, classification=True)
    table = {"id": np.arange(N), **dict(reversed(TABLE.items()))}
    np.testing.assert_array_equal(encoder.encode(table), encoder.encode(TABLE))
    other = Encoder.of(table, KINDS | {"id": "id", "gone": "empty"}, True)
    assert other.names == encoder.names


@pytest.mark.parametrize(
    ("column", "kind", "why"),
    [
        (np.full(N, np.nan), "number", "holds no value"),
        (np.full(N, None), "category", "holds no value"),
        (np.full(N, np.datetime64("NaT", "s")), "date", "holds no value"),
        (np.full(N, 7.0), "number", "is the same in all rows"),
        (np.full(N, 1.0), "yes/no", "is the same in all rows"),
        (np.full(N, "a", dtype=object), "category", "is the same in all rows"),
        (np.full(N, np.datetime64("2020", "s")), "date", "is the same in all rows"),
        (TABLE["age"].copy(), "number", "holds the same as 'age'"),
        (TABLE["income"].copy(), "number", "holds the same as 'income'"),
        (TABLE["city"].copy(), "category", "holds the same as 'city'"),
        (TABLE["joined"].copy(), "date", "holds the same as 'joined'"),
        (np.array([f"{i}" for i in range(N)], object), "category", "has no value that"),
    ],
)
def test_columns_that_say_nothing_are_left_out_and_named(column, kind, why):
    table, kinds = with_column("new", column, kind)
    encoder = Encoder.of(table, kinds, classification=True)
    assert list(encoder.left_out) == ["new"]
    assert encoder.left_out["new"].startswith(why)
    assert encoder.names == Encoder.of(TABLE, KINDS, classification=True).names
    np.testing.assert_array_equal(
        encoder.encode(TABLE), Encoder.of(TABLE, KINDS, True).encode(TABLE)
    )


def test_all_zeros_are_the_same_and_so_are_all_gaps():
    one = np.array([0.0, 0.0, np.nan, 1.0])
    other = np.array([-0.0, 0.0, np.copysign(np.nan, -1.0), 1.0])
    encoder = Encoder.of({"x": one, "y": other}, {"x": "number", "y": "number"}, False)
    assert encoder.left_out == {"y": "holds the same as 'x'"}


def test_of_a_constant_column_with_gaps_the_gaps_are_read():
    gaps = np.where(RNG.random(N) < 0.5, np.nan, 3.0)
    table, kinds = with_column("new", gaps, "number")
    names = Encoder.of(table, kinds, True).names
    assert [name for name in names if "new" in name] == ["new is missing"]
    day = np.where(np.isnan(gaps), np.datetime64("NaT"), np.datetime64("2020", "s"))
    table, kinds = with_column("new", day, "date")
    encoder = Encoder.of(table, kinds, True)
    assert [name for name in encoder.names if "new" in name] == ["new is missing"]
    assert np.isfinite(encoder.encode(table)).all()


def test_a_value_may_be_missing_at_prediction_only():
    full = {name: column[~missing(column)][:500] for name, column in TABLE.items()}
    encoder = Encoder.of(full, KINDS, classification=True)
    assert not any("missing" in name for name in encoder.names)
    gaps = {
        "age": np.array([np.nan]),
        "income": np.array([np.nan]),
        "member": np.array([np.nan]),
        "city": np.array([None]),
        "joined": np.array(["NaT"], dtype="datetime64[s]"),
    }
    inputs = encoder.encode(gaps)
    assert np.isfinite(inputs).all()
    for name, (value,) in encoded(encoder, gaps).items():
        if name in ("age", "income", "joined"):
            assert abs(value) < 1e-3  # the median
        if name.startswith(("member", "city", "joined,")):
            assert value == 0.0  # the mean


def missing(column):
    return pd.isna(column)


def test_the_widest_range_stays_finite():
    wide = np.array(
        [-1.7e308, 1.7e308, 5e-324, -5e-324, 0.0, 1e-300, 1.0, np.inf] * 100
    )
    encoder = Encoder.of({"x": wide}, {"x": "number"}, classification=True)
    extremes = {"x": np.array([-np.inf, -1.8e308, 5e-324, np.nan, 1.8e308, np.inf])}
    for table in ({"x": wide}, extremes):
        assert np.isfinite(encoder.encode(table)).all()
    tiny = {"x": np.array([0.0, 1e-309, 1.0])}
    encoder = Encoder.of(tiny, {"x": "number"}, classification=True)
    between = encoder.encode({"x": np.array([5e-310])})
    np.testing.assert_array_equal(between, encoder.encode(tiny)[:1])
    narrow = {"x": 1e9 + np.arange(800.0) * 1e-6}
    values = encoded(Encoder.of(narrow, {"x": "number"}, False), narrow)["x"]
    assert np.ptp(values) > 1.5


def test_learning_does_not_change_the_table():
    copy = {name: column.copy() for name, column in TABLE.items()}
    copy["age"][0] = np.inf
    Encoder.of(copy, KINDS, classification=True).encode(copy)
    assert copy["age"][0] == np.inf
    for name in ("income", "member", "joined"):
        np.testing.assert_array_equal(copy[name], TABLE[name])


def test_dictionaries_carry_everything():
    encoder = Encoder.of(*with_column("constant", np.ones(N), "number"), True)
    data = encoder.as_dict()
    for again in (Encoder.from_dict(data), Encoder.from_dict(as_lists(data))):
        assert again.names == encoder.names
        assert again.left_out == {"constant": "is the same in all rows"}
        np.testing.assert_array_equal(again.encode(TABLE), encoder.encode(TABLE))
        np.testing.assert_equal(again.as_dict(), data)


def test_a_column_that_is_gone_is_named():
    encoder = Encoder.of(TABLE, KINDS, classification=True)
    table = {name: column for name, column in TABLE.items() if name != "city"}
    with pytest.raises(ValueError, match=r"no column 'city'.*'age', 'income'"):
        encoder.encode(table)


def test_columns_of_different_lengths_are_named():
    encoder = Encoder.of(TABLE, KINDS, classification=True)
    table = TABLE | {"city": TABLE["city"][:7]}
    with pytest.raises(ValueError, match="'age' and 'city' have 1200 and 7 values"):
        encoder.encode(table)


def test_without_any_column_there_is_nothing_to_learn():
    table = {"x": np.ones(5)}
    with pytest.raises(ValueError, match=r"No column is left .*'x' is the same in all"):
        Encoder.of(table, {"x": "number"}, classification=True)
    with pytest.raises(ValueError, match=r"No column is left .*there was none"):
        Encoder.of(table, {"x": "id"}, classification=True)


def test_one_row_takes_a_small_part_of_a_column_transformer_s_time():
    frame = pd.DataFrame({name: TABLE[name] for name in ("age", "income", "city")})
    scale = make_pipeline(SimpleImputer(strategy="median"), RobustScaler())
    judge = make_column_transformer((scale, ["age", "income"]), (one_hot(), ["city"]))
    judge.fit(frame)
    encoder = Encoder.of(TABLE, KINDS, classification=True)
    row = rows(TABLE, slice(1))
    ours = min(seconds(lambda: encoder.encode(row)) for _ in range(20))
    theirs = min(seconds(lambda: judge.transform(frame[:1])) for _ in range(20))
    assert ours < 0.2 * theirs


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
