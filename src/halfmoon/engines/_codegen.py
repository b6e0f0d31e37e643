"""From a block's methods to compiled loops: the one source of each activation, loss and optimizer rule, translated.

A method is read as text and written out for one element, line by line: calls of the block's other methods and of plain
functions are inlined, ``np.exp`` becomes `_simd`'s exp, and what is the same for all elements (numbers, settings, the
update's number t) is computed once before the loop, in float64, and then cast to the kernel's type, as NumPy does.
"""

import ast
import builtins
import inspect
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import numpy as np

from halfmoon.activations import Activation
from halfmoon.engines._simd import FUNCTIONS
from halfmoon.losses import Loss
from halfmoon.optimizers import Optimizer
from halfmoon.registry import Block

Value = Any  # an expression of one element (ast.expr), an Even one, a tuple of such, or a function or module by name
LIBRARIES = {"numpy": "np.", "math": "math.", "builtins": ""}


class UntranslatableError(ValueError):
    """Why a block's source cannot become a loop."""


@dataclass
class Even:
    """An expression that is the same for all elements."""

    code: ast.expr


@dataclass
class Loop:
    """The lines of one loop as they are being written, and the settings they read from h."""

    block: Block
    dtype: str
    settings: list[str]  # shared by a block's loops, in h from entry `first` on
    first: int = 0
    before: list[str] = field(default_factory=list)
    inside: list[str] = field(default_factory=list)
    count: int = 0

    def inline(self, function: Any, arguments: Sequence[Value]) -> Value:
        """Write out a function's lines; gives what it returns."""
        try:
            tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
        except (OSError, TypeError, SyntaxError):
            raise UntranslatableError(
                f"the source of {getattr(function, '__name__', function)} cannot be read"
            ) from None
        if not isinstance(tree, ast.FunctionDef):
            raise UntranslatableError(f"{function.__name__} is no plain function")
        names = [argument.arg for argument in tree.args.args]
        given = [function.__self__, *arguments] if inspect.ismethod(function) else list(arguments)
        if len(names) != len(given):
            raise UntranslatableError(f"{function.__name__} has optional arguments")
        return Scope(self, dict(zip(names, given, strict=True)), inspect.unwrap(function).__globals__).run(tree.body)

    def written(self, function: Any, *arguments: Value) -> str:
        """The text of what a function gives, after its lines."""
        return ast.unparse(self.element(self.inline(function, arguments)))

    def name(self, hint: str) -> ast.Name:
        """A new name."""
        self.count += 1
        return ast.Name(f"{hint}{self.count}")

    def element(self, value: Value) -> ast.expr:
        """The value as an expression inside the loop, of the kernel's type; an even one is computed above the loop."""
        if isinstance(value, Even):
            name = self.name("c")
            self.before.append(f"{name.id} = T({ast.unparse(value.code)})")
            return name
        if not isinstance(value, ast.expr):
            raise UntranslatableError(f"{value!r} is no number")
        return ast.Call(ast.Name("T"), [value], []) if isinstance(value, ast.Compare | ast.BoolOp) else value

    def own(self, name: str) -> Value:
        """What ``self.name`` stands for: a number of the block's, or a method."""
        value = getattr(self.block, name, None)
        if callable(value):
            return value
        if not isinstance(value, int | float | np.number):
            raise UntranslatableError(f"{name} is no number")
        if name not in self.settings:
            self.settings.append(name)
        return Even(_parse(f"h[{self.first + self.settings.index(name)}]"))


