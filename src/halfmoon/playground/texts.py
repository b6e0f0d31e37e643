"""Settings as texts, as the page's address and the command line write them.

    hidden=4,3   learning_rate=0.1   data=spiral:arms=3   batch_size=   (none)

Parts of a list stand between commas, and what is no plain sign is escaped as in any
address ("%2C" is a comma).
"""

import typing
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

from halfmoon.components.rules import nearest
from halfmoon.playground.setup import Setup

# what an address says of the page alone, and Python leaves as it is
OF_PAGE = ("open", "hide", "lesson", "row", "unit")


def split_address(texts: Iterable[str]) -> tuple[list[str], list[str]]:
    """Those texts that are settings, and those that the page alone understands.

    >>> split_address(["hidden=4", "hide=seed", "lesson=update"])
    (['hidden=4'], ['hide=seed', 'lesson=update'])
    """
    settings: list[str] = []
    shown: list[str] = []
    for text in texts:
        is_shown = text.split("=")[0] in OF_PAGE
        (shown if is_shown else settings).append(text)
    return settings, shown


def read_settings(texts: Iterable[str]) -> dict[str, Any]:
    """The settings in texts such as "hidden=4,3", by name.

    Raises ValueError for a name that is no setting, and for a value of another type.

    >>> read_settings(["hidden=4,3", "learning_rate=0.1", "batch_size="])
    {'hidden': (4, 3), 'learning_rate': 0.1, 'batch_size': None}
    """
    kinds = typing.get_type_hints(Setup)
    settings = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise ValueError(
                f"A setting is a name and a value, such as hidden=4,3; got {text!r}."
            )
        if name not in kinds:
            raise ValueError(f"There is no setting {name!r}; {nearest(name, kinds)}")
        settings[name] = _read(name, value, kinds[name])
    return settings


def _read(name: str, text: str, annotation: Any) -> Any:
    """A value of a field of `Setup`, by its annotation."""
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
