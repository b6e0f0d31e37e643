"""Equations are those of the derivation, and their statements those of the source."""

import ast
import re
from pathlib import Path

import pytest

from halfmoon.pages import equations
from halfmoon.pages.equations import EQUATIONS, statement_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("tag", EQUATIONS)
def test_the_equations_are_those_of_the_derivation(tag):
    written, tex = EQUATIONS[tag]
    line = re.search(
        rf"^\*\*\[{tag}\]\*\*.*$", (ROOT / "DERIVATION.md").read_text(), re.MULTILINE
    ).group()
    assert f"`{written}`" in line
    assert tex in line


@pytest.mark.parametrize("tag", EQUATIONS)
def test_the_statement_is_whole_and_in_the_source(tag):
    statement = statement_of(tag)
    source = (ROOT / "src" / "halfmoon" / statement.file).read_text().splitlines()
    lines = statement.code.splitlines()
    shown = source[statement.number - 1 : statement.number - 1 + len(lines)]
    for line, original in zip(lines, shown, strict=True):
        assert original.strip().startswith(line.strip())
    assert any(line.rstrip().endswith(f"[{tag}]") for line in shown)
    function = "def f():\n    " + "\n    ".join(lines)
    assert len(ast.parse(function).body[0].body) == 1


SPREAD = """
def f(x):
    for i in range(3):  # [X1]
        y = (
            x
            + i
        )  # [X2]
        z = [
            y,  # [X3]
            x,
        ]
    return z
"""


@pytest.mark.parametrize(
    ("tag", "number", "code"),
    [
        ("X1", 3, "for i in range(3):"),
        ("X2", 4, "y = (\n    x\n    + i\n)"),
        ("X3", 8, "z = [\n    y,\n    x,\n]"),
    ],
)
def test_a_statement_of_several_lines_is_shown_whole(
    tag, number, code, tmp_path, monkeypatch
):
    (tmp_path / "spread.py").write_text(SPREAD)
    monkeypatch.setattr(equations, "files", lambda _: tmp_path)
    monkeypatch.setattr(equations, "SOURCES", ("spread.py",))
    statement = statement_of.__wrapped__(tag)
    assert (statement.number, statement.code) == (number, code)


def test_the_step_is_shown_by_the_line_that_takes_it():
    assert statement_of("O4").code.startswith("state.theta = theta - ")


def test_a_tag_that_no_line_has_is_refused():
    with pytest.raises(LookupError, match="Z99"):
        statement_of("Z99")
