"""Equations by tag: as in the code, in mathematics, and where they are computed.

DERIVATION.md defines them; a test holds the two together. The statement that computes
an equation is read from the source when it is shown, so that it cannot drift.
"""

import ast
import re
import textwrap
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

EQUATIONS = {
    "F1": ("z = a0 W + b", r"z = a_0 W + b"),
    "F2": ("a = f(z)", r"a = f(z)"),
    "L1": ("y_hat = e^z / sum_c e^z", r"\hat y_c = e^{z_c} / \sum_j e^{z_j}"),
    "L2": (
        "l = - sum_c t log y_hat",
        r"\ell = -\sum_c t_c \log \hat y_c, \quad "
        r"\log \hat y_c = z_c - \log \sum_j e^{z_j}",
    ),
    "L3": ("dz = y_hat - t", r"\partial \ell / \partial z_c = \hat y_c - t_c"),
    "B1": (
        "delta = dL/da * f'(z)",
        r"\delta = \dfrac{\partial L}{\partial a} \circ f'(z)",
    ),
    "B2": (
        "dL/dW = a0^T delta",
        r"\dfrac{\partial L}{\partial W} = a_0^{\mathsf T} \delta",
    ),
    "B3": (
        "dL/db = sum_n delta",
        r"\dfrac{\partial L}{\partial b_j} = \sum_{i=1}^{n} \delta_{ij}",
    ),
    "B4": (
        "dL/da0 = delta W^T",
        r"\dfrac{\partial L}{\partial a_0} = \delta W^{\mathsf T}",
    ),
    "O4": (
        "theta <- theta - eta c (u + decay m theta)",
        r"\theta \leftarrow \theta "
        r"- \eta c \circ (u + \mathit{decay} \cdot m \circ \theta)",
    ),
}
SOURCES = (
    "layers.py",
    "components/losses/joint.py",
    "network.py",
    "engines/reference.py",
    "components/optimizers.py",
    "components/schedules.py",
)


@dataclass(frozen=True)
class Statement:
    """A statement of the source.

    Its file below halfmoon/, the number of its first line, and its code without tags.
    """

    file: str
    number: int
    code: str


@cache
def statement_of(tag: str) -> Statement:
    """The statement that computes an equation, in the first file that has its tag.

    The tag stands at the end of one of its lines. Where several statements bear it, the
    last one completes the equation. Raises LookupError for a tag that no line has.
    """
    for file in SOURCES:
        text = files("halfmoon").joinpath(file).read_text(encoding="utf-8")
        lines = text.splitlines()
        tagged = [
            number
            for number, line in enumerate(lines, start=1)
            if re.search(rf"\S.*# \[{tag}\]", line)
        ]
        if tagged:
            first, last = _extent(text, tagged[-1])
            code = "\n".join(_without_tag(line) for line in lines[first - 1 : last])
            return Statement(file, first, textwrap.dedent(code))
    raise LookupError(f"No line of the source ends with [{tag}].")


def _extent(text: str, number: int) -> tuple[int, int]:
    """The first and the last line of the statement that holds a line.

    Of a statement with a body, such as `for`, only its head.
    """
    best = (number, number)
    smallest = len(text)
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.stmt):
            continue
        last = node.end_lineno or node.lineno
        if body := getattr(node, "body", None):
            last = body[0].lineno - 1
        if node.lineno <= number <= last and last - node.lineno < smallest:
            best = (node.lineno, last)
            smallest = last - node.lineno
    return best


def _without_tag(line: str) -> str:
    return line.split("  # [", maxsplit=1)[0].rstrip()
