"""From a block's methods to compiled loops: the one source of each activation, loss and
optimizer rule, translated.

A method is read as text and written out for one element, line by line: calls of the
block's other methods and of plain functions are inlined, ``np.exp`` becomes `simd`'s
exp, and what is the same for all elements (numbers, settings, the update's number t) is
computed once before the loop, in float64, and then cast to the kernel's type, as NumPy
does.
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

# an expression of one element (ast.expr), an Invariant, a tuple of such, or a function
# or module by name
Value = Any
LIBRARIES = {"numpy": "np.", "math": "math.", "builtins": ""}
ELEMENTWISE = {
    "abs",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctan2",
    "arctanh",
    "ceil",
    "cos",
    "cosh",
    "exp2",
    "fabs",
    "floor",
    "hypot",
    "log10",
    "log2",
    "power",
    "reciprocal",
    "rint",
    "sign",
    "sin",
    "sinh",
    # beside simd's; np.sum, say, is of a whole array
    "sqrt",
    "square",
    "tan",
    "trunc",
}
# & and | of comparisons, as NumPy has them
WORDS: dict[type, type] = {ast.BitAnd: ast.And, ast.BitOr: ast.Or}


class UntranslatableError(ValueError):
    """Why a block's source cannot become a loop."""


@dataclass
class Invariant:
    """A loop-invariant expression: the same for all elements, so computed once, above
    the loop.
    """

    code: ast.expr


@dataclass
class Loop:
    """The lines of one loop as they are being written, and the settings they read from
    h.
    """

    block: Component
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
            name = getattr(function, "__name__", function)
            raise UntranslatableError(f"the source of {name} cannot be read") from None
        if hasattr(function, "__wrapped__"):
            raise UntranslatableError(f"{function.__name__} is decorated")
        if not isinstance(tree, ast.FunctionDef):
            raise UntranslatableError(f"{function.__name__} is not a plain function")
        if not _as_loaded(function, tree):
            raise UntranslatableError(
                f"the source of {function.__name__} has changed since it was loaded"
            )
        names = [argument.arg for argument in (*tree.args.posonlyargs, *tree.args.args)]
        given = (
            [function.__self__, *arguments]
            if inspect.ismethod(function)
            else list(arguments)
        )
        if (
            len(names) != len(given)
            or tree.args.kwonlyargs
            or tree.args.vararg
            or tree.args.kwarg
        ):
            raise UntranslatableError(f"{function.__name__} has optional arguments")
        seen = inspect.getclosurevars(function)
        outside = {**seen.builtins, **seen.globals, **seen.nonlocals}
        return Scope(self, dict(zip(names, given, strict=True)), outside).run(tree.body)

    def written(self, function: Any, *arguments: Value) -> str:
        """The text of what a function gives, after its lines."""
        return ast.unparse(self.element(self.inline(function, arguments)))

    def name(self, hint: str) -> ast.Name:
        """A new name."""
        self.count += 1
        return ast.Name(f"{hint}{self.count}")

    def element(self, value: Value) -> ast.expr:
        """The value as an expression inside the loop, of the kernel's type; an
        invariant one stands above it.
        """
        if isinstance(value, Invariant):
            name = self.name("c")
            self.before.append(f"{name.id} = T({ast.unparse(value.code)})")
            return name
        if not isinstance(value, ast.expr):
            raise UntranslatableError(f"{value!r} is not a number")
        return ast.Call(ast.Name("T"), [value], []) if _is_logical(value) else value

    def own(self, name: str) -> Value:
        """What ``self.name`` stands for: a number of the block's, or a method."""
        value = getattr(self.block, name, None)
        if callable(value):
            return value
        if not isinstance(value, int | float | np.number):
            raise UntranslatableError(f"{name} is not a number")
        if name not in self.settings:
            self.settings.append(name)
        return Invariant(_parse(f"h[{self.first + self.settings.index(name)}]"))


