"""Settings as texts: as a page's address and the command line write them, and in words.

    hidden=4,3   learning_rate=0.1   data=spiral:arms=3   batch_size=   (none)

Parts of a list stand between commas, and what is no plain sign is escaped as in any
address ("%2C" is a comma).
"""

import dataclasses
import typing
from collections.abc import Container, Iterable
from typing import Any
from urllib.parse import unquote

from halfmoon.components.rules import check_name


def read_settings(component: type, texts: Iterable[str]) -> dict[str, Any]:
    """The settings of a dataclass in texts such as "hidden=4,3", by name.

    Raises ValueError for a name that is no setting, and for a value of another type.

    >>> from dataclasses import dataclass
    >>> @dataclass
    ... class Setup:
    ...     hidden: tuple[int, ...]
    ...     batch_size: int | None
    >>> read_settings(Setup, ["hidden=4,3", "batch_size="])
    {'hidden': (4, 3), 'batch_size': None}
    """
    kinds = typing.get_type_hints(component)
    settings = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise ValueError(
                f"A setting is a name and a value, such as hidden=4,3; got {text!r}."
            )
        check_name("setting", name, kinds)
        settings[name] = _read(name, value, kinds[name])
    return settings


def write_setting(value: Any) -> str:
    """A setting's value as `read_settings` reads it after the name.

    >>> write_setting(("a,b", "c")), write_setting(False), write_setting(None)
    ('a%2Cb,c', 'false', '')
    """
    if isinstance(value, tuple):
        return ",".join(write_setting(part).replace(",", "%2C") for part in value)
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value).replace("%", "%25")


def write_settings(
    component: Any, without: Container[str] = (), always: Container[str] = ()
) -> list[str]:
    """The settings of a dataclass that are not at their defaults, as such texts.

    Those `without` are left out, and others are `always` written.
    """
    return [
        f"{field.name}={write_setting(getattr(component, field.name))}"
        for field in dataclasses.fields(component)
        if field.name not in without
        if field.name in always or getattr(component, field.name) != field.default
    ]


def in_words(value: Any) -> str:
    """A setting's value for a sentence: four digits, and thousands set apart.

    >>> in_words((8, 4)), in_words(20_000), in_words(0.1), in_words(None)
    ('8, 4', '20,000', '0.1', 'none')
    """
    if isinstance(value, tuple):
        return ", ".join(map(in_words, value)) or "none"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return "none" if value is None else str(value)


def say_changes(old: Any, new: Any) -> str:
    """The settings of a dataclass that differ, in words.

    >>> @dataclasses.dataclass
    ... class Setup:
    ...     batch_size: int | None = None
    >>> say_changes(Setup(), Setup(batch_size=8))
    'batch size none → 8'
    """
    before = vars(old)
    return "; ".join(
        f"{name.replace('_', ' ')} {in_words(before[name])} → {in_words(value)}"
        for name, value in vars(new).items()
        if value != before[name]
    )


def _read(name: str, text: str, annotation: Any) -> Any:
    """A value of a field, by its annotation."""
    kinds = typing.get_args(annotation)
    if typing.get_origin(annotation) is tuple:
        parts = text.split(",") if text else []
        return tuple(_read_one(name, part, kinds[0]) for part in parts)
    if type(None) in kinds:
        return _read_one(name, text, kinds[0]) if text else None
    return _read_one(name, text, annotation)


def _read_one(name: str, text: str, kind: type) -> Any:
    if kind is str:
        return unquote(text)
    if kind is bool:
        if text in ("true", "false"):
            return text == "true"
        raise ValueError(f"{name} is true or false; got {text!r}.")
    try:
        return kind(text)
    except ValueError:
        what = "a whole number" if kind is int else "a number"
        raise ValueError(f"{name} must be {what}; got {text!r}.") from None
