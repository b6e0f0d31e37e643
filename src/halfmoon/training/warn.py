"""Warnings that point at the line of the user's that caused them."""

import re
import sys
import warnings
from collections.abc import Hashable
from types import FrameType

SKIPPED = ("halfmoon", "sklearn")  # sklearn where it stands between two of ours

OBEYED = ("always", "all", "error")  # what filters do each time

_warned: set[Hashable] = set()


def warn(
    message: str, category: type[Warning] = UserWarning, once: Hashable = None
) -> None:
    """Warn, pointing at the line that called halfmoon.

    A warning with the same `once` as an earlier one is not given again in this process,
    where Python's filters would show it once for each line. Filters that say "always"
    or "error" are obeyed.
    """
    level, caller = _users_line()
    if once is not None and _action(message, category, caller) not in OBEYED:
        if once in _warned:
            return
        _warned.add(once)
    warnings.warn(message, category, stacklevel=level)


def _users_line() -> tuple[int, str]:
    """How far up the user's line is, as `warnings.warn` counts, and in which module.

    1 is our `warn`, 2 what called it.
    """
    frame: FrameType | None = sys._getframe(2)
    level = 1
    users = 2
    caller = ""
    while frame is not None:
        level += 1
        name = frame.f_globals.get("__name__", "")
        package = name.partition(".")[0]
        if users == level:
            caller = name
        if package not in SKIPPED:
            break
        if package == "halfmoon":
            users = level + 1
        frame = frame.f_back
    return users, caller


def _action(message: str, category: type[Warning], module: str) -> str:
    """What Python's filters do with a warning from a module."""
    for action, text, kind, place, _ in warnings.filters:
        says = _holds(text, message)
        stands = _holds(place, module)
        if says and stands and issubclass(category, kind):
            return action
    return "default"


def _holds(wanted: re.Pattern[str] | str | None, text: str) -> bool:
    """Whether a text is what a filter asks for.

    filterwarnings leaves patterns; filters that Python starts with hold whole texts.
    """
    if wanted is None:
        return True
    if isinstance(wanted, str):
        return text == wanted
    return wanted.match(text) is not None
