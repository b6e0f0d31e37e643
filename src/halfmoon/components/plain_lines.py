"""A component's methods as plain lines, for programs that do not know halfmoon.

A method's settings become numbers, and what it calls becomes a function of its own:
``1.0 - a * a`` for tanh's df, ``logistic(z)`` with the text of `logistic` beside it.
"""

import ast
import inspect
import sys
from collections.abc import Mapping
from pprint import pformat
from types import BuiltinFunctionType, FunctionType
from typing import Any

import numpy as np

from halfmoon.components.registry import Component
from halfmoon.components.source_text import source_text

WIDTH = 84


class PlainLines:
    """Expressions and functions from components, and all that they call.

    `texts` holds the functions and constants by name, each after what it needs, and
    `imports` the lines that these need beside ``import numpy as np``.

    Examples
    --------
    >>> from halfmoon import ACTIVATIONS
    >>> lines = PlainLines()
    >>> lines.expression(ACTIVATIONS.make("tanh"), "df", z="z1", a="a1")
    '1.0 - a1 * a1'
    >>> lines.expression(ACTIVATIONS.make("softplus"), "f", z="z1")
    'softplus(z1)'
    >>> print(lines.texts["softplus"])
    def softplus(z):
        return np.maximum(z, 0.0) + np.log1p(np.exp(-np.abs(z)))
    """

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.imports: dict[str, str] = {}

    def expression(self, component: Component, method: str, **arguments: str) -> str:
        """What the method gives for these arguments: its own formula if it has one.

        ValueError where its text cannot be found.
        """
        function = _method(component, method)
        definition = self._definition(function, component)
        [*before, last] = definition.body
        names = [argument.arg for argument in definition.args.args]
        if before or not isinstance(last, ast.Return) or last.value is None:
            kind = getattr(component, "registered", type(component).__name__)
            name = f"{kind}_{method}"
            return self._call(definition, name, [arguments[each] for each in names])
        values = {name: ast.parse(arguments[name], mode="eval").body for name in names}
        return ast.unparse(_Filled(values).visit(last.value))

    def define(self, function: Any) -> None:
        """Put the text of a function or class, and what it calls, among the texts."""
        if function.__name__ not in self.texts:
            self.texts[function.__name__] = ""  # it may call itself
            text = ast.unparse(self._definition(function, None))
            del self.texts[function.__name__]
            self.texts[function.__name__] = text

    def text(self) -> str:
        """All texts, without the imports; two empty lines around a function."""
        whole = ""
        for text in self.texts.values():
            is_constant = not text.startswith(("def ", "class "))
            gap = "" if is_constant and not whole.endswith("\n\n\n") else "\n\n"
            whole = f"{whole.rstrip(chr(10))}\n{gap if whole else ''}{text}\n"
            if not is_constant:
                whole += "\n\n"
        return whole.strip("\n")

    def _call(self, definition: ast.FunctionDef, name: str, values: list[str]) -> str:
        """A call of the function, whose text is put among the texts."""
        definition.name = name
        text = ast.unparse(definition)
        count = 1
        while self.texts.setdefault(definition.name, text) != text:
            count += 1
            definition.name = f"{name}_{count}"  # with other settings
            text = ast.unparse(definition)
        return f"{definition.name}({', '.join(values)})"

    def _definition(self, function: Any, component: Component | None) -> Any:
        """A function without annotations and docstring, and without `self`."""
        text = _text(function)
        if text is None:
            raise ValueError(
                f"The source of {function.__qualname__} cannot be found, so it cannot "
                "be written as plain lines; define it in a file."
            )
        node = _Plain().visit(ast.parse(text).body[0])
        if component is not None:
            is_bound = node.args.args[0].arg == "self"
            node.args.args = node.args.args[is_bound:]
            node = _Settled(component, self).visit(node)
        known = vars(sys.modules[function.__module__])
        for name in _names(node):
            self._need(name, known.get(name, np))
        return ast.fix_missing_locations(node)

    def _need(self, name: str, value: Any) -> None:
        if isinstance(value, FunctionType):
            self.define(value)
        elif isinstance(value, BuiltinFunctionType):
            module = value.__module__.strip("_")
            self.imports[name] = f"from {module} import {name}"
        elif value is not np:
            self.texts.setdefault(name, f"{name} = {_constant(value)}")


def _constant(value: Any) -> str:
    """A value as Python writes it; a table of functions with the text of each."""
    if isinstance(value, dict):
        items = [f"    {key!r}: {_constant(each)}," for key, each in value.items()]
        return "\n".join(["{", *items, "}"])
    text = source_text(value) if isinstance(value, FunctionType) else None
    return text or pformat(value, width=WIDTH)


def _text(function: Any) -> str | None:
    """The source of a function, or of a class."""
    if isinstance(function, type):
        return inspect.getsource(function)
    return source_text(function)


def _method(component: Component, name: str) -> Any:
    """The function behind a method, be it static or not."""
    method = getattr(component, name)
    return getattr(method, "__func__", method)


def _names(node: ast.AST) -> list[str]:
    """The names that a function reads and does not set."""
    names = [each for each in ast.walk(node) if isinstance(each, ast.Name)]
    own = {each.id for each in names if isinstance(each.ctx, ast.Store)}
    own |= {each.arg for each in ast.walk(node) if isinstance(each, ast.arg)}
    return [each.id for each in names if each.id not in own]


class _Plain(ast.NodeTransformer):
    """Takes annotations and docstrings away."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.visit_ClassDef(node)

    def visit_ClassDef(self, node: Any) -> ast.AST:
        if ast.get_docstring(node) is not None:
            node.body = node.body[1:]
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        if node.value is None:
            return None
        return ast.Assign(targets=[node.target], value=node.value, lineno=1)


class _Settled(ast.NodeTransformer):
    """Puts settings in the place of `self.name`, functions in that of its methods."""

    def __init__(self, component: Component, lines: PlainLines) -> None:
        self.component = component
        self.lines = lines

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if not (isinstance(node.value, ast.Name) and node.value.id == "self"):
            return node
        value = getattr(self.component, node.attr)
        if callable(value):
            definition = self.lines._definition(
                _method(self.component, node.attr), self.component
            )
            call = self.lines._call(definition, node.attr.strip("_"), [])
            return ast.Name(call.removesuffix("()"), ast.Load())
        return ast.parse(repr(_number(value)), mode="eval").body


class _Filled(ast.NodeTransformer):
    """Puts expressions in the place of arguments."""

    def __init__(self, values: Mapping[str, ast.expr]) -> None:
        self.values = values

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return self.values.get(node.id, node)


def _number(value: Any) -> Any:
    """A setting as Python writes it, a NumPy number as a plain one."""
    return value.item() if hasattr(value, "item") else value
