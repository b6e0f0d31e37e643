"""What a fit was made of, as plain data."""

import hashlib
import json

import numpy as np
import pandas as pd
import polars as pl

from halfmoon.estimators.record import fingerprint, target_name
from halfmoon.tables.frames import read_frame

TABLE = {
    "age": np.array([1.0, np.nan, 3.0]),
    "city": np.array(["Oslo", None, "Rome"], dtype=object),
    "day": np.array(["2024-01-01", "NaT", "2024-01-03"], dtype="datetime64[D]"),
}
Y = np.array(["a", "b", "a"])


def test_a_fingerprint_is_a_sha256():
    kind, _, digits = fingerprint(TABLE, Y).partition(":")
    assert kind == "sha256"
    assert len(digits) == len(hashlib.sha256().hexdigest())
    int(digits, 16)


def test_equal_data_have_equal_fingerprints_however_they_are_stored():
    frame = pd.DataFrame(TABLE)
    expected = fingerprint(read_frame(frame), Y)
    assert fingerprint(read_frame(pl.from_pandas(frame)), Y) == expected
    assert fingerprint(TABLE, Y) == expected
    assert fingerprint(TABLE, Y.astype(object)) == expected
    minus_zero = {"x": np.array([-0.0, 1.0])}
    zero = {"x": np.array([0.0, 1.0])}
    assert fingerprint(minus_zero, Y[:2]) == fingerprint(zero, Y[:2])


def test_each_change_changes_the_fingerprint():
    changed = [
        ({**TABLE, "age": np.array([1.0, 2.0, 3.0])}, Y),
        ({**TABLE, "city": np.array(["Oslo", "None", "Rome"], dtype=object)}, Y),
        ({**TABLE, "city": np.array(["OsloRome", None, ""], dtype=object)}, Y),
        ({name: TABLE[name] for name in ("city", "age", "day")}, Y),
        ({"years" if name == "age" else name: c for name, c in TABLE.items()}, Y),
        ({name: column[::-1] for name, column in TABLE.items()}, Y),
        (TABLE, Y[::-1]),
        (TABLE, np.array(["a", "b", "b"])),
    ]
    prints = [fingerprint(*each) for each in [(TABLE, Y), *changed[:6], *changed[7:]]]
    assert len(set(prints)) == len(prints)


def test_the_target_says_its_name():
    frame = pd.DataFrame({"price": [1.0, 2.0], "size": [3.0, 4.0]})
    assert target_name(frame["price"]) == "price"
    assert target_name(pl.from_pandas(frame)["price"]) == "price"
    assert target_name(frame) == ["price", "size"]
    assert target_name([1.0, 2.0]) is None
    assert json.loads(json.dumps(target_name(frame))) == ["price", "size"]
