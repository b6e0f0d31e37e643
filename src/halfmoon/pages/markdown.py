"""Markdown as HTML and as text for a terminal, with formulas in it.

Formulas stand between dollars, as in code and in LaTeX: $x^2|x^2$. One form alone,
$x^2$, is LaTeX. markdown-it-py reads the rest.
"""

import re
from collections.abc import Callable
from functools import cache
from html import escape
from typing import Any

from halfmoon.pages.mathematics import mathml

# a formula, with `code` before it so that a dollar in code is none
QUOTED = re.compile(r"(`+)(?!`)[^`]+\1(?!`)|\$([^$\s](?:[^$]*[^$\s])?)\$", re.DOTALL)
FIRST_CELL = re.compile(r"(<tr>\n)<td([^>]*)>(.*?)</td>")
KEPT = re.compile("\ue000(\\d+)\ue001([.,;:)]*)")  # where a formula stood
INSIDE = re.compile(r"\[([^\]]+)\]\(#[^)]+\)")  # a link within the page


def forms(formula: str) -> tuple[str, str]:
    """A formula as in code and as in LaTeX."""
    code, bar, tex = formula.partition("|")
    if not bar:
        return code, code
    return code.strip(), tex.strip()


def each_formula(text: str, write: Callable[[str], str]) -> str:
    """The text with every formula replaced by what is written for it."""

    def replaced(match: re.Match[str]) -> str:
        formula = match.group(2)
        return match.group() if formula is None else write(formula)

    return QUOTED.sub(replaced, text)


def html(text: str, inline: bool = False, pairs: bool = True) -> str:
    """Markdown as HTML.

    inline  whether it is a line, without a paragraph around it
    pairs   whether formulas may have two forms; if not, a bar belongs to the formula
    """
    formulas: list[str] = []

    def keep(formula: str) -> str:
        formulas.append(mathml(forms(formula)[1] if pairs else formula))
        return f"\ue000{len(formulas) - 1}\ue001"

    source = each_formula(text, keep)
    parser = _parser()
    written = parser.renderInline(source) if inline else parser.render(source)
    written = FIRST_CELL.sub(_heading_of_row, written)
    written = written.replace("<th></th>", "<td></td>")  # an empty cell heads nothing

    def put_back(match: re.Match[str]) -> str:
        formula = formulas[int(match.group(1))]
        after = match.group(2)
        # no line begins with the full stop of the one before
        return f'<span class="joined">{formula}{after}</span>' if after else formula

    return KEPT.sub(put_back, written)


def _heading_of_row(cell: re.Match[str]) -> str:
    """The first cell of a row heads it, if it has words and not formulas alone."""
    before, style, inside = cell.groups()
    if not KEPT.sub("", inside).strip():
        return cell.group()
    return f'{before}<th scope="row"{style}>{inside}</th>'


def terminal(text: str) -> str:
    """The same Markdown for rich: formulas as in code, links within the page bare."""
    source = each_formula(text, lambda formula: f"`{forms(formula)[0]}`")
    return INSIDE.sub(r"\1", source)


def bare(text: str) -> str:
    """The words alone, for a place that has no type: a title or a description."""
    source = each_formula(text, lambda formula: forms(formula)[0])
    source = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", source)
    return re.sub(r"[`*]", "", source)


@cache
def _parser() -> Any:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    opening = _fixed('<div class="wide" tabindex="0"><table class="written">')
    parser.add_render_rule("table_open", opening)
    parser.add_render_rule("table_close", _fixed("</table></div>\n"))
    parser.add_render_rule("fence", _fence)
    return parser


def _fence(renderer: Any, tokens: Any, index: int, *rest: Any) -> str:
    """Fenced lines: a formula where they are called math, else code."""
    lines = tokens[index].content
    if tokens[index].info == "math":
        return f'<div class="formulas">{mathml(lines, block=True)}</div>'
    return f'<pre tabindex="0"><code>{escape(lines)}</code></pre>'


def _fixed(shown: str) -> Callable[..., str]:
    def rule(*arguments: Any) -> str:
        return shown

    return rule
