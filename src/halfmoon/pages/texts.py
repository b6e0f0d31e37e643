"""A section's text, and the material that it names.

The text is Markdown with numbers by name, {accuracy[0]:.1%}, and with blocks fenced as
in MyST: three backticks or more, and what the block is in braces. Order and words stand
in the text; what is measured and drawn comes as Material.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from halfmoon.components.rules import nearest
from halfmoon.pages.markdown import QUOTED

OPENING = re.compile(r"(`{3,})\{(\w+)\} ?(.*)")
NAMED = re.compile(r"\{([a-zA-Z_]\w*)((?:\[[^\]{}]+\])*)(?::([^{}]*))?\}")
KEY = re.compile(r"\[([^\]]+)\]")


Table = tuple[Sequence[str], Iterable[Sequence[Any]]]  # columns, rows


class Picture(NamedTuple):
    """A figure: what draws it on a matplotlib Figure, and its size in inches."""

    draw: Callable[[Any], None]
    size: tuple[float, float]


@dataclass(frozen=True)
class Material:
    """What a text can name, each thing by its name.

    numbers   kept in results.json; of lists and dicts a text takes an item, as {x[0]}
    times     numbers that a clock gave
    claims    whether a statement holds for these numbers
    figures   pictures
    tables    from the kept numbers to the columns and rows of a table
    code      functions whose source is shown, or lines of code
    shown     things with a form for the terminal, str(), and one for the page, html()
    """

    numbers: dict[str, Any] = field(default_factory=dict)
    times: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, bool] = field(default_factory=dict)
    figures: dict[str, Picture] = field(default_factory=dict)
    tables: dict[str, Callable[[Any], Table]] = field(default_factory=dict)
    code: dict[str, Any] = field(default_factory=dict)
    shown: dict[str, Any] = field(default_factory=dict)


class Block(NamedTuple):
    """A block of a text: its kind, the words behind the kind, and its lines.

    Markdown between blocks is a block too, of the kind "markdown".
    """

    kind: str
    argument: str
    body: str

    def halves(self) -> tuple[str, str]:
        """The body above and below its line of three dashes; no line, nothing below."""
        above, _, below = f"{self.body}\n".partition("\n---\n")
        return above.strip(), below.strip()


def title_and_text(source: str) -> tuple[str, str]:
    """The heading on a text's first line, and the rest."""
    first, _, rest = source.partition("\n")
    if not first.startswith("# "):
        raise ValueError(f"A text begins with its title, as '# Title', not {first!r}.")
    return first[2:].strip(), rest


def blocks(text: str) -> list[Block]:
    """The blocks of a text, in order. Raises ValueError for one without an end."""
    found: list[Block] = []
    lines: list[str] = []

    def end_markdown() -> None:
        if words := "\n".join(lines).strip():
            found.append(Block("markdown", "", words))
        lines.clear()

    rest = iter(text.splitlines())
    for line in rest:
        opening = OPENING.fullmatch(line.rstrip())
        if opening is None:
            lines.append(line)
            continue
        end_markdown()
        fence, kind, argument = opening.groups()
        found.append(Block(kind, argument.strip(), _until(fence, line, rest)))
    end_markdown()
    return found


def _until(fence: str, opening: str, rest: Iterable[str]) -> str:
    """The lines up to the one that closes a fence."""
    body: list[str] = []
    for line in rest:
        if line.rstrip() == fence:
            return "\n".join(body)
        body.append(line)
    raise ValueError(f"The block {opening!r} has no end; close it with {fence}.")


def find(name: str, known: dict[str, Any], what: str) -> Any:
    """What a text names. Raises LookupError with the names that there are."""
    if name not in known:
        raise LookupError(f"The text names a {what} {name!r}; {nearest(name, known)}")
    return known[name]


def insert(text: str, numbers: dict[str, Any]) -> str:
    """The text with every {number} as it formats itself; code and formulas stay."""

    def write(match: re.Match[str]) -> str:
        name, keys, form = match.groups()
        value = find(name, numbers, "number")
        try:
            for key in KEY.findall(keys):
                value = value[int(key)] if isinstance(value, list) else value[key]
            return format(value, form or "")
        except (LookupError, TypeError, ValueError) as error:
            raise LookupError(
                f"The text writes {match.group()}, which the number {name!r} cannot "
                f"give ({type(error).__name__}: {error})."
            ) from error

    pieces = []
    end = 0
    for quoted in QUOTED.finditer(text):
        pieces.append(NAMED.sub(write, text[end : quoted.start()]))
        pieces.append(quoted.group())
        end = quoted.end()
    pieces.append(NAMED.sub(write, text[end:]))
    return "".join(pieces)
