"""Components made at random: both engines mean the same, whatever changes afterwards.

What is written for the compiled engine is run here as plain Python, element by element,
and compared with NumPy on arrays. Where NumPy cannot compute it, the compiled engine
must not, either. Seeds are fixed.
"""

import ast
import importlib
import math
import pickle
import sys
import textwrap
import warnings
from contextlib import suppress
from random import Random

import numpy as np
import pytest

from halfmoon import Network
from halfmoon.components.freezing import ChangeableError, freeze
from halfmoon.engines.compiled import engine
from halfmoon.engines.compiled.codegen import Loop, UntranslatableError
from halfmoon.engines.compiled.functions import SIMD
from halfmoon.engines.predicting import predictor_of

Z = np.random.RandomState(0).normal(scale=1.5, size=12)
HEAD = """
import functools
import math
from dataclasses import dataclass

import numpy as np

from halfmoon import Activation
from halfmoon.arrays.elementary import logistic

G0 = 0.75
G1 = -1.25
N0 = 7
N1 = 2**60 + 1
F1 = np.float32(0.1)
PAIR = (0.5, 2.0)
TABLE = np.array([0.5, -1.0])
LIST = [1.0]
exp = np.vectorize(lambda z: 0.5 * z + G0)


def ones_like(z):
    return 0.25 * z * G1


def zeros_like(z):
    return G0 + 0.0 * z


def tanh(z, by=2.0):
    return z / (1.0 + by * by + abs(z))


def where(c, x, y):
    return np.where(c, y, x)


def scaled(z, by):
    t = by * z
    return t + G1


maximum = np.minimum
halved = functools.partial(scaled, by=0.5)
absolute = lambda z: np.abs(z) + PAIR[0]  # noqa


class Base(Activation):
    C = 1.75

    def f(self, z):
        return z + G1

    def df(self, z, a):
        return 1.0 + 0.0 * z

    @property
    def twice(self):
        return 2.0 * self.k * G0

    @staticmethod
    def still(z):
        return np.arctan(z) * G0

    def own(self, z):
        return self.k * z - self.C

    short = lambda self, z: z * self.k
"""
COMPONENT = """

@dataclass(frozen=True)
class C{i}(Base):
    k: float = {k}
    n: int = {n}
    flag: bool = {flag}

    def f(self, z):
{body}
"""
LEAVES = [
    *["z"] * 8, "0.5", "2", "-1.5", "3", "self.k", "self.k", "self.n", "self.flag",
    "G0", "G1", "N0", "math.pi", "np.e", "self.C", "self.twice",
]  # fmt: skip
RARE_LEAVES = ["N1", "F1", "PAIR[1]", "TABLE[1]", "True", "LIST[0]"]
NUMBERS = [
    "{x} + {y}", "{x} - {y}", "{x} * {y}", "{x} / (1.5 + np.abs({y}))", "({x}) ** 2",
    "np.abs({x}) ** 0.5", "({x}) % 2.5", "-({x})", "np.tanh({x})", "abs({x})",
    "np.exp(-np.abs({x}))", "np.sin({x})", "np.sqrt(np.abs({x}))", "logistic({x})",
    "np.log1p(np.abs({x}))", "np.sign({x})", "np.square({x})", "np.floor({x})",
    "np.maximum({x}, {y})", "np.minimum({x}, {y})", "np.where({c}, {x}, {y})",
    "np.ones_like({x})", "np.zeros_like({x})", "ones_like({x})", "zeros_like({x})",
    "tanh({x}, {y})", "where({c}, {x}, {y})", "scaled({x}, {y})", "absolute({x})",
    "maximum({x}, {y})", "self.own({x})", "self.still({x})", "self.short({x})",
    "({c}) * ({x})", "({x} if self.flag else {y})", "math.sqrt(abs(self.k))",
    "max(self.k, 1.0) * ({x})", "super().f({x})", "float(self.n) * ({x})",
]  # fmt: skip
RARE_NUMBERS = [
    "exp({x})", "tanh({x})", "halved({x})", "({c}) + ({c})", "-({c})", "~({c})",
    "~(self.k > 1) * ({x})", "({x} if {c} else {y})", "max({x}, 0.0)", "math.exp({x})",
    "np.exp({c})", "np.sum({x})", "({x}).mean()", "np.where({c}, {c}, {c}) + ({c})",
    "np.where({x}, {x}, {y})", "np.power({x}, 3)", "np.clip({x}, -1.0, 1.0)",
    "(self.k > 0.5) * ({x})", "((self.k > 0.5) + (self.n > 1)) * ({x})",
    "-(self.k > 0.5) * ({x})", "self.n // 2 * ({x})", "int(self.k) * ({x})",
    "sum([({x}) * c for c in PAIR])", "np.hypot({x}, {y})", "(self.n & 1) * ({x})",
]  # fmt: skip
CONDITIONS = [
    "{x} > {y}", "{x} <= 0.5", "({c}) & ({c})", "({c}) | ({c})", "~({x} > 0.0)",
    "{x} != {y}",
]  # fmt: skip
RARE_CONDITIONS = ["self.k > 1", "not self.flag", "-1.0 < {x} < 1.0", "({c}) and ({c})"]


def chosen(rng, usual, rare):
    return rng.choice(rare if rng.random() < 0.06 else usual)


def number(rng, names, depth):
    """An expression at random."""
    if depth == 0:
        return (
            rng.choice(names)
            if rng.random() < 0.4
            else chosen(rng, LEAVES, RARE_LEAVES)
        )
    return filled(rng, chosen(rng, NUMBERS, RARE_NUMBERS), names, depth - 1)


