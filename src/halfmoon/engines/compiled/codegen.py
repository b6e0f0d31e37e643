"""From a component's methods to compiled loops: one source for NumPy and for numba.

A method of an activation, loss or optimizer is read as text and written out for one
element, line by line: calls of the component's other methods and of plain functions
are inlined, ``np.exp`` becomes `simd`'s exp, and what is the same for all elements
(numbers, settings, the update's number t) is computed once before the loop, in float64,
and then cast to the kernel's type, as NumPy does.
"""

import ast
import inspect
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import CodeType, ModuleType
from typing import Any

import numpy as np

from halfmoon.components.registry import Component
from halfmoon.engines.compiled.simd import FUNCTIONS

# what a piece of source stands for: an expression of one element (ast.expr), an
# Invariant, a tuple of such, or a function or module
Value = Any
# where functions come from, and how they are written in a loop
LIBRARIES = {"numpy": "np.", "math": "math.", "builtins": ""}
# NumPy's functions of single elements, beside simd's; np.sum, say, is of a whole array
# fmt: off
ELEMENTWISE = {
    "abs", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh",
    "ceil", "cos", "cosh", "exp2", "fabs", "floor", "hypot", "log10", "log2", "power",
    "reciprocal", "rint", "sign", "sin", "sinh", "sqrt", "square", "tan", "trunc",
}
# fmt: on
# & and | of comparisons, as NumPy has them
LOGICAL: dict[type, type] = {ast.BitAnd: ast.And, ast.BitOr: ast.Or}


class UntranslatableError(ValueError):
    """Why a component's source cannot become a loop."""


@dataclass
class Invariant:
    """An expression that is the same for all elements, computed above the loop."""

    code: ast.expr


@dataclass
class Loop:
    """The lines of one loop as they are being written, and the settings they read."""

    component: Component
    dtype: str
    settings: list[str]  # shared by a component's loops; they stand in h
    first: int = 0  # from this entry on
    before: list[str] = field(default_factory=list)
    inside: list[str] = field(default_factory=list)
    names_made: int = 0

    def inline(self, function: Any, arguments: Sequence[Value]) -> Value:
        """Write out a function's lines; returns what the function returns."""
        tree = _tree(function)
        values = list(arguments)
        if inspect.ismethod(function):
            values.insert(0, function.__self__)
        names = [argument.arg for argument in (*tree.args.posonlyargs, *tree.args.args)]
        optional = tree.args.kwonlyargs or tree.args.vararg or tree.args.kwarg
        if optional or len(names) != len(values):
            raise UntranslatableError(f"{function.__name__} has optional arguments")
        seen = inspect.getclosurevars(function)
        outside = {**seen.builtins, **seen.globals, **seen.nonlocals}
        scope = Scope(self, dict(zip(names, values, strict=True)), outside)
        return scope.run(tree.body)

    def written(self, function: Any, *arguments: Value) -> str:
        """The text of what a function returns, once its lines are written."""
        return ast.unparse(self.element(self.inline(function, arguments)))

    def name(self, hint: str) -> ast.Name:
        """A name that is not in use yet."""
        self.names_made += 1
        return ast.Name(f"{hint}{self.names_made}")

    def element(self, value: Value) -> ast.expr:
        """The value as an expression inside the loop, of the kernel's type.

        An invariant is computed above the loop, under a name.
        """
        if isinstance(value, Invariant):
            name = self.name("c")
            self.before.append(f"{name.id} = T({ast.unparse(value.code)})")
            return name
        if not isinstance(value, ast.expr):
            raise UntranslatableError(f"{value!r} is not a number")
        return ast.Call(ast.Name("T"), [value], []) if _is_logical(value) else value

    def own(self, name: str) -> Value:
        """What ``self.name`` stands for: a number of the component's, or a method."""
        value = getattr(self.component, name, None)
        if callable(value):
            return value
        if not isinstance(value, int | float | np.number):
            raise UntranslatableError(f"{name} is not a number")
        if name not in self.settings:
            self.settings.append(name)
        return Invariant(_parse(f"h[{self.first + self.settings.index(name)}]"))


