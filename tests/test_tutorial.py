"""`halfmoon tutorial`: its numbers, its figures, its sections one by one."""

import io
import json
import re
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from rich.console import Console

from halfmoon.tutorial.learning import PUBLISHED
from halfmoon.tutorial.program import SECTIONS, run

FIGURES = ("1-data", "2-baseline", "3-network", "4-hidden-units", "5-two-cycle", "6-boundary")


def tell(out, **options):
    return run(out, console=Console(file=io.StringIO(), width=100), quick=True, **options)


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    out = tmp_path_factory.mktemp("tutorial") / "out"
    tell(out)
    return out


@pytest.fixture(scope="module")
def results(told):
    return json.loads((told / "results.json").read_text())


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
    line, cubic = results["baseline"]["line_accuracy"], results["baseline"]["cubic_accuracy"]
    assert 0.8 < line < 0.9 < cubic
    assert results["boundary"]["accuracy"] > 0.95


def test_two_outputs_are_one(results):
    assert results["network"]["largest_difference"] < 1e-12
    assert results["network"]["parameters_3"] == 17
    assert results["network"]["parameters_500"] == 2502


def test_the_row_is_carried_by_hand(results):
    z2 = [*results["prediction"]["z1"]]
    assert np.tanh(z2) == pytest.approx(results["prediction"]["a1"], rel=1e-12)
    assert sum(results["prediction"]["y_hat"]) == pytest.approx(1.0)


def test_every_figure_is_there_twice_and_described(told):
    page = (told / "index.html").read_text()
    for name in FIGURES:
        assert (told / f"{name}.png").read_bytes().startswith(b"\x89PNG")
        assert b"<svg" in (told / f"{name}.svg").read_bytes()
        assert re.search(rf"src='{name}.svg' alt='[^']{{60,}}'", page), name
    assert not re.search(r"(src|href)=['\"]https?:", page)


def test_a_rerun_gives_the_same_files(told, tmp_path):
    again = tmp_path / "out"
    tell(again)
    for path in sorted(told.iterdir()):
        assert path.read_bytes() == (again / path.name).read_bytes(), path.name


@pytest.mark.parametrize("name", SECTIONS)
def test_each_section_stands_alone(name, tmp_path, results):
    book = tell(tmp_path / "out", only=name)
    assert list(book.results) == [name]
    assert json.loads((tmp_path / "out" / "results.json").read_text())[name] == results[name]


def test_the_story_of_another_seed_is_told_from_its_own_numbers(tmp_path, told, results):
    own = (told / "index.html").read_text()
    assert results["learning"]["zigzag"] is True
    assert "jumping between two values" in own
    assert "published" in own
    book = tell(tmp_path / "out", seed=3)
    page = (tmp_path / "out" / "index.html").read_text()
    assert book.results["learning"]["loss_before_training"] != results["learning"]["loss_before_training"]
    assert book.results["learning"]["zigzag"] is ("jumping between two values" in page) is False
    assert "published" not in page
    assert "than any loss the tutorial prints" not in page


def test_a_poor_end_is_not_praised(tmp_path):
    book = tell(tmp_path / "out", seed=22, only="boundary")
    page = (tmp_path / "out" / "index.html").read_text()
    better = book.results["boundary"]["accuracy"] > book.results["boundary"]["line_accuracy"] + 0.05
    assert better is ("The boundary bends around the moons" in page) is False


def test_a_section_may_be_called_by_number(tmp_path):
    assert list(tell(tmp_path / "out", only="2").results) == ["baseline"]
    with pytest.raises(ValueError, match="no section '9'"):
        tell(tmp_path / "out", only="9")


def test_ctrl_c_ends_in_a_sentence_and_keeps_what_there_is(tmp_path):
    command = [sys.executable, "-m", "halfmoon", "tutorial", "--out", str(tmp_path / "out")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    while not (tmp_path / "out" / "2-baseline.svg").exists():
        assert process.poll() is None
        time.sleep(0.05)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in told
    assert "interrupted; what was told so far" in told
    kept = json.loads((tmp_path / "out" / "results.json").read_text())
    assert {"data", "baseline"} <= set(kept)
