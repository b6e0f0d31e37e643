"""Frames as bytes."""

import json
import struct
from collections import namedtuple

import numpy as np
import pytest

from halfmoon.serving.packing import jsonable, pack, unpack

ARRAYS = {
    "plane": np.arange(6, dtype=np.float32).reshape(3, 2),
    "test": np.array([1, 0, 1], np.uint8),
    "nothing": np.empty((0, 4), np.float32),
    "theta": np.array([0.5, np.nan], np.float64),
    "y": np.array([-1, 2], np.int32),
}


def test_header_and_arrays_come_back():
    header, arrays = unpack(pack({"update": 7, "names": ["é<b>"]}, ARRAYS))
    assert header == {"update": 7, "names": ["é<b>"]}
    assert list(arrays) == list(ARRAYS)
    for name, array in ARRAYS.items():
        assert arrays[name].dtype == array.dtype
        np.testing.assert_array_equal(arrays[name], array)


@pytest.mark.parametrize("text", ["", "a", "ab", "abc", "abcdefg"])
def test_every_array_begins_where_a_browser_can_read_it(text):
    """By the layout as it is written down, read with struct alone."""
    message = pack({"text": text}, ARRAYS)
    (length,) = struct.unpack_from("<I", message)
    header = json.loads(message[4 : 4 + length])
    assert (4 + length) % 8 == 0
    assert all(each["offset"] % 8 == 0 for each in header["arrays"])
    at = 4 + length + header["arrays"][4]["offset"]
    assert struct.unpack_from("<2i", message, at) == (-1, 2)


Point = namedtuple("Point", "x y")


def test_a_header_holds_no_number_that_json_has_not():
    value = {"a": np.float32(np.nan), "b": [np.inf, np.int64(3)], 4: (np.array([2]),)}
    value["point"] = Point(1.5, np.nan)
    expected = {"a": None, "b": [None, 3], "4": [[2]], "point": {"x": 1.5, "y": None}}
    assert jsonable(value) == expected
    assert unpack(pack({"value": value}, {}))[0]["value"] == expected


def test_an_array_of_another_type_is_refused():
    with pytest.raises(ValueError, match="float16; a frame holds float32"):
        pack({}, {"a": np.zeros(2, np.float16)})
