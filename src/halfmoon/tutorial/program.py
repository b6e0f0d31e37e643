"""The tutorial's sections in order, and the program that runs them."""

from pathlib import Path
from types import ModuleType

from rich.console import Console
from threadpoolctl import threadpool_limits

from halfmoon.atomic import make_folder
from halfmoon.components.rules import nearest
from halfmoon.pages.book import Book
from halfmoon.pages.drawing_process import drawing_process
from halfmoon.pages.html import Front
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
from halfmoon.tutorial.exercises import (
    activation_functions,
    annealing,
    classes,
    depth,
    minibatches,
)
from halfmoon.tutorial.experiment import Experiment

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


FRONT = Front(
    title="A neural network from scratch, alive",
    description=(
        "A neural network from scratch: every equation, every line of code, every "
        "number."
    ),
    lead=(
        "Two half moons of points, three hidden units, and everything that follows "
        "from them: each equation beside the line of code that computes it, and each "
        "number made by the program that wrote this page."
    ),
    foot=(
        "Written by `halfmoon tutorial`. Every number in the text stands in "
        "`results.json` beside this page, under the address that its `data-from` "
        "attribute gives. A run with the same seed on the same machine gives the same "
        "numbers; only what a clock said differs, and is kept apart, under `times`."
    ),
)


def run(
    out: Path,
    seed: int = 0,
    only: str | None = None,
    quick: bool = False,
    engine: str = "auto",
    console: Console | None = None,
) -> Book:
    """Run the tutorial, or one section by name or number, and write its page.

    Figures, results.json and index.html go to `out`. With the same seed and engine, a
    rerun gives the same numbers, except for times. Ctrl-C ends it, and the sections so
    far are written. Raises ValueError for a section or an engine that does not exist,
    OSError for a folder that cannot be written.
    """
    # what cannot be is refused before anything is computed or written
    Settings(engine=engine)
    names = list(SECTIONS) if only is None else find_sections(only)
    make_folder(out)
    drawing_process()  # it starts while we compute
    book = Book(out, FRONT, png=not quick, console=console or Console())
    experiment = Experiment(seed, quick, engine)
    try:
        # a second thread is in the way of small products
        with book.interrupt.opened(), threadpool_limits(1, user_api="blas"):
            for name in names:
                number, section = SECTIONS[name]
                book.begin(number, name, section.TITLE)
                section.tell(book, experiment)
            book.stop_if_interrupted()
    except BaseException:  # Ctrl-C, mostly: the sections so far stay
        with Interrupt().opened():
            book.write(wait=False)
        raise
    with Interrupt().opened():
        book.write()
    return book


def find_sections(only: str) -> list[str]:
    """The section of this name or number, with its parts."""
    numbers = {name: number for name, (number, _) in SECTIONS.items()}
    wanted = numbers.get(only, only)
    names = [
        name
        for name, number in numbers.items()
        if number == wanted or number.startswith(f"{wanted}.")
    ]
    if not names:
        *_, last = numbers.values()
        raise ValueError(
            f"The tutorial has no section {only!r}; {nearest(only, numbers)} (Or a "
            f"number, {numbers['data']} to {last}.)"
        )
    return names
