"""`halfmoon tutorial`: its numbers, its figures, its sections one by one."""

import io
import re

import matplotlib as mpl
import numpy as np
import pytest
from rich.console import Console

from halfmoon.tutorial import program
from halfmoon.tutorial.learning import PUBLISHED
from halfmoon.tutorial.program import SECTIONS, run

FIGURES = {
    "data": ["1-data"],
    "baseline": ["2-baseline"],
    "network": ["3-network"],
    "prediction": ["4-hidden-units"],
    "learning": ["5-two-cycle"],
    "boundary": ["6-boundary"],
    "sizes": ["7-boundaries", "7-overfitting", "7-regularization", "7-test-set"],
    "minibatches": ["8.1-boundaries", "8.1-minibatches", "8.1-minibatches-time"],
    "annealing": ["8.2-annealed", "8.2-schedules"],
    "activations": ["8.3-boundaries", "8.3-curves"],
    "classes": ["8.4-descent", "8.4-spirals"],
    "depth": ["8.5-boundaries", "8.5-deep"],
    "patients": ["9-splits", "9-two-measurements"],
    "onward": ["10-grid"],
}


def tell(out, **options):
    return run(
        out, console=Console(file=io.StringIO(), width=100), quick=True, **options
    )


def test_the_robust_figures(results):
    learning = results["learning"]
    assert f"{learning['loss_before_training']:.6f}" == "0.583940"
    assert f"{learning['loss_after_iteration']['0']:.6f}" == "0.432387"
    assert f"{learning['loss_after_iteration']['1000']:.6f}" == "0.068947"
    assert PUBLISHED[:2] == [0.432387, 0.068947]
    assert len(PUBLISHED) == 20
    assert learning["first_rise_at_iteration"] == 18
    low, high = sorted(learning["last_two_losses"])
    assert 0.0707 < low < 0.0708
    assert 0.0712 < high < 0.0714
    assert learning["calm_last_loss"] < low
    assert learning["gradients_right"] is True


def test_a_line_is_worse_than_its_cubic_and_the_network(results):
    line, cubic = results["baseline"]["accuracy"]
    assert 0.8 < line < 0.9 < cubic
    assert results["boundary"]["accuracy"] > 0.95


def test_two_outputs_are_one(results):
    assert results["network"]["largest_difference"] < 1e-12
    assert results["network"]["parameters"] == [17, 2502]


def test_the_row_is_carried_by_hand(results):
    z2 = [*results["prediction"]["z1"]]
    assert np.tanh(z2) == pytest.approx(results["prediction"]["a1"], rel=1e-12)
    assert sum(results["prediction"]["y_hat"]) == pytest.approx(1.0)


def test_every_figure_is_there(whole_tutorial):
    assert sorted(name for names in FIGURES.values() for name in names) == sorted(
        p.stem for p in whole_tutorial.glob("*.svg")
    )
    assert all(b"<svg" in path.read_bytes() for path in whole_tutorial.glob("*.svg"))
    assert not list(whole_tutorial.glob("*.png"))  # quick


@pytest.mark.slow
def test_without_quick_they_are_there_twice(tmp_path):
    run(tmp_path, only="data", console=Console(file=io.StringIO()))
    assert (tmp_path / "1-data.png").read_bytes().startswith(b"\x89PNG")
    assert b"<svg" in (tmp_path / "1-data.svg").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("name", SECTIONS)
def test_each_section_stands_alone_and_a_rerun_gives_the_same(
    name, tmp_path, whole_tutorial, results, monkeypatch
):
    # the parts of the exercises are all run by themselves; one of them is enough here
    if name == "exercises":
        parts = {one: SECTIONS[one] for one in ("data", "exercises", "annealing")}
        monkeypatch.setattr(program, "SECTIONS", parts)
    number = SECTIONS[name][0]
    out = tmp_path / "out"
    book = tell(out, only=number)
    alone = [
        one
        for one, (its, _) in program.SECTIONS.items()
        if its == number or its.startswith(f"{number}.")
    ]
    assert [one for one in book.results if one != "times"] == alone
    for one in alone:
        assert book.results[one] == results[one], one
        for figure in FIGURES.get(one, []):
            same = (out / f"{figure}.svg").read_bytes() == (
                whole_tutorial / f"{figure}.svg"
            ).read_bytes()
            assert same or figure.endswith("-time"), figure
    page, whole = (page_without_times(folder) for folder in (out, whole_tutorial))
    for paragraph in re.findall(r"<(?:p|li|caption|figcaption)>.*?</", page):
        assert paragraph in whole


def page_without_times(folder):
    """The page but for what a clock said."""
    return re.sub(
        r"<data value=[^>]*/times/[^>]*>[^<]*",
        "<data>",
        (folder / "index.html").read_text(),
    )


@pytest.mark.slow
def test_the_story_of_another_seed_is_told_from_its_own_numbers(
    tmp_path, whole_tutorial, results
):
    own = (whole_tutorial / "index.html").read_text()
    assert results["learning"]["zigzag"] is True
    assert "jumping between two values" in own
    assert "published" in own
    book = tell(tmp_path / "out", seed=3, only="learning")
    page = (tmp_path / "out" / "index.html").read_text()
    assert (
        book.results["learning"]["loss_before_training"]
        != results["learning"]["loss_before_training"]
    )
    assert (
        book.results["learning"]["zigzag"]
        is ("jumping between two values" in page)
        is False
    )
    assert "published" not in page
    assert "than any loss the tutorial prints" not in page


@pytest.mark.slow
def test_a_poor_end_is_not_praised(tmp_path):
    book = tell(tmp_path / "out", seed=22, only="boundary")
    page = (tmp_path / "out" / "index.html").read_text()
    better = (
        book.results["boundary"]["accuracy"]
        > book.results["boundary"]["line_accuracy"] + 0.05
    )
    assert better is ("The boundary bends around the moons" in page) is False


def test_a_users_matplotlibrc_does_not_show(tmp_path, whole_tutorial):
    with mpl.rc_context(
        {
            "axes.facecolor": "black",
            "font.family": "monospace",
            "axes.unicode_minus": False,
        }
    ):
        tell(tmp_path / "out", only="data")
    assert (tmp_path / "out" / "1-data.svg").read_bytes() == (
        whole_tutorial / "1-data.svg"
    ).read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("width", [40, 60, 100])
def test_the_trace_can_be_read_on_a_narrow_terminal(width, tmp_path):
    out = io.StringIO()
    run(tmp_path, only="prediction", quick=True, console=Console(file=out, width=width))
    assert "z1 = x W1 + b1" in out.getvalue()


def test_the_last_loss_is_that_of_the_network_shown(results):
    shown = results["learning"]["last_two_losses"][1]
    assert results["boundary"]["final_loss"] == shown
    assert [name for name in results if name != "times"] == list(SECTIONS)
