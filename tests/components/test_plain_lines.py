"""The plain lines of a component compute what the component computes."""

import math
from dataclasses import dataclass

import numpy as np
import pytest

from halfmoon import ACTIVATIONS, INITIALIZERS, OPTIMIZERS, Activation
from halfmoon.arrays.random import Stream
from halfmoon.components.plain_lines import PlainLines

Z = np.linspace(-3.0, 3.0, 13)


def computed(lines, expression, **names):
    """What an expression gives, in a namespace that knows NumPy alone."""
    known = {"np": np, **names}
    exec("\n".join([*lines.imports.values(), lines.text()]), known)
    return eval(expression, known)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations(name):
    activation = ACTIVATIONS.make(name)
    lines = PlainLines()
    f = lines.expression(activation, "f", z="Z")
    df = lines.expression(activation, "df", z="Z", a="A")
    A = activation.f(Z)
    np.testing.assert_array_equal(computed(lines, f, Z=Z), A)
    slope = computed(lines, df, Z=Z, A=A)
    np.testing.assert_array_equal(slope, activation.df(Z, A))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers(name):
    optimizer = OPTIMIZERS.make(name)
    lines = PlainLines()
    rule = lines.expression(optimizer, "rule", g="g", slots="slots", t="7")
    slots = [Z**2, Z**2 + 1.0][: optimizer.slots]
    u, after = computed(lines, rule, g=Z, slots=slots)
    expected = optimizer.rule(Z, slots, 7)
    np.testing.assert_array_equal(u, expected[0])
    np.testing.assert_array_equal(after, expected[1])


@pytest.mark.parametrize("name", INITIALIZERS)
def test_initializers_draw_from_a_stream_that_is_written_out(name):
    lines = PlainLines()
    lines.define(Stream)
    initializer = INITIALIZERS.make(name)
    draw = lines.expression(initializer, "draw", d="2", k="3", rng="Stream(5, 0)")
    expected = initializer.draw(2, 3, Stream(5, 0))
    np.testing.assert_array_equal(computed(lines, draw), expected)


def test_a_formula_stands_in_the_line_itself():
    lines = PlainLines()
    leaky = ACTIVATIONS.make("leaky_relu:slope=0.2")
    assert lines.expression(leaky, "f", z="z1") == "np.maximum(z1, 0.2 * z1)"
    assert lines.texts == {}


@dataclass(frozen=True)
class Bent(Activation):
    """Two lines, a setting, and a method of its own."""

    at: float = 0.5

    def _shift(self, z):
        return z - self.at

    def f(self, z):
        shifted = self._shift(z)
        return np.abs(shifted)


CURVES = {"bent": lambda z: z * z, "straight": lambda z: 2.0 * z}


@dataclass(frozen=True)
class Chosen(Activation):
    """One of several functions, by its name."""

    name: str = "bent"

    def f(self, z):
        return CURVES[self.name](z)


def test_functions_in_a_table_are_written_out():
    lines = PlainLines()
    f = lines.expression(Chosen("straight"), "f", z="z")
    assert computed(lines, f, z=3.0) == 6.0
    assert lines.texts["CURVES"].splitlines()[1] == "    'bent': lambda z: z * z,"


def test_other_settings_make_another_function():
    lines = PlainLines()
    first = lines.expression(Bent(0.5), "f", z="z")
    second = lines.expression(Bent(1.0), "f", z="z")
    assert computed(lines, first, z=0.0) == 0.5
    assert computed(lines, second, z=0.0) == 1.0
    assert lines.expression(Bent(0.5), "f", z="z") == first


def test_a_function_without_source_is_refused():
    namespace = {"np": np, "math": math}
    exec("def f(z):\n    return np.tanh(z)", namespace)
    with pytest.raises(ValueError, match="source of f cannot be found"):
        PlainLines().define(namespace["f"])
