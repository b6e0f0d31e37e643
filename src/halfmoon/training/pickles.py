"""What pickles of fits say first: how they are to be read."""

from typing import Any

VERSION = 1  # one more whenever a pickle holds something else
NAME = "_pickle_version"


def with_version(state: dict[str, Any]) -> dict[str, Any]:
    """An object's attributes for a pickle, the version first."""
    return {NAME: VERSION, **state}


def without_version(state: dict[str, Any]) -> dict[str, Any]:
    """An object's attributes from a pickle; ValueError for one of a newer halfmoon."""
    version = state.get(NAME, VERSION)
    if version > VERSION:
        raise ValueError(
            f"This pickle was written by a newer halfmoon (in version {version} of "
            f"its form; this one reads version {VERSION}); update halfmoon."
        )
    return {name: value for name, value in state.items() if name != NAME}
