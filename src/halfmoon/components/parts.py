"""The parts that a component is made of, and a copy built from these.

A `Function` is its text and what the names in it stand for, a `Class` its bases and
attributes, an `Instance` its class and values. Numbers, strings and whatever is
installed stand for themselves. All of this can be pickled: a function travels as text.
"""

import abc
import ast
import builtins
import dataclasses
import functools
import sys
import textwrap
import types
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from types import CellType, CodeType, FunctionType
from typing import Any

import numpy as np

from halfmoon.components.read_only import GUARDS
from halfmoon.components.source_text import codes_in, source_text

NOTHING = object()
MAKE: dict[str, Callable[..., Any]] = {
    "staticmethod": staticmethod,
    "classmethod": classmethod,
    "property": property,
    "cached_property": functools.cached_property,
    "_lru_cache_wrapper": functools.lru_cache(maxsize=None),
    "partial": lambda function, args, keywords: functools.partial(
        function, *args, **dict(zip(keywords[::2], keywords[1::2], strict=True))
    ),
    "method": types.MethodType,
    "tuple": lambda *entries: entries,
}


@dataclass(eq=False)
class Part:
    """One part, and what is built from it, once in a process."""

    def __post_init__(self) -> None:
        self.built: Any = NOTHING

    def __getstate__(self) -> dict[str, Any]:
        return {name: v for name, v in vars(self).items() if name != "built"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, built=NOTHING)


@dataclass(eq=False)
class Function(Part):
    """A function: its text, and what its names, cells and defaults stand for."""

    name: str
    qualname: str
    module: str
    original: FunctionType | None  # None in a pickle
    text: str | None
    # None: those of an installed module
    names: dict[str, Any] | None
    cells: dict[str, Any] = field(default_factory=dict)
    defaults: Any = None
    keyword_defaults: dict[str, Any] = field(default_factory=dict)

    def __getstate__(self) -> dict[str, Any]:
        return super().__getstate__() | {"original": None}


@dataclass(eq=False)
class Class(Part):
    """A class: its bases, attributes, and the fields that make it a dataclass."""

    name: str
    qualname: str
    module: str
    doc: str | None
    original: type | None  # None in a pickle
    bases: tuple[Any, ...] = ()
    attributes: dict[str, Any] = field(default_factory=dict)
    # by name: the type, and the options of `dataclasses.field`
    fields: dict[str, tuple[Any, dict[str, Any]]] | None = None
    options: dict[str, bool] = field(default_factory=dict)

    def __getstate__(self) -> dict[str, Any]:
        return super().__getstate__() | {"original": None}


@dataclass(eq=False)
class Instance(Part):
    """A component or layer: its class, and its values."""

    cls: Any
    values: dict[str, Any]
    original: Any = None  # None in a pickle
    portable: bool = True  # whether each function's text is known

    def __getstate__(self) -> dict[str, Any]:
        return super().__getstate__() | {"original": None}


@dataclass(eq=False)
class Module(Part):
    """A module: installed, or the user's, with what is read of it."""

    name: str
    members: dict[str, Any] | None


@dataclass(eq=False)
class ReadOnlyArray(Part):
    """An array, which nobody may write to."""

    values: Any


@dataclass(eq=False)
class Vectorized(Part):
    """What `numpy.vectorize` made of a function."""

    function: Any
    options: dict[str, Any]


@dataclass(eq=False)
class Made(Part):
    """What one of `MAKE` makes of other things."""

    by: str
    of: tuple[Any, ...]


def build(part: Any) -> Any:
    """What a part stands for; the same object each time."""
    if not isinstance(part, Part):
        return part
    if part.built is NOTHING:
        BUILDERS[type(part)](part)
    return part.built


def build_all(parts: dict[str, Any]) -> dict[str, Any]:
    """What each part stands for, by name."""
    return {name: build(part) for name, part in parts.items()}


def text_of(function: FunctionType) -> str | None:
    """A function's source: as it was when it was frozen, or as it is loaded."""
    part = vars(function).get("frozen_from")
    return source_text(function) if part is None else part.text


