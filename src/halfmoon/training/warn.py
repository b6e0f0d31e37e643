"""Warnings that point at the line of the user's that caused them."""

import sys
import warnings

SKIPPED = ("halfmoon", "sklearn")  # sklearn where it stands between two of ours


def warn(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn, pointing at the line that called halfmoon."""
    frame = sys._getframe(1)
    level = 2  # the caller of this function
    outermost = level
    while True:
        package = frame.f_globals.get("__name__", "").partition(".")[0]
        if package not in SKIPPED:
            break
        if package == "halfmoon":
            outermost = level
        if frame.f_back is None:
            break
        frame = frame.f_back
        level += 1
    warnings.warn(message, category, stacklevel=outermost + 1)
