"""How the tutorial's figures look in a file, and how they become part of the page.

On the page a figure is inline SVG. Its ink and its paper are the page's own, so it
turns dark with it; and a narrow screen gets its panels one below the other, each cut
from the same drawing.
"""

import re
from collections.abc import Iterator, Sized
from contextlib import contextmanager
from typing import Any, NamedTuple

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.transforms import Bbox

from halfmoon.displays.style import INK

PAPER = "#ffffff"
STYLE: dict[Any, Any] = {
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.labelsize": 11,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": INK,
    "axes.titlesize": 12,
    "font.size": 10.5,
    "legend.fontsize": 10,
    # of PNG files; laid out at the same, so that texts are measured once
    "figure.dpi": 120,
    "savefig.dpi": "figure",
    "svg.hashsalt": "halfmoon",
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}


TICKS = (
    1e-5,
    1e-4,
    0.001,
    0.003,
    0.01,
    0.03,
    0.05,
    0.07,
    0.1,
    0.15,
    0.2,
    0.3,
    0.5,
    0.7,
    1.0,
    1.5,
    2.0,
    3.0,
    5.0,
)
DECADES = (1e-5, 1e-4, 0.001, 0.01, 0.1, 1.0)


def rows_for(things: Sized, across: int) -> int:
    """How many rows of a grid they fill."""
    return -(-len(things) // across)


def grid(fig: Figure, count: int, across: int) -> list[Axes]:
    """So many axes, some beside one another; what is left of the last row stays
    empty.
    """
    return [
        fig.add_subplot(rows_for(range(count), across), across, i + 1)
        for i in range(count)
    ]


def plain_log(ax: Axes, ticks: tuple[float, ...] = TICKS) -> None:
    """A logarithmic scale for losses, with few numbers and these without powers; so too
    for x, if logarithmic.
    """
    ax.set_yscale("log")
    low, high = ax.get_ylim()
    ax.set_yticks([tick for tick in ticks if low <= tick <= high])
    ax.set_yticks([], minor=True)
    ax.yaxis.set_major_formatter(plain_number)
    if ax.get_xscale() == "log":
        ax.xaxis.set_major_formatter("{x:,g}")
        ax.xaxis.set_minor_formatter("")


def plain_number(x: float, place: float) -> str:
    """A tick's label without a power. (It stands here since the press imports whatever
    a figure refers to.)
    """
    return f"{x:.5f}".rstrip("0").rstrip(".")


@contextmanager
def style() -> Iterator[None]:
    """matplotlib's defaults and our changes to them, whatever a user's matplotlibrc
    says.
    """
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(STYLE)
        yield


class Box(NamedTuple):
    """A part of a drawing, in its points (1/72 inch) from the upper left."""

    x: float
    y: float
    width: float
    height: float


def settle(fig: Figure) -> None:
    """Lay the figure out, once for all files that are made of it. (A figure's own
    engine would do so for each.)
    """
    FigureCanvasAgg(fig)
    ConstrainedLayoutEngine(w_pad=0.08, h_pad=0.08).execute(fig)


def panels(fig: Figure) -> list[Box]:
    """What each of the figure's axes covers, labels included; a colour bar belongs to
    the panel before it.
    """
    covered: list[Any] = []
    for ax in fig.axes:
        renderer = fig.canvas.get_renderer()  # type: ignore[attr-defined]
        box: Any = ax.get_tightbbox(
            renderer, bbox_extra_artists=[a for a in (ax.get_legend(),) if a]
        )
        if ax.get_label() == "<colorbar>" and covered:
            covered[-1] = Bbox.union([covered[-1], box])
        elif box is not None:
            covered.append(box)
    scale = 72.0 / fig.dpi
    height = 72.0 * fig.get_figheight()
    padded = [box.padded(4.0) for box in covered]
    return [
        Box(b.x0 * scale, height - b.y1 * scale, b.width * scale, b.height * scale)
        for b in padded
    ]


def inline(svg: str, name: str) -> str:
    """matplotlib's SVG as a group to stand in a page: ids of its own, the page's ink
    and paper, no style sheet.
    """
    inside = svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
    for unwanted in (
        r"<metadata>.*?</metadata>",
        r"<defs>\s*<style.*?</defs>",
        r"<!--.*?-->",
    ):
        inside = re.sub(unwanted, "", inside, flags=re.DOTALL)
    # nobody refers to these
    inside = re.sub(
        r'(<g|<image)((?: xlink:href="[^"]*")?) id="[^"]*"', r"\1\2", inside
    )
    for refers in ('id="', 'href="#', "url(#"):
        inside = inside.replace(refers, f"{refers}{name}-")
    inside = inside.replace(INK, "var(--ink)").replace(PAPER, "var(--paper)")
    return f'<g id="{name}">{inside}</g>'


def on_page(svg: str, boxes: list[Box], name: str, described: str) -> str:
    """The whole drawing for wide screens and paper, its panels for narrow ones; one
    description for both.
    """
    size = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    assert size is not None  # matplotlib always writes it
    width, height = size.groups()
    whole = (
        f'<svg class="whole" viewBox="0 0 {width} {height}" style="max-width: '
        f'{float(width) / 12.0:.1f}rem">'
    )
    widest = max(box.width for box in boxes)  # all to one scale
    cuts = "".join(
        f'<svg viewBox="{box.x:.1f} {box.y:.1f} {box.width:.1f} {box.height:.1f}" '
        f'style="width: {100.0 * box.width / widest:.0f}%"><use href="#{name}"/></svg>'
        for box in boxes
    )
    few = len(boxes) < 2
    narrow = (
        ""
        if few
        else f'<div class="panels{" small" if widest < 220.0 else ""}">{cuts}</div>'
    )
    return (
        f'<div class="drawing{" single" if few else ""}" role="img" '
        f'aria-label="{described}">'
        f"{whole}{inline(svg, name)}</svg>{narrow}</div>"
    )
