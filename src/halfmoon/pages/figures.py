"""How figures look in a file, and how they become part of a page.

On the page a figure is inline SVG. Its ink and its paper are the page's own, so it
turns dark with it; and a narrow screen gets its panels one below the other, each cut
from the same drawing.
"""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import Any, NamedTuple

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.transforms import Bbox

from halfmoon.displays.style import INK
from halfmoon.pages.drawings import small, written
from halfmoon.pages.texts import Picture

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
    "svg.fonttype": "none",  # texts stay texts
    "svg.hashsalt": "halfmoon",
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}
NARROW = 220.0  # points: two panels of this width stand side by side on a phone


@contextmanager
def style() -> Iterator[None]:
    """matplotlib's defaults with our changes, whatever a user's matplotlibrc says."""
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


def lay_out(fig: Figure) -> None:
    """Lay the figure out, once for all files that are made of it.

    (A figure's own engine would do so for each.)
    """
    FigureCanvasAgg(fig)
    ConstrainedLayoutEngine(w_pad=0.08, h_pad=0.08).execute(fig)


def drawn(fig: Figure, kind: str, **options: Any) -> bytes:
    """The figure as a file of this kind."""
    file = io.BytesIO()
    fig.savefig(file, format=kind, **options)
    return file.getvalue()


def picture_file(picture: Picture, kind: str) -> bytes:
    """A picture as a file by itself: "svg" or "png"."""
    with style(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        fig = Figure(figsize=picture.size)
        picture.draw(fig)
        lay_out(fig)
        options = {"metadata": {"Date": None}} if kind == "svg" else {}
        return drawn(fig, kind, **options)


def boxes_of(fig: Figure) -> list[Box]:
    """What each of the figure's axes covers, labels included.

    A colour bar belongs to the panel before it.
    """
    covered: list[Any] = []
    renderer = fig.canvas.get_renderer()  # type: ignore[attr-defined]
    for ax in fig.axes:
        legend = ax.get_legend()
        extra = [*ax.texts, legend] if legend else list(ax.texts)
        box: Any = ax.get_tightbbox(renderer, bbox_extra_artists=extra)
        if ax.get_label() == "<colorbar>" and covered:
            covered[-1] = Bbox.union([covered[-1], box])
        elif box is not None:
            covered.append(box)
    scale = 72.0 / fig.dpi
    height = 72.0 * fig.get_figheight()
    boxes = []
    for each in covered:
        box = each.padded(4.0)
        x = box.x0 * scale
        y = height - box.y1 * scale
        boxes.append(Box(x, y, box.width * scale, box.height * scale))
    return boxes


def draw(picture: Picture, name: str, description: str) -> str:
    """A picture as a part of a page, drawn at once.

    `name` is its id on the page; `description` is for a reader who cannot see it.
    """
    with style(), warnings.catch_warnings():
        # a sign that matplotlib's font lacks is drawn by the browser, with its own
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        fig = Figure(figsize=picture.size)
        picture.draw(fig)
        lay_out(fig)
        svg = drawn(fig, "svg", dpi=90, metadata={"Date": None}).decode()
        boxes = boxes_of(fig)
    return on_page(svg, boxes, name, escape(description))


def on_page(svg: str, boxes: list[Box], name: str, description: str) -> str:
    """The whole drawing for wide screens and paper, its panels for narrow ones.

    One description serves both.
    """
    single = len(boxes) < 2
    kind = "drawing single" if single else "drawing"
    panels = "" if single else _panels(boxes, name)
    return (
        f'<div class="{kind}" role="img" aria-label="{description}">'
        f"{_whole(svg, name)}{panels}</div>"
    )


def _whole(svg: str, name: str) -> str:
    group, width, height = small(svg, name)
    return (
        f'<svg class="whole" viewBox="0 0 {width:g} {height:g}" '
        f'style="max-width: {width / 12.0:.1f}rem">{written(group)}</svg>'
    )


def _panels(boxes: list[Box], name: str) -> str:
    """Each panel cut from the same drawing, all to one scale."""
    widest = max(box.width for box in boxes)
    cuts = []
    for box in boxes:
        view = f"{box.x:.1f} {box.y:.1f} {box.width:.1f} {box.height:.1f}"
        share = f"{100.0 * box.width / widest:.0f}%"
        cuts.append(
            f'<svg viewBox="{view}" style="width: {share}"><use href="#{name}"/></svg>'
        )
    kind = "panels small" if widest < NARROW else "panels"
    return f'<div class="{kind}">{"".join(cuts)}</div>'
