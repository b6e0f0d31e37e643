"""A book keeps what it is given, in order, for the terminal, the page and the file."""

import io
import json
from contextlib import suppress

import pytest
from rich.console import Console

from failing import FULL, failing, failure, steps_of
from halfmoon.atomic import write_file
from halfmoon.pages.book import Book
from halfmoon.pages.html import Front


@pytest.fixture
def book(tmp_path):
    console = Console(file=io.StringIO(), width=80)
    return Book(tmp_path, Front("Title", "Lead"), console=console)


def words(book):
    return " ".join(book.console.file.getvalue().split())


def test_numbers_stand_under_their_section_and_times_apart(book):
    book.begin("1", "first", "First")
    share = book.number("share", 0.25)
    seconds = book.time("spent", 1.5)
    book.begin("2", "second", "Second")
    count = book.number("count", 3)
    book.say(f"{share:.0%} of {count} in {seconds:.1f} s")
    book.write()
    numbers = json.loads((book.out / "results.json").read_text())
    assert numbers == {
        "first": {"share": 0.25},
        "second": {"count": 3},
        "times": {"first": {"spent": 1.5}},
    }
    assert list(numbers)[-1] == "times"
    assert "25% of 3 in 1.5 s" in words(book)
    page = (book.out / "index.html").read_text()
    assert '<data value="0.25" data-from="/first/share">25%</data>' in page


def test_tables_items_formulas_and_code_are_printed_and_written(book):
    book.begin("1", "first", "First")
    book.table("A table", ["", "a"], [["row", 1]])
    book.say("1. one\n2. two")
    book.formulas(("y = x^2", "y = x^2"))
    book.equations("Equations", "F1")
    book.code(write_file)
    book.write()
    page = (book.out / "index.html").read_text()
    printed = words(book)
    for part in ("A table", "one", "two", "y = x^2", "[F1]", "def write_file"):
        assert part in printed
    for part in ("<caption>A table", "<li>two</li>", "<msup>", "[F1]", "write_file"):
        assert part in page


def test_an_interrupt_ends_the_book_between_two_parts(book):
    book.begin("1", "first", "First")
    book.interrupt.seen = True
    with pytest.raises(KeyboardInterrupt):
        book.say("never")


def tell(out):
    """A page with one number, which stands in both of its files."""
    book = Book(out, Front("Title", "Lead"), console=Console(file=io.StringIO()))
    book.begin("1", "first", "First")
    book.say(f"{book.number('share', 0.25):.0%}")
    book.write()


@pytest.mark.parametrize("error", [FULL, KeyboardInterrupt()], ids=["full", "Ctrl-C"])
@pytest.mark.parametrize("before", [None, "before"], ids=["new", "there"])
def test_an_error_at_any_step_leaves_whole_files(tmp_path, before, error):
    whole = tmp_path / "whole"
    whole.mkdir()
    count = steps_of(lambda: tell(whole))
    assert count >= 8
    for fails_at in range(1, count):
        out = tmp_path / f"{fails_at}"
        out.mkdir()
        for name in ("results.json", "index.html"):
            if before is not None:
                (out / name).write_text(before)
        with failing(fails_at, failure(error)), suppress(OSError, KeyboardInterrupt):
            tell(out)
        for path in out.iterdir():
            ends = {before, (whole / path.name).read_text()}
            assert path.read_text() in ends, fails_at
