"""From a component's methods to compiled loops: one source for NumPy and for numba.

A method of an activation, loss or optimizer is read as text and written out for one
element, line by line: calls of the component's other methods and of plain functions
are inlined, ``np.exp`` becomes `simd`'s exp, and what is the same for all elements
(numbers, settings, the update's number t) is computed once before the loop, in float64,
and then cast to the kernel's type, as NumPy does.

What a name stands for decides, and never the name: a function counts as NumPy's if it
is that very object. What NumPy would compute otherwise, or not at all, is refused.
"""

import ast
import inspect
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from halfmoon.components.parts import text_of
from halfmoon.components.registry import Component
from halfmoon.engines.compiled.functions import LIKE, NUMPY, OF_NUMBERS, SIMD

# what a piece of source stands for: an expression of one element (ast.expr), an
# Invariant, a tuple of such, or a function or module
Value = Any
ARITHMETIC = (
    ast.Add | ast.Sub | ast.Mult | ast.Div | ast.FloorDiv | ast.Mod | ast.Pow | ast.USub
    | ast.UAdd
)  # fmt: skip
COMPARISONS = ast.Lt | ast.LtE | ast.Gt | ast.GtE | ast.Eq | ast.NotEq
# & and | of comparisons, as NumPy has them
LOGICAL: dict[type, type] = {ast.BitAnd: ast.And, ast.BitOr: ast.Or}
# float64 holds every whole number up to here
EXACT = 2**53


class UntranslatableError(ValueError):
    """Why a component's source cannot become a loop."""


@dataclass
class Invariant:
    """An expression that is the same for all elements, computed above the loop."""

    code: ast.expr
    logical: bool = False  # whether it is True or False

    @property
    def number(self) -> ast.expr:
        """The expression as a number: True is 1."""
        return _called("float", [self.code]) if self.logical else self.code


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
        values = list(arguments)
        if inspect.ismethod(function):
            values.insert(0, function.__self__)
            function = function.__func__
        tree = _tree(function)
        names = [argument.arg for argument in (*tree.args.posonlyargs, *tree.args.args)]
        optional = tree.args.kwonlyargs or tree.args.vararg or tree.args.kwarg
        if optional or len(names) != len(values):
            raise UntranslatableError(f"{function.__name__} has optional arguments")
        seen = inspect.getclosurevars(getattr(function, "plain", function))
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
            self.before.append(f"{name.id} = T({ast.unparse(value.number)})")
            return name
        if not isinstance(value, ast.expr):
            raise UntranslatableError(f"{value!r} is not a number")
        return _called("T", [value]) if _is_logical(value) else value

    def condition(self, value: Value) -> ast.expr:
        """The value as True or False, inside the loop."""
        if isinstance(value, Invariant):
            name = self.name("c")
            self.before.append(f"{name.id} = bool({ast.unparse(value.code)})")
            return name
        if not _is_logical(value):
            raise UntranslatableError("it asks whether a number is true")
        return value

    def own(self, name: str) -> Value:
        """What ``self.name`` stands for: a number of the component's, or a method."""
        value = getattr(self.component, name, None)
        if callable(value):
            return value
        if not is_number(value):
            raise UntranslatableError(f"{name} is not a number that float64 holds")
        if name not in self.settings:
            self.settings.append(name)
        code = f"h[{self.first + self.settings.index(name)}]"
        if isinstance(value, bool):
            return Invariant(_parse(f"{code} != 0.0"), True)
        return Invariant(_parse(code))


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
            return self.invariant(node, parts, values)
        if isinstance(node, ast.IfExp) and isinstance(values[0], Invariant):
            self.refuse_logical(node, values[1:])
            chosen = [self.loop.element(value) for value in values[1:]]
            return _with(node, parts, [self.loop.condition(values[0]), *chosen])
        if _has_constant_exponent(node):
            # z**3 stays so: numba makes it products
            return _with(node, parts[:1], [self.loop.element(values[0])])
        is_operator = isinstance(node, ast.BinOp | ast.UnaryOp)
        if is_operator and all(map(_is_true_or_false, values)):
            return self.logic(node, [self.loop.condition(value) for value in values])
        is_comparison = isinstance(node, ast.Compare) and len(node.ops) == 1
        if not is_comparison and not isinstance(getattr(node, "op", None), ARITHMETIC):
            raise UntranslatableError(f"it contains {ast.unparse(node)!r}")
        if is_comparison and not isinstance(node.ops[0], COMPARISONS):
            raise UntranslatableError(f"it contains {ast.unparse(node)!r}")
        return _with(node, parts, [self.loop.element(value) for value in values])

    def invariant(
        self, node: Any, parts: list[ast.expr], values: list[Invariant]
    ) -> Invariant:
        """An operation on numbers.

        True + True is 2, but True of NumPy's: so such sums are refused.
        """
        codes = [value.code for value in values]
        numbers = [value.number for value in values]
        logical = all(value.logical for value in values)
        operators = getattr(node, "ops", [getattr(node, "op", None)])
        if isinstance(node, ast.IfExp):
            self.refuse_logical(node, values[1:])
            return Invariant(_with(node, parts, codes))
        if isinstance(operators[0], ast.Not):
            return Invariant(_with(node, parts, codes), True)
        if isinstance(operators[0], ast.And | ast.Or | ast.BitAnd | ast.BitOr):
            if logical:
                return Invariant(_with(node, parts, codes), True)
        elif all(isinstance(op, COMPARISONS) for op in operators):
            return Invariant(_with(node, parts, numbers), True)
        elif isinstance(operators[0], ARITHMETIC) and not logical:
            return Invariant(_with(node, parts, numbers))
        raise UntranslatableError(f"it contains {ast.unparse(node)!r}")

    def refuse_logical(self, node: ast.expr, values: list[Value]) -> None:
        """UntranslatableError where NumPy would go on with True and False."""
        if any(map(_is_true_or_false, values)):
            raise UntranslatableError(f"it contains {ast.unparse(node)!r}")

    def logic(self, node: Any, values: list[ast.expr]) -> ast.expr:
        """Operators between comparisons: ``&``, ``|``, ``~``, and ``*`` of two."""
        if type(node.op) in LOGICAL:
            return ast.BoolOp(LOGICAL[type(node.op)](), values)
        if isinstance(node.op, ast.Invert):
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
        if is_number(value):
            return _number(value)
        if value is None or isinstance(value, int | float | np.generic):
            raise UntranslatableError(f"it contains {ast.unparse(node)!r}")
        return value

    def call(self, node: ast.Call) -> Value:
        """A function that `simd`, NumPy or Python has; any other is inlined."""
        function = self.value(node.func)
        arguments = [self.value(argument) for argument in node.args]
        try:
            is_known = function in SIMD or function in NUMPY or function in OF_NUMBERS
        except TypeError:  # it has no hash
            is_known = False
        if not node.keywords and is_known:
            return self.known(node, function, arguments)
        if not node.keywords and isinstance(function, FunctionType | MethodType):
            return self.loop.inline(function, arguments)
        raise UntranslatableError(f"it contains {ast.unparse(node)!r}")

    def known(self, node: ast.Call, function: Any, arguments: list[Value]) -> Value:
        """One of the functions that loops have."""
        if function is np.where and len(arguments) == 3:
            condition = self.loop.condition(arguments.pop(0))
            self.refuse_logical(node, arguments)
            elements = [self.loop.element(argument) for argument in arguments]
            return _called("_where", [condition, *elements])
        self.refuse_logical(node, arguments)
        if function in LIKE and len(arguments) == 1:
            return _called("T", [_parse(LIKE[function])])
        if all(isinstance(argument, Invariant) for argument in arguments):
            if function in OF_NUMBERS:
                numbers = [argument.code for argument in arguments]
                return Invariant(_called(OF_NUMBERS[function], numbers))
        elif function in SIMD or function in NUMPY:
            name = f"_{SIMD[function]}" if function in SIMD else NUMPY[function]
            elements = [self.loop.element(argument) for argument in arguments]
            return _called(name, elements)
        raise UntranslatableError(f"it contains {ast.unparse(node)!r}")


