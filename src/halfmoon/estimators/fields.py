"""A parameter as a field: one line gives its check, its message and its help.

A dataclass writes the constructor that scikit-learn reads the names off. The fields'
rules make the checks, the error messages and the docstring's list of parameters.
"""

import dataclasses
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from numbers import Integral, Real
from typing import Any, TypeVar, dataclass_transform

import numpy as np

from halfmoon.components.registry import Registry
from halfmoon.components.rules import (
    COMPONENT,
    NONE,
    Integer,
    Kind,
    Number,
    OneOf,
    OrList,
    Rule,
    nearest,
)
from halfmoon.training.settings import Settings

T = TypeVar("T")


class NoComponentError(ValueError):
    """A value that names no component: what it must be, and a hint."""

    def __init__(self, value: object, wanted: str, hint: str = "") -> None:
        super().__init__(f"must be {wanted}; got {value!r}. {hint}".rstrip())
        self.value = value
        self.wanted = wanted
        self.hint = hint


@dataclass(frozen=True)
class ComponentOf(Rule):
    """A component of one of these registries, or one of a few words.

    >>> from halfmoon.components.activations import ACTIVATIONS
    >>> rule = ComponentOf((ACTIVATIONS,))
    >>> rule.read("elu:alpha=0.5"), rule.allows("rely")
    (ELU(alpha=0.5), False)
    """

    registries: tuple[Registry[Any], ...]
    words: tuple[str, ...] = ()

    def __str__(self) -> str:
        return str(COMPONENT)

    def allows(self, value: object) -> bool:
        """Whether there is such a component, with such settings."""
        try:
            self.read(value)
        except NoComponentError:
            return False
        return True

    def read(self, value: Any) -> Any:
        """The component; a word stays as it is. Raises NoComponentError."""
        if isinstance(value, str) and value in self.words:
            return value
        if any(isinstance(value, registry.base) for registry in self.registries):
            return value
        registered = [name for registry in self.registries for name in registry]
        names = dict.fromkeys([*self.words, *registered])
        if not isinstance(value, str):
            wanted = f"a name ({', '.join(names)}) or an instance"
            raise NoComponentError(value, wanted, self._hint(value))
        name = value.partition(":")[0].strip()
        for registry in self.registries:
            if name in registry:
                try:
                    return registry.make(value)
                except ValueError as error:
                    wanted = "a name, with settings that it may have"
                    raise NoComponentError(value, wanted, str(error)) from None
        hint = nearest(value, names)
        hint = hint[0].upper() + hint[1:]
        raise NoComponentError(value, "a name from the registry", hint)

    def _hint(self, value: object) -> str:
        """How a component of one's own is given, for who gives a class or function."""
        bases = tuple(registry.base for registry in self.registries)
        if isinstance(value, type) and issubclass(value, bases):
            return f"Write {value.__name__}(), which makes an instance."
        if callable(value):
            base = bases[0].__name__
            return f"One of your own is an instance of a subclass of {base}."
        return ""


RANDOM_STATE = Kind(
    "a RandomState", lambda value: isinstance(value, np.random.RandomState)
)
SPLITTER = Kind(
    "a splitter",
    lambda value: hasattr(value, "split") and not isinstance(value, str | type),
)
FUNCTION = Kind("a function", callable)
SCORER_NAME = Kind("the name of a scorer", lambda value: isinstance(value, str))
DICT = Kind("a dict", lambda value: isinstance(value, Mapping))


def parameter(
    default: Any,
    rule: Rule,
    help: str,
    *,
    training: str | None = None,
    only: str | None = None,
    **options: Any,
) -> Any:
    """A field that knows its rule, its help, and what reads it.

    `training` names the training setting that it becomes as it stands. `only` says
    who reads it: one of scikit-learn's solvers by name, or "updates", every optimizer
    but no solver such as L-BFGS. `options` are those of `dataclasses.field`.
    """
    one = rule.one if isinstance(rule, OrList) else rule
    metadata = {
        "rule": rule,
        "help": help,
        "names_component": isinstance(one, ComponentOf),
        "training": training,
        "only": only,
    }
    return dataclasses.field(default=default, metadata=metadata, **options)


def of_training(name: str, *registries: Registry[Any], **options: Any) -> Any:
    """A parameter that is one of training's settings, under the same name.

    One that names a component says its `registries`, so that it is checked by its
    name.
    """
    field = {field.name: field for field in dataclasses.fields(Settings)}[name]
    rule = ComponentOf(registries) if registries else field.metadata["rule"]
    help = field.metadata["help"]
    return parameter(field.default, rule, help, training=name, **options)


@dataclass_transform(
    kw_only_default=True, eq_default=False, field_specifiers=(parameter,)
)
def parameters(cls: type[T]) -> type[T]:
    """Make a class's fields its constructor's parameters.

    They are listed in its docstring, as numpydoc does.
    """
    made: Any = dataclasses.dataclass(eq=False, repr=False, kw_only=True)(cls)
    fields = dataclasses.fields(made)
    made.__doc__ = _with_parameters(cls.__doc__ or "", fields)
    made._parameter_constraints = {f.name: _types(f.metadata["rule"]) for f in fields}
    made.__init__ = _naming_the_nearest(made.__init__, [f.name for f in fields])
    return made


def _with_parameters(doc: str, fields: tuple[dataclasses.Field[Any], ...]) -> str:
    """A docstring with its parameters listed, in the constructor's order."""
    listed = ["Parameters", "----------"]
    for field in sorted(fields, key=lambda field: field.kw_only is True):
        listed.append(
            f"{field.name} : {field.metadata['rule']}, default={field.default!r}"
        )
        help = field.metadata["help"]
        listed.append(f"    {help[0].upper()}{help[1:]}.")
    before, attributes, after = inspect.cleandoc(doc).partition("Attributes\n---")
    return "\n".join([before.rstrip(), "", *listed, "", attributes + after])


def _naming_the_nearest(
    init: Callable[..., None], names: list[str]
) -> Callable[..., None]:
    """A constructor that answers a misspelt parameter with the nearest name."""

    @wraps(init)
    def constructor(self: Any, *args: Any, **options: Any) -> None:
        for name in options:
            if name not in names:
                raise TypeError(
                    f"{type(self).__name__}() got an unexpected keyword argument "
                    f"{name!r}; {nearest(name, names)}"
                )
        init(self, *args, **options)

    return constructor


def _types(rule: Rule) -> list[Any]:
    """A rule's types, as scikit-learn's checks want to know them."""
    types: list[Any] = []
    for option in rule.options():
        if isinstance(option, Integer):
            types.append(Integral)
        elif isinstance(option, Number):
            types.append(Real)
        elif option == NONE:
            types.append(None)
        elif option in (OneOf(True), OneOf(False)):
            types.append("boolean")
        elif isinstance(option, OneOf | ComponentOf) or option == SCORER_NAME:
            types.append(str)
    return list(dict.fromkeys(types)) or [object]
