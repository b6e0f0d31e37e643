"""A container of arrays and a description: whole, or refused with the reason."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from safetensors.numpy import load_file, save

from halfmoon.files import container
from halfmoon.files.container import read, to_bytes

ARRAYS = {
    "a": np.arange(6.0).reshape(2, 3),
    "b": np.array([1.5, -0.0], np.float32),
    "c": np.array([2**62]),
}
DESCRIPTION = {"name": "µ \ud800", "numbers": [0.1, 1e-300, 10**20], "none": None}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "file"


def put(path, text, arrays=ARRAYS):
    """A file whose text is this, whatever it may be."""
    path.write_bytes(save(arrays, metadata={"halfmoon": text}))


def test_what_is_put_in_comes_out_with_the_same_bits(path):
    path.write_bytes(to_bytes(DESCRIPTION, ARRAYS))
    description, arrays = read(path)
    assert description == DESCRIPTION
    assert arrays.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        assert arrays[name].tobytes() == array.tobytes()
        assert (arrays[name].dtype, arrays[name].shape) == (array.dtype, array.shape)


def test_equal_content_has_equal_bytes_in_every_process():
    code = (
        "import sys, numpy as np\nfrom halfmoon.files.container import to_bytes\n"
        "arrays = {name: np.ones(3) for name in 'cab'}\n"
        "sys.stdout.buffer.write(to_bytes({'y': 1, 'x': [2.5]}, arrays))"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in "123"
    }
    arrays = {name: np.ones(3) for name in "abc"}
    assert texts == {to_bytes({"x": [2.5], "y": 1}, arrays)}


def test_safetensors_alone_reads_the_arrays(path):
    path.write_bytes(to_bytes(DESCRIPTION, ARRAYS))
    arrays = load_file(path)
    assert all(np.array_equal(arrays[name], ARRAYS[name]) for name in ARRAYS)


def test_every_changed_bit_is_noticed(path):
    """But those of JSON that mean the same, of which there are none here."""
    content = to_bytes({"name": "x"}, {"a": np.array([1.0, 2.0])})
    for position in range(len(content)):
        for bit in (0, 3, 7):
            changed = bytearray(content)
            changed[position] ^= 1 << bit
            path.write_bytes(changed)
            with pytest.raises(ValueError, match=r"halfmoon|altered|version|array"):
                read(path)


def test_files_that_are_cut_short_or_too_long_are_refused(path):
    content = to_bytes(DESCRIPTION, ARRAYS)
    for stop in range(len(content)):
        path.write_bytes(content[:stop])
        with pytest.raises(ValueError, match="no model file, or it was cut short"):
            read(path)
    path.write_bytes(content + b"\0")
    with pytest.raises(ValueError, match="no model file, or it was cut short"):
        read(path)


def test_files_of_others_are_refused(path):
    path.write_bytes(save(ARRAYS))
    with pytest.raises(ValueError, match="none that halfmoon wrote"):
        read(path)
    path.write_bytes(b"x,y\n1,2\n")
    with pytest.raises(ValueError, match="it is no model file"):
        read(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is no JSON"),
        ("{", "is no JSON"),
        ('{"version": NaN}', "is no JSON"),
        ('{"version": 1, "model": Infinity, "digest": ""}', "is no JSON"),
        ('{"version": 1, "model": 1e999, "digest": ""}', "is no JSON"),
        ('{"version": 1, "model": ' + "9" * 5000 + "}", "is no JSON"),
        ("[]", "names no version"),
        ('{"version": true}', "names no version"),
        ('{"version": 0}', "names no version"),
        ('{"version": "1"}', "names no version"),
        ('{"version": 2}', "newer halfmoon wrote it .* 2 .* reads version 1.* update"),
        ('{"version": 1, "model": {}}', "entries are not those"),
        ('{"version": 1, "model": {}, "digest": ""}', "altered after it was saved"),
    ],
)
def test_texts_that_describe_nothing_are_refused(path, text, message):
    put(path, text)
    with pytest.raises(ValueError, match=message):
        read(path)


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((2, 2), np.float16),
        np.zeros(2, np.uint8),
        np.zeros((1, 1, 1)),
        np.zeros((0, 2**40)),
        np.array(1.0),
    ],
    ids=lambda array: f"{array.dtype}{array.shape}",
)
def test_arrays_of_other_types_and_shapes_are_refused_before_they_are_made(path, array):
    put(path, '{"version": 1, "model": {}, "digest": ""}', {"a": array})
    with pytest.raises(ValueError, match=r"its array 'a' has type .* and shape"):
        read(path)


def header(entries):
    """A file with this header and 64 bytes of numbers."""
    text = json.dumps({"__metadata__": {"halfmoon": "{}"}, **entries}).encode()
    return len(text).to_bytes(8, "little") + text + bytes(64)


def entry(start, stop, shape, dtype="F64"):
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, stop]}


@pytest.mark.parametrize(
    "entries",
    [
        {"a": entry(0, 64, [8]), "b": entry(0, 64, [8])},
        {"a": entry(0, 40, [5]), "b": entry(32, 64, [4])},
        {"a": entry(0, 24, [3]), "b": entry(32, 64, [4])},
        {"a": entry(0, 64, [2**40])},
        {"a": entry(0, 64, [2**32, 2**32])},
        {"a": entry(0, 2**50, [2**47])},
        {"a": entry(64, 0, [8])},
        {"a": entry(0, 64, [-8])},
        {"a": entry(0, 64, [8], "F63")},
        {},
    ],
    ids=str,
)
def test_arrays_that_overlap_leave_gaps_or_lie_outside_are_refused(path, entries):
    path.write_bytes(header(entries))
    with pytest.raises(ValueError, match="no model file, or it was cut short"):
        read(path)


def test_the_length_of_the_header_is_not_believed(path):
    for length in (2**63, 2**40, 10**8, 0):
        path.write_bytes(length.to_bytes(8, "little") + b"{}")
        with pytest.raises(ValueError, match="it is no model file"):
            read(path)


def test_what_is_no_file_is_refused_in_a_sentence(path, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"file cannot be read \(No such file"):
        read(path)
    with pytest.raises(OSError, match="is no file; give the name"):
        read(tmp_path)
    os.mkfifo(path)  # nobody ever writes to it
    with pytest.raises(OSError, match="is no file; give the name"):
        read(path)


def test_a_description_that_could_not_be_read_again_is_not_written(monkeypatch):
    monkeypatch.setattr(container, "LONGEST", 100)
    with pytest.raises(ValueError, match="bytes, and a model file has room for 100"):
        to_bytes({"names": ["x" * 100]}, ARRAYS)
