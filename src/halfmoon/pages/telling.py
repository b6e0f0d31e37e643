"""A text told in a book: block after block, with the material that it names."""

import re
from collections.abc import Callable
from typing import Any

from halfmoon.pages import html, live, markdown
from halfmoon.pages.book import Book
from halfmoon.pages.texts import Block, Material, blocks, find, insert

OPTION = re.compile(r"- \[([ x])\] (.+)")


def tell(book: Book, text: str, material: Material) -> None:
    """Tell a text, once its numbers are kept.

    Raises LookupError for a name that the material does not have, ValueError for a
    block that is not written as it should be.
    """
    numbers = {name: book.number(name, v) for name, v in material.numbers.items()}
    times = {name: book.time(name, v) for name, v in material.times.items()}
    book.keep_claims(material.claims)
    Telling(book, material, numbers | times).tell(text)


class Telling:
    """A book, the material, and its numbers as they are kept."""

    def __init__(self, book: Book, material: Material, numbers: dict[str, Any]) -> None:
        self.book = book
        self.material = material
        self.numbers = numbers

    def tell(self, text: str) -> None:
        """Tell every block of a text, or of a part of one."""
        for block in blocks(text):
            find(block.kind, KINDS, "block")(self, block)

    def words(self, text: str) -> str:
        """A text with its numbers, each still with its address."""
        return insert(text, self.numbers)


def _markdown(telling: Telling, block: Block) -> None:
    telling.book.say(telling.words(block.body))


def _figure(telling: Telling, block: Block) -> None:
    picture = find(block.argument, telling.material.figures, "figure")
    caption, description = map(telling.words, block.halves())
    telling.book.figure(block.argument, caption, description, picture)


def _table(telling: Telling, block: Block) -> None:
    make = find(block.argument, telling.material.tables, "table")
    columns, rows = make(telling.numbers)
    telling.book.table(telling.words(block.body), columns, list(rows))


def _formulas(telling: Telling, block: Block) -> None:
    telling.book.formulas(*map(markdown.forms, block.body.splitlines()))


def _equations(telling: Telling, block: Block) -> None:
    telling.book.equations(block.body, *block.argument.split())


def _code(telling: Telling, block: Block) -> None:
    if block.argument == "":
        telling.book.code(block.body)
        return
    telling.book.code(find(block.argument, telling.material.code, "code"))


def _program(telling: Telling, block: Block) -> None:
    program = find(block.argument, telling.material.code, "program")
    telling.book.program(program.source, program.changed)


def _show(telling: Telling, block: Block) -> None:
    telling.book.show(find(block.argument, telling.material.shown, "thing to show"))


def _fold(telling: Telling, block: Block) -> None:
    title = telling.words(block.argument)
    with telling.book.enclosed(title, html.fold(telling.book.html(title))):
        telling.tell(block.body)


def _when(telling: Telling, block: Block) -> None:
    if find(block.argument, telling.material.claims, "claim"):
        telling.tell(block.body)


def _question(telling: Telling, block: Block) -> None:
    book = telling.book
    asked, answer = block.halves()
    title = telling.words(block.argument)
    options = [(mark == "x", words) for mark, words in OPTION.findall(asked)]
    if not options or not answer:
        raise ValueError(f"The question {title!r} has no options, or no answer below.")
    choices = [(book.html(telling.words(words)), right) for right, words in options]
    frame = html.question(book.html(title), choices, book.count("question"))
    printed = [title, *(f"- {words}" for _, words in options)]
    with book.enclosed("\n".join(printed), frame):
        telling.tell(answer)


def _exercise(telling: Telling, block: Block) -> None:
    book = telling.book
    task, solution = block.halves()
    answer = _answer(telling, block.argument)
    task = telling.words(task)
    below = solution and ("Hint" if solution.startswith("Hint: ") else "Solution")
    number = book.count("exercise")
    frame = html.exercise(book.page_markdown(task), answer, number, below)
    with book.enclosed(task, frame):
        telling.tell(solution.removeprefix("Hint: "))


def _answer(telling: Telling, argument: str) -> Any:
    """The answer of an exercise: a number, one by its name, or "" for none."""
    if argument == "":
        return ""
    try:
        return float(argument)
    except ValueError:
        return find(argument, telling.numbers, "number")


def _live(telling: Telling, block: Block) -> None:
    settings, caption = block.halves()
    pairs = [line.partition(":") for line in settings.splitlines()]
    read = {name.strip(): value.strip() for name, _, value in pairs}
    below = telling.book.html(telling.words(caption))
    telling.book.page_only(live.live_figure(block.argument, read, below))


KINDS: dict[str, Callable[[Telling, Block], None]] = {
    "markdown": _markdown,
    "figure": _figure,
    "table": _table,
    "formulas": _formulas,
    "equations": _equations,
    "code": _code,
    "program": _program,
    "show": _show,
    "fold": _fold,
    "when": _when,
    "question": _question,
    "exercise": _exercise,
    "live": _live,
}