class Scope:
    """The names of one function while it is written out; each assignment makes a new one."""

    def __init__(self, loop: Loop, names: dict[str, Value], outside: dict[str, Any]) -> None:
        self.loop, self.names, self.outside = loop, names, outside

    def run(self, body: list[ast.stmt]) -> Value:
        """Statement after statement, up to the one that returns."""
        for line in body:
            if isinstance(line, ast.Return) and line.value is not None:
                return self.value(line.value)
            if isinstance(line, ast.Assign) and len(line.targets) == 1:
                self.assign(line.targets[0], self.value(line.value))
            elif not (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant)):  # a docstring may stand
                raise UntranslatableError(f"it says {ast.unparse(line).splitlines()[0]!r}")
        raise UntranslatableError("it returns nothing")

    def assign(self, target: ast.expr, value: Value) -> None:
        """Give a name, or several, to a value."""
        if isinstance(target, ast.Tuple) and isinstance(value, tuple) and len(value) == len(target.elts):
            for one, part in zip(target.elts, value, strict=True):
                self.assign(one, part)
        elif not isinstance(target, ast.Name):
            raise UntranslatableError(f"it assigns to {ast.unparse(target)!r}")
        elif isinstance(value, ast.expr) and not isinstance(value, ast.Name):
            self.names[target.id] = self.loop.name(f"{target.id}_")
            self.loop.inside.append(f"{self.names[target.id].id} = {ast.unparse(value)}")
        else:
            self.names[target.id] = value

    def value(self, node: ast.expr) -> Value:
        """What an expression becomes."""
        match node:
            case ast.Constant(value=int() | float()):
                return Even(node)
            case ast.Tuple():
                return tuple(self.value(one) for one in node.elts)
            case ast.Name() | ast.Attribute():
                return self.look_up(node)
            case ast.Call():
                return self.call(node)
            case ast.BinOp() | ast.UnaryOp() | ast.Compare() | ast.BoolOp() | ast.IfExp():
                return self.operation(node)
        raise UntranslatableError(f"it says {ast.unparse(node)!r}")

    def operation(self, node: Any) -> Value:
        """Arithmetic, comparison or choice: even if all parts are."""
        parts = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
        values = [self.value(part) for part in parts]
        if all(isinstance(value, Even) for value in values):
            return Even(_with(node, parts, [value.code for value in values]))
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and isinstance(node.right, ast.Constant):
            return _with(node, parts[:1], [self.loop.element(values[0])])  # z**3 stays so: numba makes it products
        logical = isinstance(node, ast.BoolOp | ast.IfExp) or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not))
        keep = ast.Compare | ast.BoolOp
        return _with(node, parts, [v if logical and isinstance(v, keep) else self.loop.element(v) for v in values])

    def look_up(self, node: ast.expr) -> Value:
        """A name: local, the block's own (``self.x``), or a number, function or module from outside."""
        if isinstance(node, ast.Name) and node.id in self.names:
            return self.names[node.id]
        if isinstance(node, ast.Attribute):
            owner = self.value(node.value)
            if owner is self.loop.block:
                return self.loop.own(node.attr)
            found = getattr(owner, node.attr, None) if isinstance(owner, ModuleType) else None
        else:
            name = ast.unparse(node)
            found = self.outside.get(name, getattr(builtins, name, None))
        if isinstance(found, int | float | np.number):
            return Even(ast.Constant(float(found)))
        if found is None:
            raise UntranslatableError(f"it says {ast.unparse(node)!r}")
        return found

    def call(self, node: ast.Call) -> Value:
        """A function of `_simd`, of NumPy or of Python by its name; any other is inlined."""
        function, arguments = self.value(node.func), [self.value(argument) for argument in node.args]
        name, home = getattr(function, "__name__", ""), getattr(function, "__module__", None) or "numpy"
        if node.keywords:
            raise UntranslatableError(f"it says {ast.unparse(node)!r}")
        if name in ("ones_like", "zeros_like"):
            return Even(ast.Constant(float(name == "ones_like")))
        if home in LIBRARIES and all(isinstance(argument, Even) for argument in arguments):
            return Even(ast.Call(_parse(LIBRARIES[home] + name), [argument.code for argument in arguments], []))
        known = name in FUNCTIONS[self.loop.dtype] and (home in LIBRARIES or home == "halfmoon.elementary")
        if not known and home not in LIBRARIES:
            return self.loop.inline(function, arguments)
        keep = arguments[:1] if name == "where" and isinstance(arguments[0], ast.Compare) else []
        elements = [*keep, *map(self.loop.element, arguments[len(keep) :])]
        return ast.Call(_parse(f"_{name}" if known else LIBRARIES[home] + name), elements, [])


