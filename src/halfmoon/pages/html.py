"""The page as HTML: one file, nothing fetched."""

import html
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Template
from typing import Any, NamedTuple

from halfmoon.pages.equations import EQUATIONS, statement_of
from halfmoon.pages.markdown import html as text
from halfmoon.pages.mathematics import mathml


@dataclass(frozen=True)
class Front:
    """What frames a page: its title, the lines below it, and the foot of the page.

    `description` is for search engines. Lead and foot may hold `code` and formulas.
    """

    title: str
    lead: str
    foot: str = ""
    description: str = ""


class Heading(NamedTuple):
    """The heading of a section, such as "3", or of a part of one, such as "8.1"."""

    number: str
    name: str  # its id in the page
    title: str

    @property
    def is_part(self) -> bool:
        """Whether it heads a part of a section."""
        return "." in self.number


def number(address: str, value: Any, digits: str) -> str:
    """A number that says where in results.json it stands."""
    return f'<data value="{value}" data-from="{address}">{digits}</data>'


def heading(head: Heading) -> str:
    """A section's heading; a part of a section has a smaller one."""
    level = 3 if head.is_part else 2
    count = f'<span class="count">{head.number}</span>'
    return (
        f'<h{level} id="{head.name}">{count} {text(head.title, inline=True)}</h{level}>'
    )


def contents(headings: Iterable[Heading]) -> str:
    """The table of contents."""
    rows = []
    for head in headings:
        part = " class=part" if head.is_part else ""
        count = f'<span class="count">{head.number}</span>'
        link = f'<a href="#{head.name}">{count} {text(head.title, inline=True)}</a>'
        rows.append(f"<li{part}>{link}</li>")
    return "<ol>" + "\n".join(rows) + "</ol>"


def code(source: str) -> str:
    """Lines of Python, coloured."""
    from pygments import highlight
    from pygments.formatters.html import HtmlFormatter
    from pygments.lexers import PythonLexer

    lines = highlight(source, PythonLexer(), HtmlFormatter(nowrap=True)).rstrip("\n")
    return f'<pre tabindex="0"><code>{lines}</code></pre>'


def program(source: str, changed: set[int]) -> str:
    """A whole program with a button that copies it; changed lines are marked."""
    lines = []
    for number, line in enumerate(code(source).splitlines(), start=1):
        lines.append(f"<mark>{line}</mark>" if number in changed else line)
    whole = "\n".join(lines)
    return f'<div class="program">{whole}</div>'


def fold(title: str) -> tuple[str, str]:
    """What stands before and after a part that is folded."""
    return f'<details class="fold"><summary>{title}</summary>', "</details>"


def question(
    title: str, options: Sequence[tuple[str, bool]], number: int
) -> tuple[str, str]:
    """What stands before and after the answer of a question.

    Options are HTML, and whether they are right.
    """
    choices = []
    for i, (words, right) in enumerate(options):
        value = "right" if right else "wrong"
        choices.append(
            f'<label><input type="radio" name="question-{number}" value="{value}" '
            f'id="question-{number}-{i}"> {words}</label>'
        )
    asked = "".join(choices)
    return (
        f'<div class="question"><fieldset><legend>{title}</legend>{asked}</fieldset>'
        "<details><summary>Answer</summary>",
        "</details></div>",
    )


def exercise(
    task: str, answer: Any, number: int, has_solution: bool
) -> tuple[str, str]:
    """What stands before and after the solution of an exercise.

    answer  the number that a reader's is compared with; "" for none
    """
    before = f'<div class="exercise">{task}'
    if answer != "":
        before += (
            f'<form class="check" data-answer="{float(answer)!r}">'
            f'<label for="exercise-{number}">Your answer</label> '
            f'<input id="exercise-{number}" inputmode="decimal" autocomplete="off"> '
            "<button>Check</button> <output></output></form>"
        )
    if not has_solution:
        return before, "</div>"
    return f"{before}<details><summary>Solution</summary>", "</details></div>"


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table whose first column heads its rows. Cells are HTML."""
    head = "".join(f'<th scope="col">{column}</th>' for column in columns)
    body = []
    for first, *others in rows:
        cells = "".join(f"<td>{cell}</td>" for cell in others)
        body.append(f'<tr><th scope="row">{first}</th>{cells}</tr>')
    return wide(
        f"<table><caption>{title}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(body)}</tbody></table>"
    )


def wide(inside: str) -> str:
    """Something that scrolls sideways, with the keyboard too, where it has no room."""
    return f'<div class="wide" tabindex="0">{inside}</div>'


def equations(title: str, tags: Sequence[str]) -> str:
    """Each equation beside the statement that computes it."""
    rows = []
    for tag in tags:
        statement = statement_of(tag)
        lines = html.escape(statement.code)
        if "\n" in lines:
            lines = f"<pre><code>{lines}</code></pre>"
        else:
            lines = f"<code>{lines}</code>"
        where = f"{statement.file}, line {statement.number}"
        rows.append(
            f'<tr><th scope="row">[{tag}]</th>'
            f"<td>{mathml(EQUATIONS[tag][1], block=True)}</td>"
            f'<td>{lines} <span class="where">{where}</span></td></tr>'
        )
    columns = ("tag", "equation", "the line of code")
    head = "".join(f'<th scope="col">{column}</th>' for column in columns)
    return (
        f'<table class="equations"><caption>{text(title, inline=True)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


@cache
def _part(name: str) -> str:
    path = files("halfmoon.pages").joinpath(name)
    return path.read_text(encoding="utf-8")


@cache
def styles() -> str:
    """The page's style sheet, with the font of its formulas in it."""
    font = files("halfmoon.pages").joinpath("fonts", "halfmoon-math.woff2")
    content = b64encode(font.read_bytes()).decode()
    source = f'url("data:font/woff2;base64,{content}") format("woff2")'
    face = f'@font-face {{ font-family: "Halfmoon Math"; src: {source} }}'
    return f"{face}\n{_part('page.css')}"


def page(front: Front, headings: Iterable[Heading], body: Iterable[str]) -> str:
    """The whole HTML file, from its headings and the parts of its body."""
    return Template(_part("page.html")).substitute(
        title=html.escape(front.title),
        description=html.escape(front.description),
        styles=styles(),
        lead=text(front.lead, inline=True),
        contents=contents(headings),
        body="\n".join(body),
        foot=text(front.foot, inline=True),
    )