class Scope:
    """The names of one function while it is written out.

    Each assignment makes a new name, so that no value is overwritten.
    """

    def __init__(
        self, loop: Loop, names: dict[str, Value], outside: dict[str, Any]
    ) -> None:
        self.loop = loop
        self.names = names
        self.outside = outside

    def run(self, body: list[ast.stmt]) -> Value:
        """Write out statement after statement, up to the one that returns."""
        for line in body:
            if isinstance(line, ast.Return) and line.value is not None:
                return self.value(line.value)
            if isinstance(line, ast.Assign) and len(line.targets) == 1:
                self.assign(line.targets[0], self.value(line.value))
            elif not _is_docstring(line):
                text = ast.unparse(line).splitlines()[0]
                raise UntranslatableError(f"it contains {text!r}")
        raise UntranslatableError("it returns nothing")

    def assign(self, target: ast.expr, value: Value) -> None:
        """Give a name, or several, to a value."""
        if isinstance(target, ast.Tuple) and isinstance(value, tuple):
            if len(value) != len(target.elts):
                raise UntranslatableError(f"it assigns to {ast.unparse(target)!r}")
            for name, part in zip(target.elts, value, strict=True):
                self.assign(name, part)
        elif not isinstance(target, ast.Name):
            raise UntranslatableError(f"it assigns to {ast.unparse(target)!r}")
        elif _needs_line(value):
            name = self.loop.name(f"{target.id}_")
            self.names[target.id] = name
            self.loop.inside.append(f"{name.id} = {ast.unparse(value)}")
        else:
            self.names[target.id] = value

    def value(self, node: ast.expr) -> Value:
        """What an expression becomes in the loop, or above it."""
        match node:
            case ast.Constant(value=int() | float()):
                return _number(node.value)
            case ast.Tuple():
                return tuple(self.value(part) for part in node.elts)
            case ast.Name() | ast.Attribute():
                return self.look_up(node)
            case ast.Call():
                return self.call(node)
            case (
                ast.BinOp() | ast.UnaryOp() | ast.Compare() | ast.BoolOp() | ast.IfExp()
            ):
                return self.operation(node)
        raise UntranslatableError(f"it contains {ast.unparse(node)!r}")

    def operation(self, node: Any) -> Value:
        """Arithmetic, comparison or choice: invariant if all parts are."""
        children = ast.iter_child_nodes(node)
        parts = [child for child in children if isinstance(child, ast.expr)]
        values = [self.value(part) for part in parts]
        if all(isinstance(value, Invariant) for value in values):
            return Invariant(_with(node, parts, [value.code for value in values]))
        if _has_constant_exponent(node):
            # z**3 stays so: numba makes it products
            return _with(node, parts[:1], [self.loop.element(values[0])])
        if isinstance(node, ast.BinOp | ast.UnaryOp) and all(map(_is_logical, values)):
            return self.logic(node, values)
        keeps_logical = isinstance(node, ast.BoolOp | ast.IfExp)
        new = []
        for value in values:
            if keeps_logical and _is_logical(value):
                new.append(value)
            else:
                new.append(self.loop.element(value))
        return _with(node, parts, new)

    def logic(self, node: Any, values: list[ast.expr]) -> ast.expr:
        """Operators between comparisons: ``&``, ``|``, ``~``, and ``*`` of two."""
        if type(node.op) in LOGICAL:
            return ast.BoolOp(LOGICAL[type(node.op)](), values)
        if isinstance(node.op, ast.Invert | ast.Not):
            return ast.UnaryOp(ast.Not(), values[0])
        if isinstance(node.op, ast.Mult):
            return ast.BoolOp(ast.And(), values)
        raise UntranslatableError(f"it contains {ast.unparse(node)!r}")

    def look_up(self, node: ast.Name | ast.Attribute) -> Value:
        """A local name, the component's own (``self.x``), or one from outside.

        From outside come numbers, functions and modules.
        """
        if isinstance(node, ast.Attribute):
            owner = self.value(node.value)
            if owner is self.loop.component:
                return self.loop.own(node.attr)
            is_module = isinstance(owner, ModuleType)
            value = getattr(owner, node.attr, None) if is_module else None
        elif node.id in self.names:
            return self.names[node.id]
        else:
            value = self.outside.get(node.id)
        if isinstance(value, int | float | np.number):
            return _number(value)
        if value is None:
            raise UntranslatableError(f"it contains {ast.unparse(node)!r}")
        return value

    def call(self, node: ast.Call) -> Value:
        """A function of `simd`, NumPy or Python by its name; any other is inlined."""
        function = self.value(node.func)
        arguments = [self.value(argument) for argument in node.args]
        name = getattr(function, "__name__", "")
        home = getattr(function, "__module__", None) or "numpy"
        if node.keywords:
            raise UntranslatableError(f"it contains {ast.unparse(node)!r}")
        if name in ("ones_like", "zeros_like"):
            return _number(name == "ones_like")
        in_library = home in LIBRARIES
        if in_library and all(isinstance(value, Invariant) for value in arguments):
            called = _parse(LIBRARIES[home] + name)
            codes = [argument.code for argument in arguments]
            return Invariant(ast.Call(called, codes, []))
        in_simd = name in FUNCTIONS[self.loop.dtype] and (
            in_library or home == "halfmoon.arrays.elementary"
        )
        if not in_simd and not in_library:
            return self.loop.inline(function, arguments)
        if not in_simd and (home == "math" or name not in ELEMENTWISE):
            raise UntranslatableError(f"it contains {ast.unparse(node)!r}")
        elements = []
        if name == "where" and _is_logical(arguments[0]):
            elements.append(arguments.pop(0))
        elements += [self.loop.element(argument) for argument in arguments]
        called = _parse(f"_{name}" if in_simd else LIBRARIES[home] + name)
        return ast.Call(called, elements, [])


