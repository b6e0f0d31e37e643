"""The lesson's sections in order, and the program that runs them."""

import tomllib
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from halfmoon.atomic import make_folder, write_file
from halfmoon.components.rules import nearest
from halfmoon.pages.book import Book
from halfmoon.pages.document import derivation_page, project_file
from halfmoon.pages.html import Front
from halfmoon.pages.live import live_figure
from halfmoon.pages.telling import tell
from halfmoon.pages.texts import Material, title_and_text
from halfmoon.training.interrupt import Interrupt
from halfmoon.training.settings import Settings

if TYPE_CHECKING:
    from halfmoon.tutorial.experiment import Experiment

# number and name of each section; its text is texts/NAME.md
SECTIONS = {
    "data": "1",
    "baseline": "2",
    "network": "3",
    "prediction": "4",
    "learning": "5",
    "boundary": "6",
    "sizes": "7",
    "exercises": "8",
    "minibatches": "8.1",
    "annealing": "8.2",
    "activations": "8.3",
    "classes": "8.4",
    "depth": "8.5",
    "more": "8.6",
    "patients": "9",
    "onward": "10",
}
# what measures and draws for a section is the module of halfmoon.tutorial with its
# name; these are called otherwise
PARTS = ("minibatches", "annealing", "activations", "classes", "depth")
MODULES = {name: f"exercises.{name}" for name in PARTS}
WITHOUT_MODULE = {"exercises", "more"}  # words only


def run(
    out: Path,
    seed: int = 0,
    only: str | None = None,
    quick: bool = False,
    engine: str = "auto",
    console: Console | None = None,
) -> Book:
    """Run the lesson, or one section by name or number, and write its page.

    Figures, results.json and index.html go to `out`, beside the derivation and the
    notebook; those of a single section to a folder `only-NAME` in it, so that a whole
    page stays. With the same seed and engine, a rerun gives the same numbers, except
    for times. Ctrl-C ends it, and the sections so far are written as unfinished.html
    and unfinished.json. Raises ValueError for a section or an engine that does not
    exist, OSError for a folder that cannot be written.
    """
    # what cannot be is refused before anything is computed or written
    Settings(engine=engine)
    names = list(SECTIONS)
    if only is not None:
        names = find_sections(only)
        out = out / f"only-{names[0]}"
    make_folder(out)
    front = tomllib.loads(text_file("front.toml"))
    opening = front.pop("opening")
    book = Book(out, Front(**front), png=not quick, console=console or Console())
    book.opening = live_figure("opening", opening["figure"], opening["caption"])
    try:
        title, _ = title_and_text(source(names[0]))
        book.begin(SECTIONS[names[0]], names[0], title)
        # the first heading is told before all this is imported, and as this takes
        # seconds, Ctrl-C ends it at once
        experiment = prepare(book, seed, quick, engine)
        with book.interrupt.opened():
            tell_sections(book, names, experiment)
    except BaseException:  # Ctrl-C, mostly: the sections so far stay
        with Interrupt().opened():
            book.write_unfinished()
        raise
    with Interrupt().opened():
        book.write()
        # what the page links to
        write_file(out / "derivation.html", derivation_page())
        write_file(out / "tutorial.ipynb", project_file("examples/tutorial.ipynb"))
    return book


def prepare(book: Book, seed: int, quick: bool, engine: str) -> "Experiment":
    """Import what all sections need, and start the process that draws."""
    from halfmoon.pages.drawing_process import drawing_process
    from halfmoon.tutorial.experiment import Experiment
    from halfmoon.tutorial.live import live_data

    drawing_process()  # it starts while we compute
    book.live_data = live_data()
    return Experiment(seed, quick, engine)


def tell_sections(book: Book, names: list[str], experiment: "Experiment") -> None:
    """Tell the sections one after the other; each is imported when its turn comes."""
    from threadpoolctl import threadpool_limits

    # a second thread is in the way of small products
    with threadpool_limits(1, user_api="blas"):
        for name in names:
            title, text = title_and_text(source(name))
            if name != names[0]:
                book.begin(SECTIONS[name], name, title)
            tell(book, text, measure(name, experiment))
    book.stop_if_interrupted()


def measure(name: str, experiment: "Experiment") -> Material:
    """What the text of a section can name."""
    if name in WITHOUT_MODULE:
        return Material()
    module = import_module(f"halfmoon.tutorial.{MODULES.get(name, name)}")
    return module.measure(experiment)


def source(name: str) -> str:
    """The text of a section, as it is written."""
    return text_file(f"{name}.md")


def text_file(name: str) -> str:
    """A file of the folder of texts."""
    path = files("halfmoon.tutorial").joinpath("texts", name)
    return path.read_text(encoding="utf-8")


def find_sections(only: str) -> list[str]:
    """The section of this name or number, with its parts."""
    wanted = SECTIONS.get(only, only)
    names = [
        name
        for name, number in SECTIONS.items()
        if number == wanted or number.startswith(f"{wanted}.")
    ]
    if not names:
        numbers = ", ".join(SECTIONS.values())
        raise ValueError(
            f"The tutorial has no section {only!r}; {nearest(only, SECTIONS)} (Or a "
            f"number: {numbers}.)"
        )
    return names
