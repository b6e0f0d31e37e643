"""Three operations in the place of the playground's, to try what carries them."""

from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from halfmoon.serving.operations import OPERATIONS, File, operation


@contextmanager
def few_operations():
    """A session that only keeps what has reached it, in `asked`."""
    before = OPERATIONS.copy()
    OPERATIONS.clear()

    @operation("change")
    def change(session: Any, rate: float):
        """Change it."""
        session.asked.append(rate)
        if rate < 0.0:
            raise ValueError(f"The rate must be at least 0; got {rate}.")
        if rate == 13.0:
            raise KeyError("rate")

    @operation("upload")
    def upload(session: Any, body: bytes, name: str = "data.csv"):
        """Take a file, and give it back."""
        session.asked.append(len(body))
        return File(body, "text/csv", name)

    @operation("state")
    def state(session: Any):
        """Say what there is."""
        session.asked.append("state")
        return {"loss": float("nan"), "version": session.version}

    try:
        yield SimpleNamespace(version=7, asked=[], close=lambda: None)
    finally:
        OPERATIONS.clear()
        OPERATIONS.update(before)
