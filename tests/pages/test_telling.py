"""A text is told block by block: in the terminal, on the page, in results.json."""

import io
import json

import pytest
from rich.console import Console

from halfmoon.pages.book import Book
from halfmoon.pages.html import Front
from halfmoon.pages.telling import KINDS, tell
from halfmoon.pages.texts import Material, Picture

TEXT = """
It gets {share:.0%} right in {seconds:.1f} s.

```{figure} line
A line of {count} points.
---
A line that rises from the left to the right.
```
```{table} rows
The rows of {count}
```
```{formulas}
z = x W | z = x W
```
```{equations} F1
One equation
```
```{code} build
```
```{code}
a = 1
```
```{program} whole
```
```{show} trace
```
````{fold} How this was measured
Folded words.

```{code} build
```
````
````{when} yes
Said because it holds.
````
````{when} no
Not said.
````
````{question} More or less?
- [ ] More.
- [x] Less.
---
The answer is less.
````
````{exercise} count
How many?
---
Count them.
````
````{exercise}
Nobody has answered this.
````
```{live} line
rate: 2.0
---
Try it.
```
"""


class Program:
    source = "a = 1\nb = 2\n"
    changed = frozenset({2})


class Shown:
    def __rich__(self):
        return "as text"

    def html(self):
        return "<b>as a page</b>"


def build(x):
    return x


def material(**changes):
    return Material(
        numbers={"share": 0.25, "count": 3},
        times={"seconds": 1.5},
        claims={"yes": True, "no": False},
        figures={"line": Picture(lambda fig: fig.subplots().plot([0, 1]), (3.0, 2.0))},
        tables={"rows": lambda n: (["", "share"], [["all", f"{n['share']:.1%}"]])},
        code={"build": build, "whole": Program()},
        shown={"trace": Shown()},
    )


@pytest.fixture
def book(tmp_path):
    console = Console(file=io.StringIO(), width=80)
    book = Book(tmp_path, Front("Title", "Lead"), png=False, console=console)
    book.begin("1", "first", "First")
    return book


def printed(book):
    return " ".join(book.console.file.getvalue().split())


def test_every_kind_of_block_is_told_here():
    assert {kind for kind in KINDS if kind != "markdown"} == {
        line.split("}")[0].split("{")[1]
        for line in TEXT.splitlines()
        if line.startswith("```{") or line.startswith("````{")
    }


def test_all_blocks_reach_terminal_page_and_results(book):
    tell(book, TEXT, material())
    book.write()
    page = (book.out / "index.html").read_text()
    results = json.loads((book.out / "results.json").read_text())
    assert results == {
        "first": {"share": 0.25, "count": 3},
        "claims": {"first": {"yes": True, "no": False}},
        "times": {"first": {"seconds": 1.5}},
    }
    both = ["25%", "1.5", "A line of", "The rows of", "Folded words.", "build"]
    both += ["Said because it holds.", "More or less?", "The answer is less."]
    both += ["How many?", "Count them.", "Nobody has answered this.", "[F1]"]
    for words in both:
        assert words in page, words
        assert words in printed(book), words
    for words in ("A line that rises", "<b>as a page</b>", 'data-answer="3.0"', "Try"):
        assert words in page
        assert words not in printed(book)
    assert "as text" in printed(book)
    assert "Not said." not in page
    assert "Not said." not in printed(book)


def test_the_right_option_is_known_to_the_page(book):
    tell(book, TEXT, material())
    page = "".join(part for part in book.body if isinstance(part, str))
    assert page.count("data-right") == 1
    assert page.count('type="radio"') == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("```{figure} lines\n```", "figure 'lines'.*'line'"),
        ("```{tabel} rows\n```", "block 'tabel'.*'table'"),
        ("````{when} perhaps\n````", "claim 'perhaps'"),
        ("````{exercise} cuont\nHow many?\n````", "number 'cuont'.*'count'"),
    ],
)
def test_what_is_not_there_is_named(book, text, message):
    with pytest.raises(LookupError, match=message):
        tell(book, text, material())


def test_a_question_without_an_answer_is_an_error(book):
    with pytest.raises(ValueError, match="no options, or no answer"):
        tell(book, "````{question} Why?\n- [x] So.\n````", material())