def filled(rng, template, names, depth):
    for place, make in (("{x}", number), ("{y}", number), ("{c}", condition)):
        while place in template:
            part = make(rng, names, depth)
            template = template.replace(place, part if depth == 0 else f"({part})", 1)
    return template


def condition(rng, names, depth):
    depth = max(depth - 1, 0)
    return (
        filled(rng, chosen(rng, CONDITIONS, RARE_CONDITIONS), names, depth)
        if depth
        else (f"{number(rng, names, 0)} > {number(rng, names, 0)}")
    )


def component(rng, i):
    """The text of a class."""
    names = ["z"]
    lines = []
    for t in range(rng.randrange(3)):
        lines.append(f"t{t} = {number(rng, names, rng.randrange(1, 4))}")
        names.append(f"t{t}")
    lines.append(f"return {number(rng, names, rng.randrange(1, 4))}")
    return COMPONENT.format(
        i=i,
        k=rng.choice([0.5, 1.5, -0.75, 2]),
        n=rng.choice([3, 3, 2, -2, 2**53 + 1]),
        flag=rng.choice([True, False]),
        body=textwrap.indent("\n".join(lines), " " * 8),
    )


def by_numpy(act):
    """f of an array; None where NumPy cannot compute it."""
    try:
        return np.broadcast_to(np.asarray(act.f(Z)), Z.shape).astype(np.float64)
    except (TypeError, ValueError, AttributeError):
        return None


SCALAR = {name: f for f, name in SIMD.items() if f not in (np.where,)}
SPACE = {
    **{f"_{name}": function for name, function in SCALAR.items()},
    "_where": lambda c, x, y: x if c else y,
    "T": np.float64,
    "np": np,
    "math": math,
}


def by_element(act):
    """f as it is written for the compiled engine; None where it is refused."""
    loop = Loop(act, "float64", [])
    try:
        value = loop.written(act.f, ast.Name("z"))
    except (UntranslatableError, RecursionError):
        return None
    lines = ["def f(z, h):", *loop.before, *loop.inside, f"return {value}"]
    space = dict(SPACE)
    exec("\n  ".join(lines), space)
    h = [float(getattr(act, name)) for name in loop.settings]
    return np.array([float(space["f"](z, h)) for z in Z])


def loaded(tmp_path, monkeypatch, seed, count):
    """A module with so many components."""
    rng = Random(seed)
    name = f"components_at_random_{seed}"
    text = HEAD + "".join(component(rng, i) for i in range(count))
    (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    module = importlib.import_module(name)
    del sys.modules[name]
    return module, [getattr(module, f"C{i}")() for i in range(count)]


def change(module):
    """Everything that the components of a module read."""
    module.G0 = 5.0
    module.G1 = 6.0
    module.PAIR = (7.0, 8.0)
    module.TABLE[:] = 9.0
    module.scaled = module.ones_like = module.tanh = lambda *z: z[0] + 10.0
    module.Base.own = module.Base.f = lambda self, z: 11.0 * z
    module.Base.C = 12.0


def assert_same(value, expected, act, what):
    np.testing.assert_allclose(
        value, expected, rtol=1e-12, atol=1e-12, err_msg=f"{type(act).__name__} {what}"
    )


def check(tmp_path, monkeypatch, seed, count):
    """How many of the components are translated, run by NumPy alone, and refused."""
    module, acts = loaded(tmp_path, monkeypatch, seed, count)
    translated = refused = 0
    kept = []
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for act in acts:
            expected = by_numpy(act)
            try:
                frozen = freeze(act)
            except ChangeableError:
                assert "LIST" in (tmp_path / f"{module.__name__}.py").read_text()
                refused += 1
                continue
            written = by_element(frozen)
            if written is not None:
                translated += 1
                assert expected is not None, f"{type(act).__name__}: NumPy fails"
                assert_same(written, expected, act, "as loops")
            if expected is not None:
                again = pickle.loads(pickle.dumps(frozen))
                kept.append((act, expected, [frozen, again], written is not None))
        change(module)
        for act, expected, copies, is_translated in kept:
            for frozen in copies:
                assert_same(by_numpy(frozen), expected, act, "after a change")
                if is_translated:
                    assert_same(by_element(frozen), expected, act, "as loops, later")
    return translated, len(kept) - translated, refused


def test_components_at_random(tmp_path, monkeypatch):
    translated, by_numpy_alone, refused = check(tmp_path, monkeypatch, 1, 200)
    assert translated > 90
    assert by_numpy_alone > 20
    assert refused > 1


@pytest.mark.slow
def test_some_of_them_compiled(tmp_path, monkeypatch):
    module, acts = loaded(tmp_path, monkeypatch, 17, 60)
    compiled = []
    X = np.outer(Z, [1.0, -0.5])
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for act in acts:
            network = Network.dense([2, 3, 1], act, "squared_error")
            if by_numpy(act) is None or np.shape(act.f(Z)) != Z.shape:
                continue
            if len(compiled) == 12:
                break
            with suppress(ChangeableError):
                network.freeze()
                expected = network.predict(X)
                if engine.why_not(network, None) is None:
                    network.predictor = predictor_of(engine)
                    assert_same(network.predict(X), expected, act, "compiled")
                    compiled.append((act, network, expected))
        change(module)
        for act, network, expected in compiled:
            network.predictor = predictor_of(engine)
            assert_same(network.predict(X), expected, act, "compiled, later")
            assert_same(network.predict(X[:1]), expected[:1], act, "one row")
    assert len(compiled) == 12


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 5))
def test_more_components_at_random(tmp_path, monkeypatch, seed):
    check(tmp_path, monkeypatch, seed, 400)
