"""The page as HTML: one file, nothing fetched, no script."""

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Template
from typing import Any, NamedTuple

from halfmoon.pages.equations import EQUATIONS, mathml, statement_of

FORMULA = re.compile(r"\$([^$|]+)\|([^$]+)\$")  # in a text: $as in code|as in LaTeX$


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


def text(words: str) -> str:
    """Words with `code` and $formulas|LaTeX$ in them, as HTML."""
    pieces = []
    for i, piece in enumerate(FORMULA.split(words)):
        if i % 3 == 0:
            pieces.append(html.escape(piece))
        elif i % 3 == 2:
            pieces.append(mathml(piece))
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", "".join(pieces))


def bare(words: str) -> str:
    """The same words for a place that has no code and no formulas."""
    return FORMULA.sub(r"\1", words).replace("`", "")


def number(address: str, value: Any, digits: str) -> str:
    """A number that says where in results.json it stands."""
    return f'<data value="{value}" data-from="{address}">{digits}</data>'


def heading(head: Heading) -> str:
    """A section's heading; a part of a section has a smaller one."""
    level = 3 if head.is_part else 2
    count = f'<span class="count">{head.number}</span>'
    return f'<h{level} id="{head.name}">{count} {text(head.title)}</h{level}>'


def contents(headings: Iterable[Heading]) -> str:
    """The table of contents."""
    rows = []
    for head in headings:
        part = " class=part" if head.is_part else ""
        count = f'<span class="count">{head.number}</span>'
        link = f'<a href="#{head.name}">{count} {text(head.title)}</a>'
        rows.append(f"<li{part}>{link}</li>")
    return "<ol>" + "\n".join(rows) + "</ol>"


def code(source: str) -> str:
    """Lines of Python, coloured."""
    from pygments import highlight
    from pygments.formatters.html import HtmlFormatter
    from pygments.lexers import PythonLexer

    lines = highlight(source, PythonLexer(), HtmlFormatter(nowrap=True)).rstrip("\n")
    return f'<pre tabindex="0"><code>{lines}</code></pre>'


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
        f'<table class="equations"><caption>{text(title)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


@cache
def _template() -> Template:
    path = files("halfmoon.pages").joinpath("page.html")
    return Template(path.read_text(encoding="utf-8"))


def page(front: Front, headings: Iterable[Heading], body: Iterable[str]) -> str:
    """The whole HTML file, from its headings and the parts of its body."""
    return _template().substitute(
        title=html.escape(front.title),
        description=html.escape(front.description),
        lead=text(front.lead),
        contents=contents(headings),
        body="\n".join(body),
        foot=text(front.foot),
    )
