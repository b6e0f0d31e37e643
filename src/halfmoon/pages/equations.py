"""Equations by tag: as they are written in the code, in mathematics, and the line of
the source that computes each.

DERIVATION.md defines them; a test holds the two together. The line of code is read from
the source when it is shown, so that it cannot drift.
"""

import re
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
class Line:
    """A line of the source: its file below halfmoon/, its number, and the code without
    the tag.
    """

    file: str
    number: int
    code: str


@cache
def line_of(tag: str) -> Line:
    """The line that computes an equation: the first of the reference's that ends in its
    tag.
    """
    for file in SOURCES:
        text = files("halfmoon").joinpath(file).read_text(encoding="utf-8")
        for number, line in enumerate(text.splitlines(), start=1):
            if re.search(rf"\S.*# \[{tag}\]", line):
                return Line(file, number, line.split("  # [")[0].strip())
    raise LookupError(f"No line of the source ends with [{tag}].")


def mathml(tex: str, block: bool = False) -> str:
    """An equation in LaTeX, as MathML."""
    from latex2mathml.converter import convert

    return convert(
        tex.replace("'", r"^\prime "), display="block" if block else "inline"
    )
