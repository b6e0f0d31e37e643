"""The parts that a component is made of, and a copy built from these."""

import pickle
import types

import numpy as np
import pytest

from halfmoon.components import parts
from halfmoon.components.freezing import Reader


def written(function):
    """A function as a pickle holds it, and read again."""
    part = Reader(object).function(function)
    return pickle.loads(pickle.dumps(part))


def power(z, n):
    """A function that calls itself."""
    return z * power(z, n - 1) if n else 1.0


def test_a_function_is_built_from_its_text():
    built = parts.build(written(power))
    assert built is not power
    assert built.__globals__["power"] is built
    assert built(3.0, 4) == 81.0
    assert (built.__name__, built.__doc__) == ("power", "A function that calls itself.")


def test_cells_and_defaults_come_along():
    def outer(a, b):
        def inner(z, c=b, *, d=a):
            return a * z + c - d

        return inner

    built = parts.build(written(outer(2.0, 5.0)))
    assert [built(1.0), built(1.0, 0.0), built(1.0, d=0.0)] == [5.0, 0.0, 7.0]


def test_the_text_of_a_built_function_is_known():
    part = written(power)
    built = parts.build(part)
    assert parts.text_of(built) == part.text
    assert parts.text_of(power) == part.text


def test_a_part_is_built_once():
    part = written(power)
    assert parts.build(part) is parts.build(part)
    assert parts.build(17) == 17


def test_an_array_cannot_be_written_to():
    values = np.arange(3.0)
    array = parts.build(pickle.loads(pickle.dumps(parts.ReadOnlyArray(values))))
    values[0] = 5.0
    assert array.tolist() == [0.0, 1.0, 2.0]
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 1.0


def test_find_finds_what_is_loaded_under_a_name():
    assert parts.find("types", "SimpleNamespace") is types.SimpleNamespace
    assert parts.find("types", "Missing") is None
    assert parts.find("no_such_module", "Missing") is None
