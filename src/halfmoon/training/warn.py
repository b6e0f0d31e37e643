"""Warnings that point at the line of the user's that caused them."""

import sys
import warnings
from types import FrameType

SKIPPED = ("halfmoon", "sklearn")  # sklearn where it stands between two of ours


def warn(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn, pointing at the line that called halfmoon."""
    frame: FrameType | None = sys._getframe(1)
    level = 1
    users = 2  # as warnings.warn counts: 1 is this function, 2 its caller
    while frame is not None:
        level += 1
        package = frame.f_globals.get("__name__", "").partition(".")[0]
        if package not in SKIPPED:
            break
        if package == "halfmoon":
            users = level + 1
        frame = frame.f_back
    warnings.warn(message, category, stacklevel=users)
