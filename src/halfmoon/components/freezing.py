"""What a component means is fixed when a fit begins.

A component's methods may read numbers, strings, tuples, arrays and other functions from
outside. `freeze` gives a copy of the component that reads copies of all that: so after
a fit both engines, predictions, pickles and other processes compute what the fit
computed, whatever has become of a number, a class or a file meanwhile. What may change
unnoticed, such as a list, is refused with the reason.

It takes two steps: `Reader` reads what a component is made of, part by part, and
`parts.build` makes the copy from these parts. A pickle holds the parts.

Halfmoon's own components, and whatever is installed, are not copied.
"""

import copy
import dataclasses
import dis
import functools
import inspect
from abc import ABCMeta
from collections.abc import Callable, Iterator
from contextlib import suppress
from enum import Enum
from numbers import Number
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any, Self, SupportsIndex, TypeVar

import numpy as np

from halfmoon.components import parts
from halfmoon.components.installed import can_be_imported, is_fixed, is_installed
from halfmoon.components.source_text import codes_in, source_text

C = TypeVar("C")
PLAIN = (Number, str, bytes, range, slice, Enum, np.generic, np.dtype, type(None))
# what a class makes of itself, or `dataclass` makes again
# fmt: off
MADE_AGAIN = {
    "__dict__", "__weakref__", "__slots__", "__module__", "__qualname__", "__doc__",
    "__annotations__", "__dataclass_fields__", "__dataclass_params__", "__match_args__",
    "__abstractmethods__", "_abc_impl", "__static_attributes__", "__firstlineno__",
}
# fmt: on


# what wrappers are made of, in the order in which `parts.MAKE` takes it
INNER: dict[type, Callable[[Any], tuple[Any, ...]]] = {
    staticmethod: lambda value: (value.__func__,),
    classmethod: lambda value: (value.__func__,),
    property: lambda value: (value.fget, value.fset, value.fdel),
    functools.cached_property: lambda value: (value.func,),
    functools.partial: lambda value: (
        value.func,
        value.args,
        tuple(part for pair in value.keywords.items() for part in pair),
    ),
    MethodType: lambda value: (value.__func__, value.__self__),
    type(functools.cache(abs)): lambda value: (value.__wrapped__,),
}


class ChangeableError(TypeError):
    """A component reads something that may change unnoticed."""


