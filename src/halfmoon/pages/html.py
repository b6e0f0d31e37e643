"""The page as HTML: one file, nothing fetched."""

import html
import re
from base64 import b64encode
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Template
from typing import Any, NamedTuple

from halfmoon.pages.equations import EQUATIONS, statement_of
from halfmoon.pages.markdown import html as text
from halfmoon.pages.mathematics import mathml

POWER = re.compile(r"(\d)e([+-]\d+)")
MINUS = "\N{MINUS SIGN}"
FORMULA = re.compile("<math.*?</math>")
OWN_HEADING = re.compile(r"<h([3-6])>(.*?)</h\1>")
DERIVATION = "derivation.html"  # stands beside the page


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
    shown = POWER.sub(_as_power, digits).replace("-", MINUS)
    return f'<data value="{value}" data-from="{address}">{shown}</data>'


def _as_power(match: re.Match[str]) -> str:
    """1e-05 as a power of ten."""
    return f"{match.group(1)} × 10<sup>{int(match.group(2))}</sup>"  # noqa: RUF001


def heading(head: Heading) -> str:
    """A section's heading, whose number links to it; a part has a smaller one."""
    level = 3 if head.is_part else 2
    name = f"Section {head.number}" if head.number else "Link to this section"
    link = (
        f'<a class="anchor" href="#{head.name}" aria-label="{name}">'
        f"{head.number or '#'}</a>"
    )
    return f'<h{level} id="{head.name}">{link} {inline(head.title)}</h{level}>'


def link_to(name: str) -> str:
    """The link of a heading to itself, which is seen when one points at it."""
    return f'<a class="anchor" href="#{name}" aria-label="Link to this part"></a>'


def with_anchors(body: str, section: str) -> str:
    """A section's text, whose own headings have links to them."""

    def write(match: re.Match[str]) -> str:
        level, title = match.groups()
        words = re.findall(r"\w+", _words(title).lower())
        name = "-".join([section, *words])
        return f'<h{level} id="{name}">{link_to(name)}{title}</h{level}>'

    return OWN_HEADING.sub(write, body)


def contents(headings: Iterable[Heading]) -> str:
    """The table of contents."""
    rows = []
    for head in headings:
        part = " class=part" if head.is_part else ""
        count = f'<span class="count">{head.number}</span>' if head.number else ""
        link = f'<a href="#{head.name}">{count} <span>{inline(head.title)}</span></a>'
        rows.append(f"<li{part}>{link}</li>")
    return "<ol>" + "\n".join(rows) + "</ol>"


def inline(words: str) -> str:
    """A line of Markdown, as HTML."""
    return text(words, inline=True)


# Code


def code(source: str, changed: Collection[int] = ()) -> str:
    """Lines of Python, coloured; lines with these numbers are marked as changed.

    Where all lines begin with "+" or "-", they are what was changed in a program.
    """
    lines = source.rstrip().split("\n")
    signs = [""] * len(lines)
    if all(line[:1] in {"+", "-"} for line in lines):
        signs = [line[0] for line in lines]
        lines = [line[1:] for line in lines]
        changed = [i for i, sign in enumerate(signs, start=1) if sign == "+"]
    shown = []
    for number, (sign, line, words) in enumerate(
        zip(signs, lines, _coloured(lines), strict=True), start=1
    ):
        tag = "mark" if number in changed else "span"
        kind = "l sign" if sign else "l"
        indent = len(line) - len(line.lstrip(" "))
        style = f' style="--i:{indent}"' if indent else ""
        shown.append(f'<{tag} class="{kind}"{style}>{sign}{words}\n</{tag}>')
    return f"<pre><code>{''.join(shown)}</code></pre>"


def _coloured(lines: Sequence[str]) -> list[str]:
    from pygments import highlight
    from pygments.formatters.html import HtmlFormatter
    from pygments.lexers import PythonLexer

    lexer = PythonLexer(stripnl=False)
    coloured = highlight("\n".join(lines), lexer, HtmlFormatter(nowrap=True))
    return coloured.split("\n")[: len(lines)]


def program(source: str, changed: Collection[int]) -> str:
    """A whole program with a button that copies it, once a script shows the button.

    Changed lines are marked, by a colour and by a sign at the margin.
    """
    button = '<button type="button" class="copy" hidden>Copy</button>'
    return f'<div class="program copyable">{button}{code(source, changed)}</div>'


# Parts that are opened


def fold(title: str) -> tuple[str, str]:
    """What stands before and after a part that is folded."""
    return f'<details class="fold"><summary>{title}</summary>', "</details>"


def question(
    title: str, options: Sequence[tuple[str, bool]], number: int
) -> tuple[str, str]:
    """What stands before and after the answer of a question.

    Options are HTML, and whether they are right. The answer is folded; a script opens
    it when the reader has chosen.
    """
    choices = []
    for words, right in options:
        is_right = " data-right" if right else ""
        choices.append(
            f'<label><input type="radio" name="question-{number}"{is_right}> '
            f"<span>{words}</span></label>"
        )
    return (
        f'<fieldset class="question"><legend>{title}</legend>{"".join(choices)}'
        '<p class="feedback" role="status"></p>'
        '<details class="answer"><summary>Answer</summary>',
        "</details></fieldset>",
    )


