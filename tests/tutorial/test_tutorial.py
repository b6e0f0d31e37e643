"""`halfmoon tutorial`: its numbers, its figures, its sections one by one."""

import io
import re

import matplotlib as mpl
import numpy as np
import pytest
from rich.console import Console

from halfmoon.pages import markdown
from halfmoon.pages.texts import blocks
from halfmoon.tutorial import program
from halfmoon.tutorial.learning import PUBLISHED
from halfmoon.tutorial.program import SECTIONS, run

APART = ("claims", "times")  # in results.json, beside the sections


def figures_of(name):
    """The figures of a section's text, those in folds included."""
    return re.findall(r"^`{3,}\{figure\} (\S+)$", program.source(name), re.MULTILINE)


FIGURES = {name: figures_of(name) for name in SECTIONS}


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
    assert learning["slow_last_loss"] < low
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
    out = tmp_path / "only-data"
    assert (out / "1-data.png").read_bytes().startswith(b"\x89PNG")
    assert b"<svg" in (out / "1-data.svg").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("name", SECTIONS)
def test_each_section_stands_alone_and_a_rerun_gives_the_same(
    name, tmp_path, whole_tutorial, results, monkeypatch
):
    # the parts of the exercises are all run by themselves; one of them is enough here
    if name == "exercises":
        parts = {one: SECTIONS[one] for one in ("data", "exercises", "annealing")}
        monkeypatch.setattr(program, "SECTIONS", parts)
    number = SECTIONS[name]
    out = tmp_path / "out"
    book = tell(out, only=number)
    out = book.out
    alone = [
        one
        for one, its in program.SECTIONS.items()
        if its == number or its.startswith(f"{number}.")
    ]
    assert [one for one in book.results if one not in APART] == alone
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


def said_only_where(text):
    """Each claim that a text waits for, and how the words begin that wait for it."""
    for block in blocks(text):
        if block.kind == "when":
            words = re.match(r"[A-Za-z ,']*", markdown.bare(block.body)).group()
            yield block.argument, " ".join(words.split())
        if block.kind in {"when", "fold", "question"}:
            yield from said_only_where(block.body)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [3, 22])
@pytest.mark.parametrize("name", ["baseline", "learning", "boundary"])
def test_of_another_seed_only_what_holds_is_said(name, seed, tmp_path):
    book = tell(tmp_path / "out", seed=seed, only=name)
    claims = book.results.get("claims", {}).get(name, {})
    printed = " ".join(book.console.file.getvalue().split())
    waiting = [pair for pair in said_only_where(program.source(name)) if pair[1]]
    assert waiting
    for claim, words in waiting:
        if not claims[claim]:
            assert words not in printed, claim


def test_most_of_what_the_texts_claim_holds_in_a_quick_run(results):
    """(All of it holds in the whole run, which is too long for a test.)"""
    claims = [holds for one in results["claims"].values() for holds in one.values()]
    assert len(claims) > 15
    assert sum(claims) >= 0.6 * len(claims)


def test_a_users_matplotlibrc_does_not_show(tmp_path, whole_tutorial):
    with mpl.rc_context(
        {
            "axes.facecolor": "black",
            "font.family": "monospace",
            "axes.unicode_minus": False,
        }
    ):
        tell(tmp_path / "out", only="data")
    assert (tmp_path / "out" / "only-data" / "1-data.svg").read_bytes() == (
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
    assert [name for name in results if name not in APART] == list(SECTIONS)
