"""The tutorial's sections in order, and the program that tells them."""

from pathlib import Path

from rich.console import Console

from halfmoon.settings import nearest
from halfmoon.tutorial import architecture, baseline, data, learning, prediction, result
from halfmoon.tutorial.book import Book
from halfmoon.tutorial.common import Common

SECTIONS = {
    "data": data,
    "baseline": baseline,
    "network": architecture,
    "prediction": prediction,
    "learning": learning,
    "boundary": result,
}


def run(out: Path, seed: int = 0, only: str | None = None, quick: bool = False, console: Console | None = None) -> Book:
    """Tell the tutorial (or one section, by name or number) and write figures, results.json and index.html to `out`.

    With the same seed, a rerun gives the same numbers. Ctrl-C ends it with what was told so far. Raises ValueError for
    a section that does not exist.
    """
    chosen = list(SECTIONS) if only is None else [_find(only)]
    out.mkdir(parents=True, exist_ok=True)
    book = Book(out, seed, quick, console or Console())
    common = Common(seed, quick)
    try:
        with book.interrupt:
            for number, name in enumerate(SECTIONS, start=1):
                if name in chosen:
                    book.open(number, name, SECTIONS[name].TITLE)
                    SECTIONS[name].tell(book, common)
            book.heed()
    finally:
        book.close()  # after Ctrl-C too: what was told stays
    return book


def _find(only: str) -> str:
    names = list(SECTIONS)
    if only.isdecimal() and 1 <= int(only) <= len(names):
        return names[int(only) - 1]
    if only not in names:
        raise ValueError(
            f"The tutorial has no section {only!r}; {nearest(only, names)} (Or a number, 1 to {len(names)}.)"
        )
    return only