def _build_function(part: Function) -> None:
    """What it reads may read it in turn: so the function is there before that."""
    original = part.original
    code = _compiled(part) if original is None else original.__code__
    names: dict[str, Any] = {"__builtins__": builtins, "__name__": part.module}
    if part.names is None:
        names = vars(import_module(part.module))
    cells = {name: CellType() for name in code.co_freevars}
    function = FunctionType(code, names, part.name, None, tuple(cells.values()))
    part.built = function
    function.__qualname__ = part.qualname
    function.frozen_from = part  # type: ignore[attr-defined]
    if part.names is not None:
        names.update(build_all(part.names))
    for name, value in part.cells.items():
        cells[name].cell_contents = build(value)
    function.__defaults__ = build(part.defaults)
    function.__kwdefaults__ = build_all(part.keyword_defaults)


def _compiled(part: Function) -> CodeType:
    """The code of a function's text, among the names of its cells and class."""
    assert part.text is not None
    node = ast.parse(part.text).body[0]
    outer = [name for name in part.cells if name != "__class__"]
    lines = [f"def _({', '.join(outer)}):"]
    owner = part.qualname.rpartition(".")[0].rpartition(".")[2]
    # it may call itself, or read its class
    own = {owner} if owner.isidentifier() else set()
    if isinstance(node, ast.FunctionDef):
        own.add(node.name)
    lines += [f" global {name}" for name in sorted(own - set(outer))]
    scopes = 2  # the module, and the function around it
    indent = " "
    if owner.isidentifier():
        lines.append(f" class {owner}:")
        scopes = 3
        indent = "  "
    text = "\n".join([*lines, textwrap.indent(part.text, indent)])
    whole = compile(text, f"<{part.qualname}, as it was>", "exec", dont_inherit=True)
    return [*codes_in(whole)][scopes]


def _build_class(part: Class) -> None:
    """A class like the original; instances pass for the original's."""
    namespace: dict[str, Any] = {
        "__module__": part.module,
        "__qualname__": part.qualname,
        "__doc__": part.doc,
        "frozen_from": part,
    }
    original = part.original or find(part.module, part.qualname)
    if original is not None:
        namespace["__class__"] = property(lambda self: original)
    bases = tuple(map(build, part.bases))
    cls = types.new_class(part.name, bases, {}, lambda space: space.update(namespace))
    part.built = cls
    for name, value in part.attributes.items():
        setattr(cls, name, _guarded(name, build(value)))
    abc.update_abstractmethods(cls)
    if part.fields is not None:
        cls.__annotations__ = {name: kind for name, (kind, _) in part.fields.items()}
        for name, (_, options) in part.fields.items():
            setattr(cls, name, dataclasses.field(**build_all(options)))
        dataclass(**part.options)(cls)


def find(module: str, qualname: str) -> Any:
    """What is loaded under this name; None if there is nothing."""
    found: Any = sys.modules.get(module)
    for name in qualname.split("."):
        found = getattr(found, name, None)
    return found


def _guarded(name: str, value: Any) -> Any:
    """A method that is handed arrays is handed them to read only."""
    if name not in GUARDS:
        return value
    if isinstance(value, staticmethod):
        return staticmethod(_guarded(name, value.__func__))
    return GUARDS[name](value) if isinstance(value, FunctionType) else value


def _build_instance(part: Instance) -> None:
    part.built = object.__new__(build(part.cls))
    vars(part.built).update(build_all(part.values), frozen_from=part)


def _build_module(part: Module) -> None:
    if part.members is None:
        part.built = import_module(part.name)
        return
    part.built = types.ModuleType(part.name)
    vars(part.built).update(build_all(part.members))


def _build_array(part: ReadOnlyArray) -> None:
    part.built = np.array(part.values)
    part.built.flags.writeable = False


def _build_vectorized(part: Vectorized) -> None:
    part.built = np.vectorize(build(part.function), **part.options)


def _build_made(part: Made) -> None:
    part.built = MAKE[part.by](*map(build, part.of))


BUILDERS: dict[type, Callable[[Any], None]] = {
    Function: _build_function,
    Class: _build_class,
    Instance: _build_instance,
    Module: _build_module,
    ReadOnlyArray: _build_array,
    Vectorized: _build_vectorized,
    Made: _build_made,
}