def is_number(value: object) -> bool:
    """Whether it is one of Python's numbers that float64 holds; NumPy's count, too.

    Not float32, in which NumPy would compute.
    """
    if isinstance(value, float):
        return True
    return isinstance(value, int | np.int64) and abs(int(value)) <= EXACT


def _tree(function: Any) -> Any:
    """A function as it was written, if that is what runs."""
    function = getattr(function, "plain", function)
    name = getattr(function, "__name__", None) or repr(function)
    if not isinstance(function, FunctionType):
        raise UntranslatableError(f"{name} is not a plain function")
    text = text_of(function)
    if text is None:
        raise UntranslatableError(
            f"the source of {name} cannot be read, or has changed since it was loaded"
        )
    tree: Any = ast.parse(text).body[0]
    if isinstance(tree, ast.Expr) and isinstance(tree.value, ast.Lambda):
        returned = ast.Return(tree.value.body)
        return ast.FunctionDef(name, tree.value.args, [returned], [])
    if not isinstance(tree, ast.FunctionDef):
        raise UntranslatableError(f"{name} is not a plain function")
    return tree


def _parse(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _called(name: str, arguments: list[ast.expr]) -> ast.expr:
    return ast.Call(_parse(name), arguments, [])


def _number(value: Any) -> Invariant:
    """A number as an expression; a negative one is an operation, with parentheses."""
    if isinstance(value, bool):
        return Invariant(ast.Constant(value), True)
    return Invariant(_parse(ast.unparse(ast.Constant(float(value)))))


def _is_docstring(line: ast.stmt) -> bool:
    return isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant)


def _is_logical(value: Value) -> bool:
    """Whether it is true or false for each element, as a comparison is."""
    negated = isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.Not)
    return negated or isinstance(value, ast.Compare | ast.BoolOp)


def _is_true_or_false(value: Value) -> bool:
    """Whether it is so for each element, or for all of them."""
    return _is_logical(value) or (isinstance(value, Invariant) and value.logical)


def _needs_line(value: Value) -> bool:
    """Whether a name is given to it in the loop: a name or comparison is repeated."""
    if isinstance(value, ast.Name) or _is_logical(value):
        return False
    return isinstance(value, ast.expr)


def _has_constant_exponent(node: ast.expr) -> bool:
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Pow):
        return False
    return isinstance(node.right, ast.Constant)


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
