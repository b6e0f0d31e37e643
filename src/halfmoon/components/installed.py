"""What is installed, and means the same to every process: it is not copied."""

import functools
import sys
from pathlib import Path
from types import FunctionType
from typing import Any

from halfmoon.components.parts import find

# halfmoon's classes, as they were when they were looked at
_UNCHANGED: dict[type, dict[str, Any]] = {}


def is_fixed(cls: type) -> bool:
    """Whether a class need not be copied.

    It is installed; and if it is halfmoon's, nobody has changed its methods.
    """
    attributes = vars(cls)
    if attributes == _UNCHANGED.get(cls):  # fast, as nearly always
        return True
    if cls.__module__.partition(".")[0] != "halfmoon":
        return is_installed(cls.__module__)
    unchanged = "frozen_from" not in attributes and all(
        value.__module__ == cls.__module__
        and value.__qualname__ == f"{cls.__qualname__}.{name}"
        for name, value in attributes.items()
        if isinstance(value, FunctionType)
    )
    if unchanged:
        _UNCHANGED[cls] = dict(attributes)
    return unchanged


@functools.cache
def is_installed(module: str) -> bool:
    """Whether a module is Python's, halfmoon's, or lies among installed packages."""
    top = module.partition(".")[0]
    if top in sys.stdlib_module_names or top in ("halfmoon", "builtins"):
        return True
    file = getattr(sys.modules.get(top), "__file__", None) or ""
    return bool({"site-packages", "dist-packages"} & {*Path(file).parts})


def can_be_imported(cls: type) -> bool:
    """Whether another process finds this class by its name."""
    found = find(cls.__module__, cls.__qualname__)
    return found is cls and cls.__module__ != "__main__"
