"""The columns that a model looks at."""

from types import SimpleNamespace

import numpy as np
import pytest

from halfmoon.commands.common.inputs import BLOCK, blocks_of, inputs_of, read_inputs
from halfmoon.tables.schema import Schema

A = np.array(["1", "2", "3"], dtype=object)
MODEL = SimpleNamespace(
    schema_=Schema.of({"a": A, "b": A}), record_={"target": {"column": "y"}}
)


def test_only_what_the_model_knows_is_looked_at():
    inputs, notes = inputs_of(MODEL, {"y": A, "b": A, "a": A, "id": A}, ["id"])
    assert list(inputs) == ["b", "a"]
    assert notes == []
    inputs, notes = inputs_of(MODEL, {"b": A, "a": A, "id": A})
    assert notes == [
        "the column 'id' is not used, since the model was made without it."
    ]
    _, notes = inputs_of(MODEL, {"a": A, "b": A, **{f"c{j}": A for j in range(9)}})
    assert notes[0].startswith(
        "the 9 columns 'c0', 'c1', 'c2', 'c3', 'c4', ... are not"
    )


def test_a_renamed_column_is_offered():
    inputs, notes = inputs_of(MODEL, {"a": A, "B": A, "y": A, "id": A}, ["id"])
    assert notes == []
    with pytest.raises(ValueError, match=r"no column 'b'.*; it has 'B': rename it"):
        read_inputs(MODEL, inputs)


def test_what_cannot_be_read_is_said_with_its_row():
    with pytest.raises(ValueError, match="no column 'b', which the model needs"):
        read_inputs(MODEL, {"a": A})
    odd = np.array(["1", "2", "x"], dtype=object)
    with pytest.raises(ValueError, match="Row 3 of column 'b' is 'x'"):
        read_inputs(MODEL, {"a": A, "b": odd})


def test_rows_come_in_blocks():
    column = np.arange(2 * BLOCK + 3.0)
    parts = list(blocks_of({"a": column}, "label"))
    assert [part.stop - part.start for part, _ in parts] == [BLOCK, BLOCK, 3]
    joined = np.concatenate([some["a"] for _, some in parts])
    np.testing.assert_array_equal(joined, column)
