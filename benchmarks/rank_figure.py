"""The critical-difference figure of Demsar (2006), turned on its side.

A line holds one method: its name, and a dot at its mean rank. A bar on the right joins
methods that the test does not tell apart. It is SVG with text as text, and follows the
reader's light or dark colours.
"""

import math
from html import escape

from ranks import Comparison

WIDTH = 480
LEFT = 176  # where the axis begins, after the names
LINE = 26  # pixels from one method to the next
TOP = 74
BAR = 11  # pixels from one bar to the next
STYLE = """
text { font: 14px system-ui, sans-serif; fill: #1f2328; }
.small { font-size: 12px; fill: #59636e; }
.own { font-weight: 700; }
.grid { stroke: #d1d9e0; }
.stem { stroke: #8c959f; stroke-width: 2; }
.dot { fill: #59636e; }
.dot.own { fill: #0969da; }
.bar { stroke: #bc4c00; stroke-width: 4; stroke-linecap: round; }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc; }
  .small { fill: #9198a1; }
  .grid { stroke: #3d444d; }
  .stem { stroke: #656c76; }
  .dot { fill: #9198a1; }
  .dot.own { fill: #4493f8; }
  .bar { stroke: #f0883e; }
}
"""


def draw(compared: Comparison, title: str, own: str = "halfmoon") -> str:
    """The figure as SVG; methods whose name begins with `own` stand out."""
    ranks = list(compared.ranks.items())
    right = WIDTH - 18 - BAR * len(compared.groups)
    most = math.ceil(max(rank for _, rank in ranks))

    def x(rank: float) -> float:
        return LEFT + (right - LEFT) * (rank - 1.0) / max(most - 1, 1)

    height = TOP + LINE * len(ranks) + 8
    foot = height - LINE / 2
    parts = [f'<text x="8" y="22" class="own">{escape(title)}</text>']
    parts += [axis_mark(x(rank), rank, foot) for rank in range(1, most + 1)]
    parts.append(scale(x(1.0), x(1.0 + compared.difference), compared.difference))
    for place, (name, rank) in enumerate(ranks):
        parts.append(method(name, rank, x(rank), line(place), name.startswith(own)))
    for number, (first, last) in enumerate(compared.groups):
        across = right + 14 + BAR * number
        parts.append(bar(across, line(first), line(last)))
    said = escape(in_words(compared))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" role="img">\n<title>{escape(title)}'
        f"</title>\n<desc>{said}</desc>\n<style>{STYLE}</style>\n"
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def in_words(compared: Comparison) -> str:
    """What the figure shows."""
    each = "; ".join(f"{name} {rank:.2f}" for name, rank in compared.ranks.items())
    return (
        f"Mean ranks on {compared.data_sets} tables: {each}. Methods whose mean ranks "
        f"lie less than {compared.difference:.2f} apart are not told apart."
    )


def line(place: int) -> float:
    """How far down a method stands."""
    return TOP + LINE * (place + 0.5)


def axis_mark(x: float, rank: int, foot: float) -> str:
    """A rank on the axis."""
    return (
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{foot:.1f}" class="grid"/>'
        f'<text x="{x:.1f}" y="{TOP - 6}" class="small" text-anchor="middle">{rank}'
        "</text>"
    )


def scale(start: float, end: float, difference: float) -> str:
    """How long the critical difference is."""
    y = 40
    return (
        f'<path d="M{start:.1f} {y}H{end:.1f}" class="bar"/>'
        f'<text x="8" y="{y + 5}" class="small">critical difference '
        f"{difference:.2f}</text>"
    )


def method(name: str, rank: float, x: float, y: float, own: bool) -> str:
    """A method's line."""
    kind = " own" if own else ""
    return (
        f'<text x="8" y="{y + 5:.1f}" class="{kind.strip()}">{escape(name)}</text>'
        f'<path d="M{LEFT} {y:.1f}H{x:.1f}" class="stem"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" class="dot{kind}">'
        f"<title>{escape(name)}: {rank:.2f}</title></circle>"
    )


def bar(x: float, first: float, last: float) -> str:
    """What joins methods that are not told apart."""
    return f'<path d="M{x:.1f} {first - 6:.1f}V{last + 6:.1f}" class="bar"/>'