class Scope:
    """The names of one function while it is written out; each assignment makes a new
    one.
    """

    def __init__(
        self, loop: Loop, names: dict[str, Value], outside: dict[str, Any]
    ) -> None:
        self.loop = loop
        self.names = names
        self.outside = outside

    def run(self, body: list[ast.stmt]) -> Value:
        """Statement after statement, up to the one that returns."""
        for line in body:
            if isinstance(line, ast.Return) and line.value is not None:
                return self.value(line.value)
            if isinstance(line, ast.Assign) and len(line.targets) == 1:
                self.assign(line.targets[0], self.value(line.value))
            # a docstring may stand
            elif not (
                isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant)
            ):
                raise UntranslatableError(
                    f"it contains {ast.unparse(line).splitlines()[0]!r}"
                )
        raise UntranslatableError("it returns nothing")

    def assign(self, target: ast.expr, value: Value) -> None:
        """Give a name, or several, to a value."""
        if (
            isinstance(target, ast.Tuple)
            and isinstance(value, tuple)
            and len(value) == len(target.elts)
        ):
            for one, part in zip(target.elts, value, strict=True):
                self.assign(one, part)
        elif not isinstance(target, ast.Name):
            raise UntranslatableError(f"it assigns to {ast.unparse(target)!r}")
        elif (
            isinstance(value, ast.expr)
            and not isinstance(value, ast.Name)
            and not _is_logical(value)
        ):
            self.names[target.id] = self.loop.name(f"{target.id}_")
            self.loop.inside.append(
                f"{self.names[target.id].id} = {ast.unparse(value)}"
            )
        else:
            self.names[target.id] = value

    def value(self, node: ast.expr) -> Value:
        """What an expression becomes."""
        match node:
            case ast.Constant(value=int() | float()):
                return _number(node.value)
            case ast.Tuple():
                return tuple(self.value(one) for one in node.elts)
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
        parts = [
            child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)
        ]
        values = [self.value(part) for part in parts]
        if all(isinstance(value, Invariant) for value in values):
            return Invariant(_with(node, parts, [value.code for value in values]))
        if (
            isinstance(node, ast.BinOp)
            and isinstance(node.op, ast.Pow)
            and isinstance(node.right, ast.Constant)
        ):
            # z**3 stays so: numba makes it products
            return _with(node, parts[:1], [self.loop.element(values[0])])
        if isinstance(node, ast.BinOp | ast.UnaryOp) and all(map(_is_logical, values)):
            return self.logic(node, values)
        keep = isinstance(node, ast.BoolOp | ast.IfExp)
        return _with(
            node,
            parts,
            [v if keep and _is_logical(v) else self.loop.element(v) for v in values],
        )

    def logic(self, node: Any, values: list[ast.expr]) -> ast.expr:
        """Operators between comparisons: ``&``, ``|``, ``~``, and the product
        of two.
        """
        if type(node.op) in WORDS:
            return ast.BoolOp(WORDS[type(node.op)](), values)
        if isinstance(node.op, ast.Invert | ast.Not):
            return ast.UnaryOp(ast.Not(), values[0])
        if isinstance(node.op, ast.Mult):
            return ast.BoolOp(ast.And(), values)
        raise UntranslatableError(f"it contains {ast.unparse(node)!r}")

    def look_up(self, node: ast.expr) -> Value:
        """A name: local, the block's own (``self.x``), or a number, function or module
        from outside.
        """
        if isinstance(node, ast.Name) and node.id in self.names:
            return self.names[node.id]
        if isinstance(node, ast.Attribute):
            owner = self.value(node.value)
            if owner is self.loop.block:
                return self.loop.own(node.attr)
            found = (
                getattr(owner, node.attr, None)
                if isinstance(owner, ModuleType)
                else None
            )
        else:
            found = self.outside.get(ast.unparse(node))
        if isinstance(found, int | float | np.number):
            return _number(found)
        if found is None:
            raise UntranslatableError(f"it contains {ast.unparse(node)!r}")
        return found

    def call(self, node: ast.Call) -> Value:
        """A function of `simd`, of NumPy or of Python by its name; any other is
        inlined.
        """
        function = self.value(node.func)
        arguments = [self.value(argument) for argument in node.args]
        name = getattr(function, "__name__", "")
        home = getattr(function, "__module__", None) or "numpy"
        if node.keywords:
            raise UntranslatableError(f"it contains {ast.unparse(node)!r}")
        if name in ("ones_like", "zeros_like"):
            return _number(name == "ones_like")
        if home in LIBRARIES and all(
            isinstance(argument, Invariant) for argument in arguments
        ):
            return Invariant(
                ast.Call(
                    _parse(LIBRARIES[home] + name),
                    [argument.code for argument in arguments],
                    [],
                )
            )
        known = name in FUNCTIONS[self.loop.dtype] and (
            home in LIBRARIES or home == "halfmoon.arrays.elementary"
        )
        if not known and home not in LIBRARIES:
            return self.loop.inline(function, arguments)
        if not known and (home == "math" or name not in ELEMENTWISE):
            raise UntranslatableError(f"it contains {ast.unparse(node)!r}")
        keep = arguments[:1] if name == "where" and _is_logical(arguments[0]) else []
        elements = [*keep, *map(self.loop.element, arguments[len(keep) :])]
        return ast.Call(
            _parse(f"_{name}" if known else LIBRARIES[home] + name), elements, []
        )


def _parse(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _number(value: Any) -> Invariant:
    """A number as text would give it: a negative one is an operation, which needs its
    parentheses.
    """
    return Invariant(_parse(ast.unparse(ast.Constant(float(value)))))


def _is_logical(value: Value) -> bool:
    """Whether it is true or false for each element, as a comparison is."""
    negated = isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.Not)
    return negated or isinstance(value, ast.Compare | ast.BoolOp)


def _as_loaded(function: Any, tree: ast.FunctionDef) -> bool:
    """Whether the text is what runs, and no later edit, as far as names and numbers
    tell.
    """
    code = inspect.unwrap(function).__code__
    parts = compile(ast.Module([tree], []), "", "exec").co_consts
    text = next(part for part in parts if isinstance(part, CodeType))
    outside = {*text.co_names} == {*code.co_names, *code.co_freevars}
    return (
        outside
        and text.co_varnames == code.co_varnames
        and text.co_consts[1:] == code.co_consts[1:]
    )


def _with(node: Any, old: list[ast.expr], new: list[ast.expr]) -> Any:
    """A copy of `node` with some of its parts replaced."""
    swap = {id(before): after for before, after in zip(old, new, strict=True)}

    def part(value: Any) -> Any:
        return (
            [swap.get(id(one), one) for one in value]
            if isinstance(value, list)
            else swap.get(id(value), value)
        )

    return type(node)(**{name: part(value) for name, value in ast.iter_fields(node)})
