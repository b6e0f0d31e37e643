"""The registry: a component registers itself in one line, and everybody finds it there.

Estimators, command line, documentation and tests all read the registries, so to add a
component is to write it, once, in the file of its kind. A component is a frozen
dataclass; its fields are its own settings. Where a component is asked for, a name will
do (``"huber"``), a name with settings (``"huber:delta=2.0"``), or an instance
(``Huber(delta=2.0)``), which need not be in any registry.
"""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from types import UnionType
from typing import Any, Generic, Self, TypeVar, get_args, get_origin, get_type_hints

import numpy as np

from halfmoon.components import parts
from halfmoon.components.freezing import ChangeableError, Freezable, Reader
from halfmoon.components.rules import check_settings, nearest


class Component(Freezable):
    """What all components share: checked settings, and a way to be written as text."""

    def __post_init__(self) -> None:
        check_settings(self)

    def __copy__(self) -> Self:
        """Itself: a component is a value."""
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Itself: a component is a value."""
        return self

    def __str__(self) -> str:
        """As text, with the settings that are not defaults: ``huber:delta=2.0``."""
        # its own: a subclass is another component
        name = vars(type(self)).get("registered", type(self).__name__)
        changed = [
            f"{field.name}={write(getattr(self, field.name))}"
            for field in settings_of(type(self))
            if np.any(getattr(self, field.name) != field.default)  # of an array
        ]
        return f"{name}:{','.join(changed)}" if changed else str(name)


B = TypeVar("B", bound=Component)


# all there are, by kind
REGISTRIES: dict[str, "Registry[Any]"] = {}


class Registry(Mapping[str, type[B]], Generic[B]):
    """All components of one kind by name, in the order in which they were put there.

    >>> from halfmoon.components.losses import LOSSES
    >>> LOSSES.make("huber:delta=2.0")
    Huber(delta=2.0)
    """

    def __init__(self, kind: str, base: type[B]) -> None:
        self.kind = kind
        self.base = base
        self._components: dict[str, type[B]] = {}
        self.aliases: dict[str, str] = {}
        REGISTRIES[kind] = self

    def register(self, name: str, *aliases: str) -> Callable[[type[B]], type[B]]:
        """Put the class below in the registry under `name`; `aliases` find it too.

        A class defined once more, as by a notebook's cell that is run again, replaces
        its earlier self. ValueError where another one has that name.
        """

        def add(component: type[B]) -> type[B]:
            taken = [self[known] for known in (name, *aliases) if known in self]
            if any(_full_name(known) != _full_name(component) for known in taken):
                raise ValueError(
                    f"There is already {self.kind} {name!r} in the registry; choose "
                    "another name."
                )
            for earlier in dict.fromkeys(taken):
                self.remove(next(known for known in self if self[known] is earlier))
            component.registered = name  # type: ignore[attr-defined]
            self._components[name] = component
            self.aliases.update(dict.fromkeys(aliases, name))
            return component

        return add

    def remove(self, name: str) -> None:
        """Take a component out again; ValueError for an unknown name."""
        component = self[name]
        name = next(known for known in self if self[known] is component)
        del self._components[name]
        self.aliases = {
            alias: target for alias, target in self.aliases.items() if target != name
        }

    def __getitem__(self, name: str) -> type[B]:
        try:
            return self._components[self.aliases.get(name, name)]
        except KeyError:
            raise ValueError(
                f"There is no {self.kind} {name!r}; "
                f"{nearest(name, [*self, *self.aliases])}"
            ) from None

    def get(self, name: str, default: Any = None) -> Any:
        """The component, or `default` where there is none of this name."""
        try:
            return self[name]
        except ValueError:
            return default

    def __contains__(self, name: object) -> bool:
        return name in self._components or name in self.aliases

    def __iter__(self) -> Iterator[str]:
        return iter(self._components)

    def __len__(self) -> int:
        return len(self._components)

    def make(self, spec: str | B) -> B:
        """A component from its name, its name with settings, or itself.

        Raises ValueError for an unknown name or setting, TypeError for something that
        is no such component.
        """
        if isinstance(spec, self.base):
            return spec
        if not isinstance(spec, str):
            raise TypeError(
                f"Expected {self.kind}: a name ({', '.join(self)}) or an instance of "
                f"{self.base.__name__}; got {spec!r}."
            )
        name, _, text = spec.partition(":")
        component = self[name.strip()]
        settings = [
            _read(component, item.strip()) for item in text.split(",") if item.strip()
        ]
        if len(dict(settings)) < len(settings):
            raise ValueError(f"{spec!r} sets something twice; give each setting once.")
        return component(**dict(settings))


def packed() -> list[tuple[str, tuple[str, ...], Any]]:
    """The user's components, so that another process knows their names, too.

    Kind, names and class of each, the class as a part (`parts.Class`).
    """
    listed = []
    for kind, registry in REGISTRIES.items():
        for name, component in registry.items():
            if component.__module__.partition(".")[0] == "halfmoon":
                continue
            aliases = [other for other, one in registry.aliases.items() if one == name]
            reader = Reader(component)
            with suppress(ChangeableError):  # a fit with it says so
                part = reader.cls(component)
                if reader.portable:
                    listed.append((kind, (name, *aliases), part))
    return listed


def unpack(listed: list[tuple[str, tuple[str, ...], Any]]) -> None:
    """Register what `packed` has listed, unless its name is taken here."""
    for kind, names, part in listed:
        registry = REGISTRIES[kind]
        if not any(name in registry for name in names):
            registry.register(*names)(parts.build(part))


def _full_name(component: type) -> tuple[str, str]:
    """Where a class is defined, and as what."""
    return component.__module__, component.__qualname__


def settings_of(component: type) -> tuple[dataclasses.Field[Any], ...]:
    """A component's settings; one that is no dataclass has none."""
    return dataclasses.fields(component) if dataclasses.is_dataclass(component) else ()


def write(value: object) -> str:
    """A setting's value as text, as `Registry.make` reads it."""
    return "/".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _read(component: type[Component], item: str) -> tuple[str, Any]:
    """One ``setting=value`` as the type that the component's field has."""
    name, equals, text = (part.strip() for part in item.partition("="))
    fields = {field.name: field for field in settings_of(component)}
    if not dataclasses.is_dataclass(component):
        raise ValueError(
            f"{component.__name__} has no settings, so {item!r} cannot be one; those "
            "of a component of your own are fields of a dataclass: write "
            "@dataclass(frozen=True) above it."
        )
    if name not in fields or not equals:
        raise ValueError(
            f"{component.__name__} has no setting {item!r} (write name=value); "
            f"{nearest(name, fields)}"
        )
    try:
        return name, _convert(get_type_hints(component)[name], text)
    except ValueError:
        rule = fields[name].metadata.get("rule", fields[name].type)
        raise ValueError(
            f"{component.__name__}: {name} must be {rule}; got {text!r}."
        ) from None


def _convert(wanted: Any, text: str) -> Any:
    if get_origin(wanted) is tuple:
        return tuple(get_args(wanted)[0](part) for part in text.split("/"))
    if isinstance(wanted, UnionType):  # float | None
        return None if text == "None" else _convert(get_args(wanted)[0], text)
    if wanted is bool:
        return {"True": True, "False": False}.get(text, text)
    return wanted(text)
