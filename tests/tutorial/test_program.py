"""The program of the tutorial: which sections it runs, for which seed, and where to."""

import io
import re
import signal
from importlib import import_module

import pytest
from rich.console import Console

from halfmoon.pages.texts import blocks, title_and_text
from halfmoon.tutorial import program
from halfmoon.tutorial.program import SECTIONS, run


def tell(out, **options):
    return run(
        out, console=Console(file=io.StringIO(), width=100), quick=True, **options
    )


def test_a_number_stands_for_a_section_with_its_parts():
    parts = [name for name, number in SECTIONS.items() if number.startswith("8")]
    assert program.find_sections("8") == program.find_sections("exercises") == parts
    assert program.find_sections("8.3") == ["activations"]


@pytest.mark.slow
def test_a_section_may_be_called_by_number(tmp_path):
    results = tell(tmp_path / "out", only="2").results
    assert list(results) == ["baseline", "claims"]
    with pytest.raises(ValueError, match="no section '11'"):
        tell(tmp_path / "out", only="11")
    with pytest.raises(ValueError, match="engine"):
        tell(tmp_path / "out", engine="steam")


@pytest.mark.slow
def test_the_highest_seed_is_a_seed(tmp_path):
    assert tell(tmp_path / "out", seed=2**32 - 1, only="onward").results["onward"]


@pytest.mark.slow
def test_ctrl_c_ends_what_takes_seconds_at_first_at_once(tmp_path, monkeypatch):
    """Nothing may wait for the end of the imports to stop."""
    handlers = []

    def prepare(*_):
        handlers.append(signal.getsignal(signal.SIGINT))
        raise KeyboardInterrupt

    monkeypatch.setattr(program, "prepare", prepare)
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        tell(tmp_path / "out")
    assert handlers == [before]
    assert "half moons" in (tmp_path / "out" / "unfinished.html").read_text()


def test_with_other_seeds_no_text_speaks_of_britzs_points():
    for name in SECTIONS:
        _, text = title_and_text(program.source(name))
        told = " ".join(text.split())
        assert not re.search(r"(points|weights) (are those )?of Britz|his \{", told)


def test_a_folder_may_have_brackets_in_its_name(tmp_path):
    out = io.StringIO()
    run(
        tmp_path / "a[/b][red]",
        only="data",
        quick=True,
        console=Console(file=out, width=400),
    )
    assert "a[/b][red]/only-data/1-data.svg" in "".join(out.getvalue().split())


@pytest.mark.slow
def test_one_section_leaves_a_whole_page_as_it_is(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    before = {"index.html": "a page", "results.json": "{}", "1-data.svg": "a figure"}
    for name, text in before.items():
        (out / name).write_text(text)
    book = tell(out, only="data")
    assert book.out == out / "only-data"
    assert (book.out / "index.html").is_file()
    for name, text in before.items():
        assert (out / name).read_text() == text


def test_every_section_has_a_text_with_a_title():
    for name in SECTIONS:
        title, text = title_and_text(program.source(name))
        assert title
        assert blocks(text)


def test_what_measures_for_a_section_is_there():
    for name in set(SECTIONS) - program.WITHOUT_MODULE:
        place = program.MODULES.get(name, name)
        module = import_module(f"halfmoon.tutorial.{place}")
        assert callable(module.measure), name
