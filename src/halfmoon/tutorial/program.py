"""The tutorial's sections in order, and the program that tells them."""

from pathlib import Path
from types import ModuleType

from rich.console import Console
from threadpoolctl import threadpool_limits

from halfmoon.components.rules import nearest
from halfmoon.pages import drawing
from halfmoon.pages.book import Book
from halfmoon.training.interrupt import Interrupt
from halfmoon.training.settings import Settings
from halfmoon.tutorial import (
    architecture,
    baseline,
    data,
    exercises,
    learning,
    onward,
    patients,
    prediction,
    result,
    sizes,
)
from halfmoon.tutorial.common import Common
from halfmoon.tutorial.exercises import (
    activation_functions,
    annealing,
    classes,
    depth,
    minibatches,
)

SECTIONS: dict[str, tuple[str, ModuleType]] = {
    "data": ("1", data),
    "baseline": ("2", baseline),
    "network": ("3", architecture),
    "prediction": ("4", prediction),
    "learning": ("5", learning),
    "boundary": ("6", result),
    "sizes": ("7", sizes),
    "exercises": ("8", exercises),
    "minibatches": ("8.1", minibatches),
    "annealing": ("8.2", annealing),
    "activations": ("8.3", activation_functions),
    "classes": ("8.4", classes),
    "depth": ("8.5", depth),
    "patients": ("9", patients),
    "onward": ("10", onward),
}


def run(
    out: Path,
    seed: int = 0,
    only: str | None = None,
    quick: bool = False,
    engine: str = "auto",
    console: Console | None = None,
) -> Book:
    """Tell the tutorial (or one section, by name or number) and write figures,
    results.json and index.html to `out`.

    With the same seed and engine, a rerun gives the same numbers, but for what a clock
    says. Ctrl-C ends it with what was told so far. Raises ValueError for a section or
    an engine that does not exist.
    """
    # an engine that does not exist is refused before anything is written
    Settings(engine=engine)
    drawing.start()  # it warms up while we do
    chosen = list(SECTIONS) if only is None else _find(only)
    out.mkdir(parents=True, exist_ok=True)
    book = Book(out, seed, quick, console or Console())
    common = Common(seed, quick, engine)
    try:
        # a second thread is in the way of small products
        with book.interrupt, threadpool_limits(1, user_api="blas"):
            for name in chosen:
                number, section = SECTIONS[name]
                book.open(number, name, section.TITLE)
                section.tell(book, common)
            book.heed()
    except BaseException:  # Ctrl-C, mostly: what was told stays
        with Interrupt():
            book.close(hurry=True)
        raise
    with Interrupt():
        book.close()
    return book


def _find(only: str) -> list[str]:
    """The section of this name or number, with its parts."""
    numbers = {name: number for name, (number, _) in SECTIONS.items()}
    first = numbers.get(only, only)
    found = [
        name
        for name, number in numbers.items()
        if number == first or number.startswith(f"{first}.")
    ]
    if not found:
        raise ValueError(
            f"The tutorial has no section {only!r}; {nearest(only, numbers)} (Or a "
            f"number, {numbers['data']} to {list(numbers.values())[-1]}.)"
        )
    return found
