"""Encoders as descriptions and arrays, and back."""

import copy
import json

import numpy as np
import pytest

from halfmoon.files.encoders import check_kinds, describe, make
from halfmoon.tables.encoding import Encoder

N = 2000
RNG = np.random.default_rng(0)
KINDS = {
    "size": "number",
    "few": "number",
    "one": "number",
    "since": "date",
    "city": "category",
    "member": "yes/no",
    "unit": "category",
}


def table(rng=RNG):
    size = rng.normal(size=N)
    size[:50] = np.nan
    one = np.full(N, 3.0)
    one[:7] = np.nan
    seconds = rng.integers(0, 10**9, N)
    city = np.array(rng.choice(["Oslo", "Rome", "Lima"], N), dtype=object)
    city[:3] = ["Bern", "Bonn", None]
    return {
        "size": size,
        "few": rng.integers(0, 4, N).astype(float),
        "one": one,
        "since": seconds.astype("M8[s]"),
        "city": city,
        "member": rng.choice([0.0, 1.0, np.nan], N),
        "unit": np.array(["cm"] * N, dtype=object),
    }


TABLE = table()
ENCODER = Encoder.of(TABLE, KINDS, classification=True)


def there_and_back(encoder):
    description, arrays = describe(encoder)
    left = dict(arrays)
    stored = json.loads(json.dumps(description, allow_nan=False))
    made = make(stored, left)
    assert not left
    return made


@pytest.mark.parametrize("classification", [True, False])
@pytest.mark.parametrize("rows", [N, 60])
def test_an_encoder_comes_back_as_it_was(classification, rows):
    """With bins and without, with scores and without."""
    part = {name: column[-rows:] for name, column in TABLE.items()}
    encoder = Encoder.of(part, KINDS, classification)
    made = there_and_back(encoder)
    assert made.names == encoder.names
    assert made.left_out == encoder.left_out
    other = table(np.random.default_rng(1))
    other["city"][:9] = "Kyiv"
    assert np.array_equal(made.encode(other), encoder.encode(other))
    check_kinds(made, KINDS)


@pytest.mark.parametrize("name", [*KINDS][:-1])
def test_each_kind_of_column_may_be_the_only_one(name):
    one = {name: TABLE[name]}
    encoder = Encoder.of(one, {name: KINDS[name]}, classification=True)
    made = there_and_back(encoder)
    assert np.array_equal(made.encode(one), encoder.encode(one))


def test_columns_of_numbers_share_arrays():
    description, arrays = describe(ENCODER)
    entries = sum(column["edges"] for column in description["numbers"])
    assert arrays["encoder.edges"].shape == (entries,)
    assert {array.dtype.name for array in arrays.values()} == {"float64"}


def changed(path, value):
    """An encoder made of a description with another value at a path of names."""
    description, arrays = describe(ENCODER)
    description = copy.deepcopy(description)
    *names, last = [int(n) if n.isdigit() else n for n in path.split(".")]
    owner = description
    for name in names:
        owner = owner[name]
    owner[last] = value
    return make(description, dict(arrays))


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("numbers", {}, "numbers of the encoder must be a list"),
        ("numbers.0", {}, "a column of numbers must have name"),
        ("numbers.0.name", 1, "name of a column of numbers must be a text"),
        ("numbers.1.name", "size", "has a column of numbers twice"),
        ("numbers.0.median", 1e301, "median of a column of numbers"),
        ("numbers.0.missing", 1.0, "missing of a column of numbers"),
        ("numbers.0.spread", -1.0, "spread of a column of numbers"),
        ("numbers.0.knots", 3, "there must be an array encoder.knots"),
        ("numbers.0.edges", 2**32, "there must be an array encoder.edges"),
        ("numbers.0.edges", -1, "edges of a column of numbers"),
        ("dates.0.cycles", ["second"], "cycles of a column of dates"),
        ("dates.0.cycles", ["day of week"], "there must be an array encoder.dates"),
        ("categories.0.categories", ["Oslo"], "array encoder.shares"),
        ("categories.0.categories", ["a", "a", "b"], "does not fit together"),
        ("categories.0.categories", [*map(str, range(999))], "256 categories at most"),
        ("categories.0.rare", [None], "rare of a column of categories"),
        ("categories.1.is_yes_no", 1, "is_yes_no of a column of categories"),
        ("left_out", {"unit": 1}, "left_out of the encoder"),
    ],
)
def test_what_describes_no_encoder_is_refused(path, value, message):
    with pytest.raises(ValueError, match=message):
        changed(path, value)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("knots", np.nan, "not finite"),
        ("edges", 1e301, "not finite, or beyond 1e\\+300"),
        ("means", 1e9, "beyond 2"),
        ("scores", -101.0, "beyond 100"),
        ("dates", 1e300, "beyond 2"),
        ("edges", -1e6, "does not fit together"),
        ("shares", 2.0, "does not fit together"),
        ("means", None, "there must be an array encoder.means"),
    ],
)
def test_arrays_that_are_none_of_an_encoder_are_refused(name, value, message):
    description, arrays = describe(ENCODER)
    array = arrays.pop(f"encoder.{name}").copy()
    array[1] = 0.0 if value is None else value
    if value is not None:
        arrays[f"encoder.{name}"] = array
    with pytest.raises(ValueError, match=message):
        make(description, arrays)


def test_whole_numbers_of_any_size_become_floats():
    description, arrays = describe(ENCODER)
    description["numbers"][0] |= {"low": -(10**30), "high": 10**30}
    number = make(description, arrays).numbers.columns[0]
    assert (type(number.low), number.high) == (float, 1e30)


def test_an_encoder_has_inputs():
    nothing = {"numbers": [], "dates": [], "categories": [], "left_out": {}}
    with pytest.raises(ValueError, match="no inputs"):
        make(nothing, {})


@pytest.mark.parametrize("name", [*KINDS][:-1])
def test_columns_must_be_of_the_kind_that_the_schema_says(name):
    for kind in ("text", "number", "date", "category", "yes/no"):
        if kind != KINDS[name]:
            with pytest.raises(ValueError, match=f"column '{name}' of the kind"):
                check_kinds(ENCODER, KINDS | {name: kind})
    with pytest.raises(ValueError, match="the schema has none"):
        check_kinds(ENCODER, {})
