"""The tutorial's sections in order, and the program that tells them."""

from pathlib import Path
from types import ModuleType

from rich.console import Console

from halfmoon.settings import Settings, nearest
from halfmoon.tutorial import architecture, baseline, data, learning, prediction, result
from halfmoon.tutorial.book import Book
from halfmoon.tutorial.common import Common

SECTIONS: dict[str, tuple[str, ModuleType]] = {
    "data": ("1", data),
    "baseline": ("2", baseline),
    "network": ("3", architecture),
    "prediction": ("4", prediction),
    "learning": ("5", learning),
    "boundary": ("6", result),
}


def run(
    out: Path,
    seed: int = 0,
    only: str | None = None,
    quick: bool = False,
    engine: str = "auto",
    console: Console | None = None,
) -> Book:
    """Tell the tutorial (or one section, by name or number) and write figures, results.json and index.html to `out`.

    With the same seed and engine, a rerun gives the same numbers, but for what a clock says. Ctrl-C ends it with what
    was told so far. Raises ValueError for a section or an engine that does not exist.
    """
    Settings(engine=engine)  # an engine that does not exist is refused before anything is written
    chosen = list(SECTIONS) if only is None else _find(only)
    out.mkdir(parents=True, exist_ok=True)
    book = Book(out, seed, quick, console or Console())
    common = Common(seed, quick, engine)
    try:
        with book.interrupt:
            for name in chosen:
                number, section = SECTIONS[name]
                book.open(number, name, section.TITLE)
                section.tell(book, common)
            book.heed()
    finally:
        book.close()  # after Ctrl-C too: what was told stays
    return book


def _find(only: str) -> list[str]:
    """The section of this name or number, with its parts."""
    numbers = {name: number for name, (number, _) in SECTIONS.items()}
    first = numbers.get(only, only)
    found = [name for name, number in numbers.items() if number == first or number.startswith(f"{first}.")]
    if not found:
        raise ValueError(
            f"The tutorial has no section {only!r}; {nearest(only, numbers)} (Or a number, {numbers['data']} to "
            f"{list(numbers.values())[-1]}.)"
        )
    return found
