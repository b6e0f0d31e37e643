"""matplotlib's SVG becomes small, and what it shows stays."""

import io
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from matplotlib.figure import Figure

from halfmoon.displays.style import INK
from halfmoon.pages.drawings import small, written
from halfmoon.pages.figures import lay_out, style

POINTS = np.random.default_rng(0).normal(size=(100, 2))


def svg_of(draw):
    """The SVG of what is drawn on one panel."""
    with style():
        fig = Figure(figsize=(4.0, 3.0))
        draw(fig.subplots())
        lay_out(fig)
        file = io.StringIO()
        fig.savefig(file, format="svg", dpi=72)
    return file.getvalue()


@pytest.fixture(scope="module")
def scatter():
    def draw(ax):
        ax.scatter(*POINTS.T, c=["#0072B2"] * 50 + ["#D55E00"] * 50, edgecolors="white")
        ax.set(xlabel="first", title="Two kinds")

    return svg_of(draw)


def test_marks_of_a_kind_are_one_path_with_all_of_their_places(scatter):
    group, _, _ = small(scatter, "one")
    marked = [
        path.get("d")
        for path in group.iter("path")
        if path.get("style", "").startswith("marker:") and path.get("clip-path")
    ]
    assert [len(re.findall("[ML]", d)) for d in marked] == [50, 50]
    places = re.findall(r'<use xlink:href="[^"]*" x="([^"]*)" y="([^"]*)"', scatter)
    there = [(float(x), float(y)) for x, y in places]
    found = [
        (float(x), float(y))
        for d in marked
        for x, y in re.findall(r"[ML](\S+?) ([^\sL]+)", d)
    ]
    for point in found:
        assert np.abs(np.array(there) - point).sum(axis=1).min() < 0.02


def test_a_drawing_has_a_fraction_of_its_elements(scatter):
    group, width, height = small(scatter, "one")
    assert (width, height) == (288.0, 216.0)
    assert len(list(group.iter())) < 0.4 * scatter.count("<")
    assert len(written(group)) < 0.4 * len(scatter)


def test_everything_that_is_referred_to_is_there(scatter):
    drawing = written(small(scatter, "one")[0])
    ids = set(re.findall(r' id="([^"]+)"', drawing))
    references = set(re.findall(r'href="#([^"]+)"', drawing))
    references |= set(re.findall(r"url\(#([^)]+)\)", drawing))
    assert references <= ids
    assert all(name == "one" or name.startswith("one-") for name in ids)
    assert ids - references == {"one"}


def test_no_two_elements_have_one_id():
    def draw(ax):
        for shift in range(3):
            ax.plot([0, 1, 2], [shift] * 3, marker="o", color="black")
            ax.scatter([0, 1, 2], [shift + 0.5] * 3, color="black")

    drawing = written(small(svg_of(draw), "one")[0])
    ids = re.findall(r' id="([^"]+)"', drawing)
    assert len(ids) > 6
    assert len(ids) == len(set(ids))


def test_ink_and_paper_are_the_pages(scatter):
    drawing = written(small(scatter, "one")[0])
    assert INK in scatter
    assert INK not in drawing
    assert "fill:var(--ink)" in drawing
    assert "font-family" not in drawing


def test_white_edges_stay_white_on_an_image_and_are_paper_elsewhere(scatter):
    def draw(ax):
        ax.imshow([[0.0, 1.0]], extent=(-2, 2, -2, 2))
        ax.scatter(*POINTS.T, edgecolors="white")

    on_image = written(small(svg_of(draw), "one")[0])
    assert "stroke:#ffffff" in on_image
    assert "stroke:var(--paper)" not in on_image
    plain = written(small(scatter, "one")[0])
    assert "stroke:var(--paper)" in plain
    assert "#ffffff" not in plain


def test_texts_are_texts(scatter):
    group, _, _ = small(scatter, "one")
    texts = ["".join(text.itertext()) for text in group.iter("text")]
    assert {"first", "Two kinds"} <= set(texts)
    assert "−2" in texts  # noqa: RUF001 (a minus sign)


def test_a_formula_in_a_text_reads_from_left_to_right():
    svg = svg_of(lambda ax: ax.set_title(r"with $\hat y_0$ and $x_{12}$"))
    group, _, _ = small(svg, "one")
    texts = ["".join(text.itertext()) for text in group.iter("text")]
    assert "with y\u03020 and x12" in texts


def test_numbers_have_two_decimals_and_lines_keep_their_course():
    svg = svg_of(lambda ax: ax.plot([0.0, 1.0, 2.0], [0.0, 2.0, 1.0], lw=3.0))
    group, _, _ = small(svg, "one")
    assert not re.search(r"\.\d{3}", written(group))
    (line,) = [p for p in group.iter("path") if "stroke-width:3" in p.get("style", "")]
    (_, y0), (_, y1), (_, y2) = re.findall(r"[ML](\S+) ([^\sL]+)", line.get("d"))
    assert float(y1) < float(y2) < float(y0)  # y points down


def test_what_is_written_is_whole_xml(scatter):
    ET.fromstring(written(small(scatter, "one")[0]))