def exercise(task: str, answer: Any, number: int, below: str) -> tuple[str, str]:
    """What stands before and after the solution of an exercise.

    answer  the number that a reader's is compared with; "" for none. A script shows
            the field for it
    below   what the folded part is called, a hint or the solution; "" for no part
    """
    before = (
        f'<div class="exercise" role="group" aria-labelledby="exercise-{number}">'
        f'<p class="kicker" id="exercise-{number}">Exercise</p>{task}'
    )
    if answer != "":
        before += (
            f'<form class="check" data-answer="{float(answer)!r}" hidden>'
            f'<label for="answer-{number}">Your answer</label> '
            f'<input id="answer-{number}" inputmode="decimal" autocomplete="off"> '
            '<button>Check</button><p class="feedback" role="status"></p></form>'
        )
    if not below:
        return before, "</div>"
    return (
        f'{before}<details class="answer"><summary>{below}</summary>',
        "</details></div>",
    )


# Tables and equations


MANY = 5  # a table with more columns stands as a list on a narrow screen


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table whose first column heads its rows. Cells are HTML."""
    head = "".join(
        f'<th scope="col">{column}</th>' if column else "<td></td>"
        for column in columns
    )
    labels = [html.escape(_words(column)) for column in columns[1:]]
    is_many = len(columns) > MANY
    body = []
    for first, *others in rows:
        cells = "".join(
            f'<td data-label="{label}">{cell}</td>' if is_many else f"<td>{cell}</td>"
            for label, cell in zip(labels, others, strict=True)
        )
        body.append(f"<tr>{_heading_of_row(first)}{cells}</tr>")
    kind = ' class="many"' if is_many else ""
    return wide(
        f"<table{kind}><caption>{title}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(body)}</tbody></table>"
    )


def _heading_of_row(cell: str) -> str:
    """The first cell of a row heads it, if it has words and not formulas alone."""
    if _words(FORMULA.sub("", cell)).strip():
        return f'<th scope="row">{cell}</th>'
    return f"<td>{cell}</td>"


def _words(piece: str) -> str:
    """The words of a piece of HTML."""
    return html.unescape(re.sub(r"<[^>]*>", "", piece))


def wide(inside: str) -> str:
    """Something that scrolls sideways, with the keyboard too, where it has no room."""
    return f'<div class="wide" tabindex="0">{inside}</div>'


def equations(title: str, tags: Sequence[str]) -> str:
    """Each equation with the statement that computes it, which is folded.

    The tag of an equation links to its derivation.
    """
    rows = []
    for tag in tags:
        statement = statement_of(tag)
        where = f"{statement.file}, line {statement.number}"
        rows.append(
            '<div class="equation">'
            f'<a class="tag" href="{DERIVATION}#{tag}">[{tag}]</a>'
            f"{mathml(EQUATIONS[tag][1], block=True)}"
            '<details class="line"><summary>the line of code</summary>'
            f'{code(statement.code)}<span class="where">{where}</span></details></div>'
        )
    return (
        f'<div class="equations"><p class="caption">{inline(title)}</p>'
        f"{''.join(rows)}</div>"
    )


@cache
def _part(name: str) -> str:
    path = files("halfmoon.pages").joinpath(name)
    return path.read_text(encoding="utf-8")


@cache
def styles() -> str:
    """The page's style sheet: colours and measures, and what is set with them."""
    return _part("web/colours.css") + _part("page.css")


@cache
def math_font() -> str:
    """The font of formulas, as a rule of a style sheet."""
    font = files("halfmoon.pages").joinpath("fonts", "halfmoon-math.woff2")
    content = b64encode(font.read_bytes()).decode()
    source = f'url(data:font/woff2;base64,{content}) format("woff2")'
    return f'@font-face {{ font-family: "Halfmoon Math"; src: {source} }}\n'


# what a page without a script may do
POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:; "
    "base-uri 'none'; form-action 'none'"
)


def page(
    front: Front,
    headings: Iterable[Heading],
    body: Iterable[str],
    *,
    opening: str = "",
    script: str = "",
    style: str = "",
    policy: str = POLICY,
) -> str:
    """The whole HTML file, from its headings and the parts of its body.

    Parameters
    ----------
    front : Front
        What frames the page.
    headings : iterable of Heading
        Its contents.
    body : iterable of str
        Its parts, as HTML.
    opening : str, default ""
        HTML that stands below the title.
    script : str, default ""
        Elements that stand last in the body.
    style : str, default ""
        Rules for what the script makes.
    policy : str
        The Content-Security-Policy; without a script, none may run.
    """
    parts = {
        "lead": inline(front.lead),
        "opening": f'<div class="opening">{opening}</div>\n' if opening else "",
        "contents": contents(headings),
        "body": "\n".join(body),
        "foot": inline(front.foot),
    }
    has_formulas = any("<math" in part for part in parts.values())
    return Template(_part("page.html")).substitute(
        title=html.escape(front.title),
        description=html.escape(front.description),
        policy=policy,
        styles=f"{math_font() if has_formulas else ''}{styles()}{style}",
        script=script,
        **parts,
    )
