"""Figures become part of a page."""

import io

from matplotlib.figure import Figure

from halfmoon.pages.figures import (
    Box,
    boxes_of,
    lay_out,
    on_page,
    picture_file,
    style,
)
from halfmoon.pages.texts import Picture


def draw(columns):
    with style():
        fig = Figure(figsize=(6.0, 3.0))
        for ax in fig.subplots(1, columns, squeeze=False)[0]:
            image = ax.pcolormesh([[0.0, 1.0], [1.0, 0.0]])
            ax.set(xlabel="x", ylabel="y")
        fig.colorbar(image, ax=[ax])
        lay_out(fig)
        file = io.StringIO()
        fig.savefig(file, format="svg", dpi=72)
        return file.getvalue(), boxes_of(fig)


def test_each_panel_is_a_box_and_a_colour_bar_belongs_to_its_panel():
    _, boxes = draw(2)
    assert len(boxes) == 2
    left, right = boxes
    assert 0.0 <= left.x < left.x + left.width <= right.x + 8.0
    assert right.width > left.width  # the colour bar


def test_several_panels_are_cut_from_one_drawing():
    svg, boxes = draw(2)
    drawing = on_page(svg, boxes, "two", "Two panels")
    assert drawing.count('<use href="#two"/>') == 2
    assert drawing.count('aria-label="Two panels"') == 1
    single = on_page(svg, [Box(0.0, 0.0, 100.0, 100.0)], "one", "One panel")
    assert "<use" not in single.split("</svg></div>")[-1]
    assert 'class="drawing single"' in single


def test_a_picture_by_itself_is_the_same_file_each_time():
    picture = Picture(lambda fig: fig.subplots().plot([0.0, 1.0]), (3.0, 2.0))
    png = picture_file(picture, "png")
    assert png.startswith(b"\x89PNG\r\n")
    svg = picture_file(picture, "svg")
    assert svg == picture_file(picture, "svg")
    assert b'width="216pt" height="144pt"' in svg  # 72 points an inch
