"""The diagram joins the right units, and says what it leaves out."""

# ruff: noqa: RUF001 (a minus sign is meant)

import itertools
import re

import numpy as np
import pytest
from matplotlib.colors import to_hex

from halfmoon import (
    Network,
)
from halfmoon.displays import (
    NetworkDisplay,
    draw_diagram,
)
from halfmoon.displays.style import COLOURS
from pictures import ax


def test_links_join_the_right_units_and_show_size_and_sign(iris):
    display = NetworkDisplay.from_estimator(iris, ax=ax(), width=4.0)
    coefs = iris[-1].coefs_
    shown = [np.arange(4), np.array([*range(11), 19]), np.arange(5), np.arange(3)]
    largest = max(
        np.abs(W[np.ix_(*ends)]).max()
        for W, ends in zip(coefs, itertools.pairwise(shown), strict=True)
    )
    for level, (links, ends) in enumerate(
        zip(display.links_, itertools.pairwise(shown), strict=True)
    ):
        below, above = (display.units_[level + i].get_offsets() for i in (0, 1))
        segments = links.get_segments()
        widths = links.get_linewidths()
        colours = links.get_colors()
        assert len(segments) == len(ends[0]) * len(ends[1])
        for (start, end), width, colour in zip(segments, widths, colours, strict=True):
            i = int(np.abs(below - start).sum(axis=1).argmin())
            j = int(np.abs(above - end).sum(axis=1).argmin())
            weight = coefs[level][ends[0][i], ends[1][j]]
            assert width == pytest.approx(0.2 + 4.0 * abs(weight) / largest)
            assert to_hex(colour).upper() == COLOURS[int(weight < 0.0)]
        assert (np.diff(widths) >= 0.0).all()  # the largest on top


def test_a_hidden_layer_alone_has_no_number():
    axes = ax()
    draw_diagram(axes, [np.ones((2, 3)), np.ones((3, 2))], ["a", "b"], ["c", "d"])
    words = [text.get_text() for text in axes.texts]
    assert "hidden layer\n3 units" in words


def test_what_is_left_out_of_a_diagram_is_said(iris, moons):
    # one output speaks for the second class
    assert NetworkDisplay.from_estimator(moons, ax=ax()).outputs == ["1"]
    display = NetworkDisplay.from_estimator(iris, ax=ax())
    words = [text.get_text() for text in display.ax_.texts]
    assert [word for word in words if "more" in word] == ["⋮ 8 more"]
    assert {
        "4 inputs",
        "hidden layer 1\n20 units",
        "3 outputs",
        "x3",
        "versicolor",
    } <= set(words)
    heights = display.units_[1].get_offsets()[:, 1]
    assert heights[-2] - heights[-1] == 2.0 * (heights[0] - heights[1])
    few = display.plot(ax(), most=3)
    # one more than `most` needs no dots
    assert [len(units.get_offsets()) for units in few.units_] == [4, 3, 3, 3]
    with pytest.raises(ValueError, match="most must be at least 3"):
        display.plot(ax(), most=2)


@pytest.mark.parametrize("sizes", [[2, 3, 2], [3, 40, 1], [1, 2, 2, 2, 2]])
def test_a_diagram_has_a_line_for_each_weight_shown(sizes):
    network = Network.dense(sizes)
    coefs = [p.W for p in network.views(network.theta)]
    names = [[f"{i}" for i in range(k)] for k in sizes]
    panel = ax()
    drawn = draw_diagram(panel, coefs, names[0], names[-1])
    shown = [min(k, 12) for k in sizes]
    weights = sum(d * k for d, k in itertools.pairwise(shown))
    assert sum(len(layer.get_segments()) for layer in drawn.links) == weights
    assert len(drawn.legend.get_lines()) == 2
    words = [text.get_text() for text in panel.texts]
    assert any("40 units" in word for word in words) == (40 in sizes)
    # where there are few, their numbers stand on the lines
    few = sum(W.size for W in coefs if W.size <= 9)
    assert sum(bool(re.fullmatch(r"[+−]\d\.\d\d", word)) for word in words) == few


def test_negative_weights_are_dashed():
    coefs = [np.array([[1.0, -2.0]])]
    (links,) = draw_diagram(ax(), coefs, ["x"], ["a", "b"]).links
    dashes = [pattern is not None for _, pattern in links.get_linestyles()]
    assert dashes == [False, True]


def numbers_on(panel):
    """The place, the angle and the words of each number of a weight."""
    return [
        (np.array(text.get_position()), text.get_rotation(), text.get_text())
        for text in panel.texts
        if re.fullmatch(r"[+−]\d\.\d\d", text.get_text()) and text.get_bbox_patch()
    ]


@pytest.mark.parametrize("sizes", [[2, 3, 2], [3, 3, 1], [1, 4, 2], [2, 2, 2]])
def test_a_number_lies_along_its_line_and_not_where_lines_cross(sizes):
    rng = np.random.default_rng(0)
    coefs = [rng.normal(size=pair) for pair in itertools.pairwise(sizes)]
    panel = ax()
    drawn = draw_diagram(panel, coefs, ["in"] * sizes[0], ["out"] * sizes[-1])
    numbers = numbers_on(panel)
    for W, layer in zip(coefs, drawn.links, strict=True):
        order = np.argsort(np.abs(W), axis=None)
        ends = np.array(layer.get_segments())
        for i, weight in enumerate(W.ravel()[order]):
            text = f"{weight:+.2f}".replace("-", "−")
            ((start_x, start_y), (end_x, end_y)) = ends[i]
            slope = (end_y - start_y) / (end_x - start_x)
            (place, angle) = next((p, a) for p, a, word in numbers if word == text)
            assert place[1] == pytest.approx(start_y + slope * (place[0] - start_x))
            wide, high = np.diff(panel.transData.transform(ends[i]), axis=0)[0]
            on_paper = np.degrees(np.arctan(high / wide)) % 360.0
            assert angle == pytest.approx(on_paper, abs=1e-4)
            others = np.delete(ends, i, axis=0)
            at = others[:, 0, 1] + (place[0] - start_x) * (
                others[:, 1, 1] - others[:, 0, 1]
            )
            assert np.abs(at - place[1]).min(initial=np.inf) > 0.15


def test_biases_stand_in_the_circles_of_small_layers(moons):
    coefs = [np.ones((2, 3)), np.ones((3, 20))]
    intercepts = [np.array([0.5, -1.25, 3.0]), np.full(20, 7.0)]
    panel = ax()
    names = [f"{i}" for i in range(20)]
    drawn = draw_diagram(panel, coefs, ["a", "b"], names, intercepts=intercepts)
    words = {
        text.get_text(): text.get_position()
        for text in panel.texts
        if text.get_bbox_patch() is None
    }
    for i, bias in enumerate(["+0.50", "−1.25", "+3.00"]):
        assert words[bias] == pytest.approx(drawn.units[1].get_offsets()[i])
    assert "+7.00" not in words
    assert "bias" in drawn.legend.get_title().get_text()
    display = NetworkDisplay.from_estimator(moons, ax=ax())
    assert (display.intercepts[0] == moons.intercepts_[0]).all()