def _tree(function: Any) -> ast.FunctionDef:
    """A function's source, if it is plain and is what runs."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    except (OSError, TypeError, SyntaxError):
        name = getattr(function, "__name__", function)
        raise UntranslatableError(f"the source of {name} cannot be read") from None
    if hasattr(function, "__wrapped__"):
        raise UntranslatableError(f"{function.__name__} is decorated")
    if not isinstance(tree, ast.FunctionDef):
        raise UntranslatableError(f"{function.__name__} is not a plain function")
    if not _is_as_loaded(function, tree):
        raise UntranslatableError(
            f"the source of {function.__name__} has changed since it was loaded"
        )
    return tree


def _parse(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _number(value: Any) -> Invariant:
    """A number as an expression; a negative one is an operation, with parentheses."""
    return Invariant(_parse(ast.unparse(ast.Constant(float(value)))))


def _is_docstring(line: ast.stmt) -> bool:
    return isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant)


def _is_logical(value: Value) -> bool:
    """Whether it is true or false for each element, as a comparison is."""
    negated = isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.Not)
    return negated or isinstance(value, ast.Compare | ast.BoolOp)


def _needs_line(value: Value) -> bool:
    """Whether a name is given to it in the loop: a name or comparison is repeated."""
    if isinstance(value, ast.Name) or _is_logical(value):
        return False
    return isinstance(value, ast.expr)


def _has_constant_exponent(node: ast.expr) -> bool:
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Pow):
        return False
    return isinstance(node.right, ast.Constant)


def _is_as_loaded(function: Any, tree: ast.FunctionDef) -> bool:
    """Whether the source is what runs, and no later edit: by its names and numbers."""
    loaded = inspect.unwrap(function).__code__
    constants = compile(ast.Module([tree], []), "", "exec").co_consts
    source = next(part for part in constants if isinstance(part, CodeType))
    return (
        {*source.co_names} == {*loaded.co_names, *loaded.co_freevars}
        and source.co_varnames == loaded.co_varnames
        and source.co_consts[1:] == loaded.co_consts[1:]
    )


def _with(node: Any, old: list[ast.expr], new: list[ast.expr]) -> Any:
    """A copy of `node` with some of its parts replaced."""
    replacements = {id(part): other for part, other in zip(old, new, strict=True)}
    fields = {}
    for name, value in ast.iter_fields(node):
        if isinstance(value, list):
            fields[name] = [replacements.get(id(part), part) for part in value]
        else:
            fields[name] = replacements.get(id(value), value)
    return type(node)(**fields)