class Freezable:
    """A component or a layer: something of the user's whose meaning a fit fixes."""

    def __copy__(self) -> Self:
        """Another object of the same class, with the same values."""
        other = object.__new__(type(self))
        vars(other).update(vars(self))
        return other

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Another object of the same class, with copies of the values."""
        other = object.__new__(type(self))
        memo[id(self)] = other
        vars(other).update(copy.deepcopy(vars(self), memo))
        return other

    def __reduce_ex__(self, protocol: SupportsIndex) -> str | tuple[Any, ...]:
        """A frozen one, or one whose class no other process finds, travels as text."""
        part = vars(self).get("frozen_from")
        if part is not None and part.portable:
            return parts.build, (part,)
        if part is not None:
            return freeze, (part.original,)
        if not is_fixed(type(self)) and not can_be_imported(type(self)):
            try:
                part = Reader(type(self)).instance(self)
            except ChangeableError:
                return super().__reduce_ex__(protocol)
            if part.portable:
                return parts.build, (part,)
        return super().__reduce_ex__(protocol)


def freeze(component: C) -> C:
    """A copy of a component, or layer, that reads copies of all that it reads.

    What is halfmoon's own is returned as it is, and so is what comes from a pickle.
    Raises ChangeableError for what cannot be copied so.
    """
    part = vars(type(component)).get("frozen_from")
    cls = type(component) if part is None else part.original
    if cls is None or is_fixed(cls):
        return component
    frozen: C = parts.build(Reader(cls).instance(component))
    return frozen


class Reader:
    """Reads what a component is made of, as parts to build a copy from."""

    def __init__(self, component: type) -> None:
        self.component = component.__name__
        # by id: the object, which must stay alive meanwhile, and what it became
        self.seen: dict[int, tuple[Any, Any]] = {}
        self.portable = True
        self.reads: set[str] = set()
        for cls in component.__mro__:
            if not is_fixed(cls):
                self.reads |= _names_read(cls)

    def instance(self, instance: Any) -> parts.Instance:
        """A component or layer; what it holds itself is copied, whatever it is."""
        part = parts.Instance(None, {}, instance)
        self.seen[id(instance)] = instance, part
        part.cls = self.part(type(instance), "it", "its class")
        names = [*getattr(instance, "__dict__", {})]
        if dataclasses.is_dataclass(instance):
            names += [field.name for field in dataclasses.fields(instance)]
        for name in dict.fromkeys(names):
            value = getattr(instance, name)
            if name == "frozen_from":
                continue
            try:
                part.values[name] = self.part(value, "it", name)
            except ChangeableError:
                part.values[name] = copy.deepcopy(value)
        part.portable = self.portable
        return part

    def part(self, value: Any, by: str, name: str) -> Any:
        """What a value becomes; ChangeableError if it may change unnoticed.

        by  the name of the function that reads it under this name
        """
        if isinstance(value, PLAIN) or value is Ellipsis:
            return value
        if id(value) not in self.seen:
            part = self._part(value, by, name)
            self.seen.setdefault(id(value), (value, part))
        return self.seen[id(value)][1]

    def _part(self, value: Any, by: str, name: str) -> Any:
        """What a value becomes that is met for the first time."""
        if isinstance(value, FunctionType):
            return self.function(value)
        if isinstance(value, type):
            return self.cls(value)
        if isinstance(value, Freezable):
            return value if is_fixed(type(value)) else self.instance(value)
        if isinstance(value, ModuleType):
            installed = is_installed(value.__name__)
            return parts.Module(value.__name__, None if installed else {})
        if isinstance(value, tuple):
            return self.tuple(value, by, name)
        return self.wrapper(value, by, name)

    def wrapper(self, value: Any, by: str, name: str) -> Any:
        """What wraps numbers or functions; ChangeableError for anything else."""
        if isinstance(value, np.ndarray) and value.dtype.kind in "biufcSU":
            return parts.ReadOnlyArray(value.copy())
        if isinstance(value, np.vectorize):
            keys = ("otypes", "excluded", "signature")
            options = {key: getattr(value, key) for key in keys}
            return parts.Vectorized(self.part(value.pyfunc, by, name), options)
        if type(value) in INNER:
            inner = [self.part(v, by, name) for v in INNER[type(value)](value)]
            return parts.Made(type(value).__name__, tuple(inner))
        if callable(value) and is_installed(type(value).__module__):
            return value
        who = self.component if by == "it" else f"{by} of {self.component}"
        raise ChangeableError(
            f"{who} reads {name}, which is of type "
            f"{type(value).__name__} and may change after a fit; make it a field of "
            f"{self.component}, or a number, tuple, array or function."
        )

    def tuple(self, value: Any, by: str, name: str) -> Any:
        """A tuple of plain things stands for itself."""
        inner = tuple(self.part(entry, by, name) for entry in value)
        same = all(new is old for new, old in zip(inner, value, strict=True))
        return value if same else parts.Made("tuple", inner)

    def function(self, function: FunctionType) -> Any:
        """A function; an installed one without a closure stands for itself."""
        frozen_from = vars(function).get("frozen_from")
        if frozen_from is not None:
            if frozen_from.original is None:  # it comes from a pickle
                return frozen_from
            function = frozen_from.original
        module = function.__globals__.get("__name__", "__main__")
        installed = is_installed(module)
        if installed and function.__closure__ is None:
            return function
        part = parts.Function(
            name=function.__name__,
            qualname=function.__qualname__,
            module=module,
            original=function,
            text=source_text(function),
            names=None if installed else {},
        )
        self.seen[id(function)] = function, part
        self.portable = self.portable and part.text is not None
        self.outside(function, part)
        return part

    def outside(self, function: FunctionType, part: parts.Function) -> None:
        """All that a function reads from outside: cells, defaults, global names."""
        code = function.__code__
        name = function.__name__
        cells = function.__closure__ or ()
        for free, cell in zip(code.co_freevars, cells, strict=True):
            with suppress(ValueError):  # a cell may be empty yet
                part.cells[free] = self.part(cell.cell_contents, name, free)
        part.defaults = self.part(function.__defaults__, name, "a default")
        for key, value in (function.__kwdefaults__ or {}).items():
            part.keyword_defaults[key] = self.part(value, name, key)
        if part.names is None:
            return
        for read in self.globals_read(code, name):
            if read in function.__globals__:
                value = function.__globals__[read]
                part.names[read] = self.part(value, name, read)
                self.members(value, part.names[read], code, name)

    def globals_read(self, code: CodeType, name: str) -> Iterator[str]:
        """The global names that a function reads; ChangeableError if it sets any."""
        lines = [line for c in codes_in(code) for line in dis.get_instructions(c)]
        for line in lines:
            kind, _, where = line.opname.partition("_")
            if line.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
                yield line.argval
            is_outside = where == "GLOBAL" or line.argval in code.co_freevars
            if kind in ("STORE", "DELETE") and where in ("GLOBAL", "DEREF"):
                if is_outside:
                    raise ChangeableError(
                        f"{name} of {self.component} sets {line.argval}, which stands "
                        "outside of it; a component must keep nothing between calls."
                    )
            elif line.opname == "IMPORT_NAME" and not is_installed(line.argval):
                raise ChangeableError(
                    f"{name} of {self.component} imports {line.argval}, which may "
                    "change after a fit; import it at the top of the module."
                )

    def members(self, module: Any, part: Any, code: CodeType, name: str) -> None:
        """What a function reads of one of the user's modules."""
        if not isinstance(part, parts.Module) or part.members is None:
            return
        names = {name for inner in codes_in(code) for name in inner.co_names}
        for read in sorted(names):
            if hasattr(module, read) and read not in part.members:
                value = getattr(module, read)
                part.members[read] = self.part(value, name, f"{part.name}.{read}")
                self.members(value, part.members[read], code, name)

    def cls(self, cls: type) -> Any:
        """A class of the user's, or one of halfmoon's that was changed."""
        frozen_from = vars(cls).get("frozen_from")
        if frozen_from is not None:
            if frozen_from.original is None:  # it comes from a pickle
                return frozen_from
            return self.part(frozen_from.original, "it", "its class")
        if is_fixed(cls) or type(cls) not in (type, ABCMeta):
            return cls
        original = cls if issubclass(cls, Freezable) else None
        part = parts.Class(
            cls.__name__, cls.__qualname__, cls.__module__, cls.__doc__, original
        )
        self.seen[id(cls)] = cls, part
        part.bases = tuple(self.part(base, "it", "a base") for base in cls.__bases__)
        attributes = dict(vars(cls))
        if "__dataclass_fields__" in attributes:
            self.fields(cls, part)
        for name, value in attributes.items():
            is_made_again = name in MADE_AGAIN or name in (part.fields or {})
            is_special = name.startswith("__")
            if is_made_again or (part.fields is not None and _is_generated(value)):
                continue
            try:
                part.attributes[name] = self.part(value, "it", name)
            except ChangeableError:
                if name in self.reads or (_is_method(value) and not is_special):
                    raise
                part.attributes[name] = value
        return part

    def fields(self, cls: Any, part: parts.Class) -> None:
        """The fields of a dataclass, so that it can be made one again."""
        part.fields = {}
        for field in dataclasses.fields(cls):
            options = {
                name: getattr(field, name)
                for name in ("init", "repr", "hash", "compare", "kw_only")
            }
            options["metadata"] = dict(field.metadata)
            for name in ("default", "default_factory"):
                value = getattr(field, name)
                if value is dataclasses.MISSING:
                    continue
                options[name] = value
                with suppress(ChangeableError):  # each instance has its own value
                    options[name] = self.part(value, "it", field.name)
            part.fields[field.name] = field.type, options
        params = cls.__dataclass_params__
        part.options = {
            name: getattr(params, name) for name in ("frozen", "eq", "repr")
        }


def _is_method(value: Any) -> bool:
    """Whether a class's attribute is a function, wrapped or not."""
    return isinstance(value, FunctionType) or type(value) in INNER


def _is_generated(value: Any) -> bool:
    """Whether `dataclass` wrote this method, which nobody can read."""
    if not isinstance(value, FunctionType) or not value.__name__.startswith("__"):
        return False
    return inspect.unwrap(value).__code__.co_filename == "<string>"


def _names_read(cls: type) -> set[str]:
    """The names of attributes that a class's own methods read."""
    names: set[str] = set()
    for name, value in vars(cls).items():
        inner = INNER.get(type(value), lambda value: (value,))
        for function in inner(value):
            if isinstance(function, FunctionType) and not name.startswith("__"):
                for code in codes_in(function.__code__):
                    names.update(code.co_names)
    return names
