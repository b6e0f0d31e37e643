"""Write the table of the playground's operations into docs/playground.md.

python tools/describe_playground.py
"""

import re
from pathlib import Path

from halfmoon.playground.api import OPERATIONS
from halfmoon.serving.operations import Operation, Value, describe_kind

PAGE = Path(__file__).resolve().parents[1] / "docs" / "playground.md"
HEAD = "| operation | takes | does |\n|---|---|---|\n"


def table() -> str:
    """Every operation as a row of a table in Markdown, by name."""
    return HEAD + "".join(row(OPERATIONS[name]) for name in sorted(OPERATIONS))


def row(operation: Operation) -> str:
    """An operation: its name, its values, and what it does."""
    taken = [described(value) for value in operation.values]
    if operation.takes_more:
        taken.append("settings by their names")
    if operation.takes_body:
        taken.append("the file as the request's body")
    return f"| `{operation.name}` | {'; '.join(taken)} | {operation.help} |\n"


def described(value: Value) -> str:
    """A value that an operation takes, and what it may be."""
    optional = "" if value.is_needed else "optional "
    kind = describe_kind(value.kind).removesuffix(" or null")
    return f"{optional}`{value.name}`, {kind}"


if __name__ == "__main__":
    text = PAGE.read_text(encoding="utf-8")
    written = re.sub(re.escape(HEAD) + r"(\|.*\n)*", lambda _: table(), text)
    PAGE.write_text(written, encoding="utf-8")