def _parse(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _with(node: Any, old: list[ast.expr], new: list[ast.expr]) -> Any:
    """A copy of `node` with some of its parts replaced."""
    swap = {id(before): after for before, after in zip(old, new, strict=True)}

    def part(value: Any) -> Any:
        return [swap.get(id(one), one) for one in value] if isinstance(value, list) else swap.get(id(value), value)

    return type(node)(**{name: part(value) for name, value in ast.iter_fields(node)})


# What a block's module holds

HEAD = '''"""{block}, made by halfmoon from its source; do not edit."""
import math
import numpy as np
from numba import carray
from halfmoon.engines._native import fast, loop
from halfmoon.engines._simd import FUNCTIONS
T = np.{dtype}
'''
FORWARD = """
@loop("TTih")
def f(z_, a_, n, h):
    fast()
    z_, a_ = carray(z_, n), carray(a_, n)
    {before}
    for i in range(n):
        z = {z}[i]
        {inside}
        a_[i] = {value}
    return 0.0
"""
BACKWARD = """
@loop("TTTih")
def df(z_, a_, delta_, n, h):
    fast()
    z_, a_, delta_ = carray(z_, n), carray(a_, n), carray(delta_, n)
    {before}
    for i in range(n):
        {loads}
        {inside}
        delta_[i] *= {value}
    return 0.0
"""
LOSS = """
@loop("TTTTTiiiih")
def loss(z_, y_, w_, dz_, spare_, k, n, ld, w_ld, h):
    fast()
    z_, y_, w_, dz_ = carray(z_, (k, ld)), carray(y_, (k, ld)), carray(w_, k * ld), carray(dz_, (k, ld))
    {before}
    total = T(0)
    for j in range(k):
        for r in range(n):
            z, y, w = z_[j, r], y_[j, r], w_[j * w_ld + r]
            {inside}
            total += w * ({value})
            dz_[j, r] = w * ({dz})
    return total
"""
LINK = """
@loop("TTTiiih")
def link(z_, out_, spare_, k, n, ld, h):
    fast()
    z_, out_ = carray(z_, (k, ld)), carray(out_, (n, k))
    {before}
    for j in range(k):
        for r in range(n):
            z = z_[j, r]
            {inside}
            out_[r, j] = {value}
    return 0.0
"""
RULE = """
@loop("TTTTTih")
def rule(theta_, g_, s0_, s1_, s2_, n, h):
    fast()
    theta_, g_, s0_, s1_, s2_ = carray(theta_, n), carray(g_, n), carray(s0_, n), carray(s1_, n), carray(s2_, n)
    t, eta, decay, scale = h[0], T(h[1]), T(h[2]), T(h[3])
    {before}
    for i in range(n):
        g = g_[i] * scale  # [O5]
        {inside}
        {stores}
        theta_[i] -= eta * (({value}) + decay * theta_[i])  # [O4]
    return 0.0
"""


def activation(block: Activation, dtype: str) -> tuple[str, list[str]]:
    """The text of its module and the settings it reads; without z in df, f works in place."""
    settings: list[str] = []
    z, a = ast.Name("z"), ast.Name("a")
    f, df = Loop(block, dtype, settings), Loop(block, dtype, settings)
    value, slope = f.written(block.f, z), df.written(block.df, z, a)
    read = {name for name in ("z", "a") if name in _names([*df.inside, slope])}
    text = _filled(FORWARD, f, value=value, z="z_" if "z" in read else "a_")
    loads = [f"{name} = {name}_[i]" for name in sorted(read)]
    text += _filled(BACKWARD, df, value=slope, loads=loads) + f"needs_z = {'z' in read}\n"
    return module(block, dtype, text), settings


def loss(block: Loss, dtype: str) -> tuple[str, list[str]]:
    """The text of its module and the settings it reads."""
    settings: list[str] = []
    z, y = ast.Name("z"), ast.Name("y")
    loop, link = Loop(block, dtype, settings), Loop(block, dtype, settings)
    value, dz, y_hat = loop.written(block.value, z, y), loop.written(block.dz, z, y), link.written(block.link, z)
    text = _filled(LOSS, loop, value=value, dz=dz)
    return module(block, dtype, text + _filled(LINK, link, value=y_hat)), settings


def rule(block: Optimizer, dtype: str) -> tuple[str, list[str]]:
    """The text of its module and the settings it reads; in h they follow t, eta, decay and the clipping's scale."""
    loop = Loop(block, dtype, [], first=4)
    slots = tuple(ast.Name(f"s{i}_[i]") for i in range(block.slots))
    direction = loop.inline(block.rule, [ast.Name("g"), slots, Even(ast.Name("t"))])
    if not isinstance(direction, tuple) or not isinstance(direction[1], tuple) or len(direction[1]) != len(slots):
        raise UntranslatableError("it does not return u and as many slots as it was given")
    u, new = ast.unparse(loop.element(direction[0])), [ast.unparse(loop.element(slot)) for slot in direction[1]]
    stores = [f"s{i}_[i] = {slot}" for i, slot in enumerate(new)]
    return module(block, dtype, _filled(RULE, loop, value=u, stores=stores)), loop.settings


def _names(lines: list[str]) -> set[str]:
    return {node.id for line in lines for node in ast.walk(ast.parse(line)) if isinstance(node, ast.Name)}


def module(block: Block, dtype: str, functions: str) -> str:
    """A block's functions as a file, with the names that they use."""
    used = [name for name in FUNCTIONS[dtype] if f"_{name}(" in functions]
    names = "".join(f'_{name} = FUNCTIONS["{dtype}"]["{name}"]\n' for name in used)
    return HEAD.format(block=type(block).__name__, dtype=dtype) + names + functions


def _filled(template: str, loop: Loop, **values: Any) -> str:
    """The template with its places filled; a place alone on its line takes any number of lines."""
    values = {"before": loop.before, "inside": loop.inside, **values}
    lines = []
    for line in template.splitlines():
        alone = line.strip().strip("{}")
        if isinstance(values.get(alone), list):
            lines += [line[: len(line) - len(line.lstrip())] + one for one in values[alone]]
        else:
            lines.append(line.format(**values) if "{" in line else line)
    return "\n".join(lines) + "\n"
