"""One line for people: the only way in which the engines say something."""

import sys


def say(message: str) -> None:
    """Write the message to standard error, apart from what a program prints."""
    print(f"halfmoon: {message}", file=sys.stderr)  # noqa: T201
