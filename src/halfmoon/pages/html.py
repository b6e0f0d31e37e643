"""The page: HTML for what a book says. One file, nothing fetched, no script."""

import html
import re
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from string import Template
from typing import Any

from halfmoon.pages.equations import EQUATIONS, line_of, mathml

FORMULA = re.compile(r"\$([^$|]+)\|([^$]+)\$")  # in a text: $as in code|as in LaTeX$


def text(words: str) -> str:
    """Words with `code` and $formulas|LaTeX$ in them, as HTML."""
    parts = FORMULA.split(words)
    words = "".join(
        mathml(part) if i % 3 == 2 else html.escape(part)
        for i, part in enumerate(parts)
        if i % 3 != 1
    )
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", words)


def bare(words: str) -> str:
    """The same words for a place that has no code and no formulas."""
    return FORMULA.sub(r"\1", words).replace("`", "")


def number(address: str, value: Any, digits: str) -> str:
    """A number that says where in results.json it stands."""
    return f'<data value="{value}" data-from="{address}">{digits}</data>'


def heading(number: str, name: str, title: str) -> str:
    """A section's heading; a part of a section has a smaller one."""
    level = 3 if "." in number else 2
    return (
        f'<h{level} id="{name}"><span class="count">{number}</span> '
        f"{text(title)}</h{level}>"
    )


def contents(sections: Iterable[tuple[str, str, str]]) -> str:
    """The table of contents."""
    rows = (
        f'<li{" class=part" if "." in number else ""}><a href="#{name}"><span '
        f'class="count">{number}</span> '
        f"{text(title)}</a></li>"
        for number, name, title in sections
    )
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
    body = "".join(
        f'<tr><th scope="row">{row[0]}</th>'
        + "".join(f"<td>{cell}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    return wide(
        f"<table><caption>{title}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def wide(inside: str) -> str:
    """Something that scrolls sideways, with the keyboard too, where it has no room."""
    return f'<div class="wide" tabindex="0">{inside}</div>'


def equations(title: str, tags: Sequence[str]) -> str:
    """Each equation beside its line of code."""
    rows = []
    for tag in tags:
        line = line_of(tag)
        where = f'<span class="where">{line.file}, line {line.number}</span>'
        rows.append(
            "<tr><th "
            f'scope="row">[{tag}]</th><td>{mathml(EQUATIONS[tag][1], block=True)}</td>'
            f"<td><code>{html.escape(line.code)}</code> {where}</td></tr>"
        )
    head = (
        '<tr><th scope="col">tag</th><th scope="col">equation</th><th scope="col">the '
        "line of code</th></tr>"
    )
    return (
        "<table "
        f'class="equations"><caption>{text(title)}</caption><thead>{head}</thead>'
        f"<tbody>{''.join(rows)}</tbody></table>"
    )


@cache
def _template() -> Template:
    return Template(
        files("halfmoon.pages").joinpath("page.html").read_text(encoding="utf-8")
    )


def whole(sections: Iterable[tuple[str, str, str]], body: Iterable[str]) -> str:
    """The file."""
    return _template().substitute(contents=contents(sections), body="\n".join(body))
